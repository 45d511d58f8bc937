# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a company decides about its billing runs and the keeping of usage."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    telecom_autopilot = fields.Boolean(
        "Bill every month automatically",
        help="The scheduled action makes the billing run of the last month and does its steps.",
    )
    telecom_autopilot_day = fields.Integer(
        "Billing day", default=3, help="Day of the month from which the run is made."
    )
    telecom_retention_months = fields.Integer(
        "Keep usage records (months)",
        default=6,
        help="Whole months after the month of the call; then its records are deleted, but for"
        " those held for an objection. Accounting stays.",
    )
    telecom_compare_percent = fields.Integer(
        "Warn when usage differs by (%)",
        default=50,
        help="Of a contract's usage in money, from the month before; part of the larger amount.",
    )
    telecom_compare_amount = fields.Monetary(
        "And by at least", default=20.0, help="Smaller differences are not worth a warning."
    )

    telecom_default_tariff_id = fields.Many2one(
        "telecom.tariff",
        "Tariff for everything else",
        domain="[('kind', '=', 'tariff'), ('company_id', '=', id)]",
        help="Asked last, for records that no tariff of their own has a price for.",
    )

    _telecom_autopilot_day_range = models.Constraint(
        "CHECK (telecom_autopilot_day BETWEEN 1 AND 28)",
        "The billing day is a day from 1 to 28.",
    )
    _telecom_retention_months_min = models.Constraint(
        "CHECK (telecom_retention_months >= 1)", "Usage is kept for a month at least."
    )
    _telecom_compare_percent_range = models.Constraint(
        "CHECK (telecom_compare_percent BETWEEN 0 AND 100)",
        "The difference from the month before is a part of the larger amount: 0 to 100 %.",
    )

    # ------------------------------------------------------------------ constraints
    @api.constrains("telecom_default_tariff_id", "currency_id")
    def _check_telecom_default_currency(self):
        for company in self:
            tariff = company.telecom_default_tariff_id
            if tariff and tariff.currency_id != company.currency_id:
                raise ValidationError(
                    self.env._(
                        "Tariff “%(tariff)s” for everything else is in %(currency)s, %(company)s "
                        "in %(other)s. Choose a tariff in %(other)s.",
                        tariff=tariff.name,
                        currency=tariff.currency_id.name,
                        company=company.name,
                        other=company.currency_id.name,
                    )
                )
