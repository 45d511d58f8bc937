# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of a period that are priced as one, through the store."""

import datetime
import random

from odoo.addons.telecom_billing.charging import asking
from odoo.addons.telecom_billing.store import summaries
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from tests.addon.core_case import CoreCase

GERMAN, MOBILE = "493055555", "491512345678"


@tagged("post_install", "-at_install")
class TestRatingTogether(CoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.version = cls.flat.version_ids
        cls.channels = cls.new_rate("line", "channel", 2, "maximum")

    @classmethod
    def new_rate(cls, service, unit, price, by, **values):
        return cls.env["telecom.rate"].create(
            {"version_id": cls.version.id, "service": service, "unit": unit, "price": price,
             "price_per": 1, "together_by": by, **values}
        )  # fmt: skip

    def sample(self, day, channels, hour=10, **values):
        start = datetime.datetime(2026, 9, day, hour)
        return {"service": "line", "unit": "channel", "quantity": channels, "b_number": None,
                "started_at": start} | values  # fmt: skip

    def call(self, day, minutes=1, **values):
        start = datetime.datetime(2026, 9, day, 10)
        return {"b_number": MOBILE, "quantity": 60 * minutes, "started_at": start} | values

    def test_the_highest_of_the_month_whatever_comes_when(self):
        # 12 channels at 2.00, borne by the record that says so; a call beside it is what it was.
        usage = self.deliver(
            [self.sample(2, 5), self.call(3, 2)], [self.sample(8, 12)], [self.sample(9, 7)]
        )
        self.assertEqual(self.prices(usage), ["0", "0.38", "24", "0"])
        self.check_core()
        # A later delivery with an earlier, higher one moves the charge.
        usage += self.deliver([self.sample(1, 15)])
        self.assertEqual(self.prices(usage), ["0", "0.38", "0", "0", "30"])
        self.check_core()
        # Another month begins anew.
        usage += self.deliver([self.sample(1, 4, started_at="2026-08-20 10:00:00")])
        self.assertEqual(self.prices(usage)[-1], "8")
        self.assertEqual(self.prices(usage)[:-1], ["0", "0.38", "0", "0", "30"])

    def test_each_still_has_used_what_it_has(self):
        self.deliver([self.sample(2, 5), self.sample(3, 12)])
        charges = self.env["telecom.charge"].search([("service", "=", "line")], order="started_at")
        self.assertEqual(charges.mapped("quantity"), [5, 12])
        self.assertEqual(charges.mapped("billed"), [0, 12])
        self.assertEqual(charges.summary_id.mapped("quantity"), [17])

    def test_latest_sum_mean_percentile_and_different_ones(self):
        self.new_rate("seat", "piece", 5, "latest")
        self.new_rate("fax", "second", 0.10, "sum", price_per=60, step=60)
        self.new_rate("store", "GB", 1, "mean", together_share="contract")
        self.new_rate("link", "Mbit", 1, "percentile", together_at=50)
        self.new_rate("user", "piece", 3, "unique", together_of="b_number")
        rows = []
        for day in range(1, 8):
            rows += [
                self.sample(day, 10 - day, service="seat", unit="piece"),
                self.sample(day, 61, service="fax", unit="second", b_number=GERMAN),
                self.sample(day, day * 1_000_000_000, service="store", unit="byte"),
                self.sample(day, day, service="link", unit="Mbit"),
                self.sample(day, 1, service="user", unit="piece",
                            b_number=MOBILE if day % 3 else GERMAN),
            ]  # fmt: skip
        chance = random.Random(4)
        chance.shuffle(rows)
        usage = self.deliver(rows[:9], rows[9:20], rows[20:])
        total = {}
        for row, price in zip(rows, self.prices(usage), strict=True):
            total[row["service"]] = total.get(row["service"], 0) + float(price)
        # seats: the last says 3; fax: 7 × 61 = 427 s are 8 minutes; mean of 1 … 7 is 4; half of
        # them are at most 4; two numbers.
        wanted = {"seat": 15.0, "fax": 0.8, "store": 4.0, "link": 4.0, "user": 6.0}
        self.assertEqual({name: round(one, 4) for name, one in total.items()}, wanted)
        self.check_core()

    def test_callers_that_differ(self):
        self.new_rate("user", "piece", 3, "unique", together_of="a_number")
        self.new_number("+49 30 77", self.line, kind="block", range_from="0", range_to="9")
        usage = self.deliver(
            [self.sample(1, 1, service="user", unit="piece", a_number="4930771"),
             self.sample(2, 1, service="user", unit="piece", a_number="4930772")],
            [self.sample(3, 1, service="user", unit="piece", a_number="4930771")],
        )  # fmt: skip
        self.assertEqual(self.prices(usage), ["6", "0", "0"])
        self.check_core()

    def test_a_customer_with_two_contracts(self):
        self.channels.together_share = "customer"
        second = self.contract.copy({"name": "Second"})
        self.new_number("+49 30 222", self.new_line(second, self.flat))
        usage = self.deliver(
            [self.sample(1, 5)], [self.sample(2, 9, a_number="4930222")], [self.sample(3, 7)]
        )
        self.assertEqual(self.prices(usage), ["0", "18", "0"])
        self.check_core()

    def test_beside_allowances_and_in_individual_price_lists(self):
        self.env["telecom.allowance"].create(
            {"tariff_id": self.flat.id, "name": "Ten channels", "quantity": 10, "unit": "channel",
             "service": "line"}
        )  # fmt: skip
        half = self.env["telecom.tariff"].create(
            {"name": "Own", "code": "own-t", "kind": "individual"}
        )
        version = self.env["telecom.tariff.version"].create(
            {"tariff_id": half.id, "name": "Own", "valid_from": "2026-01-01",
             "rate_ids": [(0, 0, {"service": "line", "unit": "channel", "price": 1, "price_per": 1,
                                  "together_by": "maximum"})]}
        )  # fmt: skip
        version.action_activate()
        usage = self.deliver([self.sample(1, 5)], [self.sample(2, 12)], [self.sample(3, 11)])
        self.assertEqual(self.prices(usage), ["0", "4", "0"])
        self.check_core()
        # Of a contract with prices of its own for some time, the tariff alone does not say that
        # the period is one.
        self.channels.unlink()
        self.contract.telecom_price_ids = [
            (0, 0, {"tariff_id": half.id, "valid_from": "2026-01-01"})
        ]
        self.rate()
        usage += self.deliver([self.sample(4, 20)])
        self.assertEqual(self.prices(usage), ["0", "0", "0", "10"])
        self.check_core()

    def test_zones_that_change_within_the_month(self):
        zone = self.version.zone_plan_id.zone_ids[0]
        self.env["telecom.zone.prefix"].create(
            {"zone_id": zone.id, "prefix": "4977", "valid_from": "2026-09-10"}
        )
        usage = self.deliver([self.sample(2, 5)], [self.sample(20, 12)], [self.sample(21, 6)])
        self.assertEqual(self.prices(usage), ["0", "24", "0"])
        self.check_core()

    def test_an_invoiced_month_is_locked(self):
        usage = self.deliver([self.sample(2, 5), self.sample(3, 9), self.call(3)])
        invoice = self.invoice_all()
        usage += self.deliver([self.sample(4, 12), self.call(5)])
        priced = ["0", "18", "0.19", "period-invoiced", "0.19"]
        self.assertEqual(self.prices(usage), priced)
        whole = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), whole)
        self.check_sums()
        self.assertIn("Reverse that invoice", self.told(usage[3]))
        self.assertIn("Charge: 18 EUR", self.told(usage[1]))
        with self.assertRaises(UserError), self.cr.savepoint():
            self.channels.together_share = "contract"
        # The invoice is reversed: all of it is priced anew.
        summaries.free(self.env.cr, invoice.id)
        self.rate(everything=True)
        self.assertEqual(self.prices(usage), ["0", "0", "0.19", "24", "0.19"])

    def test_days_are_closed_one_by_one(self):
        self.channels.together_period = "day"
        usage = self.deliver([self.sample(2, 5), self.sample(2, 9, hour=12)])
        self.invoice_all()
        usage += self.deliver([self.sample(2, 12, hour=14)], [self.sample(3, 4)])
        self.assertEqual(self.prices(usage), ["0", "18", "period-invoiced", "8"])
        self.check_sums()

    def test_days_that_begin_at_half_past(self):
        self.channels.together_period = "day"
        self.flat.tz = "Asia/Kolkata"  # whose days begin at 18:30 UTC
        usage = self.deliver([self.sample(2, 5, started_at="2026-09-02 18:40:00")])
        self.invoice_all()
        usage += self.deliver([self.sample(2, 3, started_at="2026-09-02 18:20:00")],
                              [self.sample(3, 4, started_at="2026-09-03 18:20:00")])  # fmt: skip
        self.assertEqual(self.prices(usage), ["10", "6", "period-invoiced"])

    def test_the_explanation(self):
        usage = self.deliver([self.sample(2, 5), self.sample(3, 12)])
        told = [self.told(one) for one in usage]
        self.assertIn("Priced together with others of its period", told[0])
        self.assertIn("2 records of the period are priced as one", told[1])
        self.assertIn("Charge: 24 EUR", told[1])
        self.assertIn("2 Sätze des Zeitraums werden als einer", self.told(usage[1], "de_DE"))
        self.assertNotIn("Rated today", "".join(told))

    def test_what_does_it_cost(self):
        self.deliver([self.sample(2, 5)])

        def price(channels):
            question = asking.Question(
                started=datetime.datetime(2026, 9, 4, 10), quantity=channels * 1_000_000,
                unit="channel", service="line", line=self.line,
            )  # fmt: skip
            return str(asking.ask(self.env, self.company, question).price)

        self.assertEqual([price(3), price(8)], ["0", "16"])

    def test_a_preview_and_a_replay_say_the_same(self):
        self.deliver([self.sample(2, 5)], [self.sample(3, 12)])
        preview = self.env["telecom.rating.preview"].create(
            {"date_from": "2026-09-01", "date_to": "2026-09-30"}
        )
        preview.action_compute()
        self.assertFalse(preview.line_ids.filtered("difference"))

    def test_refused_where_it_is_entered(self):
        for values, part in (
            ({"conference_by": "session"}, "several records together"),
            ({"whole": "up"}, "several records together"),
            ({"together_by": "percentile", "together_at": 0}, "percentile"),
        ):
            with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
                self.channels.write(values)
            self.assertIn(part, str(caught.exception))
        carrier = self.env["telecom.tariff"].create(
            {"name": "Carrier", "code": "cost-t", "kind": "cost"}
        )
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.env["telecom.tariff.version"].create(
                {"tariff_id": carrier.id, "name": "C", "valid_from": "2026-01-01",
                 "rate_ids": [(0, 0, {"price": 1, "together_by": "sum"})]}
            )  # fmt: skip
        self.assertIn("record by record", str(caught.exception))

    def test_a_new_version_takes_it_along(self):
        copied = self.version.copy({"valid_from": "2026-10-01"})
        self.assertEqual(copied.rate_ids.filtered("together_by").together_by, "maximum")
