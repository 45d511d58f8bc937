# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dun: overdue invoices get their next reminder, by mail or by letter."""

from __future__ import annotations

import decimal

from odoo.tools import LazyTranslate

from ..models.mail_sessions import MailSessions
from .base import Step, StepError, Totals, register
from .invoice import QUIET

_lt = LazyTranslate(__name__)

#: Reminders a transaction.
CHUNK = 50


@register
class DunStep(Step):
    """Has the credit control find what is overdue, and sends what it found.

    The credit control remembers the level of each invoice, so that a second start on the same day
    finds nothing. Mails are written, held back, in the same transaction in which their lines
    become queued; how each is sent once, see ``models/credit_control_communication_mail.py``.
    """

    code = "dun"
    sequence = 90
    name = _lt("Dun")

    def execute(self) -> Totals:
        self.env = self.env(context={**self.env.context, **QUIET})
        self.run = self.run.with_env(self.env).with_company(self.company)
        self.reminders = self.env["credit.control.communication"]
        self._look_after_interrupted()
        policy = self.company.credit_policy_id
        if not policy or policy.do_nothing:
            self.finding(
                "dun_policy",
                self.env._(
                    "%s has no policy for reminders: nobody is reminded. Choose one in the "
                    "accounting settings.",
                    self.company.name,
                ),
                severity="warn",
            )
            return self._totals()
        if not policy.account_ids:
            raise StepError(
                self.env._(
                    "Policy “%s” names no receivable account, so it finds nothing. Add the "
                    "account of your customers.",
                    policy.name,
                )
            )
        self._find_overdue(policy)
        self._send()
        self._report()
        return self._totals()

    def _look_after_interrupted(self) -> None:
        """Only we work on this run: what is still "sending" was left by a process that died."""
        for reminder in self.reminders._telecom_of_run(self.run, "sending"):
            reminder._telecom_mark("unsure", self.env._("The process that was sending it ended."))
        self._commit()

    def _find_overdue(self, policy) -> None:
        """New lines of the credit control, ready to be sent, committed together."""
        control = self.env["credit.control.run"].create(
            {
                "date": self.company._telecom_today(),
                "company_id": self.company.id,
                "policy_ids": [(6, 0, policy.ids)],
                "telecom_run_id": self.run.id,
            }
        )
        control.generate_credit_lines()
        control.set_to_ready_lines()
        if not control.line_ids:
            control.unlink()
        self.progress(0, 1)

    def _send(self) -> None:
        """Lines that wait, of this start and of one that was killed, or whose mail was refused."""
        self._send_mails()
        waiting = self.env["credit.control.line"].search(
            [
                ("state", "in", ("to_be_sent", "email_error")),
                ("run_id.telecom_run_id", "=", self.run.id),
                ("channel", "in", ("email", "letter")),
            ]
        )
        waiting.state = "to_be_sent"
        partners = waiting.partner_id.sorted(lambda partner: (partner.ref or "", partner.id))
        for at in range(0, len(partners), CHUNK):
            lines = waiting.filtered(
                lambda line, part=partners[at : at + CHUNK]: line.partner_id in part
            )
            self._prepare(lines, at // CHUNK + 1)
            self._commit()
            self._send_mails()
            self.progress(min(at + CHUNK, len(partners)), len(partners))

    def _prepare(self, lines, number) -> None:
        """Write letters and mails of these lines."""
        letters = lines.filtered(lambda line: line.channel == "letter")
        by_mail = lines - letters
        failed = by_mail.communication_id.filtered(lambda r: r.telecom_mail_state == "failed")
        failed.telecom_mail_state = False  # its lines get a new one
        self.reminders._generate_comm_from_credit_lines(by_mail)._telecom_prepare_mails()
        if letters:
            name = self.env._("Reminders %(run)s %(number)s", run=self.run.name, number=number)
            communications = self.reminders._generate_comm_from_credit_lines(letters)
            communications._telecom_print(self.run, name)

    def _send_mails(self) -> None:
        with MailSessions(self.env) as sessions:
            for reminder in self.reminders._telecom_of_run(self.run, "waiting"):
                reminder._telecom_send(sessions, self._commit)
                self._commit()

    def _report(self) -> None:
        for reminder in self.reminders._telecom_of_run(self.run, "failed"):
            self._tell(
                "dun_mail",
                reminder,
                self.env._(
                    "The reminder for %(customer)s could not be sent to %(address)s: %(reason)s. "
                    "Correct the address or the mail server and start the step again.",
                    customer=reminder.partner_id.display_name,
                    address=reminder.get_email() or "–",
                    reason=reminder.telecom_mail_error or "–",
                ),
            )
        for reminder in self.reminders._telecom_of_run(self.run, "unsure"):
            self._tell(
                "dun_unsure",
                reminder,
                self.env._(
                    "The reminder for %(customer)s to %(address)s may have been sent: %(reason)s "
                    "Look for %(message_id)s in the mail server's log, then choose “Was Sent” or "
                    "“Send” at the reminder.",
                    customer=reminder.partner_id.display_name,
                    address=reminder.get_email() or "–",
                    reason=reminder.telecom_mail_error or "",
                    message_id=reminder.telecom_message_id or "–",
                ),
            )

    def _tell(self, code, reminder, message) -> None:
        self.finding(
            code,
            message,
            severity="warn",
            record=reminder,
            amount=sum(reminder.credit_control_line_ids.mapped("balance_due")),
        )

    def _commit(self) -> None:
        """Keep what is done, without the pause that ``progress`` may ask for."""
        self.env.flush_all()
        if self.run._commits():
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _totals(self) -> Totals:
        lines = self.env["credit.control.line"].search(
            [("run_id.telecom_run_id", "=", self.run.id), ("state", "!=", "ignored")]
        )
        by_channel = {
            channel: len(lines.filtered(lambda line, way=channel: line.channel == way))
            for channel in ("email", "letter")
        }
        amount = sum((decimal.Decimal(str(line.balance_due)) for line in lines), decimal.Decimal(0))
        return Totals(
            records=len(lines),
            amount=amount,
            details={**by_channel, "customers": len(lines.partner_id)},
        )
