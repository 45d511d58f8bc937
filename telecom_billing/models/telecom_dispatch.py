# SPDX-License-Identifier: AGPL-3.0-or-later
"""A dispatch: one invoice going to its customer once, by mail or by letter, and what became of it.

Nothing is sent twice. Before a mail leaves, its row is committed as "sending"; afterwards as
"sent". A process that dies in between leaves a row whose mail may or may not have gone out: it
becomes "unsure" and is never sent again by itself; a person looks for its Message-ID in the mail
server's log and decides. A letter becomes part of a print bundle in the same transaction that
keeps the bundle, so it is in exactly one.
"""

from __future__ import annotations

import logging
import smtplib

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class TelecomDispatch(models.Model):
    _name = "telecom.dispatch"
    _description = "Dispatch"
    _order = "id desc"
    _rec_name = "move_id"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    run_id = fields.Many2one(related="move_id.telecom_document_run_id", store=True, index=True)
    partner_id = fields.Many2one(related="move_id.partner_id", store=True, string="Customer")
    customer_number = fields.Char(
        "Customer number", related="move_id.commercial_partner_id.ref", store=True
    )
    purpose = fields.Selection(
        [("first", "First dispatch"), ("again", "Sent again")],
        required=True,
        default="first",
        readonly=True,
    )
    method = fields.Selection(
        [("email", "E-mail"), ("post", "Letter")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("unsure", "Perhaps sent"),
            ("dropped", "Not sent"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    recipient = fields.Char("Sent to", readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")
    message_id = fields.Char("Message-ID", readonly=True, help="As in the mail server's log.")
    sent_at = fields.Datetime("Sent on", readonly=True)
    error = fields.Char(readonly=True)
    bundle_id = fields.Many2one("telecom.print.bundle", readonly=True, index="btree_not_null")

    _first_once = models.UniqueIndex(
        "(move_id) WHERE purpose = 'first'",
        "This invoice has its first dispatch already. Send it again instead.",
    )

    # ------------------------------------------------------------------ actions
    def action_confirm_sent(self):
        """A person found the mail in the server's log: it was sent."""
        rows = self.filtered(lambda row: row.state in ("unsure", "failed"))
        rows._mark_sent()
        rows._settle()
        return True

    def action_send_again(self):
        """A person decides that it was not sent, or that the fault is mended."""
        for row in self:
            if row.state not in ("unsure", "failed", "dropped"):
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s is “%(state)s”: only what failed or is unsure can be "
                        "put back into the queue.",
                        invoice=row.move_id.name,
                        state=dict(self._fields["state"]._description_selection(self.env))[
                            row.state
                        ],
                    )
                )
        self.mail_id.sudo().unlink()
        self.write({"state": "waiting", "error": False, "message_id": False})
        for row in self:
            row.write(self._prepare_method(row.move_id))
        return True

    def action_drop(self):
        """It shall not be sent at all."""
        self.filtered(lambda row: row.state in ("waiting", "unsure", "failed")).state = "dropped"
        return True

    # ------------------------------------------------------------------ business
    @api.model
    def _enlist(self, moves):
        """A first dispatch for each of ``moves`` that has none yet."""
        known = self.search([("move_id", "in", moves.ids), ("purpose", "=", "first")]).move_id
        return self.create(
            [{"move_id": move.id, **self._prepare_method(move)} for move in moves - known]
        )

    @api.model
    def _prepare_method(self, move) -> dict:
        """By mail or by post, as the customer wishes."""
        wish = move.commercial_partner_id.telecom_invoice_delivery
        email = (move.partner_id.email or "").strip()
        method = wish or ("email" if email else "post")
        return {"method": method, "recipient": email if method == "email" else False}

    def _prepare_mail(self):
        """Make the mail, held back: nobody else sends it while it is cancelled."""
        self.ensure_one()
        move = self.move_id
        mail = move._telecom_mail(self._get_template(), self.recipient)
        self.write({"mail_id": mail.id, "message_id": mail.message_id})

    def _get_template(self):
        if self.move_id.move_type == "out_refund":
            return self.env.ref("telecom_billing.mail_template_correction")
        own = self.company_id.telecom_mail_template_id
        return own or self.env.ref("telecom_billing.mail_template_invoice")

    def _send(self, sessions, commit):
        """Send the mail; ``commit`` is called before and must be called after.

        :param MailSessions sessions: open connections to mail servers
        """
        self.ensure_one()
        if not self.mail_id:
            self._prepare_mail()
        mail = self.mail_id.sudo()
        session = sessions.of(mail)
        self.state = "sending"
        commit()
        mail.state = "outgoing"
        try:
            mail._send(**session)
        except smtplib.SMTPServerDisconnected as error:
            sessions.close()
            self._mark_unsure(str(error))
            mail.state = "cancel"
            return
        if mail.state == "sent":
            self._mark_sent()
        else:
            self.write({"state": "failed", "error": mail.failure_reason})

    def _mark_sent(self):
        """Nothing but the row itself: what may fail after a mail is out should be little."""
        self.write({"state": "sent", "sent_at": fields.Datetime.now(), "error": False})

    def _settle(self):
        """The invoices know that they were sent; the mails have done their work."""
        sent = self.filtered(lambda row: row.state == "sent")
        sent.move_id.filtered(lambda move: not move.is_move_sent).is_move_sent = True
        done = sent.filtered(lambda row: row.mail_id and row._get_template().auto_delete)
        done.mail_id.sudo().unlink()

    def _mark_unsure(self, reason):
        self.write({"state": "unsure", "error": reason})
