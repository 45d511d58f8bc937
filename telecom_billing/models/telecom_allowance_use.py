# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an allowance is used up by: how many of its units one unit of a service takes."""

from odoo import api, fields, models

from .telecom_rate import NAMED, UNIT_DIGITS


class TelecomAllowanceUse(models.Model):
    """One balance for several things; of the lines the first that fits a record counts."""

    _name = "telecom.allowance.use"
    _description = "Use of an Allowance"
    _order = "allowance_id, sequence, id"

    allowance_id = fields.Many2one(
        "telecom.allowance", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="allowance_id.company_id", store=True)
    zone_plan_ids = fields.Many2many(related="allowance_id.zone_plan_ids")
    sequence = fields.Integer(default=10, help="Of several lines that fit, the first counts.")
    service = fields.Char(help="voice, sms, data …, with commas between; empty: all services.")
    zone_ids = fields.Many2many(
        "telecom.zone",
        string="Zones",
        domain="[('plan_id', 'in', zone_plan_ids)]",
        help="Empty: all zones.",
        **NAMED,
    )
    band_ids = fields.Many2many(
        "telecom.band", string="Bands", help="Empty: at all times.", **NAMED
    )
    rate_ids = fields.Many2many("telecom.rate", string="Rates", help="Empty: all rates.", **NAMED)
    unit = fields.Char(
        "One", required=True, default="minute", help="minute, piece, MB …: what is used."
    )
    each = fields.Float(
        "Takes",
        required=True,
        digits=UNIT_DIGITS,
        default=1.0,
        help="So many units of the allowance: with 3, ten minutes take 30 of its 500 units. What "
        "is counted by the piece is covered as a whole or not at all.",
    )

    _each_positive = models.Constraint(
        "CHECK(each > 0)",
        "What uses up an allowance takes more than zero units of it. Enter how many.",
    )

    # ------------------------------------------------------------------ constraints
    @api.constrains("allowance_id", "service", "zone_ids", "band_ids", "rate_ids", "unit", "each")
    def _check_with_core(self):
        self.allowance_id._refuse_bad_rules()
