# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledger of what was invoiced because usage fell short of a minimum turnover."""

from odoo import fields, models


class TelecomTopup(models.Model):
    """What is due is the minimum less the turnover less what stands here: so a late record gives
    back what it makes up for, and a second start finds nothing left."""

    _name = "telecom.topup"
    _description = "Invoiced Minimum Turnover"
    _order = "period desc, id desc"
    _rec_name = "minimum_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    minimum_id = fields.Many2one(
        "telecom.minimum", required=True, readonly=True, index=True, ondelete="restrict"
    )
    share = fields.Char(required=True, readonly=True, help="line, contract, customer or pool")
    holder = fields.Integer(required=True, readonly=True, help="Id of the line, contract …")
    contract_id = fields.Many2one(
        "contract.contract", required=True, readonly=True, index=True, ondelete="restrict"
    )
    period = fields.Date("Since", required=True, readonly=True, help="First day of the period.")
    required = fields.Float("Agreed", digits=(20, 6), min_display_digits=2, readonly=True)
    turnover = fields.Float("Used", digits=(20, 6), min_display_digits=2, readonly=True)
    amount = fields.Float(
        digits=(20, 6), readonly=True, help="In the minimum's kind of price, before rounding."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    state = fields.Selection(
        [("billed", "Billed"), ("reversed", "Invoice reversed")],
        required=True,
        readonly=True,
        default="billed",
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Billed by", readonly=True, index=True, ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move", string="Invoice", readonly=True, index=True, ondelete="restrict"
    )

    # ------------------------------------------------------------------ business
    def _reverse_invoice(self, moves):
        """What ``moves`` billed is due again."""
        self.search([("move_id", "in", moves.ids)]).write({"state": "reversed"})
