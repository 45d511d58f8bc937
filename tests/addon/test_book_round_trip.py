# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything a tariff book can say goes in, comes out the same, and prices the same."""

import copy

import pandas as pd
from odoo.addons.telecom_billing.rating import TariffBook, rate
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from tests.addon.round_trip_book import BOOK


def by_id(book):
    """The book with its records by id, since their order says nothing."""
    found = dict(book)
    for name, records in book.items():
        if isinstance(records, list):
            found[name] = {str(one["id"]): one for one in records}
    return found


@tagged("post_install", "-at_install")
class TestBookRoundTrip(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Round trip"})
        cls.Tariff = cls.env["telecom.tariff"].with_company(cls.company)
        cls.tariffs = cls.Tariff.import_book(BOOK)

    def test_the_same_book(self):
        TariffBook(BOOK)  # the core understands all of it
        self.maxDiff = None
        exported = self.tariffs.with_company(self.company).export_book()
        self.assertEqual(by_id(exported), by_id(BOOK))

    def test_again_in_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        exported = self.tariffs.with_company(self.company).export_book()
        there = self.Tariff.with_company(other).import_book(exported)
        self.assertEqual(by_id(there.with_company(other).export_book()), by_id(BOOK))

    def test_a_second_import_makes_nothing(self):
        models = ("guard", "tier", "limit", "minimum", "pool", "unit", "allowance", "rate")
        before = [self.env[f"telecom.{model}"].search_count([]) for model in models]
        self.Tariff.import_book(BOOK)
        after = [self.env[f"telecom.{model}"].search_count([]) for model in models]
        self.assertEqual(after, before)

    def test_the_same_prices(self):
        engine = self.tariffs.with_company(self.company)._to_book()
        ids = {tariff.code: str(tariff.id) for tariff in self.tariffs}
        calls = [
            ("rt", "voice", "second", "49301234", "2026-03-02T08:30:00", 200),
            ("rt", "voice", "second", "49151234", "2026-03-02T18:30:00", 700),
            ("rt", "voice", "second", "33123456", "2026-06-01T08:30:00", 60),
            ("rt", "voice", "second", "33123456", "2026-05-01T08:30:00", 60),
            ("rt", "data", "byte", None, "2026-05-01T08:30:00", 100_000),
            ("rt", "sms", "piece", "4915123", "2026-05-01T08:30:00", 1),
            ("rt", "voice", "second", "4990012345", "2026-05-01T08:30:00", 60),
            ("rt", "voice", "second", "4980012345", "2026-05-01T08:30:00", 60),
        ]

        def prices(book, of):
            usage = pd.DataFrame(
                {
                    "tariff": [of(call[0]) for call in calls],
                    "contract": "7",
                    "line": "8",
                    "customer": "9",
                    "service": [call[1] for call in calls],
                    "unit": [call[2] for call in calls],
                    "b_number": pd.array([call[3] for call in calls], dtype="string"),
                    "started_at": pd.to_datetime([c[4] for c in calls]).astype("datetime64[us]"),
                    "quantity": [call[5] * 1_000_000 for call in calls],
                }
            )
            charges = rate(TariffBook(book), usage).charges
            return [
                (row.usage, row.billed, row.price, None if pd.isna(row.reason) else row.reason)
                for row in charges.itertuples()
            ]

        wanted = prices(BOOK, str)
        self.assertEqual(prices(engine, ids.get), wanted)
        self.assertTrue({None, "refused"} <= {row[3] for row in wanted})
        self.assertGreaterEqual(len({row[2] for row in wanted}), 4)

    def test_unknown_contracts_and_other_units_are_refused(self):
        for change, part in (
            (lambda b: b["limits"][0].update(id="x", contracts=["nobody"]), "nobody"),
            (lambda b: b["units"]["KB"].update(factor=1000), "KB"),
            (lambda b: b["minimums"][0].update(id="x", period="week"), "per month or per year"),
        ):
            book = copy.deepcopy(BOOK)
            change(book)
            with (
                self.subTest(part),
                self.cr.savepoint(),
                self.assertRaises(ValidationError) as caught,
            ):
                self.Tariff.import_book(book)
            self.assertIn(part, str(caught.exception))

    def test_pools_by_contract(self):
        partner = self.env["res.partner"].create({"name": "Pooled", "ref": "K-9"})
        contract = self.env["contract.contract"].with_company(self.company).create(
            {"name": "C", "code": "V-9", "partner_id": partner.id, "contract_type": "sale",
             "company_id": self.company.id}
        )  # fmt: skip
        book = copy.deepcopy(BOOK)
        book["pools"] = [{"id": "inner", "name": "Inner", "contracts": ["V-9"]},
                         {"id": "outer", "name": "Outer", "pools": ["inner"]}]  # fmt: skip
        book["allowances"].append(
            {"id": "rt-pool", "name": "Pool", "priority": 9, "share": "pool", "period": "month",
             "tariffs": ["rt"], "pools": ["outer"], "quantity": "10", "unit": "minute"}
        )  # fmt: skip
        self.Tariff.import_book(book)
        pool = self.env["telecom.pool"].search([("code", "=", "outer")])
        self.assertEqual(pool.pool_ids.contract_ids, contract)
        exported = self.tariffs.with_company(self.company).export_book()
        self.assertEqual(by_id(exported), by_id(book))
        with self.assertRaises(ValidationError) as caught:
            pool.pool_ids.pool_ids = pool
        self.assertIn("Inner → Outer → Inner", str(caught.exception))

    def test_faults_in_german(self):
        self.env["res.lang"]._activate_lang("de_DE")
        version = self.tariffs[0].version_ids.with_context(lang="de_DE")
        with self.assertRaises(ValidationError) as caught:
            version.rate_ids[0].write({"conference_by": "session", "unit": "byte"})
        self.assertIn("Eine Sitzung wird nach ihrer Dauer berechnet", str(caught.exception))
        self.assertIn("Preis", str(caught.exception))

    def test_what_odoo_keeps_elsewhere_is_refused(self):
        month = {"id": 1, "name": "Base fee", "unit": "day", "price": "9", "months": "days"}
        versions = [{"id": "f", "rates": [month]}]
        fee = {"format": 1, "tariffs": [{"id": "rt-fee", "versions": versions}]}
        franc = {
            "format": 1,
            "tariffs": [{"id": "rt-x", "versions": [{"id": "x", "rates": [
                {"id": 1, "price": "9"}]}]}],
            "allowances": [{"id": "m", "name": "Francs", "money": "1", "tariffs": ["rt-x"],
                            "currency": "CHF"}],
        }  # fmt: skip
        week = copy.deepcopy(franc)
        (rate_,) = week["tariffs"][0]["versions"][0]["rates"]
        rate_ |= {"name": "Peak", "together": {"by": "sum", "period": "week"}}
        del week["allowances"]
        keys = copy.deepcopy(week)
        keys["tariffs"][0]["versions"][0]["rates"][0]["together"] = {"by": "unique", "of": "key"}
        run_on = copy.deepcopy(week)
        (first,) = run_on["tariffs"][0]["versions"]
        del first["rates"][0]["together"]
        run_on["tariffs"][0]["versions"].append(
            {**first, "id": "y", "name": "Next", "valid_from": "2026-03-10", "continues": "x"}
        )
        first["valid_to"] = "2026-03-10"
        second = copy.deepcopy(fee)  # a second is no number of minutes with six decimal places
        second["tariffs"][0]["versions"][0]["rates"] = [
            {"id": 1, "unit": "minute", "price": "1", "step": "second"}
        ]
        for book, parts in (
            (fee, ("Base fee", "lines of the contract")),
            (franc, ("CHF", "EUR")),
            (week, ("Peak", "calendar month")),
            (keys, ("Peak", "keys")),
            (run_on, ("Next", "continues")),
            (second, ("“second”", "“minute”")),
        ):
            with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
                self.Tariff.import_book(book)
            for part in parts:
                self.assertIn(part, str(caught.exception))
