# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step: make the invoices' PDFs and itemised bills, once, and keep them."""

from __future__ import annotations

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Step, Totals, register

_lt = LazyTranslate(__name__)

CHUNK = 50
MISSING = """
    SELECT m.id FROM account_move m
     WHERE m.telecom_document_run_id = %(run)s AND m.state = 'posted'
       AND (NOT EXISTS (SELECT 1 FROM ir_attachment a
                         WHERE a.res_model = 'account.move' AND a.res_id = m.id
                           AND a.res_field = 'invoice_pdf_report_file')
            OR (EXISTS (SELECT 1 FROM contract_contract c
                         WHERE c.id = m.telecom_contract_id
                           AND c.telecom_itemised_bill <> 'none')
                AND NOT EXISTS (SELECT 1 FROM ir_attachment a
                                 WHERE a.res_model = 'account.move' AND a.res_id = m.id
                                   AND a.res_field = 'telecom_itemised_file')))
     ORDER BY m.id
"""
COUNTED = """
    SELECT count(*) FILTER (WHERE a.res_field = 'invoice_pdf_report_file'),
           count(*) FILTER (WHERE a.res_field = 'telecom_itemised_file'),
           coalesce(sum(a.file_size), 0)
      FROM account_move m
      JOIN ir_attachment a ON a.res_model = 'account.move' AND a.res_id = m.id
       AND a.res_field IN ('invoice_pdf_report_file', 'telecom_itemised_file')
     WHERE m.telecom_document_run_id = %(run)s AND m.state = 'posted'
"""


@register
class Document(Step):
    """Idempotent: what is kept already is not made again; a chunk is one transaction."""

    code = "document"
    sequence = 60
    name = _lt("Make documents")

    def execute(self) -> Totals:
        self.env = self.env(context={**self.env.context, "tracking_disable": True})
        missing = [row[0] for row in self.env.execute_query(SQL(MISSING, run=self.run.id))]
        for at in range(0, len(missing), CHUNK):
            moves = self.env["account.move"].browse(missing[at : at + CHUNK])
            moves._telecom_make_documents(self._failed, self._without_einvoice)
            self.progress(min(at + CHUNK, len(missing)), len(missing))
            self.env.invalidate_all()
        return self._count()

    def _failed(self, move, error) -> None:
        self.finding(
            "document_failed",
            self.env._(
                "The document of invoice %(invoice)s could not be typeset: %(error)s",
                invoice=move.name,
                error=error,
            ),
            record=move,
        )

    def _without_einvoice(self, move, fault) -> None:
        """An invoice without its XML is valid for consumers; somebody should know all the same."""
        self.finding(
            "einvoice_incomplete",
            self.env._(
                "Invoice %(invoice)s carries no e-invoice: %(fault)s",
                invoice=move.name,
                fault=fault,
            ),
            severity="warn",
            record=move,
        )

    def _count(self) -> Totals:
        self.env.flush_all()
        ((invoices, itemised, size),) = self.env.execute_query(SQL(COUNTED, run=self.run.id))
        return Totals(
            records=invoices + itemised,
            details={
                "invoices": invoices,
                "itemised bills": itemised,
                "megabytes": round(int(size) / 1e6, 1),
            },
        )
