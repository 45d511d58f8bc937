# SPDX-License-Identifier: AGPL-3.0-or-later
import datetime
import re
from decimal import Decimal

from odoo.addons.telecom_billing.report.formats import FIGURE_SPACE

from tests.addon.usage_common import InvoicedUsageCase

D = Decimal


class TestItemisedBill(InvoicedUsageCase):
    def bill(self, move):
        return self.env["telecom.document"]._prepare_itemised(move)

    def words(self, move):
        pdf = self.env["telecom.document"]._itemised_pdf(move)
        return self.text(pdf).replace(FIGURE_SPACE, "")

    # ------------------------------------------------------------------ what is listed
    def test_calls_stand_under_their_number_and_main_number(self):
        (section,) = self.bill(self.block_invoice).sections
        self.assertEqual(section.title, "040 555")
        listed = {number.name: [call.other for call in number.calls] for number in section.numbers}
        self.assertEqual(
            listed, {"040 55500": ["040 99999"], "040 55501": ["01511 2345678", "040 88888"]}
        )

    def test_every_call_has_its_price(self):
        calls = list(self.bill(self.block_invoice).calls())
        self.assertEqual([call.amount for call in calls], [D("0.03"), D("0.11"), D("0.60")])
        self.assertEqual([call.quantity for call in calls], [60, 30, 600])

    def test_the_sums_agree_with_the_invoice(self):
        bill = self.bill(self.block_invoice)
        self.assertEqual(bill.total(), D("0.74"))
        self.assertEqual(bill.invoiced, D("0.74"))
        self.assertNotIn("Rundung", self.words(self.block_invoice))

    def test_times_are_local(self):
        # 22:30 UTC on 3 September is half past midnight in Berlin.
        (call,) = self.bill(self.flat_invoice).calls()
        self.assertEqual(call.started, datetime.datetime(2026, 9, 4, 0, 30))

    def test_flat_calls_are_left_out_and_this_is_said(self):
        self.assertIn("Flatrate", self.words(self.flat_invoice))
        self.assertEqual(len(list(self.bill(self.flat_invoice).calls())), 1)
        self.contract.telecom_itemised_flat = True
        self.assertEqual(len(list(self.bill(self.flat_invoice).calls())), 2)
        self.assertNotIn("Flatrate", self.words(self.flat_invoice))

    # ------------------------------------------------------------------ privacy
    def test_masked_on_wish(self):
        self.other_contract.telecom_itemised_bill = "masked"
        words = self.words(self.block_invoice)
        self.assertIn("040 99xxx", words)
        self.assertNotIn("040 99999", words)
        self.assertIn("§ 11 TDDDG", words)

    def test_confidential_lines_are_in_the_sums_only(self):
        self.env["telecom.confidential.number"].create({"name": "040 99999"})
        bill = self.bill(self.block_invoice)
        self.assertNotIn("040 99999", [call.other for call in bill.calls()])
        self.assertEqual(bill.unlisted, D("0.03"))
        self.assertEqual(bill.total(), bill.invoiced)
        words = self.words(self.block_invoice)
        self.assertNotIn("040 99", words)
        self.assertIn("Weitere Verbindungen 0,0300 Gesamt 2 0:10:30 0,7400", words)
        self.assertIn("§ 11 Abs. 5", words)

    def test_only_months_after_the_wish_are_listed(self):
        self.other_contract.telecom_itemised_since = "2026-09-10"
        self.assertFalse(self.block_invoice._telecom_wants_itemised())
        self.other_contract.telecom_itemised_since = "2026-09-01"
        self.assertTrue(self.block_invoice._telecom_wants_itemised())

    def test_who_wants_none_gets_none(self):
        self.other_contract.telecom_itemised_bill = "none"
        self.block_invoice._telecom_make_documents()
        self.assertFalse(self.block_invoice.telecom_itemised_id)
        self.assertTrue(self.block_invoice.invoice_pdf_report_id)

    def test_the_wish_dates_from_today_or_the_start(self):
        contract = self.new_contract(self.partner, telecom_itemised_bill="full")
        self.assertEqual(contract.telecom_itemised_since, contract.date_start)
        later = self.new_contract(self.partner)
        self.assertFalse(later.telecom_itemised_since)
        later.telecom_itemised_bill = "masked"
        self.assertEqual(later.telecom_itemised_since, datetime.date.today())

    # ------------------------------------------------------------------ kept, sent, printed
    def test_it_is_kept_and_goes_along(self):
        self.block_invoice._telecom_make_documents()
        attachment = self.block_invoice.telecom_itemised_id
        self.assertTrue(attachment.name.endswith(".pdf"))
        self.assertEqual(
            self.block_invoice._telecom_documents(),
            self.block_invoice.invoice_pdf_report_id | attachment,
        )
        extra = self.env["account.move.send"]._get_invoice_extra_attachments(self.block_invoice)
        self.assertIn(attachment, extra)
        self.assertIn("Einzelverbindungsnachweis", self.invoice_words())

    def invoice_words(self):
        return self.text(self.block_invoice.invoice_pdf_report_id.raw)

    def test_the_invoice_counts_calls_and_time(self):
        words = self.text(self.env["telecom.document"]._invoice_pdf(self.block_invoice))
        self.assertTrue(re.search(r"1 Verbindung, 01\.–14\.09\.2026", words), words)
        self.assertIn("0:10:00", words)
        self.assertIn("0,74", words)

    def test_it_is_a_report_of_its_own(self):
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "telecom_billing.report_itemised_bill", self.block_invoice.ids
        )
        self.assertEqual(kind, "pdf")
        self.assertIn("040 55501", self.text(content))
