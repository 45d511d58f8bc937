# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invoice lines of a billing run: what they settle and how they were rounded."""

from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    telecom_kind = fields.Selection(
        [
            ("fee", "Fee"),
            ("credit", "Fee given back"),
            ("usage", "Usage"),
            ("topup", "Minimum turnover"),
        ],
        string="Telecom position",
        readonly=True,
    )
    telecom_summary_ids = fields.One2many(
        "telecom.usage.summary", "invoice_line_id", string="Usage"
    )
    telecom_exact = fields.Float(
        string="Exact amount",
        digits=(20, 10),
        readonly=True,
        help="Before rounding, in the kind of price (with or without VAT) of the line.",
    )
    telecom_amount = fields.Monetary(
        string="Rounded amount", readonly=True, help="What the line adds to the invoice."
    )
    telecom_period_start = fields.Date(string="Service from", readonly=True)
    telecom_period_end = fields.Date(string="Service to", readonly=True)

    # ------------------------------------------------------------------ claims
    def _telecom_may_be_dunned(self):
        """Not what is disputed as a whole, nor what we are about to debit ourselves."""
        self.ensure_one()
        if self.move_id.telecom_debit_retry:
            return False
        if self.move_id._telecom_claim() <= 0:
            return False
        waiting = ("draft", "open", "generated")
        return not self.payment_line_ids.filtered(lambda line: line.state in waiting)
