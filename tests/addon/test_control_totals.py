# SPDX-License-Identifier: AGPL-3.0-or-later
"""From file to summaries: each stage counted for itself and compared with the one before."""

import datetime
from decimal import Decimal

from odoo.addons.telecom_billing.models import usage_retention
from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase
from tests.addon.test_telecom_delivery import call, file_of

MOBILE, FIXED, UNKNOWN = "491512345678", "493055555", "8881234"


@tagged("post_install", "-at_install")
class TestControlTotals(RatingCase):
    def totals(self, run):
        return {row["stage"]: row for row in run.control_totals()}

    def figures(self, run, *stages):
        totals = self.totals(run)
        return [
            (totals[stage]["records"], totals[stage]["quantity"], totals[stage]["amount"])
            for stage in stages
        ]

    def run_until_check(self, run, code="rate"):
        with self.uncommitted():
            for step in ("fetch", "load", "rate", "check"):
                run._run_step(step)
                if step == code:
                    break

    def calls(self, *numbers, start="2026-09-15 10:00:00", **columns):
        return self.store_usage(
            [
                {"record_id": f"{start}-{place}", "b_number": number, "started_at": start}
                | {"quantity": 61}
                | columns
                for place, number in enumerate(numbers)
            ]
        )

    def assertAgree(self, run, checks):
        found = [row for row in run.control_totals() if row["check"] is not None]
        self.assertEqual([row["stage"] for row in found if not row["check"]], [])
        self.assertEqual(len(found), checks)

    def test_a_file_with_everything_in_it(self):
        # Two calls that are priced, one set aside, one faulty, one unanswered, one twice.
        content = file_of(
            call("0151 2345678", 1), call("03055555", 2), call("0088 8123456", 3), "rubbish\n",
            call("0404", 4, answered=False), call("03055555", 2),
        )  # fmt: skip
        self.source._receive("Master.csv", content)
        self.source._receive("again.csv", content)
        run = self.new_run()
        self.run_until_check(run)
        # 61 s a call: delivered 4 calls, one of them twice.
        self.assertEqual(
            self.figures(run, "delivered", "rejected", "left_out", "duplicates", "loaded"),
            [(6, 244, None), (1, None, None), (1, None, None), (1, 61, None), (3, 183, None)],
        )
        self.assertEqual(self.totals(run)["again"]["records"], 1)
        # +888 is in no zone of the tariff. Mobile: 2 begun minutes at 0.19; Germany: flat.
        self.assertEqual(
            self.figures(run, "usage", "suspense", "charged", "free", "summaries", "waiting"),
            [
                (3, 183, None),
                (1, 61, None),
                (2, 122, Decimal("0.38")),
                (1, 61, 0),
                (2, 122, Decimal("0.38")),
                (2, 122, Decimal("0.38")),
            ],
        )
        self.assertAgree(run, 4)

    def test_what_came_early_waits_and_what_was_left_comes_along(self):
        self.calls(MOBILE, FIXED, UNKNOWN)
        self.calls(MOBILE, start="2026-09-30 21:59:59.5")  # still September in Berlin
        self.calls(MOBILE, start="2026-09-30 22:00:00")  # October
        september, october = self.new_run(), self.new_run("2026-10-01")
        self.run_until_check(september)
        self.assertEqual(
            self.figures(september, "loaded", "later", "carried", "usage"),
            [(5, 305, None), (1, 61, None), (0, 0, None), (4, 244, None)],
        )
        self.assertAgree(september, 4)
        self.invoice(self.env["telecom.usage.summary"].search([]))
        self.calls(MOBILE, start="2026-10-05", a_number="4930123456")
        self.run_until_check(october)
        # One call of its own; the early one and the one set aside in September.
        self.assertEqual(
            self.figures(october, "loaded", "later", "carried", "usage", "suspense", "charged"),
            [
                (1, 61, None),
                (0, 0, None),
                (2, 122, None),
                (3, 183, None),
                (1, 61, None),
                (2, 122, Decimal("0.76")),
            ],
        )
        self.assertAgree(october, 4)

    def test_what_comes_after_rating_is_asked_for_before_the_invoice(self):
        self.calls(MOBILE)
        run = self.new_run()
        self.run_until_check(run)
        self.calls(FIXED, MOBILE, start="2026-09-20")
        with self.uncommitted():
            self.assertFalse(run._run_step("check"))
        self.assertIn("2 records came in after rating", run.finding_ids.message)
        # The page knows them, and the stages still agree.
        self.assertEqual(self.figures(run, "loaded", "unrated"), [(3, 183, None), (2, 122, None)])
        self.assertAgree(run, 4)
        with self.uncommitted():
            run._run_step("rate")
            self.assertTrue(run._run_step("check"))
        self.assertNotIn("unrated", self.totals(run))

    def test_messages_and_bytes_count_as_records_not_as_seconds(self):
        self.calls(MOBILE)
        self.calls(MOBILE, start="2026-09-16", service="sms", unit="piece", quantity=1)
        run = self.new_run()
        self.run_until_check(run)
        self.assertEqual(
            self.figures(run, "usage", "suspense", "charged"),
            [(2, 61, None), (1, 0, None), (1, 61, Decimal("0.38"))],
        )
        self.assertAgree(run, 4)

    def test_a_lost_record_or_cent_is_found_and_blocks(self):
        self.calls(MOBILE, FIXED)
        for damage, stage in (
            ("DELETE FROM telecom_charge_data WHERE price = 0", "summaries"),
            ("UPDATE telecom_charge_data SET quantity = quantity + 1", "charged"),
            ("UPDATE telecom_usage_summary SET amount = amount + 0.000001", "summaries"),
            ("DELETE FROM telecom_usage_data WHERE b_number = '493055555'", "loaded"),
            ("UPDATE telecom_delivery SET lines = lines + 1", "loaded"),
        ):
            with self.subTest(damage), self.env.cr.savepoint() as savepoint:
                run = self.new_run()
                self.run_until_check(run)
                self.assertAgree(run, 4)
                self.env.flush_all()
                self.env.cr.execute(damage)
                self.env.invalidate_all()
                self.run_until_check(run, "check") if stage != "loaded" else None
                self.assertFalse(self.totals(run)[stage]["check"])
                savepoint.rollback()

    def test_the_check_step_blocks_on_a_stage_that_does_not_agree(self):
        self.calls(MOBILE)
        run = self.new_run()
        self.run_until_check(run)
        self.env.flush_all()
        self.env.cr.execute("UPDATE telecom_usage_summary SET amount = amount + 1")
        with self.uncommitted():
            self.assertFalse(run._run_step("check"))
        self.assertEqual(run.state, "locked")
        self.assertEqual(
            run.finding_ids.filtered(lambda one: one.severity == "block").code,
            "control_summaries",
        )

    def test_what_is_set_aside_warns_and_does_not_lock(self):
        self.calls(MOBILE, "3361234", "88812345")
        run = self.new_run()
        self.run_until_check(run, "check")
        self.assertEqual((run.finding_count, run.blocking_count), (1, 0))
        self.assertIn("2 records are set aside", run.finding_ids.message)

    def test_usage_unlike_last_month_is_shown(self):
        self.company.write({"telecom_compare_percent": 50, "telecom_compare_amount": 1})
        other = {"a_number": "494055517"}
        # Before: 10 × 2 minutes at 0.19 = 3.80, and 10 × (61 s at 0.12 + 0.05) = 1.72.
        self.calls(*[MOBILE] * 10, start="2026-08-10")
        self.calls(*[MOBILE] * 10, start="2026-08-11", **other)
        # Now: 4 × 0.38 = 1.52, 60 % less; and 6 × 0.172 = 1.032, 40 % less.
        self.calls(*[MOBILE] * 4, start="2026-09-10")
        self.calls(*[MOBILE] * 6, start="2026-09-11", **other)
        run = self.new_run()
        self.run_until_check(run, "check")
        unlike = run.finding_ids.filtered(lambda one: one.code == "unlike_last_month")
        self.assertEqual((unlike.res_id, unlike.severity), (self.contract.id, "warn"))
        self.assertAlmostEqual(unlike.amount, -2.28)
        self.assertIn("usage of 1.52 EUR after 3.80 EUR", unlike.message)

    def test_the_page_and_the_text_show_the_same(self):
        self.calls(MOBILE)
        run = self.new_run().with_context(lang="en_US")
        self.run_until_check(run)
        self.assertTrue(run.control_ok)
        self.assertIn("= summaries", run.control_html)
        text = run.control_totals_text("en_US")
        line = next(line for line in text.splitlines() if "= summaries" in line)
        self.assertEqual(line.split(), ["=", "summaries", "1", "61", "0.38", "✓"])
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertIn("0,38", run.control_totals_text("de_DE"))

    def test_a_finished_run_shows_what_was_counted_at_its_end(self):
        self.calls(MOBILE)
        run = self.new_run()
        self.run_until_check(run)
        before = run.control_totals()
        run.state = "done"
        self.env.cr.execute("DELETE FROM telecom_usage_data")
        self.assertEqual(run.control_totals(), before)

    def test_a_record_says_what_became_of_it(self):
        priced, aside = self.calls(MOBILE, UNKNOWN)
        self.run_until_check(self.new_run())
        (waiting,) = self.calls(MOBILE, start="2026-09-16")
        usage = self.env["telecom.usage"].browse([priced, aside, waiting])
        self.assertEqual(usage.mapped("charge_state"), ["charged", "aside", "waiting"])
        self.assertEqual(usage.mapped("price"), [0.38, 0, 0])
        self.assertEqual(usage.contract_id, self.contract)
        self.invoice(self.env["telecom.usage.summary"].search([]))
        usage.invalidate_recordset()
        self.assertEqual(usage[0].charge_state, "invoiced")

    def test_a_delivery_on_an_invoice_is_not_undone(self):
        delivery = self.source._receive(
            "Master.csv", file_of(call("0151 2345678", 1), call("0088 8123456", 2))
        )
        run = self.new_run()
        self.run_until_check(run)
        summary = self.env["telecom.usage.summary"].search([])
        move = self.invoice(summary)
        with self.assertRaisesRegex(UserError, "1 of its records are on invoices"):
            delivery.action_undo()
        summary.invoice_line_id = False
        move.unlink()
        delivery.action_undo()
        self.assertEqual(delivery.state, "undone")
        self.assertFalse(self.charges() or summary.exists())

    def test_retention_keeps_what_is_not_invoiced(self):
        usage = self.calls(MOBILE, UNKNOWN, start="2021-03-10")
        for line in self.line | self.other:
            line.date_start = "2021-01-01"
        self.number.date_start = False
        self.flat.version_ids.valid_from = "2021-01-01"
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "no-zone"])
        october = datetime.date(2021, 10, 1)
        self.assertEqual(usage_retention.retire(self.env, october), {datetime.date(2021, 3, 1): 1})
        self.assertEqual(self.prices(usage), ["0.38", None])
        self.invoice(self.env["telecom.usage.summary"].search([]))
        self.assertEqual(usage_retention.retire(self.env, october), {datetime.date(2021, 3, 1): 1})
        self.assertEqual(self.charges(), {})
