# SPDX-License-Identifier: AGPL-3.0-or-later
"""Collective PDFs: every page ends with its customer or is set aside; customers see their own."""

import base64
import io

import psycopg2
import pypdf
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from tests.addon.common import TelecomCase
from tests.connectors.pdf_maker import invoice, pdf

PATTERNS = {
    "invoice_pattern": r"Rechnungsnummer:\s*(\S+)",
    "customer_pattern": r"Kundennummer:\s*(\S+)",
    "page_pattern": r"Seite (\d+) von (\d+)",
}


class CollectiveCase(TelecomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.layout = cls.env["telecom.collective.layout"].create({"name": "CRM"} | PATTERNS)
        cls.anna = cls.new_customer("K-1", "Anna Alpha")
        cls.bert = cls.new_customer("K-2", "Bert Beta")

    @classmethod
    def new_customer(cls, number, name, **vals):
        return cls.env["res.partner"].create({"name": name, "ref": number} | vals)

    def receive(self, pages, name="bills.pdf"):
        return self.receive_bytes(pdf(pages, b"picture"), name)

    def receive_bytes(self, data, name="bills.pdf"):
        collective = self.env["telecom.collective"]._receive(name, data, self.layout)
        collective.action_split()
        return collective

    def assertAccounted(self, collective):
        """Pages in = pages with customers + pages set aside, in counts and one by one."""
        self.assertEqual(
            collective.pages,
            collective.pages_attached + collective.pages_waiting + collective.pages_unfitted,
        )
        numbers = collective.page_ids.mapped("page")
        for part in collective.part_ids:
            numbers += part.page_numbers
            reader = pypdf.PdfReader(io.BytesIO(part.attachment_id.raw))
            self.assertEqual(len(reader.pages), part.pages)
        self.assertEqual(sorted(numbers), list(range(1, collective.pages + 1)))


class TestCollective(CollectiveCase):
    def test_each_customer_gets_their_pages(self):
        collective = self.receive(
            invoice("K-1", "R1", 2) + invoice("K-2", "R2", 1) + invoice("K-1", "R3", 3)
        )
        self.assertEqual(collective.state, "split")
        self.assertEqual(
            [(p.invoice_number, p.partner_id, p.pages, p.state) for p in collective.part_ids],
            [
                ("R1", self.anna, 2, "attached"),
                ("R2", self.bert, 1, "attached"),
                ("R3", self.anna, 3, "attached"),
            ],
        )
        self.assertAccounted(collective)
        reader = pypdf.PdfReader(io.BytesIO(collective.part_ids[2].attachment_id.raw))
        self.assertIn("R3", reader.pages[0].extract_text())
        self.assertNotIn("R1", reader.pages[0].extract_text())

    def test_what_fits_none_is_set_aside_with_its_reason(self):
        pages = (
            [["Werbung"]]
            + invoice("K-1", "R1", 2)
            + invoice("K-9", "R9", 1)  # nobody has this number
            + invoice("K-2", "R2", 3)[:2]  # its third page is missing
        )
        collective = self.receive(pages)
        self.assertAccounted(collective)
        self.assertEqual(
            collective.part_ids.mapped("state"), ["attached", "no_customer", "incomplete"]
        )
        self.assertEqual(
            collective.page_ids.mapped(lambda p: (p.page, p.reason)), [(1, "no_number")]
        )
        # 6 pages in: 2 with Anna; 1 of nobody and 2 of an incomplete invoice wait; 1 fitted none.
        self.assertEqual(
            (collective.pages_attached, collective.pages_waiting, collective.pages_unfitted),
            (2, 3, 1),
        )

    def test_taken_back_it_can_be_taken_apart_anew(self):
        pages = invoice("K-1", "R1", 2) + [["Werbung"]] + invoice("K-2", "R2", 1)
        collective = self.receive(pages)
        with self.assertRaisesRegex(UserError, "Take it back first"):
            collective.unlink()
        other = self.receive(invoice("K-1", "R1", 2) + invoice("K-2", "R9", 1), "again.pdf")
        self.assertEqual(other.part_ids.mapped("state"), ["known", "attached"])
        files = collective.part_ids.attachment_id
        self.layout.customer_pattern = r"Kunden-Nr: (\S+)"  # what was wrong
        collective.with_user(self.manager).action_undo()
        self.assertEqual((collective.state, collective.invoices, collective.pages_unfitted),
                         ("undone", 0, 0))  # fmt: skip
        self.assertFalse(files.exists())
        self.assertEqual(other.part_ids.mapped("state"), ["attached", "attached"])
        self.env["telecom.collective"]._cron_split()
        self.assertEqual(collective.state, "undone")
        self.assertEqual(self.receive(pages), collective)  # the same file once more
        self.assertEqual((collective.state, collective.pages_unfitted), ("split", 4))
        self.assertAccounted(collective)
        collective.action_undo()
        collective.unlink()
        self.assertFalse(collective.exists())

    def test_a_page_that_fits_none_is_looked_at_and_put_aside(self):
        collective = self.receive([["Werbung"]] + invoice("K-1", "R1", 1))
        page = collective.page_ids.with_user(self.manager)
        found = [page.action_look()["url"] for _twice in range(2)]
        self.assertEqual(*found)
        number = int(found[0].rpartition("/")[2])
        pdf_page = self.env["ir.attachment"].browse(number)
        (only,) = pypdf.PdfReader(io.BytesIO(pdf_page.raw)).pages
        self.assertIn("Werbung", only.extract_text())
        self.assertEqual(collective.pages_open, 1)
        page.action_aside()
        self.assertEqual((collective.pages_open, collective.pages_unfitted), (0, 1))
        self.assertAccounted(collective)

    def test_copies_and_shared_numbers_reach_nobody_twice(self):
        collective = self.receive(
            invoice("K-1", "R1", 40, True) + invoice("K-1", "R1", 40, True)
            + invoice("K-1", "R7", 1) + invoice("K-2", "R7", 1)
        )  # fmt: skip
        self.assertEqual(
            [(part.invoice_number, part.pages, part.state) for part in collective.part_ids],
            [("R1", 40, "attached")],
        )
        reasons = collective.page_ids.mapped("reason")
        self.assertEqual((reasons.count("repeated"), reasons.count("conflict")), (40, 2))
        self.assertAccounted(collective)

    def test_the_same_file_again_makes_nothing(self):
        pages = invoice("K-1", "R1", 2) + [["Werbung"]]
        first = self.receive(pages)
        again = self.receive(pages, "again.pdf")
        self.assertEqual(first, again)
        self.assertEqual((len(first.part_ids), len(first.page_ids)), (1, 1))

    def test_the_same_invoice_in_another_file_is_not_attached_twice(self):
        self.receive(invoice("K-1", "R1", 1))
        second = self.receive(invoice("K-1", "R1", 1) + invoice("K-2", "R2", 1))
        self.assertEqual(second.part_ids.mapped("state"), ["known", "attached"])
        self.assertAccounted(second)
        visible = self.env["telecom.collective.part"].search(
            self.env["telecom.collective.part"]._portal_domain(self.anna)
        )
        self.assertEqual(visible.mapped("invoice_number"), ["R1"])
        with self.assertRaises(UserError):
            second.part_ids[0].partner_id = self.anna

    def test_a_corrected_customer_number_attaches_what_waits(self):
        collective = self.receive(invoice("K-3", "R1", 1))
        self.assertEqual(collective.part_ids.state, "no_customer")
        carla = self.new_customer("K-3", "Carla Gamma")
        collective.action_attach()
        self.assertEqual(collective.part_ids.partner_id, carla)
        self.assertEqual(collective.part_ids.state, "attached")

    def test_two_customers_of_one_number_get_nothing_until_somebody_chooses(self):
        self.new_customer("K-1", "Another Anna")
        collective = self.receive(invoice("K-1", "R1", 1))
        self.assertEqual(collective.part_ids.state, "several")
        self.assertFalse(collective.part_ids.partner_id)
        collective.part_ids.partner_id = self.anna
        self.assertEqual(collective.part_ids.state, "attached")
        self.assertAccounted(collective)

    def test_a_contact_of_the_customer_is_not_the_customer(self):
        self.new_customer("K-1", "Anna's secretary", parent_id=self.anna.id)
        self.assertEqual(self.receive(invoice("K-1", "R1", 1)).part_ids.partner_id, self.anna)

    def test_pages_given_by_hand_join_their_invoice(self):
        whole = invoice("K-2", "R2", 3)
        collective = self.receive([*whole[:2], ["Seite unleserlich"], ["ohne alles"]])
        self.assertEqual(collective.part_ids.state, "incomplete")
        third, fourth = collective.page_ids.sorted("page")
        third.write({"customer_number": "K-2", "invoice_number": "R2"})
        fourth.write({"customer_number": "K-1", "invoice_number": "R7"})
        collective.page_ids.action_assign()
        self.assertFalse(collective.page_ids)
        self.assertEqual(
            collective.part_ids.sorted("first_page").mapped(
                lambda p: (p.invoice_number, p.page_numbers, p.state)
            ),
            [("R2", [1, 2, 3], "attached"), ("R7", [4], "attached")],
        )
        self.assertAccounted(collective)

    def test_pages_without_an_owner_are_not_assigned(self):
        collective = self.receive([["Werbung"], *invoice("K-1", "R1", 1)])
        with self.assertRaises(UserError):
            collective.page_ids.action_assign()
        self.assertEqual(len(collective.page_ids), 1)

    def test_what_is_no_pdf_fails_with_its_reason(self):
        collective = self.receive_bytes(b"this is no PDF", "x.pdf")
        self.assertEqual(collective.state, "failed")
        self.assertIn("no readable PDF", collective.message)

    def test_in_the_background(self):
        answer = self.env["telecom.collective"].receive(
            "b.pdf", base64.b64encode(pdf(invoice("K-1", "R1", 1))).decode(), ["CRM"]
        )
        collective = self.env["telecom.collective"].browse(answer["id"])
        self.assertEqual(answer["state"], "new")
        with self.uncommitted():
            self.env["telecom.collective"]._cron_split()
        self.assertEqual(collective.state, "split")
        self.assertEqual(collective.part_ids.state, "attached")

    def test_an_unknown_layout_is_named(self):
        with self.assertRaisesRegex(UserError, "SAP"):
            self.env["telecom.collective"].receive("b.pdf", "", ["CRM", "SAP"])

    def test_a_bundle_for_the_printer_is_sorted_by_customer(self):
        collective = self.receive(
            invoice("K-2", "R2", 1) + invoice("K-10", "R0", 1) + invoice("K-1", "R1", 2)
        )
        self.company.telecom_bundle_duplex = False
        action = collective.action_bundle()
        bundle = self.env["telecom.print.bundle"].browse(action["res_id"])
        texts = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(bundle._raw())).pages]
        self.assertEqual((bundle.documents, bundle.pages), (2, 3))
        self.assertEqual(["R1" in text for text in texts], [True, True, False])
        self.assertIn("R2", texts[2])

    def test_bundles_hold_no_more_letters_than_the_settings_say(self):
        self.company.telecom_bundle_letters = 2
        self.new_customer("K-10", "Cara")
        collective = self.receive(
            invoice("K-10", "R3", 1) + invoice("K-2", "R2", 1) + invoice("K-1", "R1", 1)
        )
        ((_id, _in, numbers),) = collective.action_bundle()["domain"]
        bundles = self.env["telecom.print.bundle"].browse(numbers)
        self.assertEqual(bundles.mapped("documents"), [2, 1])
        self.assertEqual(bundles.mapped("name"), ["bills-print-1.pdf", "bills-print-2.pdf"])
        (last,) = pypdf.PdfReader(io.BytesIO(bundles[1]._raw())).pages
        self.assertIn("K-10", last.extract_text())

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_an_invoice_twice(self):
        part = self.receive(invoice("K-1", "R1", 1)).part_ids
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            part.copy({"state": "attached"})

    def test_rights(self):
        collective = self.receive(invoice("K-1", "R1", 1))
        self.assertEqual(collective.with_user(self.agent).part_ids.invoice_number, "R1")
        with self.assertRaises(AccessError):
            collective.with_user(self.agent).write({"date": "2026-01-01"})
        other = self.new_company("Other GmbH")
        self.env.flush_all()
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "stranger-collective",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
                "group_ids": [(6, 0, self.env.ref("telecom_billing.group_telecom_manager").ids)],
            }
        )
        models = ("telecom.collective", "telecom.collective.part", "telecom.collective.layout")
        for model in models:
            self.assertFalse(self.env[model].with_user(stranger).search([]), model)


