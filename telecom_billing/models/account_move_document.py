# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invoice's documents: its PDF and its itemised bill, made once and kept."""

from odoo import api, fields, models

ITEMISED_FIELD = "telecom_itemised_file"


class AccountMove(models.Model):
    _inherit = "account.move"

    telecom_itemised_id = fields.Many2one(
        "ir.attachment",
        string="Itemised bill",
        compute=lambda self: self._compute_linked_attachment_id(
            "telecom_itemised_id", ITEMISED_FIELD
        ),
        depends=[ITEMISED_FIELD],
    )
    telecom_itemised_file = fields.Binary(
        attachment=True, string="Itemised bill (file)", copy=False, readonly=True
    )

    # ------------------------------------------------------------------ actions
    def action_telecom_open_itemised(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/{ITEMISED_FIELD}"
            f"/{self.telecom_itemised_id.name}",
            "target": "new",
        }

    # ------------------------------------------------------------------ business
    def _telecom_wants_itemised(self) -> bool:
        """Whether the customer gets an itemised bill with this invoice."""
        self.ensure_one()
        contract = self.telecom_contract_id
        if self.move_type != "out_invoice" or contract.telecom_itemised_bill in (False, "none"):
            return False
        periods = self.telecom_summary_ids.mapped("period")
        return bool(periods) and max(periods) >= contract._telecom_itemised_from()

    def _telecom_has_own_document(self) -> bool:
        """Whether this invoice is typeset by us and not by QWeb."""
        self.ensure_one()
        return self.is_sale_document() and self.company_id.telecom_typeset

    def _telecom_make_documents(self):
        """Make and keep what is missing: the invoice with its XML, the itemised bill.

        :return: (number of documents made, {message: e-invoice fault}) for the caller to report
        """
        made, faults = 0, {}
        documents = self.env["telecom.document"]
        values = []
        for move in self:
            if not move.invoice_pdf_report_id:
                xml, errors = move._telecom_facturx()
                faults |= dict.fromkeys(errors, move)
                values.append(move._telecom_invoice_values(documents._invoice_pdf(move, xml)))
            if move._telecom_wants_itemised() and not move.telecom_itemised_id:
                values.append(move._telecom_itemised_values(documents._itemised_pdf(move)))
        self.env["ir.attachment"].sudo().create(values)
        made = len(values)
        fresh = self.filtered(lambda move: not move.invoice_pdf_report_id)
        fresh.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])
        self.invalidate_recordset(["telecom_itemised_id", ITEMISED_FIELD])
        for move in fresh:
            move.message_main_attachment_id = move.invoice_pdf_report_id
        return made, faults

    def _telecom_invoice_values(self, pdf: bytes) -> dict:
        report = self.env.ref("account.account_invoices")
        return {
            "name": self._get_invoice_report_filename(report=report),
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
            "res_field": "invoice_pdf_report_file",
        }

    def _telecom_itemised_values(self, pdf: bytes) -> dict:
        return {
            "name": self._telecom_itemised_name(),
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
            "res_field": ITEMISED_FIELD,
        }

    def _telecom_itemised_name(self) -> str:
        env = self.env["telecom.document"]._env_of(self.partner_id)
        return env._("%(invoice)s itemised bill.pdf", invoice=self.name.replace("/", "_"))

    def _telecom_facturx(self):
        """(XML text or None, faults) of the e-invoice; none where data is missing for it."""
        self.ensure_one()
        if self.state != "posted" or not self.is_sale_document():
            return None, set()
        xml, faults = self.env["account.edi.xml.cii"]._export_invoice(self)
        return (None, faults) if faults else (xml.decode(), set())

    # ------------------------------------------------------------------ hooks of account
    @api.model
    def _get_fields_to_detach(self):
        # EXTENDS 'account'
        return [*super()._get_fields_to_detach(), ITEMISED_FIELD]
