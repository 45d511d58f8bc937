# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier's invoice beside our usage: by hand, to the last cent."""

import base64
import csv
import io
import itertools
import zipfile
from decimal import Decimal

import openpyxl
from odoo.addons.telecom_billing import terms
from odoo.addons.telecom_billing.store import partitions
from odoo.exceptions import UserError, ValidationError

from connectors import carrier_invoice, priced
from tests.addon.carrier_case import HEAD, LAYOUT, CarrierCase

MAILS = itertools.count()


class TestCarrierInvoice(CarrierCase):
    def test_each_destination_is_compared_exactly(self):
        invoice = self.new_invoice(
            HEAD + "GERMANY;3;2.5;0.15\nFrance;3;2;0.40\nAtlantis;1;1;5.00\nBase fee;;;9.90\n"
            "Total;;;15.45\n"
        )
        self.assertEqual((invoice.source_ids, invoice.layout_id), (self.source, self.layout))
        invoice.action_read()
        self.assertEqual(
            self.lines(invoice),
            {
                "GERMANY": (3, 3, 150, 150, 0.15, 0.15, "ok"),
                "France": (3, 2, 120, 90, 0.4, 0.3, "variance"),
                "Atlantis": (1, 0, 60, 0, 5, 0, "only_invoiced"),
                "Base fee": (0, 0, 0, 0, 9.9, 0, "other"),
                "Poland": (0, 1, 0, 10, 0, 0.04, "only_ours"),
            },
        )
        self.assertEqual(invoice.state, "differs")
        self.assertFalse(invoice.message)
        # 0.15 + 0.40 + 5 + 9.90 = 15.45; ours 0.15 + 0.30 + 0.04 = 0.49;
        # open: 0.10 + 5 - 0.04 = 5.06
        self.assertAlmostEqual(invoice.amount, 15.45)
        self.assertAlmostEqual(invoice.amount_ours, 0.49)
        self.assertAlmostEqual(invoice.amount_open, 5.06)

    def test_tolerance_and_acceptance(self):
        text = HEAD + "Germany;3;2.5;0.16\nFrance;2;1.5;0.30\nPoland;1;0.1668;0.04\n"
        invoice = self.new_invoice(text)
        invoice.action_read()
        states = {line.destination: line.state for line in invoice.line_ids}
        # Poland: 0.1668 min are 10.008 s, not 10 s; in four places 0.003 s may be lost
        self.assertEqual(states, {"Germany": "variance", "France": "ok", "Poland": "variance"})
        invoice.tolerance_percent = 0.1  # of 10 s: 0.01 s
        invoice.action_compare()
        states = {line.destination: line.state for line in invoice.line_ids}
        self.assertEqual(states["Poland"], "tolerated")
        self.assertEqual(invoice.state, "differs")
        invoice.line_ids.filtered(lambda line: line.destination == "Germany").accepted = True
        self.assertEqual(invoice.state, "agreed")
        invoice.action_compare()
        self.assertEqual(invoice.state, "agreed", "an unchanged difference stays accepted")

    def test_incoming_calls_where_the_carrier_charges_for_them(self):
        invoice = self.new_invoice(HEAD + "Inbound;1;8.333333;0\n", incoming=True)
        invoice.action_read()
        line = invoice.line_ids.filtered(lambda line: line.destination == "Inbound")
        self.assertEqual((line.records, line.records_ours, line.seconds_ours), (1, 1, 500))
        self.assertEqual(line.unpriced, 1)

    def test_another_name_is_remembered_for_the_carrier(self):
        invoice = self.new_invoice(
            HEAD + "DE;3;2.5;0.15\nFrance;2;1.5;0.3\nPoland;1;0.1666667;0.04\n"
        )
        invoice.tolerance_percent = 0.001
        invoice.action_read()
        line = invoice.line_ids.filtered(lambda line: line.destination == "DE")
        self.assertEqual(line.state, "only_invoiced")
        line.matches = "Germany"
        invoice.action_compare()
        self.assertEqual(invoice.state, "agreed")
        second = self.new_invoice(HEAD + "DE;3;2.5;0.15\n", name="R-2")
        second.action_read()
        self.assertEqual(self.lines(second)["Germany"][-1], "ok")

    def test_our_charges_count_before_the_carriers_own_statement(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, started_at FROM telecom_usage_data WHERE destination = 'Poland'"
        )
        usage, started = self.env.cr.fetchone()
        partitions.ensure(self.env.cr, "telecom_charge_data", [started])
        self.env.cr.execute(
            "INSERT INTO telecom_charge_data (usage_id, started_at, segment, company_id, service,"
            " quantity, billed, allowance_used, cost)"
            " VALUES (%s, %s, 0, %s, 'voice', 1, 1, 0, 0.01),"
            " (%s, %s, 1, %s, 'voice', 1, 1, 0, 0.02)",
            [usage, started, self.company.id] * 2,
        )
        invoice = self.new_invoice(HEAD + "Poland;1;0;0\n")
        invoice.action_read()
        self.assertEqual(self.lines(invoice)["Poland"][1:6], (1, 0, 10, 0, 0.03))

    def test_faulty_lines_and_a_wrong_total_are_told(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;free\nFrance;2;1.5;0.3\nTotal;;;0.31\n")
        invoice.action_read()
        self.assertIn("Line 2", invoice.message)
        self.assertIn("0.31", invoice.message)
        self.assertEqual(invoice.position_ids.mapped("destination"), ["France"])

    def test_read_again_makes_nothing_twice(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.15\n")
        invoice.action_read()
        invoice.action_read()
        self.assertEqual((len(invoice.position_ids), len(invoice.line_ids)), (1, 3))

    def test_vendor_bill(self):
        self.company._telecom_setup(
            iban="DE75512108001245126199", creditor_identifier="DE98ZZZ09999999999"
        )
        invoice = self.new_invoice(
            HEAD + "Germany;3;2.5;0.154\nFrance;3;2;0.402\nBase fee;;;9.90\n"
        )
        self.attach(invoice, "invoice.pdf", b"%PDF-1.4 paper")
        invoice.action_read()
        action = invoice.action_bill()
        move = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((move.move_type, move.state, move.ref), ("in_invoice", "draft", "R-1"))
        self.assertEqual(move.partner_id, self.carrier)
        self.assertEqual(str(move.invoice_date), "2026-10-02")
        self.assertEqual(
            (str(move.telecom_period_start), str(move.telecom_period_end)),
            ("2026-09-01", "2026-09-30"),
        )
        # usage 0.154 + 0.402 = 0.556, rounded once: 0.56; fee 9.90; 19 % of 10.46 is 1.9874
        self.assertEqual(move.invoice_line_ids.mapped("price_subtotal"), [0.56, 9.9])
        self.assertEqual((move.amount_untaxed, move.amount_tax), (10.46, 1.99))
        self.assertEqual(move.invoice_line_ids.tax_ids, self.company.account_purchase_tax_id)
        names = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", move.id)]
        )
        self.assertLessEqual({"invoice.pdf", "lines.csv"}, set(names.mapped("name")))
        self.assertEqual(invoice.state, "settled")
        for act in (invoice.action_bill, invoice.action_read, invoice.unlink):
            with self.assertRaises(UserError):
                act()
        move.unlink()
        self.assertEqual(invoice.state, "differs")

    def test_dispute_files_hold_the_differing_records(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.15\nFrance;3;2;0.40\n")
        invoice.action_read()
        action = invoice.action_export_csv()
        text = self.downloaded(action).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        blank = rows.index([])
        self.assertEqual([row[0] for row in rows[2:blank]], ["France", "Poland"])
        self.assertEqual(rows[2][2:9], ["3", "2", "120.000000", "90.000000", "0.400000",
                                        "0.300000", "0.100000"])  # fmt: skip
        records = rows[blank + 3 :]
        self.assertEqual(
            [(row[0], row[1], Decimal(row[4]), Decimal(row[5])) for row in records],
            [
                ("France", "2026-09-15 10:00:00", 60, Decimal("0.2")),
                ("France", "2026-09-30 21:59:59", 30, Decimal("0.1")),
                ("Poland", "2026-09-15 10:00:00", 10, Decimal("0.04")),
            ],
        )
        book = openpyxl.load_workbook(io.BytesIO(self.downloaded(invoice.action_export_xlsx())))
        first, second = book.worksheets
        self.assertEqual(first.max_row, 3)
        self.assertEqual([row[0] for row in second.values][1:], ["France", "France", "Poland"])

    def downloaded(self, action):
        number = int(action["url"].split("/")[3].split("?")[0])
        return self.env["ir.attachment"].browse(number).raw

    def test_nothing_to_dispute(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.15\n")
        invoice.action_read()
        invoice.action_accept_all()
        self.assertEqual(invoice.state, "agreed")
        with self.assertRaises(UserError):
            invoice.action_export_csv()

    # ------------------------------------------------------------------ mail
    def mail(self, *files, sender="billing@carrier.example"):
        body = "".join(
            "--b\r\nContent-Type: application/octet-stream\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
            f"{base64.b64encode(data).decode()}\r\n"
            for name, data in files
        )
        text = (
            f"From: {sender}\r\nTo: carrier-invoices@example.com\r\nSubject: Invoice 4711\r\n"
            "Message-ID: <%s@carrier.example>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: text/plain\r\n\r\nPlease pay.\r\n{body}--b--\r\n"
        ) % next(MAILS)
        number = self.env["mail.thread"].message_process("telecom.carrier.invoice", text)
        return self.env["telecom.carrier.invoice"].browse(number)

    def test_a_mail_is_kept_and_read(self):
        invoice = self.mail(
            ("invoice.pdf", b"%PDF-1.4 paper"), ("lines.csv", (HEAD + "France;2;1.5;0.3").encode())
        )
        self.assertEqual((invoice.partner_id, invoice.name), (self.carrier, "Invoice 4711"))
        self.assertEqual(invoice.state, "read")
        self.assertEqual(invoice.position_ids.destination, "France")
        self.assertEqual(set(invoice._files().mapped("name")), {"invoice.pdf", "lines.csv"})

    def test_a_mail_with_a_pdf_only_is_kept(self):
        invoice = self.mail(("invoice.pdf", b"%PDF-1.4 paper"))
        self.assertEqual((invoice.state, invoice._files().name), ("new", "invoice.pdf"))
        with self.assertRaisesRegex(UserError, "PDF is kept"):
            invoice.action_read()

    def test_a_mail_with_an_unreadable_file_says_why(self):
        invoice = self.mail(("lines.csv", b"Something else\n1;2\n"))
        self.assertEqual(invoice.state, "new")
        self.assertIn("Zone", invoice.message)

    def test_a_workbook_is_read_as_the_table_it_holds(self):
        invoice = self.mail(("lines.xlsx", self.workbook(["France", 2, 1.5, 0.3])))
        self.assertEqual((invoice.state, invoice.position_ids.destination), ("read", "France"))
        invoice.write({"date_start": "2026-09-01", "date_end": "2026-09-30"})
        invoice.action_compare()
        self.assertEqual(self.lines(invoice)["France"][0::2], (2, 90, 0.3, "ok"))
        self.layout.settings = LAYOUT | {"decimal": ","}
        invoice.action_read()
        self.assertEqual(self.lines(invoice)["France"][-1], "ok", "the sign declared for texts")

    def test_a_formula_in_a_workbook_is_no_amount(self):
        invoice = self.mail(
            ("l.xlsx", self.workbook(["France", 2, 1.5, "=1/3"], [], ["X", 1, 1, 2]))
        )
        self.assertEqual(invoice.position_ids.mapped("line"), [4])
        self.assertIn("Line 2", invoice.message)

    def test_an_archive_is_read_where_one_file_fits(self):
        lines = (HEAD + "France;2;1.5;0.3\n").encode()
        invoice = self.mail(("month.zip", self.packed(a=b"Other;head\n1;2\n", lines=lines)))
        self.assertEqual((invoice.state, invoice.position_ids.destination), ("read", "France"))
        invoice = self.mail(("month.zip", self.packed(one=lines, two=lines)))
        self.assertEqual((invoice.state, invoice.position_ids.ids), ("new", []))
        self.assertIn("month.zip/one.csv, month.zip/two.csv", invoice.message)
        broken = self.mail(("month.zip", b"PK\x03\x04 cut off"))
        self.assertEqual(broken.state, "new")
        self.assertTrue(broken.message)

    def workbook(self, *rows):
        book = openpyxl.Workbook()
        for row in (HEAD.strip().split(";"), *rows):
            book.active.append(row)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def packed(self, **members):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in members.items():
                archive.writestr(f"{name}.csv", data)
        return file.getvalue()

    def test_a_mail_of_a_stranger_is_kept_without_carrier(self):
        invoice = self.mail(("lines.csv", b"x"), sender="somebody@example.org")
        self.assertFalse(invoice.partner_id)
        self.assertEqual(invoice.state, "new")

    # ------------------------------------------------------------------ layout
    def test_layout_shows_what_it_reads(self):
        self.layout.sample = base64.b64encode(
            (HEAD + "<b>;3;2.5;0.15\nFrance;1;1;free\nTotal;;;0.20\n").encode()
        )
        self.layout.action_test()
        preview = str(self.layout.preview)
        self.assertIn("&lt;b&gt;", preview)
        self.assertIn("3 lines: 1 positions over 0.15, 1 faulty, 1 totals", preview)
        self.assertIn("the difference is 0.05", preview)
        with self.assertRaises(ValidationError):
            self.layout.settings = {"destination": "Zone"}

    def test_all_its_words_can_be_translated(self):
        said = set()
        for setting in (*carrier_invoice.SETTINGS, *priced.REST):
            said |= {setting.label, setting.help, *(label for _code, label in setting.choices)}
        units = {code for code, _label in carrier_invoice.SETTINGS[5].choices}
        names = units | {"", "CSV", "XML", "JSON", "POST", "PUT"}
        self.assertEqual(said - names, {str(term) for term in terms.carriers.CARRIERS})

    def test_other_companies_see_nothing(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.15\n")
        invoice.action_read()
        other = self.new_company("Other GmbH")
        user = self.manager
        user.write({"company_ids": [(4, other.id)], "company_id": other.id})
        user.company_ids = other
        for model in ("invoice", "position", "variance", "layout"):
            self.assertFalse(self.env[f"telecom.carrier.{model}"].with_user(user).search([]))
