# SPDX-License-Identifier: AGPL-3.0-or-later
"""Returned debits: the invoice is open again, and the mandate is treated by the reason."""

from odoo import Command, fields, models


class PaymentReturnReason(models.Model):
    _inherit = "payment.return.reason"

    telecom_mandate_action = fields.Selection(
        [
            ("keep", "Leave it"),
            ("suspend", "Back to draft until it is corrected"),
            ("revoke", "Cancel it"),
        ],
        string="Mandate",
        default="keep",
        required=True,
    )
    telecom_retries = fields.Integer(
        string="Debit again", help="How often the debit may be tried once more after this reason."
    )
    telecom_disputed = fields.Boolean(
        string="Customer objects", help="The sum counts as disputed until somebody checked it."
    )
    telecom_todo = fields.Char(
        string="To do", translate=True, help="Left empty, nobody has to do anything."
    )

    _telecom_code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL", "There is a return reason with this code already."
    )


class PaymentReturn(models.Model):
    _inherit = "payment.return"

    telecom_statement_line_id = fields.Many2one(
        "account.bank.statement.line", string="Statement line", readonly=True, copy=False
    )

    _telecom_statement_line_unique = models.UniqueIndex(
        "(telecom_statement_line_id) WHERE state <> 'cancelled'",
        "This statement line has made a returned debit already.",
    )

    # ------------------------------------------------------------------ business
    def _telecom_return(self, payment, statement_line):
        """Book the return of ``payment`` that a statement line tells of, and react to its reason.

        Returns the confirmed payment.return, or an empty recordset where the payment settles
        nothing any more (it was returned before, or is not reconciled).
        """
        settled = payment.move_id.line_ids.filtered(
            lambda item: (
                item.account_id == payment.destination_account_id and item.matched_debit_ids
            )
        )
        returned_before = self.env["payment.return.line"].search_count(
            [("move_line_ids", "in", settled.ids), ("return_id.state", "=", "done")]
        )
        invoices = settled.matched_debit_ids.debit_move_id.move_id.filtered(
            lambda move: move.is_invoice()
        )
        if not settled or returned_before or not invoices:
            return self.browse()
        reason = self._telecom_reason(statement_line.telecom_return_code)
        record = self.create(
            {
                "company_id": statement_line.company_id.id,
                "journal_id": payment.journal_id.id,
                "date": statement_line.date,
                "payment_method_line_id": payment.payment_method_line_id.id,
                "telecom_statement_line_id": statement_line.id,
                "line_ids": [
                    Command.create(
                        {
                            "reference": statement_line.telecom_end_to_end,
                            "concept": statement_line.payment_ref,
                            "reason_id": reason.id,
                            "amount": statement_line.telecom_return_amount,
                            "partner_id": settled.partner_id.id,
                            "partner_name": settled.partner_id.name,
                            "move_line_ids": [Command.set(settled.ids)],
                        }
                    )
                ],
            }
        )
        record.action_confirm()
        waiting = record.move_id.filtered(lambda move: move.state == "draft")
        waiting.auto_post = "no"  # dated after today it would wait and the debt stay hidden
        waiting._post(soft=False)
        record._telecom_react(payment, invoices, reason)
        return record

    def _telecom_reason(self, code):
        """The reason by its code; an unknown one is added, to be completed by somebody."""
        reasons = self.env["payment.return.reason"].sudo()
        return reasons.search([("code", "=", code)], limit=1) or reasons.create(
            {
                "code": code,
                "name": code,
                "telecom_todo": self.env._("Unknown reason: ask the bank what it means."),
            }
        )

    def _telecom_react(self, payment, invoices, reason):
        """Mandate, retry, objection and task, as the reason's row of the table says."""
        mandate = payment.payment_line_ids.mandate_id
        tries = max((self._telecom_times_returned(invoice) for invoice in invoices), default=0)
        note = self.env._(
            "Debit %(id)s over %(amount)s came back: %(reason)s",
            id=payment.memo,
            amount=payment.currency_id.format(payment.amount),
            reason=reason.display_name,
        )
        if reason.telecom_mandate_action == "suspend":
            mandate.filtered(lambda m: m.state in ("valid", "final")).state = "draft"
        elif reason.telecom_mandate_action == "revoke":
            mandate.filtered(lambda m: m.state in ("draft", "valid", "final")).cancel()
        if reason.telecom_mandate_action != "keep":
            mandate._message_log_batch(bodies={one.id: note for one in mandate})
        again = tries <= reason.telecom_retries
        # An objection and a bad mandate stop the debit by themselves, until they are settled.
        stopped = not (again or reason.telecom_disputed or reason.telecom_mandate_action != "keep")
        invoices.write({"telecom_debit_retry": again, "telecom_debit_stopped": stopped})
        for invoice in invoices:
            if reason.telecom_disputed:
                invoice.telecom_disputed_amount = invoice.amount_residual
            invoice._message_log(body=note)
            if reason.telecom_todo:
                invoice.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=reason.telecom_todo,
                    note=note,
                    user_id=self._telecom_responsible(invoice).id,
                )

    def _telecom_times_returned(self, invoice):
        """How many debits of the invoice came back."""
        payments = invoice.line_ids.payment_line_ids.payment_ids
        return self.env["payment.return.line"].search_count(
            [
                ("move_line_ids", "in", payments.move_id.line_ids.ids),
                ("return_id.state", "=", "done"),
            ]
        )

    def _telecom_responsible(self, invoice):
        return invoice.telecom_contract_id.user_id or invoice.invoice_user_id or self.env.user
