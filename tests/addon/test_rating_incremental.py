# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rating only what a delivery touches comes to the same as rating everything, whatever happened."""

import contextlib
import datetime
import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase

NUMBERS = ("4930123456", "494055501", "494055544", "4930222", "498912345")
CALLED = ("493055555", "491512345678", "33123456")
TURNS = 7


@tagged("post_install", "-at_install")
class TestRatingIncremental(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mobile = cls.flat.version_ids.zone_plan_id.zone_ids.filtered(lambda z: z.code == "mob")
        cls.second = cls.contract.copy({"name": "Second contract of the customer"})
        cls.moving = cls.new_number("+49 30 222", cls.new_line(cls.second, cls.flat))

    # --- what may happen -------------------------------------------------------------------------

    def deliver(self, chance):
        """Records of two months, in no order."""
        rows = []
        for _record in range(chance.randint(1, 6)):
            start = datetime.datetime(2026, 8, 10) + datetime.timedelta(
                minutes=chance.randint(0, 45 * 24 * 60)
            )
            rows.append(
                {
                    "a_number": chance.choice(NUMBERS),
                    "b_number": chance.choice(CALLED),
                    "quantity": chance.choice((0, 1, 59, 60, 61, 150)),
                    "started_at": start,
                }
            )
        self.store_usage(rows)

    def undo(self, chance):
        deliveries = self.env["telecom.delivery"].search([("state", "=", "loaded")])
        delivery = chance.choice(deliveries) if deliveries else deliveries
        if delivery and not delivery._count_invoiced():
            delivery._undo()

    def move_number(self, chance):
        numbers = self.env["telecom.number"].search([("number", "=", "4930222")])
        last = max(numbers, key=lambda one: one.date_start or datetime.date.min)
        day = (last.date_start or datetime.date(2026, 8, 12)) + datetime.timedelta(
            days=chance.randint(2, 9)
        )
        last.date_end = day - datetime.timedelta(days=1)
        self.new_number(
            "+49 30 222", chance.choice([self.line, self.other, self.moving.contract_line_id]),
            date_start=day,
        )  # fmt: skip

    def change_price(self, chance):
        rates = (self.flat | self.biz).version_ids.rate_ids
        with contextlib.suppress(UserError):  # prices on invoices stay
            chance.choice(rates).price = chance.choice((0.1, 0.2, 0.35))

    def change_allowance(self, chance):
        self.allowance.quantity = chance.choice((1, 3, 5))

    def assign(self, chance):
        if not self.env["telecom.number"].search_count([("number", "=", "498912345")]):
            self.new_number("+49 89 12345", chance.choice([self.line, self.other]))

    def end_line(self, chance):
        self.line.date_end = f"2026-09-{chance.randint(1, 28):02}"

    def invoice_some(self, chance):
        # Prices of invoiced records stay: what is open goes on from there.
        summaries = self.env["telecom.usage.summary"].search([("invoice_line_id", "=", False)])
        contracts = summaries.contract_id
        if contracts:
            contract = chance.choice(contracts)
            self.invoice(summaries.filtered(lambda s: s.contract_id == contract))

    def write_off(self, chance):
        groups = self.env["telecom.suspense"].search([])
        if groups:
            self.env["telecom.write.off"]._make(chance.choice(groups), "By chance")

    def preview(self, contracts):
        preview = self.env["telecom.rating.preview"].create(
            {
                "date_from": "2026-08-01",
                "date_to": "2026-09-01",
                "contract_ids": [(6, 0, contracts.ids)],
            }
        )
        preview.action_compute()
        return preview

    def keep_preview(self, contracts):
        preview = self.preview(contracts)
        preview.action_keep()
        self.assertIn("every contract", preview.message)

    def preview_some(self, chance):
        contracts = chance.choice([self.contract.browse(), self.contract, self.second])
        if chance.random() < 0.5:
            self.keep_preview(contracts)
        else:
            self.preview(contracts)

    def live(self, seed, *events):
        """Things happen, each followed by an incremental rating; then all is rated once more."""
        chance = random.Random(seed)
        self.deliver(chance)
        self.rate()
        for _turn in range(TURNS):
            getattr(self, chance.choice(["deliver", "deliver", *events]))(chance)
            self.rate()
            self.check_sums()
        incremental = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), incremental)

    def with_allowance(self, **values):
        self.allowance = self.env["telecom.allowance"].create(
            {
                "tariff_id": self.flat.id,
                "name": "Minutes to mobiles",
                "quantity": 3,
                "unit": "minute",
                "zone_ids": [(6, 0, self.mobile.ids)],
                **values,
            }
        )

    # --- histories -------------------------------------------------------------------------------

    def test_without_allowances(self):
        for seed in range(3):
            self.live(seed, "undo", "move_number", "change_price", "assign", "end_line")

    def test_invoices_and_write_offs(self):
        self.live(11, "invoice_some", "write_off", "move_number", "change_price", "assign")

    def test_previews_in_between(self):
        self.live(12, "preview_some", "change_price", "move_number", "assign")

    def test_a_delivery_of_which_some_contracts_were_rated(self):
        """The rest of it follows, and what has a charge gets no second one."""
        chance = random.Random(13)
        self.deliver(chance)
        self.rate()
        for number in NUMBERS:
            self.store_usage([{"a_number": number, "b_number": CALLED[0], "quantity": 61}] * 2)
        self.keep_preview(self.second)
        charged = self.snapshot()
        self.rate()
        self.assertNotEqual(self.snapshot(), charged)
        self.check_sums()
        incremental = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), incremental)

    def test_allowance_of_a_line(self):
        self.with_allowance()
        self.live(21, "undo", "move_number", "change_price", "change_allowance")

    def test_allowance_of_a_customer_that_rolls_over(self):
        self.with_allowance(share="customer", rollover_periods=1)
        self.live(22, "undo", "move_number", "change_allowance", "preview_some")

    def test_a_record_without_allowance_leaves_its_customers_balance_alone(self):
        self.with_allowance(share="customer", rollover_periods=1)
        start = datetime.datetime(2026, 8, 10, 10)
        call = {"a_number": "4930222", "b_number": CALLED[1], "started_at": start}
        self.store_usage([call])
        self.rate()
        other = {"a_number": "494055501", "b_number": CALLED[1]}
        self.store_usage([other | {"started_at": start + datetime.timedelta(days=1)}])
        self.rate()
        balances = self.env["telecom.allowance.balance"].search([])
        self.assertEqual(balances.mapped("units_used"), [60])

    def test_allowance_of_a_year(self):
        self.with_allowance(period="year", quantity=6)
        self.live(23, "move_number", "change_price", "invoice_some")

    def test_allowance_of_a_week(self):
        self.with_allowance(period="week", quantity=1)
        self.live(24, "undo", "move_number", "change_price", "assign")

    def test_allowance_in_money(self):
        self.with_allowance(kind="money", money=0.5, quantity=0)
        self.live(25, "undo", "move_number", "change_price")