class TestLayout(CollectiveCase):
    def test_a_pattern_without_group_or_sense_is_refused(self):
        for wrong in ("Rechnung", "Rechnung (", ""):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.layout.invoice_pattern = wrong
                self.layout.flush_recordset()

    def test_the_test_shows_what_was_found_on_each_page(self):
        pages = [*invoice("K-1", "R<1>", 2), ["Werbung"]]
        self.layout.sample = base64.b64encode(pdf(pages))
        self.layout.action_test()
        preview = str(self.layout.preview)
        self.assertIn("R&lt;1&gt;", preview)
        self.assertIn("K-1", preview)
        self.assertIn("1/2", preview)
        self.assertEqual(preview.count("<tr class='table-warning'>"), 1)
        self.assertIn("no invoice before it", preview)

    def test_without_a_sample(self):
        with self.assertRaises(UserError):
            self.layout.action_test()

    def test_a_sample_that_is_no_pdf(self):
        self.layout.sample = base64.b64encode(b"hello")
        with self.assertRaisesRegex(UserError, "no readable PDF"):
            self.layout.action_test()


class TestDocumentsPortal(CollectiveCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, partner in (("anna", cls.anna), ("bert", cls.bert)):
            cls.env["res.users"].create(
                {
                    "login": login,
                    "password": f"{login}-secret-1",
                    "partner_id": partner.id,
                    "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)],
                }
            )

    def test_customers_see_their_own_and_nothing_else(self):
        collective = self.receive(
            invoice("K-1", "R-ANNA", 1) + invoice("K-2", "R-BERT", 1) + invoice("K-9", "R-X", 1)
        )
        anna, bert, nobody = collective.part_ids
        self.authenticate("anna", "anna-secret-1")
        page = self.url_open("/my/documents").text
        self.assertIn("R-ANNA", page)
        self.assertNotIn("R-BERT", page)
        self.assertNotIn("R-X", page)
        answer = self.url_open(f"/my/documents/{anna.id}")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.content, anna.attachment_id.raw)
        for part in (bert, nobody):
            answer = self.url_open(f"/my/documents/{part.id}")
            self.assertTrue(answer.url.endswith("/my/documents"))
            answer = self.url_open(f"/web/content/{part.attachment_id.id}")
            self.assertNotEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("/my/documents", self.url_open("/my").text)

    def test_not_without_login(self):
        part = self.receive(invoice("K-1", "R1", 1)).part_ids
        answer = self.url_open(f"/my/documents/{part.id}")
        self.assertIn("/web/login", answer.url)
