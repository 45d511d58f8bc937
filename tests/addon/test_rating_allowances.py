# SPDX-License-Identifier: AGPL-3.0-or-later
"""Allowances through the store: taken in order, once, shared, prorated, carried over."""

import datetime

from odoo.tests import tagged

from tests.addon.rating_common import PERIOD, RatingCase

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestRatingAllowances(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.zone = cls.flat.version_ids.zone_plan_id.zone_ids.filtered(lambda z: z.code == "mob")
        cls.allowance = cls.new_allowance()

    @classmethod
    def new_allowance(cls, **values):
        return cls.env["telecom.allowance"].create(
            {
                "tariff_id": cls.flat.id,
                "name": "3 minutes to mobiles",
                "quantity": 3,
                "unit": "minute",
                "zone_ids": [(6, 0, cls.zone.ids)],
                **values,
            }
        )

    def call(self, day, minutes=2, **values):
        start = datetime.datetime(2026, 9, day, 10)
        return {"b_number": MOBILE, "quantity": 60 * minutes, "started_at": start} | values

    def balances(self):
        balances = self.env["telecom.allowance.balance"].search([], order="period, origin, id")
        return [(str(b.period)[:7], b.units_granted, b.units_used, b.units_left) for b in balances]

    def test_used_up_in_the_order_of_calls(self):
        usage = self.store_usage([self.call(3), self.call(1), self.call(2)])
        self.rate()
        # 3 minutes: the 1st takes two, the 2nd one and pays for the other at 0.19, the 3rd pays.
        self.assertEqual(self.prices(usage), ["0.38", "0", "0.19"])
        segments = self.env["telecom.charge"].search([("usage_id", "=", usage[2])], order="id")
        self.assertEqual(sum(segments.mapped("allowance_used")), 60)
        self.assertEqual(segments.allowance_id, self.allowance)
        self.assertEqual(self.balances(), [("2026-09", 180, 180, 0)])
        summed = self.env["telecom.usage.summary"].search([])
        self.assertEqual((summed.allowance_used, summed.records), (180, 3))
        self.check_sums()

    def test_day_by_day_as_all_at_once(self):
        days = [[self.call(1)], [self.call(2), self.call(3)], [self.call(4, minutes=1)]]
        usage = []
        for day in days:
            usage += self.store_usage(day)
            counts = self.rate()[PERIOD]
            self.assertEqual(counts.records, len(day), "only the new day was priced")
        incremental, balances = self.snapshot(), self.balances()
        self.assertEqual(self.prices(usage), ["0", "0.19", "0.38", "0.19"])
        self.check_sums()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), incremental)
        self.assertEqual(self.balances(), balances)

    def test_an_earlier_record_that_comes_later(self):
        usage = self.store_usage([self.call(5)])
        self.rate()
        usage += self.store_usage([self.call(1)])
        self.assertEqual(self.rate()[PERIOD].records, 2, "the contract is rated as a whole")
        self.assertEqual(self.prices(usage), ["0.19", "0"])
        self.check_sums()

    def test_calls_of_one_instant_whichever_comes_first(self):
        contracts = self.contract, self.contract.copy({"name": "As the first"})
        self.new_number("+49 30 222", self.new_line(contracts[1], self.flat))
        found = []
        for number, order in (("4930123456", (2, 3)), ("4930222", (3, 2))):
            usage = {}
            for minutes in order:
                call = self.call(1, a_number=number, minutes=minutes)
                (usage[minutes],) = self.store_usage([call])
                self.rate()
            found.append(self.prices([usage[2], usage[3]]))
        # The shorter one is first: of three minutes, one is left for the other.
        self.assertEqual(found, [["0", "0.38"]] * 2)
        incremental = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), incremental)
        self.check_sums()

    def test_late_records_get_what_the_invoice_left(self):
        usage = self.store_usage([self.call(10)])
        self.rate()
        self.invoice(self.env["telecom.usage.summary"].search([]))
        usage += self.store_usage([self.call(1)])
        for everything in (False, True):
            self.rate(everything=everything)
            # One of the three minutes is left, although the late call began before the other.
            self.assertEqual(self.prices(usage), ["0", "0.19"])
            self.check_sums()

    def test_shared_by_the_customer(self):
        self.allowance.share = "customer"
        contract = self.contract.copy({"name": "Second contract of the customer"})
        self.new_number("+49 30 222", self.new_line(contract, self.flat))
        usage = self.store_usage([self.call(1), self.call(2, a_number="4930222")])
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19"])
        usage += self.store_usage([self.call(3)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19", "0.38"])
        usage += self.store_usage([self.call(1, a_number="4930222", minutes=1)])
        self.rate()
        # The 1st: first line's two minutes and this one (same start: contract by contract).
        self.assertEqual(self.prices(usage), ["0", "0.38", "0.38", "0"])
        incremental = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), incremental)

    def test_prorated_from_the_first_day(self):
        line = self.new_line(self.contract, self.flat, date_start="2026-09-21")
        self.new_number("+49 30 333", line)
        usage = self.store_usage([self.call(25, a_number="4930333")])
        self.rate()
        # Ten of thirty days: one of three minutes.
        self.assertEqual(self.prices(usage), ["0.19"])
        self.assertIn(("2026-09", 60, 60, 0), self.balances())

    def test_carried_over_to_the_next_month(self):
        self.allowance.rollover_periods = 1
        august = {"b_number": MOBILE, "quantity": 60, "started_at": "2026-08-10 10:00:00"}
        usage = self.store_usage([august, self.call(1), self.call(2), self.call(3)])
        self.rate()
        # August leaves two minutes, so September has five: 2 + 2 + 1, one minute is paid.
        self.assertEqual(self.prices(usage), ["0", "0", "0", "0.19"])
        later = self.store_usage([dict(august, started_at="2026-08-20 10:00:00", quantity=120)])
        self.rate()
        # Now August leaves nothing and September has three.
        self.assertEqual(self.prices(usage + later), ["0", "0", "0.19", "0.38", "0"])
        self.check_sums()

    def test_in_money(self):
        self.allowance.write({"kind": "money", "money": 0.57, "quantity": 0})
        usage = self.store_usage([self.call(1), self.call(2)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19"])
        later = self.store_usage([self.call(3)])
        self.rate()
        self.assertEqual(self.prices(later), ["0.38"])
        self.check_sums()

    def test_option_booked_beside_the_line(self):
        option = self.env["telecom.tariff"].create(
            {"name": "Mobile option", "code": "mob-opt", "kind": "option"}
        )
        self.allowance.tariff_id = option
        self.new_line(self.contract, option, date_start="2026-09-05", name="Option")
        usage = self.store_usage([self.call(1), self.call(10)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "0"])

    def test_why_this_price(self):
        usage = self.store_usage([self.call(1), self.call(2), {"a_number": "498912345"}])
        self.rate()
        charges = self.env["telecom.charge"].search([("usage_id", "in", usage)], order="id")
        action = charges.filtered(lambda c: c.usage_id == usage[1])[:1].action_explain()
        text = self.env[action["res_model"]].browse(action["res_id"]).text
        for part in ("Mobile", "3 minutes to mobiles", "0.19"):
            self.assertIn(part, text)
        unknown = charges.filtered(lambda c: c.usage_id == usage[2])
        action = unknown.action_explain()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(window.text, unknown.remedy)
        self.assertEqual(unknown.action_assign_number()["context"]["default_name"], "+498912345")
