# SPDX-License-Identifier: AGPL-3.0-or-later
"""The portal as its customers see it, by real requests."""

import re

from lxml import html
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from tests.addon.usage_common import InvoicedUsageCase


class TestPortal(InvoicedUsageCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.new_customer("66666")
        cls.owner.lang = "en_US"
        (cls.flat_invoice | cls.block_invoice)._telecom_make_documents()
        for login, partner in (
            ("anna", cls.partner),
            ("owner", cls.owner),
            ("stranger", cls.stranger),
        ):
            cls.new_portal_user(login, partner)

    @classmethod
    def new_portal_user(cls, login, partner):
        return cls.env["res.users"].create(
            {
                "login": login,
                "password": f"{login}-secret-1",
                "partner_id": partner.id,
                "lang": partner.lang,
                "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)],
            }
        )

    def login(self, login):
        self.authenticate(login, f"{login}-secret-1")

    def page(self, url):
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200, url)
        return html.fromstring(answer.text)

    def words(self, url):
        return " ".join(self.page(url).text_content().split())

    # ------------------------------------------------------------------ own things
    def test_home_leads_to_telephony(self):
        self.login("owner")
        links = self.page("/my").xpath("//a/@href")
        self.assertIn("/my/telecom", links)

    def test_a_single_contract_opens_at_once(self):
        self.login("owner")
        answer = self.url_open("/my/telecom")
        self.assertTrue(answer.url.endswith(f"/my/telecom/{self.other_contract.id}"))

    def test_the_contract_shows_numbers_usage_and_invoices(self):
        self.login("owner")
        words = self.words(f"/my/telecom/{self.other_contract.id}")
        for part in ("Contract V-2", "(00–49)", "September 2026", "€0.74",
                     self.block_invoice.name):  # fmt: skip
            self.assertIn(part, words)

    def test_several_contracts_are_listed(self):
        second = self.new_contract(self.owner, code="V-3")
        self.login("owner")
        links = self.page("/my/telecom").xpath("//td/a/@href")
        self.assertEqual(
            set(links), {f"/my/telecom/{self.other_contract.id}", f"/my/telecom/{second.id}"}
        )

    def test_a_month_shows_destinations_and_calls(self):
        self.login("owner")
        page = self.page(f"/my/telecom/{self.other_contract.id}/2026-09")
        words = " ".join(page.text_content().split())
        for part in ("Germany", "Mobile", "Total 3", "040 99999", "01511 2345678"):
            self.assertIn(part, words)
        self.assertEqual(len(page.xpath("//a[contains(@href, '/call/')]")), 3)

    def test_masked_means_masked_here_too(self):
        self.other_contract.telecom_itemised_bill = "masked"
        self.login("owner")
        words = self.words(f"/my/telecom/{self.other_contract.id}/2026-09")
        self.assertIn("040 99xxx", words)
        self.assertNotIn("99999", words)

    def test_without_an_itemised_bill_no_calls(self):
        self.other_contract.telecom_itemised_bill = "none"
        self.login("owner")
        words = self.words(f"/my/telecom/{self.other_contract.id}/2026-09")
        self.assertIn("Single calls are not listed", words)
        self.assertNotIn("99999", words)
        self.assertIn("Germany", words)

    def test_confidential_calls_are_never_shown(self):
        self.env["telecom.confidential.number"].create({"name": "040 99999"})
        self.login("owner")
        page = self.page(f"/my/telecom/{self.other_contract.id}/2026-09")
        self.assertEqual(len(page.xpath("//a[contains(@href, '/call/')]")), 2)

    def test_why_a_call_costs_what_it_costs(self):
        self.login("owner")
        page = self.page(f"/my/telecom/{self.other_contract.id}/2026-09")
        link = page.xpath("//tr[contains(., '01511 2345678')]//a/@href")[0]
        words = self.words(link)
        for part in ("Why this price?", "Mobile", "Until mid-September", "€0.1100"):
            self.assertIn(part, words)

    def test_the_reasons_hide_what_the_list_hides(self):
        self.other_contract.telecom_itemised_bill = "masked"
        self.login("owner")
        page = self.page(f"/my/telecom/{self.other_contract.id}/2026-09")
        for link in page.xpath("//a[contains(@href, '/call/')]/@href"):
            words = self.words(link)
            self.assertIn("xxx", words)
            for number in ("4915112345678", "494099999", "494088888"):
                self.assertNotIn(number, words.replace(" ", ""))

    def test_calls_come_page_by_page(self):
        self.store_usage(
            [
                {
                    "a_number": "494055502",
                    "started_at": f"2026-10-{2 + n // 24:02} {n % 24:02}:00:00",
                }
                for n in range(120)
            ]
        )
        self.env["telecom.rating.state"]._rate_months(self.company, self.month.period_start)
        self.login("owner")
        url = f"/my/telecom/{self.other_contract.id}/2026-10"
        pages = [self.page(f"{url}{more}") for more in ("", "/page/2", "/page/3")]
        counts = [len(page.xpath("//a[contains(@href, '/call/')]")) for page in pages]
        self.assertEqual(counts, [50, 50, 20])

    def test_an_empty_month_is_no_error(self):
        self.login("owner")
        words = self.words(f"/my/telecom/{self.other_contract.id}/2025-01")
        self.assertIn("Nothing was used", words)

    def test_nothing_at_all(self):
        self.login("stranger")
        words = self.words("/my/telecom")
        self.assertTrue(re.search("no telephony contract|keinen Telefonvertrag", words), words)

    # ------------------------------------------------------------------ documents
    def test_both_documents_beside_the_invoice(self):
        self.login("owner")
        page = self.page("/my/invoices")
        links = [link for link in page.xpath("//td//a/@href") if str(self.block_invoice.id) in link]
        pdf = next(link for link in links if "report_type=pdf" in link)
        itemised = next(link for link in links if "itemised" in link)
        self.assertIn("40 55501", self.text(self.url_open(itemised).content))
        answer = self.url_open(pdf)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.content, self.block_invoice.invoice_pdf_report_id.raw)

    def test_the_itemised_bill_is_a_download_with_a_name(self):
        self.login("owner")
        answer = self.url_open(f"/my/invoices/{self.block_invoice.id}/itemised")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.content, self.block_invoice.telecom_itemised_id.raw)

    def test_the_invoice_page_shows_our_document(self):
        self.login("owner")
        page = self.page(f"/my/invoices/{self.block_invoice.id}")
        (frame,) = page.xpath("//iframe[@id='invoice_html']/@src")
        self.assertIn("<svg", self.url_open(frame).text)
        self.assertTrue(page.xpath("//a[contains(@href, '/itemised')]"))

    # ------------------------------------------------------------------ others are refused
    @mute_logger("odoo.http")
    def test_others_see_nothing(self):
        self.login("stranger")
        contract, invoice = self.other_contract.id, self.block_invoice.id
        for url in (
            f"/my/telecom/{contract}",
            f"/my/telecom/{contract}/2026-09",
            f"/my/telecom/{contract}/2026-09/call/1",
            f"/my/invoices/{invoice}",
            f"/my/invoices/{invoice}/itemised",
            f"/my/invoices/{invoice}?report_type=pdf&download=true",
        ):
            answer = self.url_open(url)
            self.assertNotIn(self.block_invoice.name, answer.text, url)
            self.assertNotIn("V-2", answer.text, url)
            self.assertNotIn("99999", answer.text, url)
            self.assertNotEqual(answer.headers["Content-Type"], "application/pdf", url)

    @mute_logger("odoo.http")
    def test_another_customers_call_is_refused_by_its_number(self):
        """A call is asked for under one's own contract, with the id of somebody else's."""
        usage = self.env["telecom.charge"].search([("contract_id", "=", self.contract.id)], limit=1)
        self.login("owner")
        answer = self.url_open(
            f"/my/telecom/{self.other_contract.id}/2026-09/call/{usage.usage_id}"
        )
        self.assertNotIn("Why this price", answer.text)

    @mute_logger("odoo.http")
    def test_attachments_cannot_be_guessed(self):
        attachment = self.block_invoice.telecom_itemised_id
        self.login("stranger")
        for url in (
            f"/web/content/{attachment.id}",
            f"/web/content/account.move/{self.block_invoice.id}/telecom_itemised_file",
        ):
            self.assertNotEqual(self.url_open(url).status_code, 200, url)

    def test_who_is_not_logged_in_must_log_in(self):
        self.authenticate(None, None)
        answer = self.url_open(f"/my/telecom/{self.other_contract.id}")
        self.assertIn("/web/login", answer.url)

    def test_the_mails_link_opens_without_a_login(self):
        self.authenticate(None, None)
        link = self.block_invoice.get_portal_url()
        self.assertIn(self.block_invoice.name, self.url_open(link).text)
        token = self.block_invoice.access_token
        url = f"/my/invoices/{self.block_invoice.id}/itemised?access_token={token}"
        self.assertEqual(self.url_open(url).headers["Content-Type"], "application/pdf")
