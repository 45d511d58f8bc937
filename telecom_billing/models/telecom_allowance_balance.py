# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an allowance granted in a period, and what is left of it."""

from odoo import api, fields, models


class TelecomAllowanceBalance(models.Model):
    """Written by rating, see ``charging/balances.py``. With rollover a balance has several rows:
    one for each period (``origin``) of which something was still usable."""

    _name = "telecom.allowance.balance"
    _description = "Allowance Balance"
    _log_access = False
    _order = "period desc, allowance_id, origin desc, id"
    _rec_name = "allowance_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    allowance_id = fields.Many2one(
        "telecom.allowance", required=True, readonly=True, ondelete="cascade"
    )
    share = fields.Selection(
        [
            ("line", "Contract line"),
            ("contract", "Contract"),
            ("customer", "Customer"),
            ("pool", "Pool"),
        ],
        string="Balance of",
        required=True,
        readonly=True,
    )
    line_id = fields.Many2one(
        "contract.line", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    contract_id = fields.Many2one(
        "contract.contract", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    pool_id = fields.Many2one(
        "telecom.pool", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    period = fields.Date(required=True, readonly=True, help="First day of the period.")
    origin = fields.Date(
        "Granted in", required=True, readonly=True, help="First day of the period that granted it."
    )
    unit = fields.Char(readonly=True, help="Base unit: second, byte, piece, or money.")
    units_granted = fields.Float("Granted", digits=(20, 6), readonly=True)
    units_used = fields.Float("Used", digits=(20, 6), readonly=True)
    units_left = fields.Float("Left", digits=(20, 6), readonly=True)
    used_share = fields.Float("Used (%)", compute="_compute_used_share")

    _period_idx = models.Index("(allowance_id, period)")

    @api.depends("units_granted", "units_used")
    def _compute_used_share(self):
        for balance in self:
            granted = balance.units_granted
            balance.used_share = 100 * balance.units_used / granted if granted else 0.0
