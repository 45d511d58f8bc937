# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reminder as a letter: one document for printing and as the attachment of a mail."""

from odoo import fields, models


class CreditControlCommunication(models.Model):
    _inherit = "credit.control.communication"

    telecom_bundle_id = fields.Many2one(
        "telecom.print.bundle", string="Print bundle", readonly=True, index="btree_not_null"
    )

    # ------------------------------------------------------------------ business
    def _telecom_level(self):
        """0 for the first level of the policy, 1 for the second, …"""
        self.ensure_one()
        levels = self.policy_level_id.policy_id.level_ids.sorted("level")
        return list(levels).index(self.policy_level_id)

    def _telecom_letter(self):
        """The reminder as PDF, in the language of who receives it."""
        self.ensure_one()
        partner = self.contact_address_id or self.partner_id
        level = self.policy_level_id.with_context(lang=partner.lang)
        return self.env["telecom.document"]._reminder_pdf(
            partner,
            self.credit_control_line_ids.invoice_id,
            level=self._telecom_level(),
            date=self.report_date,
            paragraphs=[text for text in (level.custom_text or "").split("\n\n") if text],
        )

    def _telecom_file_name(self):
        self.ensure_one()
        partner = self.contact_address_id or self.partner_id
        name = self.policy_level_id.with_context(lang=partner.lang).name
        return f"{name} {self.partner_id.ref or self.partner_id.id} {self.report_date}.pdf"

    def _telecom_print(self, run, name):
        """Put these letters into one print bundle; they count as sent once it is printed."""
        self.env["telecom.print.bundle"]._make_letters(
            [(comm.partner_id.ref or "", comm._telecom_letter(), comm) for comm in self],
            name,
            run,
        )
        self.credit_control_line_ids.write({"state": "queued"})
