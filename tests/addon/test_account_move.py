# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invoices of a run are reversed, never edited, and then their usage and days are free again."""

import psycopg2
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestAccountMove(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_contract()
        cls.summary = cls.usage(cls.customer, "5.50")
        cls.run_1 = cls.new_run("2026-09-01")

    def bill(self, run=None):
        return self.invoice(run or self.run_1, self.customer)

    def reverse(self, move, post=True, **changes):
        """A credit note over ``move``, posted; ``changes`` are written to its last line before."""
        note = move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=False)
        if changes:
            note.invoice_line_ids[-1].write(changes)
        if post:
            note.action_post()
        return note

    # ------------------------------------------------------------------ never edited
    def test_no_way_back_to_draft(self):
        move = self.bill()
        for refused in (move.button_draft, move.button_cancel):
            with self.assertRaisesRegex(UserError, "credit note"):
                refused()
        self.assertEqual(move.state, "posted")

    def test_what_a_posted_position_says_stays(self):
        """Odoo lets the price of a posted line change, and the books keep the old one."""
        line = self.bill().invoice_line_ids[:1]
        for vals in ({"price_unit": 1}, {"quantity": 2}, {"discount": 50}, {"telecom_kind": False}):
            with self.assertRaisesRegex(UserError, "credit note"):
                line.write(vals)
        line.write({"price_unit": line.price_unit, "name": "Other words"})

    def test_a_correction_that_freed_usage_stays(self):
        note = self.reverse(self.bill())
        self.bill()
        for refused in (note.button_draft, note.button_cancel):
            with self.assertRaisesRegex(UserError, "free"):
                refused()
        self.assertEqual(note.state, "posted")

    def test_an_earlier_run_started_again_gives_nothing_back(self):
        self.bill()
        started_later = self.new_contract(start="2026-10-10")
        later = self.invoice(self.new_run("2026-10-01"))
        self.assertEqual(later.telecom_contract_id, self.customer | started_later)
        before = self.run_1.invoice_ids
        self.bill()
        self.assertEqual(self.run_1.invoice_ids, before)
        self.reverse(before)
        # October as before, September and the usage; November is left to the later run.
        self.assertEqual(self.amounts(self.bill()), self.amounts(before))

    def test_days_given_back_are_not_given_back_once_more(self):
        move = self.bill()
        self.customer.contract_line_ids.date_end = "2026-10-15"
        correction = self.bill(self.new_run("2026-10-01"))
        with self.assertRaisesRegex(UserError, "first"), self.env.cr.savepoint():
            self.reverse(move)
        self.reverse(correction)
        self.reverse(move)
        states = self.customer.contract_line_ids.telecom_fee_ids.mapped("state")
        self.assertEqual(set(states), {"reversed"})

    def test_modify_is_refused(self):
        move = self.bill()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        with self.assertRaisesRegex(UserError, "Make invoices"):
            wizard.modify_moves()

    # ------------------------------------------------------------------ reversal
    def test_a_full_credit_note_frees_usage_and_days(self):
        move = self.bill()
        note = self.reverse(move)
        self.assertTrue(move.telecom_reversed)
        self.assertFalse(self.summary.invoice_line_id)
        self.assertEqual(move.payment_state, "reversed")
        self.assertEqual(note.telecom_contract_id, self.customer)
        self.assertFalse(note.telecom_run_id)
        fees = self.customer.contract_line_ids.telecom_fee_ids
        self.assertEqual(set(fees.mapped("state")), {"reversed"})

    def test_a_reversed_invoice_is_made_again_in_the_same_run(self):
        move = self.bill()
        self.reverse(move)
        again = self.bill()
        self.assertNotEqual(again, move)
        self.assertEqual(again.amount_total, move.amount_total)
        self.assertEqual(self.summary.move_id, again)
        self.assertEqual(self.run_1._invoice_totals()["invoices"], 1)

    def test_an_invoice_made_anew_is_sent_like_the_first(self):
        move = self.bill()
        later = self.run_1.step_ids.filtered(lambda step: step.sequence > 50)
        later.state = "done"
        self.bill()
        self.assertEqual(set(later.mapped("state")), {"done"}, "there was nothing to do")
        self.reverse(move)
        again = self.bill()
        self.assertEqual(again.telecom_document_run_id, self.run_1)
        self.assertEqual(set(later.mapped("state")), {"todo"})
        self.assertEqual(self.run_1.state, "draft")

    def test_an_old_run_again_leaves_alone_what_later_runs_billed(self):
        move = self.bill()
        run_2 = self.new_run("2026-10-01")
        later = self.bill(run_2)
        self.reverse(move)
        again = self.bill()
        self.assertEqual(again.amount_total, move.amount_total)
        self.assertEqual(str(again.telecom_period_end), "2026-10-31")
        self.assertFalse(later.telecom_reversed)
        self.assertEqual(self.bill(run_2), later)

    def test_freed_usage_joins_late_usage_of_the_same_kind(self):
        move = self.bill()
        late = self.usage(self.customer, "1.25", records=2, quantity=30)
        self.reverse(move)
        self.assertFalse(self.summary.exists())
        self.assertEqual((late.records, late.quantity), (3, 90))
        self.assertEqual(late.amount, 6.75)  # 5.50 + 1.25
        self.assertEqual(self.bill().amount_total, move.amount_total + 1.25)

    def test_freed_usage_is_rated_again(self):
        move = self.bill()
        marks = self.env["telecom.rating.mark"]
        marks.search([]).unlink()
        self.reverse(move)
        self.assertIn(self.customer.id, marks.search([]).mapped("contract_id"))

    def test_a_draft_credit_note_frees_nothing(self):
        move = self.bill()
        self.reverse(move, post=False)
        self.assertFalse(move.telecom_reversed)
        self.assertEqual(self.summary.move_id, move)

    def test_a_partial_credit_note_frees_nothing(self):
        move = self.bill()
        self.reverse(move, price_unit=1.00)
        self.assertFalse(move.telecom_reversed)
        self.assertEqual(self.summary.move_id, move)
        self.assertEqual(self.bill(), move)

    def test_a_reversed_correction_bills_the_days_again(self):
        self.bill()
        self.customer.contract_line_ids.date_end = "2026-10-15"
        run_2 = self.new_run("2026-10-01")
        correction = self.bill(run_2)
        self.assertEqual(correction.move_type, "out_refund")
        self.reverse(correction)
        states = self.customer.contract_line_ids.telecom_fee_ids.mapped("state")
        self.assertEqual(states, ["billed", "billed"])
        again = self.bill(run_2)
        self.assertEqual(again.amount_total, correction.amount_total)

    def test_an_invoice_under_a_later_correction_is_reversed_after_it(self):
        move = self.bill()
        self.customer.contract_line_ids.date_end = "2026-10-15"
        self.bill(self.new_run("2026-10-01"))
        self.customer.contract_line_ids.date_end = "2026-10-10"
        last = self.bill(self.new_run("2026-11-01"))
        first_correction = self.customer.contract_line_ids.telecom_fee_ids.credit_line_id.move_id
        self.assertEqual(len(first_correction), 2)
        with self.assertRaisesRegex(UserError, "first"):
            self.reverse((first_correction - last)[0])
        self.reverse(last)
        self.reverse((first_correction - last)[0])
        self.reverse(move)
        states = set(self.customer.contract_line_ids.telecom_fee_ids.mapped("state"))
        self.assertEqual(states, {"reversed"})

    # ------------------------------------------------------------------ what the database refuses
    @mute_logger("odoo.sql_db")
    def test_a_second_invoice_of_a_contract_in_a_run(self):
        move = self.bill()
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            move.copy().telecom_run_id = self.run_1
            self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_a_day_billed_twice(self):
        self.bill()
        fee = self.customer.contract_line_ids.telecom_fee_ids[0]
        with self.assertRaises(psycopg2.errors.ExclusionViolation), self.env.cr.savepoint():
            fee.copy({"date_from": fee.date_to, "date_to": fee.date_to})

    def test_a_summary_taken_by_somebody_else_meanwhile(self):
        taken = self.bill().invoice_line_ids[0]
        late = self.usage(self.customer, "3", period="2026-10-01")
        post = type(self.env["account.move"])._post

        def take(moves, soft=True):
            self.env.cr.execute(
                "UPDATE telecom_usage_summary SET invoice_line_id = %s WHERE id = %s",
                [taken.id, late.id],
            )
            return post(moves, soft)

        self.patch(type(self.env["account.move"]), "_post", take)
        run_2 = self.new_run("2026-10-01")
        self.assertFalse(self.bill(run_2))
        self.assertIn("meanwhile", run_2.finding_ids.message)
