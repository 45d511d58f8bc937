# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reminder by mail leaves once, with the same promise as an invoice (see telecom_dispatch.py).

Its mails are held back until the step sends them. Before that it is committed as "sending",
afterwards as "sent"; what a process leaves as "sending" may have gone out and is never sent again
by itself.
"""

import smtplib

from odoo import api, fields, models
from odoo.exceptions import UserError


class CreditControlCommunication(models.Model):
    _inherit = "credit.control.communication"

    telecom_mail_state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("unsure", "Perhaps sent"),
        ],
        string="Mail",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    telecom_mail_error = fields.Char(string="Mail error", readonly=True, copy=False)
    telecom_message_id = fields.Char(
        string="Message-ID", readonly=True, copy=False, help="As in the mail server's log."
    )

    # ------------------------------------------------------------------ actions
    def action_telecom_was_sent(self):
        """A person found the mail in the server's log."""
        self._telecom_check_unsure()._telecom_mark("sent")
        self._telecom_lines("queued").state = "sent"
        return True

    def action_telecom_send_again(self):
        """A person decides that it was not sent: the step “Dun” sends it at its next start."""
        self._telecom_check_unsure()._telecom_mark("waiting")
        return True

    def _telecom_check_unsure(self):
        settled = self.filtered(lambda reminder: reminder.telecom_mail_state != "unsure")
        if settled:
            raise UserError(
                self.env._(
                    "The reminder for %s is not unsure: there is nothing to decide.",
                    settled[0].partner_id.display_name,
                )
            )
        return self

    # ------------------------------------------------------------------ business
    @api.model
    def _telecom_of_run(self, run, state):
        """The reminders by mail of a billing run in a state, in order."""
        return self.search(
            [
                ("credit_control_line_ids.run_id.telecom_run_id", "=", run.id),
                ("telecom_mail_state", "=", state),
            ],
            order="id",
        )

    def _telecom_prepare_mails(self):
        """Write the mails, held back: nobody else sends them while they are cancelled."""
        self._generate_emails()
        self.env.flush_all()
        for reminder in self:
            mails = reminder._telecom_mails()
            mails.state = "cancel"
            reminder.write(
                {
                    "telecom_mail_state": "waiting",
                    "telecom_message_id": mails[:1].message_id,
                }
            )

    def _telecom_mails(self):
        self.ensure_one()
        mails = self.env["mail.mail"].sudo()
        return mails.search([("model", "=", self._name), ("res_id", "=", self.id)], order="id")

    def _telecom_lines(self, state):
        return self.credit_control_line_ids.filtered(lambda line: line.state == state)

    def _telecom_send(self, sessions, commit):
        """Send the mails of one reminder; ``commit`` is called before and must be called after.

        :param MailSessions sessions: open connections to mail servers
        """
        self.ensure_one()
        mails = self._telecom_mails()
        ways = [(mail, sessions.of(mail)) for mail in mails]
        self._telecom_mark("sending")
        commit()
        for mail, way in ways:
            mail.state = "outgoing"
            try:
                mail._send(**way)
            except smtplib.SMTPServerDisconnected as error:
                sessions.close()
                mails.exists().state = "cancel"
                self._telecom_mark("unsure", str(error))
                return
        refused = mails.exists().filtered(lambda mail: mail.state == "exception")
        if refused:
            self._telecom_mark("failed", refused[0].failure_reason)
            refused.state = "cancel"  # a new start writes a new one
        else:
            self._telecom_mark("sent")

    def _telecom_mark(self, state, error=False):
        self.write({"telecom_mail_state": state, "telecom_mail_error": error})
