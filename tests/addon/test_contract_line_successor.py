# SPDX-License-Identifier: AGPL-3.0-or-later
"""A new price in mid-month: what was invoiced and used before stays with the line before."""

import datetime

from odoo.tests import tagged

from tests.addon.billing_case import BillingCase

DAY = datetime.date(2026, 10, 16)


@tagged("post_install", "-at_install")
class TestSuccessor(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.changing = cls.new_contract()
        cls.old = cls.changing.contract_line_ids

    def number(self, name, **vals):
        return self.env["telecom.number"].create(
            {"name": name, "contract_line_id": self.old.id, "date_start": "2026-09-01"} | vals
        )

    def succeed(self, day=DAY, last=None):
        self.old.stop(last or day - datetime.timedelta(days=1))
        return self.old.plan_successor(day, False, False)

    def test_what_was_invoiced_is_not_invoiced_again(self):
        self.invoice(self.new_run("2026-09-01"))  # September, and October ahead
        billed = self.old.telecom_fee_ids
        new = self.succeed()
        new.write({"specific_price": 40, "price_unit": 40})
        self.assertEqual((self.old.telecom_fee_ids, new.telecom_fee_ids.ids), (billed, []))
        move = self.invoice(self.new_run("2026-10-01"), self.changing)
        # back: 30 × 16/31 = 15.48; new: 40 × 16/31 = 20.65, and November 40
        self.assertEqual(
            sorted(line.price_total for line in move.invoice_line_ids), [-15.48, 20.65, 40]
        )

    def test_each_line_has_its_numbers_days(self):
        head = self.number("+49 30 555", kind="block", range_from="00", range_to="49")
        ended = self.number("+49 30 777001", date_end="2026-10-10")
        later = self.number("+49 30 777002", date_start="2026-11-01")
        leaving = self.number("+49 30 777003", date_end="2026-12-31")
        new = self.succeed()
        self.assertEqual(self.old.telecom_number_ids, head | ended | leaving)
        self.assertEqual((head.date_end, str(ended.date_end)), (self.old.date_end, "2026-10-10"))
        found = {
            number.name: (number.range_to, str(number.date_start), str(number.date_end))
            for number in new.telecom_number_ids
        }
        self.assertEqual(
            found,
            {
                "+49 30 555": ("49", "2026-10-16", "False"),
                "+49 30 777002": (False, "2026-11-01", "False"),
                "+49 30 777003": (False, "2026-10-16", "2026-12-31"),
            },
        )
        self.assertIn(later, new.telecom_number_ids)

    def test_in_a_pause_a_number_is_nobodys(self):
        number, inside = self.number("+49 30 555"), self.number("+49 30 556")
        inside.date_start = "2026-10-10"
        new = self.succeed(last=datetime.date(2026, 10, 5))
        self.assertEqual(str(number.date_end), "2026-10-05")
        self.assertEqual(set(new.telecom_number_ids.mapped("date_start")), {DAY})
        self.assertEqual(inside.contract_line_id, new)

    def test_the_rest_is_copied(self):
        self.old.discount = 5
        new = self.succeed()
        self.assertEqual((new.discount, new.product_id), (5, self.old.product_id))
        self.assertEqual(new.predecessor_contract_line_id, self.old)
