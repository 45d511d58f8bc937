# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invoices made elsewhere in the customer portal."""

from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.http import content_disposition, request

PAGE = 50


class PortalDocuments(CustomerPortal):
    def _collective_parts(self):
        """(model as superuser, domain of what is the customer's own)."""
        Part = request.env["telecom.collective.part"].sudo()
        return Part, Part._portal_domain(request.env.user.partner_id)

    def _prepare_home_portal_values(self, counters):
        # EXTENDS 'portal'
        values = super()._prepare_home_portal_values(counters)
        if "telecom_document_count" in counters:
            Part, domain = self._collective_parts()
            values["telecom_document_count"] = Part.search_count(domain)
        return values

    @http.route(
        ["/my/documents", "/my/documents/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_documents(self, page=1, **_kw):
        """The customer's invoices, newest first."""
        Part, domain = self._collective_parts()
        pager = portal_pager(
            url="/my/documents", total=Part.search_count(domain), page=page, step=PAGE
        )
        values = {
            "parts": Part.search(
                domain,
                order="date DESC, invoice_number DESC, id DESC",
                limit=PAGE,
                offset=pager["offset"],
            ),
            "pager": pager,
            "page_name": "telecom_documents",
        }
        return request.render("telecom_billing.portal_documents", values)

    @http.route(["/my/documents/<int:part_id>"], type="http", auth="user", website=True)
    def portal_document(self, part_id, **_kw):
        """Download, for the customer it belongs to."""
        Part, domain = self._collective_parts()
        part = Part.search([*domain, ("id", "=", part_id)], limit=1)
        if not part:
            return request.redirect("/my/documents")
        content = part.attachment_id.raw
        return request.make_response(
            content,
            [
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(part.attachment_id.name)),
            ],
        )
