# SPDX-License-Identifier: AGPL-3.0-or-later
import io
from decimal import Decimal

import pypdf
from lxml import etree
from odoo import Command

from tests.addon.documents_common import DocumentCase

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


class TestInvoiceReport(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("10023")
        cls.move = cls.new_invoice(cls.customer, (49.9, 12.34))
        cls.report = cls.env["ir.actions.report"]

    def printed(self, move, report="account.account_invoices", **context):
        content, kind = self.report.with_context(**context)._render_qweb_pdf(report, move.ids)
        self.assertEqual(kind, "pdf")
        return content

    def test_printing_gives_our_document(self):
        words = self.text(self.printed(self.move))
        self.assertIn(f"Rechnung {self.move.name}", words)
        self.assertIn("Kundennummer 10023", words)
        self.assertIn("62,24 €", words)  # 49.90 + 12.34
        self.assertIn("11,83 €", words)  # 19 % of 62.24 = 11.8256
        self.assertIn("74,07 €", words)

    def test_both_reports_of_odoo_are_ours(self):
        self.assertEqual(
            self.printed(self.move),
            self.printed(self.move, "account.account_invoices_without_payment"),
        )

    def test_a_company_may_stay_with_qweb(self):
        self.company.telecom_typeset = False
        _content, kind = self.report._render_qweb_pdf("account.account_invoices", self.move.ids)
        self.assertEqual(kind, "html", "Odoo's tests render QWeb as HTML")

    def test_several_at_once(self):
        other = self.new_invoice(self.new_customer("10024"))
        content = self.printed(self.move | other)
        words = self.text(content)
        self.assertIn(self.move.name, words)
        self.assertIn(other.name, words)

    def test_english_customers_read_english(self):
        self.customer.lang = "en_US"
        words = self.text(self.printed(self.move))
        self.assertIn(f"Invoice {self.move.name}", words)
        self.assertIn("€74.07", words)

    def test_a_draft_says_that_it_is_one(self):
        draft = self.new_invoice(self.customer, post=False)
        content = self.printed(draft)
        self.assertIn("keine Rechnung", self.text(content))
        self.assertFalse(pypdf.PdfReader(io.BytesIO(content)).attachments)

    def test_what_was_made_is_printed_again_as_it_was(self):
        self.move._telecom_make_documents()
        kept = self.move.invoice_pdf_report_id.raw
        self.customer.name = "Somebody Else"
        self.assertEqual(self.printed(self.move), kept)

    def test_the_preview_shows_each_page(self):
        content, kind = self.report._render_qweb_html("account.account_invoices", self.move.ids)
        self.assertEqual(kind, "html")
        self.assertEqual(content.count(b"<svg"), 1)

    def test_the_browser_is_told(self):
        action = self.env.ref("account.account_invoices").report_action(self.move)
        read = self.env["ir.actions.actions"]._for_xml_id("account.account_invoices")
        self.assertEqual(read["telecom_document"], "invoice")
        self.assertEqual(action["telecom_document"], "invoice")
        self.company.telecom_typeset = False
        action = self.env.ref("account.account_invoices").report_action(self.move)
        self.assertNotIn("telecom_document", action)

    def test_an_address_abroad_names_the_country(self):
        self.customer.write({"country_id": self.env.ref("base.at").id, "vat": False})
        self.assertIn("AUSTRIA", self.text(self.printed(self.move)))

    def test_the_footer_is_the_companys_own(self):
        self.company.report_footer = "<p>Erste Spalte<br/>zweite Zeile</p><p>Andere Spalte</p>"
        words = self.text(self.printed(self.move))
        self.assertIn("Erste Spalte zweite Zeile Andere Spalte", words)

    def test_discounts_units_sections_and_notes(self):
        piece, hour = self.env.ref("uom.product_uom_unit"), self.env.ref("uom.product_uom_hour")
        move = self.new_invoice(
            self.customer,
            (),
            telecom_contract_id=False,
            contract=False,
            invoice_line_ids=[
                Command.create({"display_type": "line_section", "name": "Installation"}),
                Command.create(
                    {
                        "product_id": self.product.id,
                        "name": "Arbeitszeit",
                        "quantity": 2.5,
                        "price_unit": 80.0,
                        "discount": 10.0,
                    }
                ),
                Command.create({"display_type": "line_note", "name": "Nach Aufwand"}),
                Command.create({"name": "Stecker", "quantity": 7, "product_uom_id": piece.id}),
                Command.create({"name": "Fahrt", "quantity": 3, "product_uom_id": hour.id}),
            ],
        )
        words = self.text(self.printed(move))
        # who counts pieces needs no word for them, least of all "Einheit(en)"
        self.assertNotIn(piece.with_context(lang="de_DE").name, words)
        self.assertIn(f"3 {hour.with_context(lang='de_DE').name}", words)
        for part in ("Installation", "Arbeitszeit", "−10 %", "Nach Aufwand", "180,00"):
            self.assertIn(part, words)  # 2.5 × 80.00 × 0.9 = 180.00

    # ------------------------------------------------------------------ e-invoice
    def xml(self, move):
        (content,) = pypdf.PdfReader(io.BytesIO(self.printed(move))).attachments["factur-x.xml"]
        return etree.fromstring(content)

    def amount(self, tree, name):
        return Decimal(tree.find(f".//{RAM}{name}").text)

    def test_the_embedded_e_invoice_agrees_with_the_books(self):
        tree = self.xml(self.move)
        self.assertEqual(self.amount(tree, "GrandTotalAmount"), Decimal("74.07"))
        self.assertEqual(self.amount(tree, "TaxTotalAmount"), Decimal("11.83"))
        lines = sum(
            Decimal(line.text)
            for line in tree.iterfind(
                f".//{RAM}SpecifiedTradeSettlementLineMonetarySummation/{RAM}LineTotalAmount"
            )
        )
        self.assertEqual(lines, Decimal("62.24"))
        self.assertEqual(
            tree.find(f".//{RAM}SpecifiedTradeSettlementPaymentMeans/{RAM}TypeCode").text, "42"
        )

    def test_the_service_period_is_the_contracts(self):
        tree = self.xml(self.move)
        days = [
            day.text
            for day in tree.find(f".//{RAM}BillingSpecifiedPeriod").iter()
            if day.text.strip()
        ]
        self.assertEqual(days, ["20261001", "20261130"])

    def test_direct_debit_is_code_59(self):
        mandate = self.new_mandate(self.customer)
        move = self.new_invoice(self.customer, mandate_id=mandate.id)
        tree = self.xml(move)
        means = tree.find(f".//{RAM}SpecifiedTradeSettlementPaymentMeans")
        self.assertEqual(means.find(f"{RAM}TypeCode").text, "59")
        self.assertEqual(
            means.find(f"{RAM}PayerPartyDebtorFinancialAccount/{RAM}IBANID").text,
            "DE89370400440532013000",
        )
        self.assertIsNone(means.find(f"{RAM}PayeePartyCreditorFinancialAccount"))
        self.assertEqual(tree.find(f".//{RAM}CreditorReferenceID").text, "DE98ZZZ09999999999")
        self.assertEqual(tree.find(f".//{RAM}DirectDebitMandateID").text, "NT-10023-1")
        words = self.text(self.printed(move))
        self.assertIn("SEPA-Lastschrift", words)
        self.assertIn("NT-10023-1", words)
        self.assertIn("DE89 **** **** **** **30 00", words)
        self.assertNotIn("Banking-App", words)

    def test_without_what_it_needs_there_is_no_e_invoice(self):
        self.company.phone = False
        content = self.printed(self.move)
        self.assertFalse(pypdf.PdfReader(io.BytesIO(content)).attachments)
        faults = []
        self.move._telecom_make_documents(on_fault=lambda move, fault: faults.append(fault))
        self.assertTrue(any("Telefon" in fault for fault in faults), faults)


class TestSendAndPrint(DocumentCase):
    def test_the_wizard_keeps_our_document(self):
        move = self.new_invoice(self.new_customer("10023"))
        wizard = self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"sending_methods": ["email"]}).action_send_and_print()
        pdf = move.invoice_pdf_report_id.raw
        self.assertIn(f"Rechnung {move.name}", self.text(pdf))
        self.assertIn(b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>", pdf)
        self.assertEqual(list(pypdf.PdfReader(io.BytesIO(pdf)).attachments), ["factur-x.xml"])
        self.assertTrue(move.is_move_sent)
