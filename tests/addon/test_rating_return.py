# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refunds that give units back to the allowance they were taken from, through the store."""

import datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from tests.addon.core_case import CoreCase

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestRatingReturn(CoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.included = cls.env["telecom.allowance"].create(
            {"tariff_id": cls.flat.id, "name": "Three minutes", "quantity": 3, "unit": "minute",
             "refunds": "return"}
        )  # fmt: skip

    def call(self, day, minutes):
        start = datetime.datetime(2026, 9, day, 10)
        return {"b_number": MOBILE, "quantity": 60 * minutes, "started_at": start}

    def test_units_come_back(self):
        usage = self.deliver([self.call(1, 5)], [self.call(3, -4)], [self.call(5, 3)])
        # Two of five minutes were paid; of the four that come back these two, and two of the
        # three contained, which the last call finds beside a paid one.
        self.assertEqual(self.prices(usage), ["0.38", "-0.38", "0.19"])
        self.check_core()
        charges = self.env["telecom.charge"].search([("usage_id", "=", usage[1])])
        self.assertEqual(sum(charges.mapped("allowance_used")), -120)
        self.assertIn("given back", self.told(charges.filtered("allowance_id").usage_id))

    def test_a_late_call_is_heard_before_the_refund(self):
        usage = self.deliver([self.call(1, 2)], [self.call(4, -2)])
        self.assertEqual(self.prices(usage), ["0", "0"])
        # Four more before it: three of six minutes are paid, the refund takes two of them back.
        usage += self.deliver([self.call(2, 4)])
        self.assertEqual(self.prices(usage), ["0", "-0.38", "0.57"])
        self.check_core()

    def test_refused_beside_what_cannot_come_back(self):
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.included.records = 5
        self.assertIn("Three minutes", str(caught.exception))
        self.assertIn("take one of the two out", str(caught.exception))
