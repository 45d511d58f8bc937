# SPDX-License-Identifier: AGPL-3.0-or-later
"""Usage of a contract that was archived: priced or told of, and billed, never dropped."""

from odoo.addons.telecom_billing.steps import minimums
from odoo.tests import tagged

from tests.addon.billing_case import BillingCase
from tests.addon.rating_common import RatingCase


@tagged("post_install", "-at_install")
class TestRatingArchivedContract(RatingCase):
    def test_usage_that_comes_later_is_priced(self):
        def call(start):
            return self.store_usage([{"b_number": "491512345678", "started_at": start}])

        usage = call("2026-09-10 10:00:00")
        self.rate()
        self.line.date_end = "2026-09-20"
        self.contract.active = False
        usage += call("2026-09-11 10:00:00") + call("2026-09-21 10:00:00")
        self.rate()
        self.assertEqual(self.prices(usage), ["0.19", "0.19", "line-ended"])
        self.check_sums()
        before = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), before)

    def test_what_it_shared_stays_shared(self):
        """Two contracts of a customer share what they have; the first is archived."""
        self.other.telecom_tariff_id = self.flat
        both = self.contract | self.other_contract
        new_pool = self.env["telecom.pool"].create
        pools = [
            new_pool({"name": "Pool", "partner_id": self.partner.id, **vals})
            for vals in (
                {"line_ids": [(6, 0, both.contract_line_ids.ids)]},
                {"contract_ids": [(6, 0, both.ids)]},
                {"whole_customer": True},
            )
        ]
        rules = [{"share": "pool", "pool_ids": [(6, 0, pool.ids)]} for pool in pools]
        rules += [
            {"share": "customer"},
            {"share": "customer", "partner_ids": [(6, 0, self.partner.ids)]},
            {"share": "contract", "partner_ids": [(6, 0, self.partner.ids)]},
            {"share": "contract", "contract_ids": [(6, 0, both.ids)]},
            {"share": "line", "line_ids": [(6, 0, both.contract_line_ids.ids)]},
        ]
        calls = [
            {"a_number": number, "b_number": "491512345678", "quantity": 120,
             "started_at": f"2026-09-{day} 10:00:00"}
            for day, number in enumerate(["4930123456", "494055510"] * 3, 10)
        ]  # fmt: skip
        self.store_usage(calls[:4])
        for model, values in (
            ("telecom.allowance", {"tariff_id": self.flat.id, "quantity": 3}),
            (
                "telecom.tier",
                {
                    "unit": "minute",
                    "step_ids": [
                        (0, 0, {"start": 0, "price": 0.20}),
                        (0, 0, {"start": 3, "price": 0.10}),
                    ],
                },
            ),
        ):
            for vals in rules:
                with self.subTest(model=model, **vals), self.cr.savepoint() as undo:
                    self.env[model].create({"name": "Rule", **values, **vals})
                    self.rate(everything=True)
                    before = self.snapshot()
                    self.contract.active = False
                    self.rate(everything=True)
                    after = self.snapshot()
                    self.store_usage(calls[4:])
                    self.rate()
                    in_pieces = self.snapshot()
                    self.rate(everything=True)
                    whole = self.snapshot()
                    undo.rollback()
                    self.env.invalidate_all()
                    self.assertEqual(after, before)
                    self.assertEqual(in_pieces, whole)
                    self.assertEqual(len({usage for usage, *_rest in whole[0]}), len(calls))


@tagged("post_install", "-at_install")
class TestInvoiceArchivedContract(BillingCase):
    def test_usage_is_billed_without_a_fee(self):
        contract = self.new_contract()
        usage = self.usage(contract, "7")
        contract.active = False
        move = self.invoice(self.new_run("2026-09-01"), contract)
        self.assertEqual(self.amounts(move), [7.0])
        self.assertEqual(usage.move_id, move)

    def test_a_minimum_turnover_is_owed_by_who_is_left(self):
        customer = self.new_partner("Two contracts")
        line = {"telecom_tariff_id": self.gross.id}
        gone, left = (self.new_contract(customer, lines=[dict(line)]) for _ in range(2))
        minimum = self.env["telecom.minimum"].create(
            {"name": "Minimum", "tariff_ids": [(6, 0, self.gross.ids)], "amount": 25,
             "share": "customer", "price_includes_tax": True}
        )  # fmt: skip
        self.usage(gone, "20")
        gone.active = False
        (owed,) = minimums.due(self.new_run("2026-09-01"))[left.id]
        self.assertEqual((owed.required, owed.gross), (25, 20))
        minimum.share = "contract"
        self.assertEqual(list(minimums.due(self.new_run("2026-10-01"))), [left.id])
        left.active = False
        self.assertFalse(minimums.due(self.new_run("2026-11-01")))
