# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step: send each invoice to its customer, by mail or as a letter of the print bundle."""

from __future__ import annotations

import decimal

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..models.mail_sessions import MailSessions
from ..store import exact
from .base import Step, Totals, register

_lt = LazyTranslate(__name__)

PREPARED = 20


@register
class Dispatch(Step):
    """Sends nothing twice, see ``models/telecom_dispatch.py``."""

    code = "dispatch"
    sequence = 70
    name = _lt("Send invoices")

    def execute(self) -> Totals:
        self.env = self.env(
            context={**self.env.context, "tracking_disable": True, "mail_notify_force_send": False}
        )
        self.dispatches = self.env["telecom.dispatch"]
        self._look_after_interrupted()
        self._drop_reversed()
        self._enlist()
        self._send_mails()
        self._bundle_letters()
        self._report()
        return self._count()

    # ------------------------------------------------------------------ acts
    def _enlist(self) -> None:
        moves = (
            self.env["account.move"]
            .search(
                [
                    ("telecom_document_run_id", "=", self.run.id),
                    ("state", "=", "posted"),
                    ("telecom_reversed", "=", False),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                ],
                order="id",
            )
            .filtered(self._shall_go_out)
        )
        undone = moves.filtered(lambda move: not move.invoice_pdf_report_id)
        for move in undone:
            self.finding(
                "dispatch_without_document",
                self.env._(
                    "Invoice %(invoice)s has no document yet. Start the step “Make documents” "
                    "again.",
                    invoice=move.name,
                ),
                record=move,
            )
        self.dispatches._enlist(moves - undone)
        self._commit()

    def _shall_go_out(self, move) -> bool:
        """All but corrections of what was taken back before it was sent: nobody knows of it."""
        original = move.reversed_entry_id
        if move.telecom_run_id or not original.telecom_reversed:
            return True
        return bool(
            original.is_move_sent
            or self.dispatches.search_count(
                [("move_id", "=", original.id), ("state", "in", ("sending", "sent", "unsure"))],
                limit=1,
            )
        )

    def _look_after_interrupted(self) -> None:
        """Only we work on this run: what is still "sending" was left by a process that died."""
        for row in self._rows([("state", "=", "sending")]):
            row._mark_unsure(self.env._("The process that was sending it ended."))
        self._rows([("state", "=", "sent"), ("mail_id", "!=", False)])._settle()
        self._commit()

    def _drop_reversed(self) -> None:
        """What was taken back while it waited does not go out any more."""
        rows = self._rows([("state", "in", ("waiting", "failed"))])
        rows.filtered("move_id.telecom_reversed").action_drop()
        self._commit()

    def _send_mails(self) -> None:
        rows = self._rows([("state", "=", "waiting"), ("method", "=", "email")])
        for row in rows.filtered(lambda row: not row.recipient):
            row.write(
                {"state": "failed", "error": self.env._("The customer has no e-mail address.")}
            )
        rows = rows.filtered("recipient")
        with MailSessions(self.env) as sessions:
            for at in range(0, len(rows), PREPARED):
                part = rows[at : at + PREPARED]
                for row in part.filtered(lambda row: not row.mail_id):
                    row._prepare_mail()
                self._commit()
                for number, row in enumerate(part, at + 1):
                    row._send(sessions, self._commit)
                    self.progress(number, len(rows))
                part._settle()
        self._commit()

    def _bundle_letters(self) -> None:
        rows = self._rows([("state", "=", "waiting"), ("method", "=", "post")])
        if rows:
            before = self.env["telecom.print.bundle"].search_count([("run_id", "=", self.run.id)])
            name = self.env._("Letters %(month)s", month=self.run.name)
            name = f"{name}-{before + 1}" if before else name
            self.env["telecom.print.bundle"]._make(rows, name, self.run)
            self._commit()

    def _report(self) -> None:
        for row in self._rows([("state", "in", ("failed", "unsure"))]):
            if row.state == "unsure":
                message = self.env._(
                    "The mail with invoice %(invoice)s to %(recipient)s may have been sent: "
                    "%(error)s Look for %(message_id)s in the mail server's log, then choose “Was "
                    "sent” or “Send” at the dispatch.",
                    invoice=row.move_id.name,
                    recipient=row.recipient,
                    error=row.error or "",
                    message_id=row.message_id,
                )
            else:
                message = self.env._(
                    "Invoice %(invoice)s of customer %(customer)s was not sent: %(error)s Mend the "
                    "address or choose the letter, then “Send” at the dispatch.",
                    invoice=row.move_id.name,
                    customer=row.partner_id.display_name,
                    error=row.error or "",
                )
            self.finding(f"dispatch_{row.state}", message, record=row)

    # ------------------------------------------------------------------ helpers
    def _rows(self, domain):
        return self.dispatches.search(
            [("run_id", "=", self.run.id), ("purpose", "=", "first"), *domain], order="id"
        )

    def _commit(self) -> None:
        """Keep what is done, without the pause that ``progress`` may ask for."""
        self.env.flush_all()
        if self.run._commits():
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _count(self) -> Totals:
        self.env.flush_all()
        query = SQL(
            "SELECT d.method, d.state, count(*), coalesce(sum(m.amount_total_signed), 0)"
            " FROM telecom_dispatch d JOIN account_move m ON m.id = d.move_id"
            " WHERE d.run_id = %s AND d.purpose = 'first' GROUP BY 1, 2",
            self.run.id,
        )
        rows = exact.fetch(self.env.cr, query)
        sent = {method: count for method, state, count, _sum in rows if state == "sent"}
        details = {"mails": sent.get("email", 0), "letters": sent.get("post", 0)}
        for name in ("failed", "unsure", "dropped"):
            count = sum(row[2] for row in rows if row[1] == name)
            if count:
                details[name] = count
        return Totals(
            records=sum(sent.values()),
            amount=sum(
                (amount for _m, state, _c, amount in rows if state == "sent"), decimal.Decimal(0)
            ),
            details=details,
        )
