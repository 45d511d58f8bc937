# SPDX-License-Identifier: AGPL-3.0-or-later
"""One balance of which each thing takes another number of units, through the store."""

import datetime

from odoo.addons.telecom_billing.store import summaries
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from tests.addon.core_case import CoreCase

MOBILE, GERMAN = "491512345678", "493055555"


@tagged("post_install", "-at_install")
class TestRatingUses(CoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.version = cls.flat.version_ids
        cls.mobile = cls.version.zone_plan_id.zone_ids.filtered(lambda zone: zone.code == "mob")
        cls.env["telecom.rate"].create(
            {"version_id": cls.version.id, "service": "sms", "unit": "piece", "price": 0.10,
             "price_per": 1}
        )  # fmt: skip
        cls.bundle = cls.env["telecom.allowance"].create(
            {
                "tariff_id": cls.flat.id,
                "name": "Ten credits",
                "quantity": 10,
                "unit": "credit",
                "use_ids": [
                    (0, 0, {"service": "sms", "unit": "piece", "each": 2}),
                    (0, 0, {"service": "voice", "zone_ids": [(6, 0, cls.mobile.ids)], "each": 3}),
                    (0, 0, {"service": "voice"}),
                ],
            }
        )

    def call(self, day, minutes=1, number=MOBILE):
        start = datetime.datetime(2026, 9, day, 10)
        return {"b_number": number, "quantity": 60 * minutes, "started_at": start}

    def sms(self, day, pieces=1):
        return self.call(day) | {"service": "sms", "unit": "piece", "quantity": pieces}

    def test_each_takes_its_own_number_of_units(self):
        # Of 10: a message 2, a minute to mobiles 3, one to Germany 1; the 4 that are left cover
        # 80 of 120 seconds to mobiles: 40 × 0.19 / 60 = 0.1267.
        usage = self.deliver(
            [self.sms(1), self.call(2)], [self.call(3, number=GERMAN)],
            [self.call(4, 2)], [self.sms(5), self.call(6, number=GERMAN)],
        )  # fmt: skip
        self.assertEqual(self.prices(usage), ["0", "0", "0", "0.1267", "0.1", "0"])
        self.check_core()
        # One that comes late and began before the others takes its share from them.
        usage += self.deliver([self.sms(1, 2)])
        self.assertEqual(self.prices(usage), ["0", "0", "0", "0.38", "0.1", "0", "0"])
        self.check_core()
        charge = self.env["telecom.charge"].search([("usage_id", "=", usage[1])])
        self.assertEqual((charge.allowance_used, charge.allowance_unit), (3, "credit"))
        self.assertEqual(charge.summary_id.allowance_used, 60)  # seconds, as what was used
        told = self.told(usage[1])
        self.assertIn("Each minute uses up 3 credit of the allowance", told)
        self.assertIn("4 credit left before, 3 used, 1 after", told)
        self.assertIn("Je minute werden 3 credit", self.told(usage[1], "de_DE"))
        balance = self.env["telecom.allowance.balance"].search(
            [("allowance_id", "=", self.bundle.id)]
        )
        self.assertEqual((balance.unit, balance.units_used), ("credit", 10))

    def test_what_is_changed_rates_again(self):
        usage = self.deliver([self.sms(1, 6)])
        self.assertEqual(self.prices(usage), ["0.1"])  # five of six
        self.bundle.use_ids[0].each = 1
        self.rate()
        self.assertEqual(self.prices(usage), ["0"])
        self.bundle.use_ids[0].unlink()
        self.rate()
        self.assertEqual(self.prices(usage), ["0.6"])

    def test_what_is_recounted_says_the_same(self):
        self.deliver([self.sms(1), self.call(2)], [self.call(4, 3)])
        before = self.env["telecom.usage.summary"].search([]).mapped("allowance_used")
        summaries.recount(self.env.cr, self.env["telecom.usage.summary"].search([]).ids)
        self.env.invalidate_all()
        self.assertEqual(
            self.env["telecom.usage.summary"].search([]).mapped("allowance_used"), before
        )

    def test_refused_where_it_is_entered(self):
        for values in ({"count": "exact", "step": 1}, {"kind": "money", "money": 5}):
            with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
                self.bundle.write(values)
            self.assertIn("Ten credits", str(caught.exception))
            self.assertIn("uses", str(caught.exception))
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.bundle.use_ids[0].each = 0
        self.assertIn("Ten credits", str(caught.exception))

    def test_what_is_invoiced_stays(self):
        usage = self.deliver([self.call(2), self.sms(1)])
        self.invoice_all()
        first = self.bundle.use_ids[0]
        for change in (
            lambda: first.write({"each": 1}),
            lambda: first.write({"zone_ids": [(4, self.mobile.id)]}),
            lambda: self.bundle.use_ids[1].write({"zone_ids": [(5, 0, 0)]}),
            lambda: first.write({"rate_ids": [(4, self.version.rate_ids[0].id)]}),
            lambda: first.unlink(),
            lambda: self.bundle.write({"use_ids": [(0, 0, {"service": "data"})]}),
        ):
            with self.assertRaises(UserError) as caught, self.cr.savepoint():
                change()
            self.assertIn("Ten credits", str(caught.exception))
        plan = self.version.zone_plan_id.copy({"name": "Another plan"})
        zone = self.env["telecom.zone"].create({"plan_id": plan.id, "code": "x", "name": "X"})
        self.bundle.use_ids[1].write({"zone_ids": [(4, zone.id)]})
        usage += self.deliver([self.call(3, 2)])
        # 10 − 3 − 2 = 5 are left for 100 of 120 seconds: 20 × 0.19 / 60 = 0.0633.
        self.assertEqual(self.prices(usage), ["0", "0", "0.0633"])
        self.check_sums()

    def test_a_copied_tariff_takes_them_along(self):
        copied = self.bundle.copy()
        self.assertEqual(copied.use_ids.mapped("each"), [2, 3, 1])
        self.assertNotIn(copied.use_ids[0], self.bundle.use_ids)

    def test_in_the_form(self):
        with Form(self.bundle) as form, form.use_ids.new() as use:
            use.service, use.unit, use.each = "data", "MB", 0.25
        self.assertEqual(self.bundle.use_ids[-1].unit, "MB")

    def test_another_company_sees_none_of_it(self):
        other = self.new_company("Elsewhere")
        user = self.manager
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        Use = self.env["telecom.allowance.use"].with_user(user)
        self.assertFalse(Use.search([("allowance_id", "=", self.bundle.id)]))
