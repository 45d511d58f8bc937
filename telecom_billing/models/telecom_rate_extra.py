# SPDX-License-Identifier: AGPL-3.0-or-later
"""An extra fee of a rate: for each begun number of units above a quantity."""

from odoo import api, fields, models

from .telecom_rate import PRICE_DIGITS, UNIT_DIGITS


class TelecomRateExtra(models.Model):
    _name = "telecom.rate.extra"
    _description = "Extra Fee"
    _order = "rate_id, above, id"

    rate_id = fields.Many2one("telecom.rate", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="rate_id.company_id", store=True)
    above = fields.Float("Above units", digits=UNIT_DIGITS)
    each = fields.Float("Each units", digits=UNIT_DIGITS, default=1.0)
    price = fields.Float(digits=PRICE_DIGITS, min_display_digits=2)

    _numbers_possible = models.Constraint(
        "CHECK(above >= 0 AND each > 0)",
        "An extra fee begins at zero or above and is for more than zero units. Correct it.",
    )

    @api.constrains("above", "each", "price", "rate_id")
    def _check_with_core(self):
        self.env["telecom.tariff"]._refuse_bad_rates(self.rate_id)
