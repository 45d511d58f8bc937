# SPDX-License-Identifier: AGPL-3.0-or-later
"""An allowance: units of a version that the basic fee contains."""

from odoo import fields, models

from .telecom_rate import UNIT_DIGITS


class TelecomAllowance(models.Model):
    _name = "telecom.allowance"
    _description = "Allowance"
    _order = "version_id, sequence, id"

    version_id = fields.Many2one(
        "telecom.tariff.version", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="version_id.company_id", store=True)
    zone_plan_id = fields.Many2one(related="version_id.zone_plan_id")
    sequence = fields.Integer(default=10, help="The first is used up first.")
    name = fields.Char(required=True, translate=True)
    quantity = fields.Float(digits=UNIT_DIGITS, required=True)
    unit = fields.Char(required=True, default="minute", help="minute, second, MB, GB, piece …")
    service = fields.Char(help="voice, sms, data …; empty: all services.")
    zone_ids = fields.Many2many(
        "telecom.zone",
        string="Zones",
        domain="[('plan_id', '=', zone_plan_id)]",
        help="Empty: all zones.",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)",
        "An allowance must not be negative. Enter how many units the basic fee contains.",
    )
