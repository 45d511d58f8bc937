# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refunds at the price of the tiers that they take back, through the store."""

import datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from tests.addon.core_case import CoreCase

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestRatingRefunds(CoreCase):
    def call(self, day, minutes, **values):
        start = datetime.datetime(2026, 9, day, 10)
        return {"b_number": MOBILE, "quantity": 60 * minutes, "started_at": start} | values

    def tier(self, **values):
        """Three minutes at 0.20, all further ones at 0.10."""
        return self.env["telecom.tier"].create(
            {"name": "Mobiles", "tariff_ids": [(6, 0, self.flat.ids)], "refunds": "tier",
             "step_ids": [(0, 0, {"start": 0, "price": 0.20}),
                          (0, 0, {"start": 3, "price": 0.10})], **values}
        )  # fmt: skip

    def test_the_last_units_are_given_back_first(self):
        self.tier()
        usage = self.deliver([self.call(1, 5)], [self.call(3, -4)], [self.call(4, 1)])
        # 3 × 0.20 + 2 × 0.10; back: 2 × 0.10 + 2 × 0.20; one minute is left
        self.assertEqual(self.prices(usage), ["0.8", "-0.6", "0.2"])
        self.check_core()
        # A call that comes late, but began before the refund, moves what the refund takes back:
        # of seven minutes the last four, at 0.10.
        usage += self.deliver([self.call(2, 2)])
        self.assertEqual(self.prices(usage), ["0.8", "-0.4", "0.1", "0.2"])
        self.check_core()
        self.assertIn("Charge: -0.4 EUR", self.told(usage[1]))
        self.assertIn("of Mobiles", self.told(usage[1]))
        self.assertIn("It takes the last units of the period's sum back", self.told(usage[1]))
        self.assertIn("Sie nimmt die letzten Einheiten", self.told(usage[1], "de_DE"))

    def test_beside_the_tiers(self):
        """Unless they say so, refunds cost the negative of the rate's own price."""
        self.tier(refunds="own")
        usage = self.deliver([self.call(1, 5)], [self.call(3, -1)], [self.call(4, 1)])
        self.assertEqual(self.prices(usage), ["0.8", "-0.19", "0.1"])
        self.check_core()

    def test_all_units_at_the_tier_that_is_left(self):
        self.tier(mode="volume")
        usage = self.deliver([self.call(1, 5)], [self.call(3, -2)])
        self.assertEqual(self.prices(usage), ["1", "-0.4"])
        self.check_core()

    def test_a_refund_after_the_invoice(self):
        self.tier()
        usage = self.deliver([self.call(1, 5)])
        self.invoice_all()
        usage += self.deliver([self.call(3, -1)], [self.call(4, -2)])
        self.assertEqual(self.prices(usage), ["0.8", "-0.1", "-0.3"])
        self.invoice_all()
        # Two minutes are left, of five that were charged and three that were given back.
        usage += self.deliver([self.call(5, 2)])
        self.assertEqual(self.prices(usage), ["0.8", "-0.1", "-0.3", "0.3"])
        self.check_sums()

    def test_a_fee_is_refused_where_it_is_entered(self):
        tier = self.tier()
        for change in (
            lambda: tier.step_ids[0].write({"setup": 1}),
            lambda: self.tier(step_ids=[(0, 0, {"start": 0, "price": 1, "setup": 1})]),
        ):
            with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
                change()
            self.assertIn("Mobiles", str(caught.exception))
            self.assertIn("Fees are not given back", str(caught.exception))
