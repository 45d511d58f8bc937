# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why this price: the same order of allowances as rating, and never another amount than charged."""

import datetime
import random
import re
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.telecom_billing.charging import explaining
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestExplaining(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.zone = cls.flat.version_ids.zone_plan_id.zone_ids.filtered(lambda z: z.code == "mob")
        cls.allowance = cls.env["telecom.allowance"].create(
            {
                "tariff_id": cls.flat.id,
                "name": "3 minutes to mobiles",
                "quantity": 3,
                "unit": "minute",
                "zone_ids": [(6, 0, cls.zone.ids)],
            }
        )

    def call(self, day, minutes=2, **values):
        start = datetime.datetime(2026, 9, day, 10)
        return {"b_number": MOBILE, "quantity": 60 * minutes, "started_at": start} | values

    def told(self, usage_id, lang="en_US"):
        charge = self.env["telecom.charge"].search([("usage_id", "=", usage_id)], limit=1)
        return explaining.of_charge(charge.with_context(lang=lang))

    def check_told(self, usage, today=False):
        """What is told of each record is what is charged; ``today``: by other prices now."""
        for usage_id, price in zip(usage, self.prices(usage), strict=True):
            text = self.told(usage_id)
            pattern = r"Charged was ([\d.]+)" if today else r"Charge: ([\d.]+)"
            amounts = re.findall(pattern, text)
            self.assertEqual([Decimal(one) for one in amounts], [Decimal(price)], text)
            self.assertEqual("Rated today" in text, today, text)

    def invoice_all(self):
        return self.invoice(
            self.env["telecom.usage.summary"].search([("invoice_line_id", "=", False)])
        )

    def test_a_late_record_comes_after_what_is_invoiced(self):
        usage = self.store_usage([self.call(10)])
        self.rate()
        self.invoice_all()
        usage += self.store_usage([self.call(1)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19"])
        self.assertIn("60 s left before, 60 used, 0 after", self.told(usage[1]))
        self.assertIn("180 s left before, 120 used, 60 after", self.told(usage[0]))
        self.check_told(usage)
        # Invoiced in its turn, and another late one: everybody keeps the explanation.
        self.invoice_all()
        usage += self.store_usage([self.call(2)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19", "0.38"])
        self.assertIn("60 s left before, 60 used, 0 after", self.told(usage[1]))
        self.check_told(usage)

    def test_prices_changed_after_the_invoice(self):
        usage = self.store_usage([self.call(1), self.call(2)])
        self.rate()
        self.invoice_all()
        rate = self.flat.version_ids.rate_ids.filtered(lambda r: r.zone_id == self.zone)
        # No screen lets prices on invoices be changed; a restored or older database may differ.
        self.env.cr.execute("UPDATE telecom_rate SET price = 0.5 WHERE id = %s", [rate.id])
        rate.invalidate_recordset()
        self.assertEqual(self.prices(usage), ["0", "0.19"])
        self.check_told(usage[1:], today=True)
        self.assertIn("0.5", self.told(usage[1]))
        self.assertIn("gave 60 s", self.told(usage[1]).replace("second", "s"))

    def test_number_moved_after_the_invoice(self):
        usage = self.store_usage([self.call(1, minutes=4)])
        self.rate()
        self.invoice_all()
        with patch.object(type(self.number), "_refuse_invoiced_usage"):
            self.number.contract_line_id = self.other
        self.rate()
        self.assertEqual(self.prices(usage), ["0.19"])
        self.check_told(usage)

    def test_incoming_that_costs_nothing(self):
        usage = self.store_usage(
            [{"direction": "in", "a_number": "4989555", "b_number": "4930123456"}]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0"])
        text = self.told(usage[0])
        self.assertIn("cost nothing", text)
        self.assertNotIn("Rated today", text)

    def test_without_a_price(self):
        usage = self.store_usage([{"b_number": "33123456"}, {"a_number": "498912345"}])
        self.rate()
        self.assertIn("33123456", self.told(usage[0]))
        self.assertNotIn("Charged", self.told(usage[0]))
        charge = self.env["telecom.charge"].search([("usage_id", "=", usage[1])])
        self.assertEqual(self.told(usage[1]), charge.remedy)
        self.env["telecom.write.off"]._make(
            self.env["telecom.suspense"].search([("subject", "=like", "33%")]), "Tests"
        )
        self.assertIn("33", self.told(usage[0]))

    def test_given_up_with_its_price(self):
        usage = self.store_usage([self.call(1), self.call(2)])
        self.rate()
        off = self.env["telecom.write.off"].create(
            {
                "company_id": self.company.id,
                "note": "Too late",
                "user_id": self.env.uid,
                "written_at": datetime.datetime(2026, 10, 1),
            }
        )
        self.env.cr.execute(
            "UPDATE telecom_charge_data SET write_off_id = %s WHERE usage_id = ANY(%s)",
            [off.id, usage],
        )
        self.env["telecom.charge"].invalidate_model()
        self.check_told(usage)

    def test_shared_by_two_contracts_of_a_customer(self):
        self.allowance.share = "customer"
        contract = self.contract.copy({"name": "Second contract of the customer"})
        self.new_number("+49 30 222", self.new_line(contract, self.flat))
        usage = self.store_usage(
            [self.call(1), self.call(2, a_number="4930222"), self.call(3, minutes=1)]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19", "0.19"])
        self.check_told(usage)
        self.invoice(self.env["telecom.usage.summary"].search([("contract_id", "=", contract.id)]))
        self.check_told(usage[:1])

    def test_any_history_of_deliveries_and_invoices(self):
        """Records in any order, invoiced now and then: each charge is told as it is."""
        chance = random.Random(7)
        self.allowance.rollover_periods = 1
        usage = []
        for _turn in range(6):
            usage += self.store_usage(
                [
                    self.call(
                        chance.randint(1, 28),
                        minutes=chance.randint(1, 2),
                        a_number=chance.choice(["4930123456", "494055501"]),
                    )
                    for _record in range(chance.randint(1, 3))
                ]
            )
            self.rate()
            if chance.random() < 0.4:
                self.invoice_all()
        self.check_told(usage)
