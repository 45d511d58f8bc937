# SPDX-License-Identifier: AGPL-3.0-or-later
"""Printing, sending and the portal ask ``ir.actions.report``: here our own documents step in."""

from __future__ import annotations

import io
from collections import OrderedDict

from markupsafe import Markup
from odoo import fields, models

#: What a browser shows of a typeset document: its pages one below the other.
PREVIEW = Markup(
    "<!DOCTYPE html><html><head><meta charset='utf-8'/><style>"
    "html,body{margin:0;background:#fff}"
    "svg{display:block;width:100%%;height:auto;border-bottom:1px solid #ddd}"
    "</style></head><body><div id='wrapwrap'>%s</div></body></html>"
)


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    telecom_document = fields.Selection(
        [("invoice", "Invoice"), ("itemised", "Itemised bill"), ("totals", "Control totals")],
        string="Typeset as",
        help="Made by Typst instead of QWeb: no wkhtmltopdf, DIN 5008, PDF/A-3. Invoices also "
        "need it switched on in their company.",
    )

    # ------------------------------------------------------------------ which ones are ours
    def _get_readable_fields(self):
        # EXTENDS 'base': the browser must know that it need not ask for wkhtmltopdf
        return super()._get_readable_fields() | {"telecom_document"}

    def report_action(self, docids, data=None, config=True):
        # EXTENDS 'base': buttons make their own action, without the fields of the record
        action = super().report_action(docids, data=data, config=config)
        ids = getattr(docids, "ids", None) or ([docids] if isinstance(docids, int) else docids)
        if action.get("type") == "ir.actions.report" and self._telecom_own(self, ids):
            action["telecom_document"] = self.telecom_document
        return action

    def _telecom_own(self, report, res_ids) -> set[int]:
        """The ids among ``res_ids`` whose documents we typeset."""
        if not report.telecom_document or not res_ids:
            return set()
        if report.telecom_document != "invoice":
            return set(res_ids)
        moves = self.env["account.move"].browse(res_ids)
        return {move.id for move in moves if move._telecom_has_own_document()}

    def _telecom_typeset(self, report, record, data) -> bytes:
        """One document as PDF. An invoice that was made stays as it was made."""
        documents = self.env["telecom.document"]
        if report.telecom_document == "totals":
            return documents._totals_pdf(record)
        if report.telecom_document == "itemised":
            return record.telecom_itemised_id.raw or documents._itemised_pdf(record)
        proforma = self._telecom_is_proforma(data)
        if record.invoice_pdf_report_id and not proforma:
            return record.invoice_pdf_report_id.raw
        xml = None if proforma else record._telecom_facturx()[0]
        return documents._invoice_pdf(record, xml, proforma=proforma)

    def _telecom_is_proforma(self, data) -> bool:
        return bool((data or {}).get("proforma") or self.env.context.get("proforma_invoice"))

    # ------------------------------------------------------------------ hooks of base
    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # EXTENDS 'base'
        report = self._get_report(report_ref)
        own = self._telecom_own(report, res_ids)
        if not own:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        others = [res_id for res_id in res_ids if res_id not in own]
        found = (
            super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=others)
            if others
            else {}
        )
        streams = OrderedDict()
        for record in self.env[report.model].browse(res_ids):
            if record.id in own:
                pdf = self._telecom_typeset(report, record, data)
                streams[record.id] = {"stream": io.BytesIO(pdf), "attachment": None}
            elif record.id in found:
                streams[record.id] = found[record.id]
        return streams

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        # EXTENDS 'base': Odoo's tests show HTML instead of PDF, for want of wkhtmltopdf
        ids = [res_ids] if isinstance(res_ids, int) else res_ids
        if self._telecom_own(self._get_report(report_ref), ids) == set(ids or ()) != set():
            self = self.with_context(force_report_rendering=True)
        return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)

    def _render_qweb_html(self, report_ref, docids, data=None):
        # EXTENDS 'base': the preview shows the very document
        report = self._get_report(report_ref)
        ids = [docids] if isinstance(docids, int) else docids
        own = self._telecom_own(report, ids)
        if report.telecom_document != "invoice" or not own or own != set(ids):
            return super()._render_qweb_html(report_ref, docids, data=data)
        documents = self.env["telecom.document"]
        pages = [
            Markup(page)
            for move in self.env["account.move"].browse(ids)
            for page in documents._invoice_preview(
                move, proforma=self._telecom_is_proforma(data) and move.state != "posted"
            )
        ]
        return (PREVIEW % Markup("").join(pages)).encode(), "html"
