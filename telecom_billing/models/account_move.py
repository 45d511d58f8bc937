# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invoices of a billing run: what they belong to, and that they are reversed, never edited."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..store import summaries


class AccountMove(models.Model):
    _inherit = "account.move"

    telecom_run_id = fields.Many2one(
        "telecom.billing.run",
        string="Billing run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    telecom_document_run_id = fields.Many2one(
        "telecom.billing.run",
        string="Sent by billing run",
        compute="_compute_telecom_document_run_id",
        store=True,
        index="btree_not_null",
        help="The run that makes the document and sends it: its own, or that of the invoice it "
        "corrects.",
    )
    telecom_contract_id = fields.Many2one(
        "contract.contract",
        string="Telecom contract",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    telecom_period_start = fields.Date(string="Service from", readonly=True)
    telecom_period_end = fields.Date(string="Service to", readonly=True)
    telecom_reversed = fields.Boolean(
        string="Taken back",
        readonly=True,
        copy=False,
        help="Reversed as a whole: its usage and days are free to be invoiced again.",
    )
    telecom_supplement = fields.Boolean(
        string="Supplementary invoice",
        readonly=True,
        copy=False,
        help="Only of usage that arrived after its month was invoiced.",
    )
    telecom_summary_ids = fields.One2many("telecom.usage.summary", "move_id", string="Usage")
    telecom_disputed_amount = fields.Monetary(
        string="Disputed",
        copy=False,
        tracking=True,
        help="The part of the invoice that the customer objects to. It is neither debited nor "
        "dunned while the objection is open.",
    )
    telecom_debit_retry = fields.Boolean(
        string="Debit once more",
        readonly=True,
        copy=False,
        help="The debit was returned for a reason that allows another try; the next collection "
        "takes it along.",
    )

    telecom_debit_stopped = fields.Boolean(
        string="No more debits",
        copy=False,
        tracking=True,
        help="A debit was returned for a reason that allows no other try. Take it off, or enter "
        "another mandate, to have what is open debited with the next order.",
    )

    _telecom_once_per_run = models.UniqueIndex(
        "(telecom_run_id, telecom_contract_id, COALESCE(telecom_supplement, FALSE)) "
        "WHERE telecom_run_id IS NOT NULL AND telecom_reversed IS NOT TRUE",
        "The contract has an invoice in this billing run already.",
    )

    # What statement lines look for, see account_bank_statement_line.PLAIN_NAME
    _telecom_plain_name_idx = models.Index(
        "(upper(regexp_replace(name, '[^A-Za-z0-9]', '', 'g'))) "
        "WHERE move_type IN ('out_invoice', 'out_refund')"
    )

    # ------------------------------------------------------------------ compute
    @api.depends("telecom_run_id", "reversed_entry_id.telecom_run_id")
    def _compute_telecom_document_run_id(self):
        for move in self:
            move.telecom_document_run_id = (
                move.telecom_run_id or move.reversed_entry_id.telecom_run_id
            )

    # ------------------------------------------------------------------ never edited
    def button_draft(self):
        # EXTENDS 'account'
        self._check_telecom_untouched()
        return super().button_draft()

    def button_cancel(self):
        # EXTENDS 'account'
        self._check_telecom_untouched()
        return super().button_cancel()

    def _check_telecom_untouched(self):
        made = self.filtered(lambda move: move.telecom_run_id and move.posted_before)
        if made:
            raise UserError(
                self.env._(
                    "%(invoice)s was made by billing run %(run)s and is not edited. Reverse it by "
                    "a credit note; then start the run's step “Make invoices” again.",
                    invoice=made[0].name,
                    run=made[0].telecom_run_id.name,
                )
            )
        freed = self.filtered(
            lambda move: move.posted_before and move.reversed_entry_id.telecom_reversed
        )
        if freed:
            raise UserError(
                self.env._(
                    "%(note)s took %(invoice)s back: its usage and days are free and may be "
                    "invoiced again already. Leave it posted.",
                    note=freed[0].name,
                    invoice=freed[0].reversed_entry_id.name,
                )
            )

    # ------------------------------------------------------------------ claims
    def _telecom_claim(self):
        """What may be asked for: open, not disputed, and not paid by a payment on its way.

        A payment entered by hand whose method has no outstanding account makes no entry; until
        the bank confirms it, the invoice's open amount does not know of it.
        """
        self.ensure_one()
        announced = self.matched_payment_ids.filtered(
            lambda payment: payment.state in ("in_process", "paid") and not payment.move_id
        )
        claim = self.amount_residual - sum(announced.mapped("amount"))
        return self.currency_id.round(claim - self.telecom_disputed_amount)

    def _telecom_on_its_way(self):
        """What waits in debit orders whose payments are not booked yet."""
        self.ensure_one()
        waiting = self.line_ids.payment_line_ids.filtered(
            lambda debit: debit.order_id.state in ("draft", "open", "generated")
        )
        return sum(waiting.mapped("amount_currency"))

    # ------------------------------------------------------------------ reversal
    def _post(self, soft=True):
        # EXTENDS 'account': a credit note over everything frees what the invoice settled
        posted = super()._post(soft)
        for note in posted:
            original = note.reversed_entry_id
            if (
                original.telecom_run_id
                and not original.telecom_reversed
                and note._telecom_takes_all_back(original)
            ):
                original._telecom_release()
            if original.telecom_disputed_amount > 0:
                # The objection is granted so far; what is left of it stays disputed.
                left = original.telecom_disputed_amount - note.amount_total
                original.telecom_disputed_amount = max(original.currency_id.round(left), 0.0)
            if original.telecom_run_id:
                original.telecom_run_id.sudo()._reopen(("document", "dispatch"))
        return posted

    def _telecom_takes_all_back(self, original):
        """Whether this credit note takes back every line of ``original``, not a part of it."""
        self.ensure_one()

        def facts(move):
            return sorted(
                (line.account_id.id, abs(line.amount_currency), line.tax_ids.ids)
                for line in move.invoice_line_ids
                if line.display_type == "product"
            )

        return facts(self) == facts(original)

    def _telecom_release(self):
        """Free the usage and the days that these invoices settled; rating looks at them again."""
        self.env["telecom.fee"].sudo()._reverse_invoice(self)
        self.env["telecom.topup"].sudo()._reverse_invoice(self)
        self.env.flush_all()
        for move in self:
            summaries.free(self.env.cr, move.id)
        self.env["telecom.usage.summary"].invalidate_model()
        self.invalidate_recordset(["telecom_summary_ids"])
        self.env["telecom.rating.mark"]._touch(
            {(move.company_id, move.telecom_contract_id.id) for move in self}
        )
        self.sudo().write({"telecom_reversed": True})

    # ------------------------------------------------------------------ documents
    @api.model
    def _telecom_name_of(self, move_type):
        """What the document is called: a correction is never a “Gutschrift” (UStG § 14 (2))."""
        if move_type == "out_refund":
            return self.env._("Invoice correction")
        return self.env._("Invoice")


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def modify_moves(self):
        # EXTENDS 'account': a copy would bill usage and days that the reversal has just freed
        made = self.move_ids.filtered("telecom_run_id")
        if made:
            raise UserError(
                self.env._(
                    "%(invoice)s comes from billing run %(run)s. Choose “Reverse”, correct the "
                    "contract or the tariff, and start the run's step “Make invoices” again.",
                    invoice=made[0].name,
                    run=made[0].telecom_run_id.name,
                )
            )
        return super().modify_moves()
