# SPDX-License-Identifier: AGPL-3.0-or-later
"""A test send: one customer's invoice mail to one's own address."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.mail_sessions import MailSessions


class TelecomTestSend(models.TransientModel):
    _name = "telecom.test.send"
    _description = "Test Send"

    run_id = fields.Many2one("telecom.billing.run", required=True)
    company_id = fields.Many2one(related="run_id.company_id")
    customer_number = fields.Char(required=True)
    move_id = fields.Many2one("account.move", "Invoice", compute="_compute_move_id")
    email_to = fields.Char("Send to", required=True, default=lambda self: self.env.user.email)

    # ------------------------------------------------------------------ compute
    @api.depends("run_id", "customer_number")
    def _compute_move_id(self):
        for wizard in self:
            wizard.move_id = wizard.customer_number and self.env["account.move"].search(
                [
                    ("telecom_run_id", "=", wizard.run_id.id),
                    ("commercial_partner_id.ref", "=", wizard.customer_number.strip()),
                    ("state", "=", "posted"),
                ],
                order="id",
                limit=1,
            )

    # ------------------------------------------------------------------ actions
    def action_send(self):
        """Send now; the customer hears nothing, and the invoice still waits for its dispatch."""
        self.ensure_one()
        if not self.move_id:
            raise UserError(
                self.env._(
                    "Customer %(number)s has no posted invoice in run %(run)s. Check the number, "
                    "or start the step “Make invoices” first.",
                    number=self.customer_number,
                    run=self.run_id.name,
                )
            )
        self.move_id._telecom_make_documents()
        template = self.env["telecom.dispatch"].new({"move_id": self.move_id.id})._get_template()
        mail = self.move_id._telecom_mail(template, self.email_to, self.env._("[Test]"))
        # Not part of the customer's history.
        mail.write({"is_notification": False, "model": False, "res_id": False})
        with MailSessions(self.env) as sessions:
            session = sessions.of(mail)
            mail.state = "outgoing"
            mail._send(raise_exception=True, **session)
        mail.unlink()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Invoice %(invoice)s was sent to %(email)s as a test.",
                    invoice=self.move_id.name,
                    email=self.email_to,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
