# SPDX-License-Identifier: AGPL-3.0-or-later
"""Minimum turnovers: what is missing becomes a position, is counted, and comes back."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pandas as pd
from odoo.addons.telecom_billing.billing.fees import Span
from odoo.addons.telecom_billing.billing.money import Exact
from odoo.addons.telecom_billing.rating import TariffBook, rate
from odoo.addons.telecom_billing.steps import minimums
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from tests.addon.billing_case import BillingCase

SEPTEMBER = Span(datetime.date(2026, 9, 1), datetime.date(2026, 9, 30))


@tagged("post_install", "-at_install")
class TestMinimum(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owing = cls.new_contract(lines=[{"telecom_tariff_id": cls.gross.id}])
        cls.minimum = cls.env["telecom.minimum"].create(
            {
                "name": "Minimum turnover",
                "tariff_ids": [(6, 0, cls.gross.ids)],
                "amount": 25,
                "price_includes_tax": True,
            }
        )

    def topups(self, move):
        lines = move.invoice_line_ids.filtered(lambda line: line.telecom_kind == "topup")
        return lines.mapped("telecom_amount")

    def control(self, run):
        return {row["stage"]: row for row in run.control_totals()}

    def test_what_is_missing_is_invoiced_and_counted(self):
        self.usage(self.owing, "20.004")
        run = self.new_run()
        move = self.invoice(run, self.owing)
        # 25 − 20.004 = 4.996, rounded 5.00; usage rounded 20.00; the fee is 30.00 a month twice
        self.assertEqual(self.topups(move), [5.0])
        line = move.invoice_line_ids.filtered(lambda one: one.telecom_kind == "topup")
        self.assertIn("25.00", line.name)
        self.assertIn("20.00", line.name)
        rows = self.control(run)
        self.assertEqual(rows["topups"]["amount"], Decimal("5.00"))
        for stage in ("positions", "total", "ledger"):
            self.assertTrue(rows[stage]["check"], stage)
        ledger = self.env["telecom.topup"].search([])
        self.assertEqual((ledger.required, ledger.amount), (25, 4.996))
        again = self.new_run("2026-10-01")
        self.assertEqual(self.topups(self.invoice(again, self.owing)), [25.0], "October alone")

    def test_a_holder_without_usage(self):
        other = self.new_contract(self.new_partner("No tariff"))
        moves = self.invoice(self.new_run())
        of = {move.telecom_contract_id: move for move in moves}
        self.assertEqual(self.topups(of[self.owing]), [25.0])
        self.assertEqual(self.topups(of[other]), [])

    def test_a_pool_without_lines_owes_nothing(self):
        """And stops no run, nor does it make the minimum one of everybody."""
        partner = self.new_partner("No lines")
        contract = self.contract.copy({"partner_id": partner.id, "contract_line_ids": False})
        pool = self.env["telecom.pool"].create(
            {"name": "Empty", "partner_id": partner.id, "contract_ids": [(6, 0, contract.ids)]}
        )
        self.assertFalse(pool._members())
        run = self.new_run()
        for share in ("pool", "line"):
            self.minimum.write({"pool_ids": [(6, 0, pool.ids)], "share": share})
            self.assertFalse(minimums.due(run), share)

    def test_reached(self):
        self.usage(self.owing, 30)
        move = self.invoice(self.new_run(), self.owing)
        self.assertEqual(self.topups(move), [])
        self.assertFalse(self.env["telecom.topup"].search([]))

    def test_a_late_record_gives_back(self):
        self.usage(self.owing, 20)
        self.assertEqual(self.topups(self.invoice(self.new_run(), self.owing)), [5.0])
        self.usage(self.owing, 3)
        move = self.invoice(self.new_run("2026-10-01"), self.owing)
        # September: 25 − 23 = 2, of which 5 were billed; October: nothing used
        self.assertEqual(sorted(self.topups(move)), [-3.0, 25.0])

    def test_a_reversed_invoice_is_owed_again(self):
        run = self.new_run()
        move = self.invoice(run, self.owing)
        note = move._reverse_moves([{"date": move.date, "invoice_date": move.invoice_date}])
        note.action_post()
        self.assertEqual(self.env["telecom.topup"].search([]).state, "reversed")
        self.usage(self.owing, 20)
        again = self.invoice(run, self.owing) - move
        self.assertEqual(self.topups(again), [5.0])

    def test_net_and_by_contract(self):
        partner = self.new_partner("Company", kind="business")
        lines = [{"telecom_tariff_id": self.net.id}] * 2
        contract = self.new_contract(partner, lines=lines)
        self.env["telecom.minimum"].create(
            {
                "name": "Net minimum",
                "tariff_ids": [(6, 0, self.net.ids)],
                "amount": 50,
                "share": "contract",
            }
        )
        self.usage(contract, 10, tariff=self.net)
        self.usage(contract, 5, tariff=self.net, contract_line_id=contract.contract_line_ids[1].id)
        move = self.invoice(self.new_run(), contract)
        self.assertEqual(self.topups(move), [35.0])

    def test_a_part_of_a_month(self):
        late = self.new_contract(
            self.new_partner("Late"),
            start="2026-09-21",
            lines=[{"telecom_tariff_id": self.gross.id}],
        )
        move = self.invoice(self.new_run(), late)
        # ten of thirty days: 25 / 3 = 8.333…
        self.assertEqual(self.topups(move), [8.33])

    def test_the_same_as_the_rating_core(self):
        """required() and the core's top-ups agree, for first and last days inside a month."""
        for begin, finish in (
            (None, None),
            ("2026-09-21", None),
            ("2026-08-03", "2026-09-10"),
            ("2026-09-05", "2026-09-05"),
        ):
            line = {"id": 1, "tariff": "t"}
            line |= {"valid_from": begin} if begin else {}
            last = finish and datetime.date.fromisoformat(finish)
            line |= {"valid_to": str(last + datetime.timedelta(days=1))} if last else {}
            book = TariffBook(
                {
                    "format": 1,
                    "tariffs": [
                        {"id": "t", "versions": [{"id": 1, "rates": [{"id": 1, "price": "1"}]}]}
                    ],
                    "lines": [line],
                    "minimums": [{"id": 1, "tariffs": ["t"], "amount": "25", "prorate": True}],
                }
            )
            usage = pd.DataFrame(
                {
                    "started_at": pd.Series([], dtype="datetime64[us]"),
                    "quantity": pd.Series([], dtype="int64"),
                }
            )
            (wanted,) = rate(book, usage, span=SEPTEMBER).topups["required"]
            first = begin and datetime.date.fromisoformat(begin)
            own = minimums.required(Exact(25), SEPTEMBER, first, last)
            self.assertEqual(round(own * 1_000_000), wanted, (begin, finish))

    def test_refused(self):
        for values, remedy in (
            ({"period": "week"}, "per month or per year"),
            ({"valid_from": "2026-09-15"}, "whole calendar months"),
            ({"tariff_ids": [(5, 0, 0)]}, "names nobody"),
            ({"currency_id": self.env.ref("base.CHF").id}, "one for each currency"),
        ):
            with (
                self.subTest(values),
                self.cr.savepoint(),
                self.assertRaises(ValidationError) as caught,
            ):
                self.minimum.write(values)
            self.assertIn("Minimum turnover", str(caught.exception))
            self.assertIn(remedy, str(caught.exception))
