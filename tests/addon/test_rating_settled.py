# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers and limits go on from what is on invoices, and from earlier months of a longer period."""

import datetime

from odoo.addons.telecom_billing.charging import explaining
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestRatingSettled(RatingCase):
    def calls(self, *days, minutes=2, month=9):
        return self.store_usage(
            [
                {"b_number": MOBILE, "quantity": 60 * minutes,
                 "started_at": datetime.datetime(2026, month, day, 10)}
                for day in days
            ]
        )  # fmt: skip

    def tier(self, **values):
        """Three minutes at 0.19, two at 0.10, then half the price."""
        return self.env["telecom.tier"].create(
            {"name": "Rule", "tariff_ids": [(6, 0, self.flat.ids)],
             "step_ids": [(0, 0, {"start": 0, "by": "factor", "factor": 1}),
                          (0, 0, {"start": 3, "price": 0.10}),
                          (0, 0, {"start": 5, "by": "factor", "factor": 0.5})], **values}
        )  # fmt: skip

    def limit(self, **values):
        return self.env["telecom.limit"].create(
            {"name": "Rule", "tariff_ids": [(6, 0, self.flat.ids)], **values}
        )

    def freeze(self):
        return self.invoice(
            self.env["telecom.usage.summary"].search([("invoice_line_id", "=", False)])
        )

    def test_a_late_record_goes_on_where_the_invoice_ended(self):
        self.tier()
        usage = self.calls(2, 3)
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "0.29"])
        self.freeze()
        # Four minutes are on the invoice: one more at 0.10, then at half the price.
        late = self.calls(1)
        self.rate()
        self.assertEqual(self.prices(usage + late), ["0.38", "0.29", "0.195"])
        more = self.calls(4)
        self.rate()
        self.assertEqual(self.prices(late + more), ["0.195", "0.19"])
        whole = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), whole)
        self.check_sums()
        charge = self.env["telecom.charge"].search([("usage_id", "=", late[0])], limit=1)
        self.assertIn("0.195", explaining.of_charge(charge))

    def test_all_units_at_the_tier_of_the_whole_month(self):
        self.tier(mode="volume")
        usage = self.calls(2, 3)
        self.rate()
        self.assertEqual(self.prices(usage), ["0.2", "0.2"])
        self.freeze()
        late = self.calls(1)
        self.rate()
        self.assertEqual(self.prices(usage + late), ["0.2", "0.2", "0.19"])

    def test_a_limit_that_the_invoice_reached(self):
        self.limit(amount=0.5, then="free", thresholds="50, 100")
        usage = self.calls(2, 3)
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "0.12"])
        self.freeze()
        late = self.calls(1)
        self.rate()
        self.assertEqual(self.prices(usage + late), ["0.38", "0.12", "0"])
        alerts = self.env["telecom.limit.alert"].search([])
        self.assertEqual(sorted(alerts.mapped("percent")), [50, 100])
        self.assertNotIn("gone", alerts.mapped("state"))

    def test_a_quarter(self):
        """July, August and September are one."""
        self.tier(period="quarter")
        june, july, august = (self.calls(3, month=month) for month in (6, 7, 8))
        september = self.calls(3)
        self.rate()
        prices = self.prices(june + july + august + september)
        self.assertEqual(prices, ["0.38", "0.38", "0.29", "0.195"])
        # What comes later for July moves what follows, in both months.
        extra = self.calls(4, minutes=1, month=7)
        self.rate()
        self.assertEqual(
            self.prices(july + extra + august + september), ["0.38", "0.19", "0.2", "0.19"]
        )

    def test_a_week_over_the_border_of_months(self):
        """31 August 2026 is a Monday."""
        self.limit(amount=0.5, then="free", period="week")
        usage = self.calls(30, 31, month=8) + self.calls(1, 6, 7)
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "0.38", "0.12", "0", "0.38"])

    def test_packages_over_the_month(self):
        self.tier(step_ids=[(0, 0, {"start": 0, "price": 1, "price_per": 5, "interval": 5,
                                    "setup": 10})])  # fmt: skip
        usage = self.calls(1, 2, 3)
        self.rate()
        self.assertEqual(self.prices(usage), ["11", "0", "1"])
        self.freeze()
        late = self.calls(4, 5, 6)
        self.rate()
        self.assertEqual(self.prices(late), ["0", "0", "1"])
        self.check_sums()

    def test_the_first_calls_of_a_month_are_free(self):
        """Two; one is on the invoice, so the late ones have the other."""
        self.env["telecom.allowance"].create(
            {"tariff_id": self.flat.id, "name": "Two free calls", "kind": "flat", "records": 2}
        )
        usage = self.calls(2)
        self.rate()
        self.assertEqual(self.prices(usage), ["0"])
        self.freeze()
        late = self.calls(1, 3)
        self.rate()
        self.assertEqual(self.prices(late), ["0", "0.38"])
        more = self.calls(4)
        self.rate()
        self.assertEqual(self.prices(late + more), ["0", "0.38", "0.38"])
        self.check_sums()

    def test_a_limit_in_another_currency(self):
        """Of everybody, in francs: euros are not held against it."""
        franc = self.env.ref("base.CHF")
        franc.active = True
        self.env["telecom.limit"].create(
            {"name": "Francs", "amount": 0.1, "then": "refuse", "currency_id": franc.id}
        )
        usage = self.calls(2, 3)
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "0.38"])

    def test_more_than_fair_use_is_told(self):
        """Three minutes are fair; four were used, and nothing is charged."""
        flat = self.env["telecom.allowance"].create(
            {"tariff_id": self.flat.id, "name": "All calls", "kind": "flat", "quantity": 3,
             "unit": "minute"}
        )  # fmt: skip
        run, usage = self.new_run(), self.calls(2)

        def told():
            with self.uncommitted():
                for code in ("fetch", "load", "rate", "check"):
                    run._run_step(code)
            return run.finding_ids.filtered(lambda one: one.code == f"fair_use_{flat.id}")

        self.assertFalse(told())
        usage += self.calls(3)
        found = told()
        self.assertEqual(self.prices(usage), ["0", "0"])
        self.assertEqual(found.severity, "info")
        self.assertIn(self.partner.display_name, found.message)
