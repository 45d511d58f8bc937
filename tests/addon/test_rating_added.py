# SPDX-License-Identifier: AGPL-3.0-or-later
"""Individual prices that add to those of the tariff below; conferences in one room all day."""

import datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from tests.addon.core_case import CoreCase

MOBILE, GERMAN = "491512345678", "493055555"


@tagged("post_install", "-at_install")
class TestRatingAdded(CoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = cls.flat.copy({"code": "own-a", "kind": "individual"})
        cls.version = cls.flat.version_ids.copy({"tariff_id": own.id, "valid_from": "2026-01-01"})
        cls.version.rate_ids.filtered(lambda rate: rate.zone_id.code == "de").unlink()
        cls.rate_own = cls.version.rate_ids
        cls.rate_own.write({"price": 0, "added": 0.02})

    def use(self):
        self.version.action_activate()
        self.line.telecom_price_list_id = self.version.tariff_id

    def test_a_surcharge_by_the_minute(self):
        self.use()
        usage = self.deliver([{"b_number": MOBILE, "quantity": 90}, {"b_number": GERMAN}])
        self.assertEqual(self.prices(usage), ["0.42", "0"])  # 2 × (0.19 + 0.02)
        self.check_core()
        self.assertIn("0.02 EUR/min", self.told(usage[0]))
        self.assertIn("0,02 EUR/min", self.told(usage[0], "de_DE"))

    def test_a_rebate_after_a_factor(self):
        self.rate_own.write({"factor": 2, "added": -0.08})
        self.use()
        usage = self.deliver([{"b_number": MOBILE}])
        self.assertEqual(self.prices(usage), ["0.3"])  # 2 × 0.19 − 0.08
        self.check_core()

    def test_beside_a_price_it_is_refused(self):
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.rate_own.price = 0.19
        self.assertIn("a change of the price below contradict", str(caught.exception))

    def test_what_is_changed_rates_again(self):
        self.use()
        usage = self.deliver([{"b_number": MOBILE}])
        self.assertEqual(self.prices(usage), ["0.21"])
        self.rate_own.added = 0.03
        self.rate()
        self.assertEqual(self.prices(usage), ["0.22"])

    def test_a_pause_ends_a_conference(self):
        self.env["telecom.rate"].create(
            {"version_id": self.flat.version_ids.id, "service": "conference", "price": 0,
             "setup": 2, "conference_by": "session", "conference_pause": "hour"}
        )  # fmt: skip

        def leg(hour, minute=0):
            start = datetime.datetime(2026, 9, 3, hour, minute)
            return {"service": "conference", "conference": "room", "participant": f"{hour}",
                    "quantity": 1800, "started_at": start}  # fmt: skip

        # To 9:30, from 10:20, to 10:50 one; after more than an hour, from 12:00, another.
        usage = self.deliver([leg(9), leg(12)], [leg(10, 20)])
        self.assertEqual(self.prices(usage), ["2", "2", "0"])
        self.check_core()
