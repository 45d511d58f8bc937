# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything a tariff book can say goes in, comes out the same, and prices the same."""

import copy

import pandas as pd
from odoo.addons.telecom_billing.rating import TariffBook, rate
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

PLAIN = {"unit": "second", "price": "0.1", "per": "60"}
BOOK = {
    "format": 1,
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "units": {"KB": {"of": "byte", "factor": 1024}, "block": {"of": "KB", "factor": 64}},
    "calendars": [
        {"id": "DE-BY-20261224-without20261003", "country": "DE", "subdivision": "BY",
         "add": ["2026-12-24"], "remove": ["2026-10-03"]},
    ],
    "bands": [
        {"id": "peak", "name": "Peak", "weekdays": [1, 2, 3], "from": "08:00", "to": "18:00",
         "calendar": "DE-BY-20261224-without20261003", "holidays": "exclude"},
        {"id": "summer", "name": "Summer", "from": "00:00", "to": "24:00", "months": [6, 7, 8],
         "month_days": [1, 2], "years": [2026, 2027],
         "dates": [["2026-06-01", "2026-06-30"], "2027-07-01"]},
    ],
    "zones": [
        {"id": "de", "name": "Germany", "prefixes": ["49"]},
        {"id": "mob", "name": "Mobile", "prefixes": ["4915", "4916"]},
        {"id": "fr", "name": "France", "prefixes": ["33"], "destinations": ["FRANCE"]},
    ],
    "tariffs": [
        {
            "id": "rt", "name": "Round trip", "currency": "EUR", "timezone": "Europe/Berlin",
            "gap": "suspense", "tax_included": False,
            "fallbacks": [{"tariff": "rt-a", "weight": 20}, {"tariff": "rt-b", "weight": 10}],
            "versions": [
                {
                    "id": "rt-1", "name": "One", "valid_from": "2026-01-01", "gap": "shorter",
                    "decimals": 4, "rounding": "half_up", "round_at": "charge", "split": "start",
                    "rates": [
                        {"id": "first", "name": "Germany", "zone": "de", "band": "peak", **PLAIN,
                         "initial": "60", "step": "1", "price_initial": "0", "setup": "0.05",
                         "free": "10", "maximum": "3", "maximum_then": "disconnect",
                         "minimum": "0.02", "setup_on_zero": True, "weight": 5,
                         "extras": [{"above": "3", "each": "1", "price": "0.5"}],
                         "round_quantity": "fragment", "split": "exact", "round_at": "part",
                         "rounding": "up", "decimals": 2},
                        {"id": "stepped", "name": "Mobile", "zone": "mob", "unit": "second",
                         "mode": "volume", "beyond": "last", "steps": [
                            {"from": "0", "interval": "60", "price": "1", "rounding": "up",
                             "to": "120", "flat": True},
                            {"from": "120", "interval": "1", "price": "0.2", "rounding": "down",
                             "to": "600", "per": "60"}]},
                        {"id": "no", "name": "France", "zone": "fr", "band": "summer",
                         "unit": "second", "refuse": "not in summer"},
                        {"id": "conf", "service": "conference", "unit": "participant",
                         "price": "0.01", "per": "1",
                         "conference": {"by": "peak", "rejoin": "merge", "times": "minute"}},
                        {"id": "bytes", "service": ["data", "mms"], "unit": "KB", "price": "0.2",
                         "per": "64"},
                        {"id": "flat", "service": "sms", "unit": "piece", "flat": True},
                        {"id": "in", "direction": "in", **PLAIN},
                    ],
                }
            ],
        },
        {
            "id": "rt-a", "name": "Fallback A", "currency": "EUR", "timezone": "Europe/Berlin",
            "gap": "suspense", "tax_included": True, "tax_rate": "0.19",
            "versions": [{"id": "rt-a-1", "name": "A", "valid_from": "2026-01-01", "decimals": 4,
                          "rounding": "half_up", "round_at": "charge", "split": "start",
                          "rates": [{"id": "a", "name": "France", "zone": "fr", **PLAIN}]}],
        },
        {
            "id": "rt-b", "name": "Fallback B", "currency": "EUR", "timezone": "Europe/Berlin",
            "gap": "suspense", "tax_included": False,
            "versions": [{"id": "rt-b-1", "name": "B", "valid_from": "2026-01-01", "decimals": 4,
                          "rounding": "half_up", "round_at": "charge", "split": "start",
                          "rates": [{"id": "b", **PLAIN}]}],
        },
        {
            "id": "rt-opt", "name": "Option", "currency": "EUR", "timezone": "Europe/Berlin",
            "gap": "suspense", "tax_included": False,
            "versions": [{"id": "rt-opt-1", "name": "O", "valid_from": "2026-01-01", "decimals": 4,
                          "rounding": "half_up", "round_at": "charge", "split": "start",
                          "rates": [{"id": "half", "name": "Germany", "zone": "de",
                                     "unit": "second", "factor": "0.5", "setup": "0"}]}],
        },
    ],
    "options": [{"id": "rt-opt", "name": "Option", "price_list": "rt-opt", "weight": 3}],
    "allowances": [
        {"id": "rt-min", "name": "Minutes", "priority": 1, "share": "contract", "period": "month",
         "tariffs": ["rt", "rt-a"], "services": ["voice"], "zones": ["de", "mob"],
         "bands": ["peak"], "begins": 15, "quantity": "100", "unit": "minute", "prorate": True,
         "rollover": {"periods": 2, "use": "last", "maximum": "50"}},
        {"id": "rt-money", "name": "Money", "priority": 2, "share": "line", "period": "week",
         "options": ["rt-opt"], "rates": ["half"], "money": "5", "measure": "money",
         "setup": "charged", "records": 10},
        {"id": "rt-all", "name": "All", "priority": 4, "share": "line", "period": "month",
         "tariffs": ["rt-b"], "flat": True},
        {"id": "rt-steps", "name": "Steps", "priority": 3, "share": "line", "period": "day",
         "tariffs": ["rt-b"], "quantity": "100", "unit": "minute", "count": "exact", "step": "1"},
    ],
    "tiers": [
        {"id": "rt-tier", "name": "Tiers", "tariffs": ["rt"], "share": "customer",
         "on": "quantity", "mode": "volume", "unit": "minute", "steps": [
            {"from": "0", "to": "100", "price": "0.1", "per": "1"},
            {"from": "100", "factor": "0.9", "setup": "2"}]},
        {"id": "rt-packs", "name": "Packs", "tariffs": ["rt-b"],
         "period": "day", "on": "quantity", "mode": "graduated", "unit": "minute", "steps": [
            {"from": "0", "price": "5", "per": "100", "interval": "100", "rounding": "down"}]},
    ],
    "limits": [
        {"id": "rt-limit", "name": "Limit", "tariffs": ["rt"], "services": ["voice"],
         "share": "contract", "valid_from": "2026-03-01", "valid_to": "2027-01-01",
         "amount": "50", "thresholds": ["0.8", "1"], "then": "free"},
    ],
    "minimums": [
        {"id": "rt-minimum", "name": "Minimum", "tariffs": ["rt"], "amount": "25",
         "prorate": True},
    ],
    "guards": [
        {"id": "rt-0900", "name": "Premium", "prefixes": ["49900"], "tax_included": True,
         "source": "TKG", "services": ["voice"], "valid_from": "2026-01-01",
         "valid_to": "2027-01-01", "per_minute": "3", "per_call": "30",
         "longest_increment": "60", "longest_initial": "30", "longest_step": "1",
         "tax_rate": "0.19"},
        {"id": "rt-eu", "name": "EU", "prefixes": ["33"], "but": ["33899"], "kinds": ["private"],
         "tax_included": False, "per_minute": "0.19", "per_message": "0.06"},
        {"id": "rt-free", "name": "Free", "prefixes": ["49800", "49112"], "tax_included": False,
         "free": True},
    ],
}  # fmt: skip


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
        origin = copy.deepcopy(franc) | {"zones": [{"id": "eea", "prefixes": ["49"]}]}
        origin["tariffs"][0]["versions"][0]["rates"][0] |= {"name": "From here", "origin": "eea"}
        del origin["allowances"]
        peak = copy.deepcopy(franc)
        peak["tariffs"][0]["versions"][0]["rates"][0] |= {"name": "Peak", "together": {"by": "sum"}}
        del peak["allowances"]
        back = copy.deepcopy(franc)
        back["tiers"] = [{"id": "t", "name": "Back", "refunds": "tier", "steps": [{"price": "1"}]}]
        del back["allowances"]
        bundle = copy.deepcopy(franc)
        bundle["allowances"] = [{"id": "b", "name": "Bundle", "quantity": 9, "unit": "credit",
                                 "tariffs": ["rt-x"], "uses": [{"each": 2}]}]  # fmt: skip
        second = copy.deepcopy(fee)  # a second is no number of minutes with six decimal places
        second["tariffs"][0]["versions"][0]["rates"] = [
            {"id": 1, "unit": "minute", "price": "1", "step": "second"}
        ]
        for book, parts in (
            (fee, ("Base fee", "lines of the contract")),
            (franc, ("CHF", "EUR")),
            (back, ("Back", "“refunds”")),
            (peak, ("Peak", "“together”")),
            (bundle, ("Bundle", "“uses”")),
            (origin, ("From here", "“origin”")),
            (second, ("“second”", "“minute”")),
        ):
            with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
                self.Tariff.import_book(book)
            for part in parts:
                self.assertIn(part, str(caught.exception))
