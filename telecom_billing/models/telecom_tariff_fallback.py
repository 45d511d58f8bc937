# SPDX-License-Identifier: AGPL-3.0-or-later
"""A further tariff that is asked where one has no price."""

from odoo import fields, models


class TelecomTariffFallback(models.Model):
    _name = "telecom.tariff.fallback"
    _description = "Fallback Tariff"
    _order = "tariff_id, weight desc, id"

    tariff_id = fields.Many2one("telecom.tariff", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="tariff_id.company_id", store=True)
    fallback_id = fields.Many2one(
        "telecom.tariff",
        string="Otherwise by",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('id', '!=', tariff_id), ('kind', '=', 'tariff')]",
    )
    weight = fields.Integer(help="The heavier is asked first.")

    _once = models.Constraint(
        "UNIQUE(tariff_id, fallback_id)", "This tariff is a fallback already. Keep it once."
    )
