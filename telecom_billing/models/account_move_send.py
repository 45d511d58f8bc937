# SPDX-License-Identifier: AGPL-3.0-or-later
"""Send & Print with our documents: the itemised bill goes along, the PDF stays as typeset."""

from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _get_invoice_extra_attachments(self, move):
        # EXTENDS 'account': mails, the portal's zip and downloads carry the itemised bill
        return super()._get_invoice_extra_attachments(move) + move.telecom_itemised_id

    @api.model
    def _get_default_mail_template_id(self, move):
        # EXTENDS 'account'
        if move.telecom_contract_id and move.move_type == "out_invoice":
            own = move.company_id.telecom_mail_template_id
            if own:
                return own
        return super()._get_default_mail_template_id(move)

    @api.model
    def _hook_invoice_document_before_pdf_report_render(self, invoice, invoice_data):
        # EXTENDS 'account'
        result = super()._hook_invoice_document_before_pdf_report_render(invoice, invoice_data)
        if invoice._telecom_wants_itemised() and not invoice.telecom_itemised_id:
            pdf = self.env["telecom.document"]._itemised_pdf(invoice)
            invoice_data["telecom_itemised_values"] = invoice._telecom_itemised_values(pdf)
        return result

    @api.model
    def _hook_invoice_document_after_pdf_report_render(self, invoice, invoice_data):
        # EXTENDS 'account_edi_ubl_cii': it writes the PDF anew to put the e-invoice in, which is
        # in it already; the archive's format would suffer
        values = invoice_data.get("pdf_attachment_values")
        typeset = values and values["raw"] if invoice._telecom_has_own_document() else None
        result = super()._hook_invoice_document_after_pdf_report_render(invoice, invoice_data)
        if typeset:
            values["raw"] = typeset
        return result

    @api.model
    def _link_invoice_documents(self, invoices_data):
        # EXTENDS 'account'
        result = super()._link_invoice_documents(invoices_data)
        values = [
            data["telecom_itemised_values"]
            for data in invoices_data.values()
            if data.get("telecom_itemised_values")
        ]
        if values:
            self.env["ir.attachment"].sudo().create(values)
            for invoice in invoices_data:
                invoice.invalidate_recordset(["telecom_itemised_id", "telecom_itemised_file"])
        return result
