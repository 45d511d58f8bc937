# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tariff books in and out: the same prices before and after, nothing twice, nothing overwritten."""

import copy
import datetime

import pandas as pd
from odoo.addons.telecom_billing.rating import TariffBook, rate
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

BOOK = {
    "format": 1,
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "calendars": [{"id": "DE-BY", "country": "DE", "subdivision": "BY"}],
    "bands": [
        {
            "id": "peak",
            "name": "Peak",
            "weekdays": [1, 2, 3, 4, 5],
            "from": "08:00",
            "to": "18:00",
            "calendar": "DE-BY",
            "holidays": "exclude",
        }
    ],
    "zones": [
        {"id": "de", "name": "Germany", "prefixes": ["49"]},
        {"id": "mob", "name": "Mobile", "prefixes": ["4915", "4916", "4917"]},
        {"id": "fr", "name": "France", "prefixes": ["33"], "destinations": ["FRANCE ALL"]},
    ],
    "tariffs": [
        {
            "id": "biz",
            "name": "Business",
            "decimals": 4,
            "per": "minute",
            "split": "exact",
            "fallbacks": ["std"],
            "versions": [
                {
                    "id": "biz-1",
                    "name": "2026",
                    "valid_from": "2026-01-01",
                    "valid_to": "2026-09-15",
                    "rates": [
                        {"id": "de", "zone": "de", "price": "0.0089", "initial": 1, "step": 1},
                        {
                            "id": "de-peak",
                            "zone": "de",
                            "band": "peak",
                            "weight": 10,
                            "price": "0.0139",
                            "initial": 1,
                            "step": 1,
                        },
                        {
                            "id": "mob",
                            "zones": ["mob", "fr"],
                            "service": "voice",
                            "price": "0.0849",
                            "initial": 60,
                            "step": 1,
                            "setup": "0.02",
                            "minimum": "0.05",
                            "maximum": "3",
                            "free": 10,
                        },
                    ],
                },
                {
                    "id": "biz-2",
                    "valid_from": "2026-09-15",
                    "rates": [
                        {
                            "id": "de",
                            "zone": "de",
                            "mode": "volume",
                            "steps": [
                                {"from": 0, "to": 60, "interval": 60, "price": "0.1", "per": 60},
                                {"from": 60, "interval": 1, "price": "0.002", "setup": "0.04"},
                            ],
                        },
                        {"id": "mob", "zone": "mob", "refuse": "not sold"},
                    ],
                },
            ],
        },
        {
            "id": "std",
            "name": "Standard",
            "tax_included": True,
            "tax_rate": "0.19",
            "versions": [
                {
                    "id": "std-1",
                    "valid_from": "2026-01-01",
                    "rates": [
                        {"id": "any", "price": "0.29", "per": 60, "initial": 60, "step": 60},
                        {
                            "id": "sms",
                            "service": "sms",
                            "unit": "piece",
                            "price": "0.07",
                            "whole": "up",
                            "ignore_below": "0.5",
                        },
                    ],
                }
            ],
        },
    ],
    "allowances": [
        {
            "id": "free-100",
            "name": "100 minutes",
            "tariffs": ["biz"],
            "quantity": 100,
            "unit": "minute",
            "zones": ["de", "mob"],
            "share": "contract",
            "rollover": {"periods": 1},
        }
    ],
}

CALLS = [
    ("biz", "voice", "second", "4930123456", "2026-03-02T07:30:00", 61),
    ("biz", "voice", "second", "4930123456", "2026-03-02T06:59:50", 30),  # over 8:00 local time
    ("biz", "voice", "second", "4930123456", "2026-01-06T10:00:00", 61),  # a holiday in Bavaria
    ("biz", "voice", "second", "491512345678", "2026-03-02T12:00:00", 200),
    ("biz", "voice", "second", "33112345678", "2026-03-02T12:00:00", 5),
    ("biz", "voice", "second", "4930123456", "2026-10-02T12:00:00", 75),
    ("biz", "voice", "second", "491512345678", "2026-10-02T12:00:00", 75),
    ("biz", "voice", "second", "4412345678", "2026-10-02T12:00:00", 61),
    ("biz", "sms", "piece", "491512345678", "2026-10-02T12:00:00", 1),
]


def prices(book, tariff_of=str):
    usage = pd.DataFrame(
        {
            "tariff": [tariff_of(call[0]) for call in CALLS],
            "service": [call[1] for call in CALLS],
            "unit": [call[2] for call in CALLS],
            "b_number": [call[3] for call in CALLS],
            "started_at": pd.to_datetime([call[4] for call in CALLS]).astype("datetime64[us]"),
            "quantity": [call[5] * 1_000_000 for call in CALLS],
        }
    )
    charges = rate(TariffBook(book), usage).charges
    return [
        (row.usage, row.segment, row.billed, row.price, None if pd.isna(row.reason) else row.reason)
        for row in charges.itertuples()
    ]


