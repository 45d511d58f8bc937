# SPDX-License-Identifier: AGPL-3.0-or-later
"""The itemised bill beside the invoice in the customer portal."""

from odoo import http
from odoo.addons.account.controllers.portal import PortalAccount
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request


class PortalItemisedBill(PortalAccount):
    @http.route()
    def portal_my_invoice_detail(
        self, invoice_id, access_token=None, report_type=None, download=False, **kw
    ):
        # EXTENDS 'account': the invoice alone, not an archive of it and the itemised bill, which
        # has a button of its own
        if report_type == "pdf" and download:
            invoice = self._readable_invoice(invoice_id, access_token)
            if invoice and invoice.telecom_itemised_id and invoice.invoice_pdf_report_id:
                return self._download(invoice.invoice_pdf_report_id)
        return super().portal_my_invoice_detail(
            invoice_id,
            access_token=access_token,
            report_type=report_type,
            download=download,
            **kw,
        )

    @http.route(
        ["/my/invoices/<int:invoice_id>/itemised"], type="http", auth="public", website=True
    )
    def portal_itemised_bill(self, invoice_id, access_token=None, **_kw):
        """Download, for whoever may read the invoice: its customer, or who has its mail."""
        invoice = self._readable_invoice(invoice_id, access_token)
        if not invoice:
            return request.redirect("/my")
        if invoice.state != "posted" or not invoice.telecom_itemised_id:
            return request.redirect(invoice.get_portal_url())
        return self._download(invoice.telecom_itemised_id)

    def _readable_invoice(self, invoice_id, access_token):
        """The invoice (as superuser) if whoever asks may read it, else None."""
        try:
            return self._document_check_access("account.move", invoice_id, access_token)
        except (AccessError, MissingError):
            return None

    def _download(self, attachment):
        content = attachment.sudo().raw
        return request.make_response(
            content,
            [
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(attachment.name)),
            ],
        )
