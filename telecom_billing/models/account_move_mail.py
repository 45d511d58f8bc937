# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mail that carries an invoice and its itemised bill."""

import base64

from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _telecom_documents(self):
        """The documents that go to the customer, as attachments: invoice, then itemised bill."""
        self.ensure_one()
        return (self.invoice_pdf_report_id | self.telecom_itemised_id).sudo()

    def _telecom_documents_raw(self) -> list[bytes]:
        return [attachment.raw for attachment in self._telecom_documents()]

    def _telecom_mail(self, template, email_to, subject_prefix=""):
        """A mail.mail with both documents, logged at the invoice, held back (state cancel).

        It becomes "outgoing" only in the transaction that sends it, so that Odoo's own queue
        never takes it up.
        """
        self.ensure_one()
        self._portal_ensure_token()
        values = {
            "state": "cancel",
            "email_to": email_to,
            "recipient_ids": [],
            # Told from the outcome; a deleted mail tells nothing.
            "auto_delete": False,
            "is_notification": True,
            "message_type": "comment",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "attachments": [
                (attachment.name, base64.b64encode(attachment.raw))
                for attachment in self._telecom_documents()
            ],
        }
        mail = template.sudo().send_mail_batch(self.ids, email_values=values)
        if subject_prefix:
            mail.subject = f"{subject_prefix} {mail.subject}"
        return mail