@tagged("post_install", "-at_install")
class TestTariffBook(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Tariff = cls.env["telecom.tariff"]
        cls.biz, cls.std = cls.Tariff.import_book(BOOK)

    def test_same_prices_by_ids_and_by_codes(self):
        wanted = prices(BOOK)
        self.assertGreater(len(wanted), len(CALLS), "one call is cut at the band's border")
        exported = self.biz.export_book()
        self.assertEqual(prices(exported), wanted)
        engine = self.biz._to_book()
        ids = {"biz": str(self.biz.id), "std": str(self.std.id)}
        self.assertEqual(prices(engine, ids.get), wanted)

    def test_round_trip_in_another_company(self):
        exported = self.biz.export_book()
        company = self.env["res.company"].create({"name": "Another"})
        there = self.Tariff.with_company(company).import_book(exported)
        self.assertEqual(there.company_id, company)
        self.assertEqual(
            there.filtered(lambda t: t.code == "biz").with_company(company).export_book(), exported
        )

    def test_fields(self):
        first, second = self.biz.version_ids.sorted("valid_from")
        self.assertEqual(first.valid_to, datetime.date(2026, 9, 14))
        self.assertEqual(first.rounding_digits, 4)
        self.assertEqual(self.biz.fallback_tariff_id, self.std)
        mobile = first.rate_ids.filtered(lambda rate: rate.zone_id.code == "mob")
        self.assertEqual((mobile.price, mobile.price_per, mobile.initial), (0.0849, 60.0, 60.0))
        self.assertEqual(mobile.zone_id.kind, "mobile")
        self.assertEqual(second.rate_ids[0].mode, "volume")
        allowance = self.biz.allowance_ids
        self.assertEqual((allowance.quantity, allowance.unit), (100, "minute"))
        self.assertEqual(allowance.zone_ids.mapped("code"), ["de", "mob"])
        self.assertEqual((allowance.share, allowance.rollover_periods), ("contract", 1))

    def test_a_second_import_makes_nothing(self):
        def count():
            models = ("tariff", "tariff.version", "rate", "zone.plan", "band", "allowance")
            return [self.env[f"telecom.{model}"].search_count([]) for model in models]

        before = count()
        self.Tariff.import_book(BOOK)
        self.assertEqual(count(), before)

    def test_other_prices_need_a_new_version(self):
        changed = copy.deepcopy(BOOK)
        changed["tariffs"][0]["versions"][1]["rates"][0]["steps"][1]["price"] = "0.003"
        with self.assertRaises(ValidationError) as caught:
            self.Tariff.import_book(changed)
        self.assertIn("another id and a later valid_from", str(caught.exception))

    def test_bad_book_makes_nothing(self):
        broken = copy.deepcopy(BOOK)
        broken["tariffs"][0]["id"] = broken["allowances"][0]["tariffs"][0] = "new"
        broken["tariffs"][0]["versions"][0]["rates"][0]["step"] = -1
        broken["zones"][0]["prefixes"] = ["49x"]
        with self.assertRaises(ValidationError) as caught:
            self.Tariff.import_book(broken)
        self.assertIn("49x", str(caught.exception))
        self.assertIn("-1", str(caught.exception))
        self.assertFalse(self.Tariff.search([("code", "=", "new")]))

    def test_numbers_that_would_lose_digits(self):
        fine = copy.deepcopy(BOOK)
        fine["tariffs"][1]["id"] = fine["tariffs"][0]["fallbacks"][0] = "fine"
        fine["tariffs"][0]["id"] = "fine-biz"
        fine["allowances"][0]["tariffs"] = ["fine-biz"]
        fine["tariffs"][1]["versions"][0]["rates"][0]["price"] = "0.123456789"
        with self.assertRaises(ValidationError) as caught:
            self.Tariff.import_book(fine)
        self.assertIn("0.123456789", str(caught.exception))

    def test_prefix_that_changes_zone_within_a_version(self):
        special = self.env["telecom.zone"].create(
            {"plan_id": self.biz.version_ids[0].zone_plan_id.id, "code": "ber", "name": "Berlin"}
        )
        first = self.biz.version_ids.sorted("valid_from")[0]
        special.prefix_ids.create(
            {"zone_id": special.id, "prefix": "4930", "valid_from": "2026-03-02"}
        )
        first.rate_ids.create(
            {"version_id": first.id, "zone_id": special.id, "price": 0.5, "step": 1}
        )
        engine = self.biz._to_book()
        got = prices(engine, {"biz": str(self.biz.id)}.get)
        # 61 s at 0.50 a minute = 0.508333…, to four places 0.5083
        self.assertIn((0, 0, 61_000_000, 508_300, None), got)
        before = [row for row in got if row[0] == 2]
        self.assertEqual(before, [row for row in prices(BOOK) if row[0] == 2])

    def test_incoming_rates_price_incoming_calls_only(self):
        self.std.version_ids.rate_ids.create(
            {
                "version_id": self.std.version_ids.id,
                "direction": "in",
                "service": "voice",
                "price": 0.01,
            }
        )
        book = self.std._to_book()
        rates = book["tariffs"][0]["versions"][0]["rates"]
        self.assertEqual([rate.get("direction") for rate in rates], [None, None, "in"])
        again = self.std.export_book()
        company = self.env["res.company"].create({"name": "Another"})
        there = self.Tariff.with_company(company).import_book(again)
        self.assertEqual(
            sorted(there.version_ids.rate_ids.mapped("direction")), ["in", "out", "out"]
        )
