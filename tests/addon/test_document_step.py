# SPDX-License-Identifier: AGPL-3.0-or-later
from unittest.mock import patch

from odoo.addons.telecom_billing.report.renderer import RenderError

from tests.addon.documents_common import DocumentCase


class TestDocumentStep(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = cls.env["account.move"]
        for number in ("10002", "10003", "10004"):
            cls.moves |= cls.new_invoice(cls.new_customer(number))

    def test_each_invoice_gets_its_document_once(self):
        self.assertTrue(self.month._run_step("document"))
        made = {move: move.invoice_pdf_report_id for move in self.moves}
        self.assertTrue(all(made.values()))
        step = self.month.step_ids.filtered(lambda step: step.code == "document")
        self.assertEqual(step.records, 3)
        self.assertEqual(step.result["invoices"], 3)
        self.assertTrue(self.month._run_step("document"))
        self.env.invalidate_all()
        self.assertEqual({move: move.invoice_pdf_report_id for move in self.moves}, made)

    def test_it_goes_on_where_it_stopped(self):
        self.moves[0]._telecom_make_documents()
        kept = self.moves[0].invoice_pdf_report_id
        self.month._run_step("document")
        self.assertEqual(self.moves[0].invoice_pdf_report_id, kept)
        self.assertTrue(self.moves[1].invoice_pdf_report_id)

    def test_one_bad_document_stops_only_itself(self):
        documents = type(self.env["telecom.document"])
        original = documents._invoice_pdf

        def fail(model, move, *args, **kwargs):
            if move == self.moves[1]:
                raise RenderError("invoice.typ: out of paper")
            return original(model, move, *args, **kwargs)

        with patch.object(documents, "_invoice_pdf", fail):
            self.assertFalse(self.month._run_step("document"))
        self.assertTrue(self.moves[0].invoice_pdf_report_id)
        self.assertFalse(self.moves[1].invoice_pdf_report_id)
        self.assertTrue(self.moves[2].invoice_pdf_report_id)
        finding = self.month.finding_ids.filtered(lambda f: f.code == "document_failed")
        self.assertIn(self.moves[1].name, finding.message)
        self.assertIn("out of paper", finding.message)
        self.assertTrue(self.month._run_step("document"), "solved by the next start")

    def test_a_missing_phone_is_told(self):
        self.company.phone = False
        self.assertTrue(self.month._run_step("document"))
        warnings = self.month.finding_ids.filtered(lambda f: f.code == "einvoice_incomplete")
        self.assertEqual(set(warnings.mapped("severity")), {"warn"})
        self.assertEqual(len(warnings), 3)

    def test_control_totals_are_a_page(self):
        content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "telecom_billing.report_control_totals", self.month.ids
        )
        words = self.text(content)
        self.assertIn("2026", words)
        for row in self.month.control_totals():
            self.assertIn(row["label"].strip(), words)
