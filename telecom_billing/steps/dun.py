# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dun: overdue invoices get their next reminder, by mail or by letter."""

from __future__ import annotations

import decimal

from odoo.tools import LazyTranslate

from .base import Step, StepError, Totals, register
from .invoice import QUIET

_lt = LazyTranslate(__name__)

#: Reminders a transaction.
CHUNK = 50


@register
class DunStep(Step):
    """Has the credit control find what is overdue, and sends what it found.

    The credit control remembers the level of each invoice, so that a second start on the same day
    finds nothing. Mails are written into the queue in the same transaction in which their lines
    become queued, and sent when that is committed; what a kill leaves there the queue sends.
    """

    code = "dun"
    sequence = 90
    name = _lt("Dun")

    def execute(self) -> Totals:
        self.env = self.env(context={**self.env.context, **QUIET})
        self.run = self.run.with_env(self.env).with_company(self.company)
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
        return self._totals()

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
            mails = self._prepare_letters(lines, at // CHUNK + 1)
            self.progress(min(at + CHUNK, len(partners)), len(partners))
            self._post_mails(mails)

    def _prepare_letters(self, lines, number):
        """Write letters and mails of these lines; returns the mails, in the queue."""
        communications = self.env["credit.control.communication"]
        letters = lines.filtered(lambda line: line.channel == "letter")
        by_mail = communications._generate_comm_from_credit_lines(lines - letters)
        by_mail._generate_emails()
        if letters:
            name = self.env._("Reminders %(run)s %(number)s", run=self.run.name, number=number)
            communications._generate_comm_from_credit_lines(letters)._telecom_print(self.run, name)
        self.env.flush_all()
        return self.env["mail.mail"].search(
            [("model", "=", communications._name), ("res_id", "in", by_mail.ids)]
        )

    def _post_mails(self, mails) -> None:
        """Send what was committed; the mail queue would do so later by itself."""
        mails.filtered(lambda mail: mail.state == "outgoing").send(auto_commit=self.run._commits())
        for mail in mails.exists().filtered(lambda mail: mail.state == "exception"):
            reminder = self.env[mail.model].browse(mail.res_id)
            self.finding(
                "dun_mail",
                self.env._(
                    "The reminder for %(customer)s could not be sent to %(address)s: %(reason)s. "
                    "Correct the address or the mail server and start the step again.",
                    customer=reminder.partner_id.display_name,
                    address=reminder.get_email() or "–",
                    reason=mail.failure_reason or "–",
                ),
                severity="warn",
                record=reminder.partner_id,
                amount=sum(reminder.credit_control_line_ids.mapped("balance_due")),
            )

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
