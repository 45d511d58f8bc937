# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose usage a record is: by number, block, account and date; and what nobody's waits for."""

from odoo.tests import tagged

from tests.addon.rating_common import RatingCase


@tagged("post_install", "-at_install")
class TestRatingMatching(RatingCase):
    def test_set_aside_with_reasons(self):
        self.line.copy({"telecom_tariff_id": False})
        no_tariff = self.new_line(self.contract, self.flat, telecom_tariff_id=False)
        self.new_number("+49 30 777", no_tariff)
        ended = self.new_line(self.contract, self.flat, date_end="2026-09-10")
        self.new_number("+49 30 888", ended)
        self.new_number("+49 30 999", self.line, date_start="2026-10-01")
        usage = self.store_usage(
            [
                {"a_number": "498912345"},
                {"a_number": "4930999"},
                {"a_number": None},
                {"a_number": "4930888"},
                {"a_number": "4930777"},
                {"b_number": "4412345678"},
                {"service": "sms", "unit": "piece", "quantity": 1},
                {"a_number": None, "account": "trunk-9"},
            ]
        )
        self.rate()
        self.assertEqual(
            self.prices(usage),
            [
                "unknown-number",
                "not-assigned",
                "no-number",
                "line-ended",
                "line-without-tariff",
                "no-zone",
                "no-zone",
                "unknown-number",
            ],
        )
        self.assertFalse(self.summaries())
        self.check_sums()
        charges = self.env["telecom.charge"].search([("usage_id", "in", usage)], order="id")
        self.assertEqual(charges.mapped("price"), [0.0] * 8)
        for charge in charges:
            self.assertTrue(charge.remedy, charge.reason)
        self.assertIn("4412345678", charges[5].remedy)

    def test_before_anybody_has_a_number(self):
        self.env["telecom.number"].search([]).unlink()
        usage = self.store_usage([{"a_number": "498912345"}, {"account": "trunk-9"}])
        self.rate()
        self.assertEqual(self.prices(usage), ["unknown-number"] * 2)

    def test_names_with_what_a_file_would_trip_over(self):
        names = ['a"quote', "a,comma", "a\nline", " blank "]
        for name in names:
            self.new_number(name, self.line, kind="account")
        usage = self.store_usage([{"a_number": None, "account": name.strip()} for name in names])
        self.rate()
        self.assertEqual(self.prices(usage), ["0"] * len(names))

    def test_blocks_extensions_and_nested_heads(self):
        inner = self.new_line(self.contract, self.flat)
        single = self.new_number("+49 40 55517", inner)
        outer = self.new_number("+49 40 5", self.line, kind="head")
        usage = self.store_usage(
            [
                {"a_number": number}
                for number in ("494055516", "494055517", "49405551799", "494055550", "4940555")
            ]
        )
        self.rate()
        self.assertEqual(
            [rows[0][1] for rows in self.charges(usage)],
            # An extension of the single number is not the number; the block's own head is its.
            [self.block.id, single.id, self.block.id, outer.id, self.block.id],
        )

    def test_number_moves_in_mid_month(self):
        usage = self.store_usage(
            [
                {"b_number": "491512345678", "started_at": "2026-09-10 10:00:00"},
                {"b_number": "491512345678", "started_at": "2026-09-20 10:00:00"},
            ]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0.19", "0.19"])
        self.number.date_end = "2026-09-14"
        moved = self.new_number("+49 30 123456", self.other, date_start="2026-09-15")
        self.assertTrue(self.rate())
        self.assertEqual(self.prices(usage), ["0.19", "0.17"])
        self.assertEqual([rows[0][1] for rows in self.charges(usage)], [self.number.id, moved.id])
        self.check_sums()
        incremental = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), incremental)

    def test_unknown_number_is_solved_and_rated(self):
        usage = self.store_usage([{"a_number": "498912345", "b_number": "491512345678"}])
        self.rate()
        self.assertEqual(self.prices(usage), ["unknown-number"])
        self.new_number("+49 89 12345", self.line)
        self.rate()
        self.assertEqual(self.prices(usage), ["0.19"])
        self.check_sums()

    def test_incoming_belongs_to_the_called_number(self):
        usage = self.store_usage(
            [
                {"direction": "in", "a_number": "4989555", "b_number": "4930123456"},
                {"direction": "transfer", "a_number": "4930123456", "b_number": "491512345678"},
            ]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19"])
        self.flat.free_incoming = False
        self.rate(everything=True)
        self.assertEqual(self.prices(usage), ["no-zone", "0.19"])
        self.flat.version_ids.rate_ids.create(
            {"version_id": self.flat.version_ids.id, "direction": "in", "price": 0.05, "step": 60}
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0.05", "0.19"])

    def test_accounts_belong_to_a_source(self):
        another = self.new_source("another")
        account = self.new_number("trunk-7", self.other, kind="account", source_id=another.id)
        anywhere = self.new_number("trunk-7", self.line, kind="account")
        record = {"a_number": None, "account": "trunk-7", "b_number": "491512345678"}
        usage = self.store_usage([record]) + self.store_usage([record], source=another)
        self.rate()
        self.assertEqual([rows[0][1] for rows in self.charges(usage)], [anywhere.id, account.id])
