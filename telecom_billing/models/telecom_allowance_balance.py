# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an allowance granted in a period, and what is left of it."""

from odoo import api, fields, models

from ..store.references import Reference, guard


class TelecomAllowanceBalance(models.Model):
    """Written by rating, see ``charging/balances.py``. With rollover a balance has several rows:
    one for each period (``origin``) of which something was still usable."""

    _name = "telecom.allowance.balance"
    _description = "Allowance Balance"
    _log_access = False
    _order = "period desc, allowance_id, origin desc, id"
    _rec_name = "allowance_id"

    company_id = Reference("res.company", required=True, readonly=True)
    allowance_id = Reference("telecom.allowance", required=True, readonly=True, ondelete="cascade")
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
    line_id = Reference("contract.line", readonly=True, index="btree_not_null", ondelete="cascade")
    contract_id = Reference(
        "contract.contract", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    partner_id = Reference(
        "res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    pool_id = Reference("telecom.pool", readonly=True, index="btree_not_null", ondelete="cascade")
    period = fields.Date(required=True, readonly=True, help="First day of the period.")
    origin = fields.Date(
        "Granted in", required=True, readonly=True, help="First day of the period that granted it."
    )
    unit = fields.Char(readonly=True, help="Base unit: second, byte, piece, or money.")
    units_granted = fields.Float("Granted", digits=(20, 6), readonly=True)
    units_used = fields.Float("Used", digits=(20, 6), readonly=True)
    units_left = fields.Float("Left", digits=(20, 6), readonly=True)
    used_share = fields.Float("Used (%)", compute="_compute_used_share")

    # By which rating finds the balances of some holders, see charging/balances.py.
    _holder_idx = models.Index(
        "(allowance_id, period, (COALESCE(line_id, contract_id, partner_id, pool_id)))"
    )

    def init(self):
        # Of stores from before balances were looked up by the index above.
        self.env.cr.execute("DROP INDEX IF EXISTS telecom_allowance_balance__company_id_index")
        guard(self)

    @api.depends("units_granted", "units_used")
    def _compute_used_share(self):
        for balance in self:
            granted = balance.units_granted
            balance.used_share = 100 * balance.units_used / granted if granted else 0.0
