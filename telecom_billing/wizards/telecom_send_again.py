# SPDX-License-Identifier: AGPL-3.0-or-later
"""Send invoices again, by e-mail or as letters to print."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.mail_sessions import MailSessions


class TelecomSendAgain(models.TransientModel):
    _name = "telecom.send.again"
    _description = "Send Invoices Again"

    move_ids = fields.Many2many(
        "account.move", string="Invoices", default=lambda self: self._default_moves()
    )
    method = fields.Selection(
        [("email", "E-mail"), ("post", "Letter")], required=True, default="email"
    )
    email_to = fields.Char(
        "Send to", help="Empty: each customer's own address. One address for all of them else."
    )

    @api.model
    def _default_moves(self):
        model = self.env.context.get("active_model")
        if model not in ("account.move", "telecom.dispatch"):
            return self.env["account.move"]
        records = self.env[model].browse(self.env.context.get("active_ids", []))
        return records if model == "account.move" else records.move_id

    # ------------------------------------------------------------------ actions
    def action_send(self):
        self.ensure_one()
        self.move_ids.check_access("read")
        wrong = self.move_ids.filtered(
            lambda move: move.state != "posted" or not move.is_sale_document()
        )
        if wrong or not self.move_ids:
            raise UserError(
                self.env._(
                    "%(document)s is not a posted invoice. Choose posted invoices only.",
                    document=wrong[:1].display_name or self.env._("Nothing"),
                )
            )
        # Agents may send what they may read; making documents and rows takes more rights.
        self.move_ids.sudo()._telecom_make_documents()
        return self._send_letters() if self.method == "post" else self._send_mails()

    def _rows(self):
        dispatches = self.env["telecom.dispatch"].sudo()
        return dispatches.create(
            [
                {
                    "move_id": move.id,
                    "purpose": "again",
                    "method": self.method,
                    "recipient": self.method == "email"
                    and (self.email_to or move.partner_id.email),
                }
                for move in self.move_ids
            ]
        )

    def _send_letters(self):
        name = self.env._(
            "Letters %(moment)s",
            moment=fields.Datetime.context_timestamp(self, fields.Datetime.now()).strftime(
                "%Y-%m-%d %H.%M"
            ),
        )
        bundles = self.env["telecom.print.bundle"].sudo()._make(self._rows(), name)
        return bundles[:1].action_download()

    def _send_mails(self):
        nobody = self.move_ids.filtered(lambda move: not move.partner_id.email)
        if nobody and not self.email_to:
            raise UserError(
                self.env._(
                    "Customer %(customer)s has no e-mail address. Enter one, or choose the letter.",
                    customer=nobody[0].partner_id.display_name,
                )
            )
        rows = self._rows()
        with MailSessions(self.env) as sessions:
            for row in rows:
                row._send(sessions, self._commit)
                self._commit()
        rows._settle()
        failed = rows.filtered(lambda row: row.state != "sent")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "message": failed[:1].error
                or self.env._("%(count)s invoices were sent.", count=len(rows)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _commit(self):
        self.env.flush_all()
        if self.env["telecom.billing.run"]._commits():
            self.env.cr.commit()  # pylint: disable=invalid-commit
