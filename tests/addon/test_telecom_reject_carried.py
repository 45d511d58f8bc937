# SPDX-License-Identifier: AGPL-3.0-or-later
"""A call that begins in one delivery and ends in the next is one record, counted once."""

import datetime

from odoo import fields

from tests.addon.common import TelecomCase

T0 = 1788249600


def row(method, call, at):
    return f"{method}|f|t|{call}|200|OK|{T0 + at}|sip:+4930123456@x|sip:+4989123456@y|acc\n"


class TestCarried(TelecomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proxy = cls.new_source("proxy", format="opensips_flatstore")

    def load(self, name, *rows):
        delivery = self.proxy._receive(name, "".join(rows).encode())
        delivery._load()
        self.assertEqual(delivery.state, "loaded", delivery.message)
        self.assertEqual(
            delivery.lines, delivery.loaded + delivery.duplicates + delivery.rejects, name
        )
        return delivery

    def stored(self):
        self.env.cr.execute(
            "SELECT record_id, quantity / 1000000, delivery_id FROM telecom_usage_data"
            " WHERE source_id = %s ORDER BY record_id",
            [self.proxy.id],
        )
        return self.env.cr.fetchall()

    def give_up(self, days):
        self.env["telecom.delivery"].search([]).received_at = (
            fields.Datetime.now() - datetime.timedelta(days=days)
        )
        return self.env["telecom.delivery"]._give_up_carried()

    def test_the_record_is_in_the_delivery_that_completes_it(self):
        one = self.load("1.log", row("INVITE", "a", 0), row("INVITE", "b", 5), row("BYE", "a", 60))
        self.assertEqual((one.loaded, one.faulty, one.left_out), (1, 0, 2))
        part = one.reject_ids.filtered(lambda reject: reject.reason == "carried")
        self.assertEqual((part.line, part.state), (2, "ignored"))
        two = self.load("2.log", row("BYE", "b", 125))
        self.assertEqual(self.stored(), [("a", 60, one.id), ("b", 120, two.id)])
        self.assertEqual((part.state, part.carried_to_id), ("solved", two))

    def test_the_same_file_again_makes_nothing_twice(self):
        self.load("1.log", row("INVITE", "b", 5))
        self.load("2.log", row("BYE", "b", 125))
        again = self.proxy._receive("1-again.log", row("INVITE", "b", 5).encode())
        again._load()
        self.assertEqual(again.state, "duplicate")
        self.assertEqual(len(self.stored()), 1)

    def test_an_undone_delivery_gives_the_part_back(self):
        one = self.load("1.log", row("INVITE", "b", 5))
        two = self.load("2.log", row("BYE", "b", 125))
        two._undo()
        self.assertEqual(self.stored(), [])
        part = one.reject_ids
        self.assertEqual((part.state, part.carried_to_id.id), ("ignored", False))
        three = self.load("3.log", row("BYE", "b", 125), row("BYE", "zz", 1))
        self.assertEqual(self.stored(), [("b", 120, three.id)])

    def test_what_nothing_comes_for_is_told_after_some_days(self):
        one = self.load("1.log", row("INVITE", "b", 5))
        self.assertEqual(self.give_up(days=2), 0)
        self.assertEqual(self.give_up(days=4), 1)
        part = one.reject_ids
        self.assertEqual((part.reason, part.kind, part.state), ("unpaired", "faulty", "open"))
        self.assertEqual((one.faulty, one.left_out), (1, 0))
        self.assertEqual(self.give_up(days=4), 0)

    def test_partial_records_become_one_when_nothing_more_comes(self):
        self.proxy = self.new_source(
            "parts",
            format="csv_mapping",
            settings={
                "header": False, "delimiter": ",", "timezone": "UTC",
                "a_notation": "international_bare", "b_notation": "international_bare",
                "columns": [
                    {"target": "a_number", "column": "1"}, {"target": "b_number", "column": "2"},
                    {"target": "started_at", "column": "3"}, {"target": "quantity", "column": "4"},
                ],
                "merge": "sum", "merge_by": "1, 2, 3", "merge_open": "5=partial",
            },
        )  # fmt: skip
        part = "4930123456,4989123411,2026-09-01 08:00:00,{},{}\n"
        one = self.load("1.csv", part.format(60, "partial"), part.format(61, "partial"))
        self.assertEqual((one.loaded, one.left_out), (0, 2))
        self.give_up(days=4)
        self.assertEqual([row[1] for row in self.stored()], [121])
        self.assertEqual((one.loaded, one.faulty, one.left_out), (1, 0, 1))
        self.assertEqual(one.lines, one.loaded + one.duplicates + one.rejects)

    def test_another_source_is_none_of_its_business(self):
        self.load("1.log", row("INVITE", "b", 5))
        other = self.new_source("other", format="opensips_flatstore")
        delivery = other._receive("2.log", row("BYE", "b", 125).encode())
        delivery._load()
        self.assertEqual((delivery.loaded, delivery.left_out), (0, 1))
