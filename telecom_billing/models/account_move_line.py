# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invoice lines of a billing run: what they settle and how they were rounded."""

from odoo import fields, models
from odoo.exceptions import UserError

from .field_change import differs

#: What a customer reads on a posted invoice, and its accounting does not follow.
WRITTEN = {
    "quantity",
    "price_unit",
    "discount",
    "telecom_kind",
    "telecom_amount",
    "telecom_exact",
    "telecom_period_start",
    "telecom_period_end",
}


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

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        # EXTENDS 'account': which lets the price of a posted line change, without its books
        if WRITTEN.intersection(vals):
            for line in self.filtered(
                lambda one: one.parent_state == "posted" and one.move_id.telecom_run_id
            ):
                if any(differs(line, name, vals) for name in WRITTEN.intersection(vals)):
                    raise UserError(
                        self.env._(
                            "%(invoice)s was made by a billing run and is posted: quantities and "
                            "prices stay. Reverse it by a credit note.",
                            invoice=line.move_id.display_name,
                        )
                    )
        return super().write(vals)

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
