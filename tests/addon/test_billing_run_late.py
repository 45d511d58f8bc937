# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records that come after their month was invoiced: shown before, then done as agreed."""

from decimal import Decimal

from odoo.tests import tagged

from tests.addon.billing_case import BillingCase
from tests.addon.rating_common import RatingCase

# Tariff Business: 0.03 a minute inland until mid-September, then 0.06, by the second.


@tagged("post_install", "-at_install")
class TestLate(RatingCase, BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policies = {}
        for place, policy in enumerate(("next", "supplement", "write_off")):
            contract = cls.new_contract(
                cls.new_partner(f"Customer {policy}", "business"),
                lines=[{"telecom_tariff_id": cls.biz.id}],
                telecom_late_policy=policy,
            )
            cls.new_number(f"+49 30 77770{place}", contract.contract_line_ids)
            cls.policies[policy] = contract
        cls.numbers = [f"493077770{place}" for place in range(3)]
        cls.company.telecom_late_policy = "next"

    def setUp(self):
        super().setUp()
        self.policies = dict(self.policies)

    def calls(self, *starts, seconds=120, numbers=None):
        return self.store_usage(
            [
                {
                    "record_id": f"{start}-{number}-{seconds}",
                    "a_number": number,
                    "b_number": "494012345",
                    "started_at": start,
                    "quantity": seconds,
                }
                for start in starts
                for number in numbers or self.numbers
            ]
        )

    def steps(self, run, *codes):
        with self.uncommitted():
            for code in codes:
                self.assertTrue(run._run_step(code), run.finding_ids.mapped("message"))
        return run

    def bill(self, month, *codes):
        return self.steps(
            self.new_run(month), *(codes or ("fetch", "load", "rate", "check", "invoice"))
        )

    def amounts_of(self, run, policy):
        """Positions of a contract's invoices in the run, regular ones first."""
        moves = run.invoice_ids.filtered(
            lambda m: m.telecom_contract_id == self.policies[policy] and not m.telecom_reversed
        ).sorted("telecom_supplement")
        return [
            (move.telecom_supplement, [round(amount, 4) for amount in self.amounts(move)])
            for move in moves
        ]

    def late_months(self):
        """September billed with one call each (0.06), then one late call each and October."""
        self.calls("2026-09-03 07:00:00")
        self.first = self.bill("2026-09-01")
        self.calls("2026-09-04 07:00:00", seconds=240)  # 4 min at 0.03 = 0.12
        self.calls("2026-10-05 07:00:00")  # 2 min at 0.06 = 0.12
        return self.bill("2026-10-01", "fetch", "load", "rate", "check")

    def assertControl(self, run):
        rows = run.control_totals()
        self.assertEqual([row["stage"] for row in rows if row["check"] is False], [])
        return {row["stage"]: row for row in rows}

    def test_each_contract_as_agreed(self):
        run = self.late_months()
        preview = self.env["telecom.late.preview"].browse(run.action_view_late()["res_id"])
        self.assertEqual(
            [
                (line.contract_id, str(line.period), line.records, line.seconds, line.policy)
                for line in preview.line_ids.sorted("contract_id")
            ],
            [(c, "2026-09-01", 1, 240, policy) for policy, c in self.policies.items()],
        )
        self.assertEqual(
            [
                round(preview[name], 4)
                for name in ("next_amount", "supplement_amount", "write_off_amount")
            ],
            [0.12, 0.12, 0.12],
        )
        records = preview.line_ids[0].action_records()["domain"][0][2]
        usage = self.env["telecom.usage"].browse(records)
        self.assertEqual(usage.mapped("quantity"), [240])

        self.steps(run, "invoice")
        # 30.00 for November; what was late stands by itself, before October's
        self.assertEqual(self.amounts_of(run, "next"), [(False, [30.0, 0.12, 0.12])])
        self.assertEqual(
            self.amounts_of(run, "supplement"), [(False, [30.0, 0.12]), (True, [0.12])]
        )
        self.assertEqual(self.amounts_of(run, "write_off"), [(False, [30.0, 0.12])])

        off = self.env["telecom.write.off"].search([("run_id", "=", run.id)])
        self.assertEqual((off.records, off.quantity), (1, 240))
        self.assertIn(self.policies["write_off"].code, off.subject)
        totals = self.assertControl(run)
        self.assertEqual(
            (totals["written_off"]["records"], totals["written_off"]["quantity"]), (1, Decimal(240))
        )
        self.assertEqual((totals["carried"]["records"], totals["usage"]["records"]), (0, 6))
        self.assertEqual((totals["invoiced"]["records"], totals["invoiced"]["amount"]),
                         (5, Decimal("0.60")))  # fmt: skip
        self.assertControl(self.first)
        self.assertFalse(run._late_groups())

    def test_a_second_start_makes_and_writes_off_nothing(self):
        run = self.late_months()
        self.steps(run, "invoice")
        before = (run.invoice_ids, self.env["telecom.write.off"].search_count([]))
        self.steps(run, "invoice")
        self.steps(run, "rate", "check", "invoice")
        self.assertEqual(before, (run.invoice_ids, self.env["telecom.write.off"].search_count([])))
        self.assertControl(run)

    def test_the_month_itself_and_what_was_never_billed_is_not_late(self):
        self.policies["write_off"] = contract = self.new_contract(
            self.new_partner("From August", "business"),
            start="2026-08-01",
            lines=[{"telecom_tariff_id": self.biz.id}],
            telecom_late_policy="write_off",
        )
        self.new_number("+49 30 888800", contract.contract_line_ids)
        # the first run takes both
        self.calls("2026-08-03 07:00:00", "2026-09-03 07:00:00", numbers=["4930888800"])
        run = self.bill("2026-09-01", "fetch", "load", "rate")
        self.assertFalse(run._late_groups())
        self.steps(run, "check", "invoice")
        self.assertEqual(
            self.amounts_of(run, "write_off"), [(False, [30.0, 30.0, 30.0, 0.06, 0.06])]
        )

    def test_what_a_reversed_invoice_frees_is_not_late(self):
        self.calls("2026-09-03 07:00:00")
        self.first = self.bill("2026-09-01")
        contract = self.policies["write_off"]
        move = self.first.invoice_ids.filtered(lambda m: m.telecom_contract_id == contract)
        reversal = move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)
        self.assertTrue(reversal and move.telecom_reversed)
        run = self.bill("2026-10-01", "fetch", "load", "rate")
        self.assertFalse(run._late_groups())
        self.steps(run, "check", "invoice")
        self.assertIn(0.06, self.amounts_of(run, "write_off")[0][1])

    def test_what_comes_after_its_invoice_was_reversed_goes_on_the_new_one(self):
        self.calls("2026-09-03 07:00:00")
        self.first = self.bill("2026-09-01")
        contract = self.policies["write_off"]
        move = self.first.invoice_ids.filtered(lambda m: m.telecom_contract_id == contract)
        move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)
        self.calls("2026-09-04 07:00:00", seconds=240)  # 4 min at 0.03 = 0.12
        run = self.bill("2026-10-01", "fetch", "load", "rate")
        late = {group["contract_id"]: group["policy"] for group in run._late_groups()}
        others = self.policies["next"] | self.policies["supplement"]
        self.assertEqual(set(late), set(others.ids))
        self.steps(run, "check", "invoice")
        self.assertFalse(self.env["telecom.write.off"].search([("run_id", "=", run.id)]))
        ((supplement, amounts),) = self.amounts_of(run, "write_off")
        self.assertFalse(supplement)
        # 0.06 + 0.12, beside fees of 30 a month
        self.assertAlmostEqual(sum(amount for amount in amounts if amount < 30), 0.18)
        self.assertControl(run)

    def test_a_reversed_supplement_is_made_again(self):
        run = self.late_months()
        self.steps(run, "invoice")
        contract = self.policies["supplement"]
        extra = run.invoice_ids.filtered("telecom_supplement")
        self.assertEqual(extra.telecom_contract_id, contract)
        extra._reverse_moves([{"invoice_date": extra.invoice_date}], cancel=True)
        self.steps(run, "rate", "invoice")
        again = run.invoice_ids.filtered(
            lambda move: move.telecom_supplement and not move.telecom_reversed
        )
        self.assertNotEqual(again, extra)
        self.assertEqual(self.amounts(again), [0.12])
        self.assertEqual(len(self.amounts_of(run, "supplement")), 2)
        self.assertControl(run)

    def test_an_undone_write_off_is_invoiced_where_the_policy_was_changed(self):
        run = self.late_months()
        self.steps(run, "invoice")
        contract = self.policies["write_off"]
        self.env["telecom.write.off"].search([("run_id", "=", run.id)]).action_undo()
        contract.telecom_late_policy = "supplement"
        self.steps(run, "rate", "invoice")
        self.assertEqual(self.amounts_of(run, "write_off"), [(False, [30.0, 0.12]), (True, [0.12])])
        self.assertControl(run)

    def test_the_companys_policy_counts_where_the_contract_has_none(self):
        self.company.telecom_late_policy = "write_off"
        for contract in self.policies.values():
            contract.telecom_late_policy = False
        run = self.late_months()
        self.assertEqual({group["policy"] for group in run._late_groups()}, {"write_off"})
        self.steps(run, "invoice")
        self.assertEqual(self.env["telecom.write.off"].search_count([("run_id", "=", run.id)]), 3)
        self.assertControl(run)

    def test_a_summary_with_late_and_other_records_is_shrunk_not_lost(self):
        contract = self.policies["write_off"]
        contract.invoice_partner_id = contract.partner_id
        contract.partner_id.city = False  # cannot be invoiced in September
        self.calls("2026-09-03 07:00:00")
        first = self.new_run("2026-09-01")
        self.steps(first, "fetch", "load", "rate", "check")
        with self.uncommitted():
            first._run_step("invoice")
        self.assertFalse(self.amounts_of(first, "write_off"))
        first.finding_ids.filtered(lambda f: f.state == "open").state = "waived"
        contract.partner_id.city = "Berlin"
        first.step_ids.filtered(lambda s: s.code == "invoice").state = "done"
        self.calls("2026-09-04 07:00:00", seconds=240)
        run = self.bill("2026-10-01")
        # September's own call is 0.06; the late one, 0.12, is gone
        self.assertEqual(self.amounts_of(run, "write_off"), [(False, [30.0, 30.0, 30.0, 0.06])])
        self.assertControl(run)
