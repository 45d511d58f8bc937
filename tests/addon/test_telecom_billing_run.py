# SPDX-License-Identifier: AGPL-3.0-or-later
"""A run's steps: order, findings, failure, waiving, the scheduled action."""

import datetime
import decimal

from odoo.addons.telecom_billing.steps import Paused, StepError, Totals
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from tests.addon.common import TelecomCase
from tests.addon.test_engine import ENGINE_LOG, chain, step_kind


class TestBillingRun(TelecomCase):
    def setUp(self):
        super().setUp()
        self.done = []

    def note(self, code, sequence, **totals):
        def work(step):
            self.done.append(code)
            return Totals(**totals)

        return step_kind(code, sequence, work)

    def test_steps_run_in_order_and_keep_what_they_counted(self):
        first = self.note("a", 10, records=3, quantity=decimal.Decimal("61.5"),
                          amount=decimal.Decimal("1.23"), details={"files": 1})  # fmt: skip
        with chain(self.note("b", 20), first):
            run = self.new_run()
            self.assertTrue(run._run_all())
        self.assertEqual(self.done, ["a", "b"])
        step = run.step_ids.filtered(lambda step: step.code == "a")
        self.assertEqual((step.state, step.records, step.quantity, step.amount, step.result),
                         ("done", 3, 61.5, 1.23, {"files": 1}))  # fmt: skip
        self.assertTrue(step.started_at and step.ended_at >= step.started_at)
        self.assertEqual((run.state, run.progress, step.starts), ("done", 100.0, 1))

    def test_until_stops_there_and_the_rest_follows_later(self):
        with chain(self.note("a", 10), self.note("b", 20)):
            run = self.new_run()
            run._run_all(until="a")
            self.assertEqual((self.done, run.state), (["a"], "draft"))
            run._run_all()
        self.assertEqual((self.done, run.state), (["a", "b"], "done"))

    def test_a_step_does_not_start_before_its_predecessors(self):
        with chain(self.note("a", 10), self.note("b", 20)):
            run = self.new_run()
            with self.assertRaisesRegex(UserError, "Step a is not done"):
                run._run_step("b")
        self.assertEqual(self.done, [])

    def test_a_failure_is_rolled_back_told_and_locks_the_run(self):
        def broken(step):
            step.company.telecom_retention_months = 77
            raise StepError("Contract 4711: price 'x' is no number. Correct the tariff.")

        with chain(step_kind("a", 10, broken), self.note("b", 20)):
            run = self.new_run()
            with mute_logger(ENGINE_LOG):
                self.assertFalse(run._run_all())
            self.assertEqual(self.done, [])
            self.assertEqual(run.state, "locked")
            self.assertEqual(run.step_ids.mapped("state"), ["failed", "todo"])
            self.assertNotEqual(self.company.telecom_retention_months, 77)
            self.assertIn("Contract 4711", run.finding_ids.message)
            # Locked: what comes later does not start, but the step itself may, and mends it.
            with self.assertRaises(UserError):
                run._run_step("b")
        with chain(self.note("a", 10), self.note("b", 20)):
            self.assertTrue(run._run_all())
        self.assertEqual(run.finding_ids.state, "solved")
        self.assertEqual((self.done, run.state), (["a", "b"], "done"))

    def test_an_unexpected_error_names_its_kind(self):
        def broken(step):
            raise ZeroDivisionError("by zero")

        with chain(step_kind("a", 10, broken)), mute_logger(ENGINE_LOG):
            run = self.new_run()
            run._run_all()
        self.assertRegex(run.finding_ids.message, "ZeroDivisionError: by zero")

    def test_blocking_findings_lock_until_waived_by_name_with_a_reason(self):
        def doubtful(step):
            self.done.append("a")
            step.finding("gap", "File 17 is missing.", record=self.source, amount=10)
            step.finding("odd", "Less than last month.", severity="warn")

        with chain(step_kind("a", 10, doubtful), self.note("b", 20)):
            run = self.new_run(user_id=self.manager.id)
            self.assertFalse(run._run_all())
            self.assertEqual((self.done, run.state, run.blocking_count), (["a"], "locked", 1))
            self.assertEqual(run.activity_ids.user_id, self.manager)
            gap = run.finding_ids.filtered(lambda finding: finding.code == "gap")
            self.assertEqual(gap.action_open_record()["res_id"], self.source.id)
            with self.assertRaisesRegex(UserError, "needs a reason"):
                gap._waive("  ")
            gap.with_user(self.manager)._waive("The carrier says there is none.")
            self.assertEqual((gap.state, gap.waived_by), ("waived", self.manager))
            self.assertEqual(run.state, "draft")
            self.assertFalse(run.activity_ids)
            # Started again, the same finding stays waived: one reason is enough.
            run._run_step("a")
            self.assertEqual(gap.state, "waived")
            self.assertTrue(run._run_all())
        self.assertEqual(self.done, ["a", "a", "b"])
        self.assertEqual(run.state, "done")
        self.assertIn("The carrier says", str(run.message_ids.mapped("body")))

    def test_the_log_tells_of_the_end_not_of_each_start_and_pause(self):
        with chain(self.note("a", 10), self.note("b", 20)):
            run = self.new_run()
            for code in ("a", "b"):
                run._run_step(code)
                self.env.flush_all()
                self.env["mail.thread"]._track_finalize()
        self.assertEqual(run.state, "done")
        self.assertFalse(run.message_ids.tracking_value_ids)
        told = [body for body in run.message_ids.mapped("body") if "Done" in body]
        self.assertEqual(len(told), 1)

    def test_a_waived_finding_with_another_amount_is_open_again(self):
        amounts = [10, 12]

        def doubtful(step):
            step.finding("sum", "Sums differ.", amount=amounts.pop(0))

        with chain(step_kind("a", 10, doubtful)):
            run = self.new_run()
            run._run_all()
            run.finding_ids._waive("Rounding.")
            run._run_step("a")
        self.assertEqual((run.finding_ids.state, run.finding_ids.amount), ("open", 12))

    def test_waiving_a_failed_step_lets_the_next_one_start(self):
        def broken(step):
            raise StepError("The printer is on fire.")

        with chain(step_kind("a", 10, broken), self.note("b", 20)), mute_logger(ENGINE_LOG):
            run = self.new_run()
            run._run_all()
            run.finding_ids._waive("Printed by hand.")
            run._run_step("b")
        self.assertEqual((self.done, run.state), (["b"], "done"))

    def test_an_agent_reads_but_does_not_start_or_waive(self):
        run = self.new_run()
        as_agent = run.with_user(self.agent)
        self.assertEqual(as_agent.name, "2026-09")
        with self.assertRaises(AccessError):
            as_agent.action_start()
        with self.assertRaises(AccessError):
            self.env["telecom.waive"].with_user(self.agent).create({"reason": "no"})

    def test_start_is_left_to_the_scheduled_action(self):
        with chain(self.note("a", 10), self.note("b", 20)):
            run = self.new_run()
            run.with_user(self.manager).action_start()
            self.assertEqual((self.done, run.step_ids.mapped("requested")), ([], [True, True]))
            with self.uncommitted():
                self.env["telecom.billing.run"]._cron_run()
        self.assertEqual((self.done, run.state), (["a", "b"], "done"))

    def test_a_step_that_runs_out_of_time_goes_on_later(self):
        def slow(step):
            self.done.append("slow")
            if len(self.done) == 1:
                raise Paused

        with chain(step_kind("slow", 10, slow), self.note("b", 20)):
            run = self.new_run()
            run.action_start()
            with self.uncommitted():
                self.env["telecom.billing.run"]._cron_run()
                self.assertEqual(run.step_ids.mapped("state"), ["todo", "todo"])
                self.assertTrue(run.step_ids[0].requested)
                self.env["telecom.billing.run"]._cron_run()
        self.assertEqual(self.done, ["slow", "slow", "b"])

    def test_findings_of_the_first_half_survive_a_pause_and_go_at_the_next_start(self):
        halves = ["first", "second"]

        def slow(step):
            if halves:
                half = halves.pop(0)
                step.finding(half, f"Met in the {half} half.")
                if halves:
                    raise Paused

        with chain(step_kind("slow", 10, slow)), self.uncommitted():
            run = self.new_run()
            # In a test a pause takes back what was not committed, so the first half is given.
            run.step_ids._add_finding("zero", "Met before the pause.")
            run.step_ids.interrupted = True
            run._run_step("slow")
            run._run_step("slow")
            self.assertEqual(
                {one.code: one.state for one in run.finding_ids}, {"zero": "open", "second": "open"}
            )
            run._run_step("slow")
            self.assertEqual(set(run.finding_ids.mapped("state")), {"solved"})

    def test_the_autopilot_opens_the_month_on_its_day(self):
        self.company.write({"telecom_autopilot": True, "telecom_autopilot_day": 3})
        Run = self.env["telecom.billing.run"]
        for day, runs in ((2, 0), (3, 1), (4, 1)):
            today = datetime.date(2031, 3, day)
            with self.subTest(day=day):
                Run.with_context(telecom_today=today)._open_due(self.company)
                found = Run.search([("period_start", "=", "2031-02-01")])
                self.assertEqual(len(found), runs)
        self.assertTrue(all(found.step_ids.mapped("requested")))

    def test_one_run_a_month_that_begins_with_the_first(self):
        run = self.new_run()
        self.assertEqual(str(run.period_end), "2026-09-30")
        self.assertEqual(self.env["telecom.billing.run"]._get_or_create(
            self.company, run.period_start), run)  # fmt: skip
        with self.assertRaises(ValidationError):
            self.new_run("2026-08-02")

    def test_the_period_is_the_companys_month_in_utc(self):
        self.company.partner_id.tz = "Europe/Berlin"
        run = self.new_run("2026-10-01")  # summer time at its begin, winter time at its end
        begin, end = run._period_utc()
        self.assertEqual(str(begin), "2026-09-30 22:00:00")
        self.assertEqual(str(end), "2026-10-31 23:00:00")

    def test_another_tenants_runs_are_invisible(self):
        other = self.new_run(company_id=self.new_company("Other Ltd").id)
        found = self.env["telecom.billing.run"].with_user(self.manager).search([])
        self.assertNotIn(other, found)
