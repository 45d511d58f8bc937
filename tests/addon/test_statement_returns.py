# SPDX-License-Identifier: AGPL-3.0-or-later
"""Returned debits open the invoice again, and say what becomes of the mandate."""

from odoo import Command
from odoo.tests import freeze_time, tagged

from tests.addon import bank
from tests.addon.statement_case import StatementCase


@tagged("post_install", "-at_install")
@freeze_time("2026-10-02")
class TestStatementReturns(StatementCase):
    # ------------------------------------------------------------------ returned debits
    def test_a_returned_debit_opens_the_invoice_again(self):
        moves, order = self.debits("First", "Second")
        payment = moves[0].matched_payment_ids
        lines = self.bring(
            bank.entry("120.00", batch=order.payment_lot_ids.name),
            self.sent_back(payment, "AC04"),
        )
        self.assertEqual(lines.mapped("telecom_match"), ["batch", "return"])
        self.assertTrue(all(lines.mapped("is_reconciled")))
        self.assertEqual((moves[0].payment_state, moves[0].amount_residual), ("not_paid", 60))
        self.assertTrue(moves[0].returned_payment)
        self.assertEqual(moves[1].payment_state, "paid")
        self.assertEqual(lines[1].telecom_return_id.state, "done")
        outstanding = self.company.telecom_debit_method_line_id.payment_account_id
        self.assertEqual(self.balance(outstanding), 0)

    def test_before_the_batch_is_on_the_statement(self):
        moves, order = self.debits("First")
        self.bring(self.sent_back(moves[0].matched_payment_ids, "AC04"))
        self.assertEqual(moves[0].amount_residual, 60)
        line = self.bring(bank.entry("60.00", batch=order.payment_lot_ids.name), number="2")
        self.assertTrue(line.is_reconciled)

    def test_the_banks_charges_are_booked_apart(self):
        moves, _order = self.debits("First")
        payment = moves[0].matched_payment_ids
        line = self.bring(
            self.sent_back(payment, "MS03", "-63.50", original="60.00", charges="3.50")
        )
        self.assertTrue(line.is_reconciled)
        self.assertEqual(moves[0].amount_residual, 60)
        self.assertEqual(self.balance(self.company.telecom_bank_charges_account_id), 3.5)

    def test_a_debit_comes_back_once(self):
        moves, _order = self.debits("First")
        payment = moves[0].matched_payment_ids
        self.bring(self.sent_back(payment, "AC04"))
        line = self.bring(self.sent_back(payment, "AC04"), number="2")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(moves[0].amount_residual, 60)
        self.assertEqual(self.env["payment.return"].search_count([]), 1)

    def test_the_return_of_an_unknown_debit_is_left_to_a_person(self):
        details = bank.details(end_to_end="NOT-OURS", reason="AC04")
        line = self.bring(bank.entry("-60.00", details))
        self.assertFalse(line.is_reconciled)

    # ------------------------------------------------------------------ reactions
    def react(self, reason):
        """A debit comes back for ``reason``; returns the invoice."""
        moves, _order = self.debits("First")
        self.bring(self.sent_back(moves[0].matched_payment_ids, reason))
        return moves[0]

    def test_a_wrong_account_suspends_the_mandate(self):
        move = self.react("AC01")
        self.assertEqual(move.mandate_id.state, "draft")
        self.assertFalse(move.telecom_debit_retry)
        self.assertIn("IBAN", move.activity_ids.summary)

    def test_no_mandate_revokes_it(self):
        self.assertEqual(self.react("MD01").mandate_id.state, "cancel")

    def test_an_objection_is_disputed_and_not_debited_again(self):
        move = self.react("MD06")
        self.assertEqual(move.mandate_id.state, "valid")
        self.assertEqual(move.telecom_disputed_amount, 60)
        self.step(self.run_1, "collect")
        self.assertEqual(len(self.run_1.payment_order_ids), 1)

    def test_one_more_try_and_no_third(self):
        move = self.react("MS03")
        self.assertTrue(move.telecom_debit_retry)
        self.step(self.run_1, "collect")
        self.assertEqual(len(self.run_1.payment_order_ids), 2)
        self.assertEqual(move.payment_state, "in_payment")
        second = self.run_1.payment_order_ids.sorted("id")[1].payment_ids
        self.bring(self.sent_back(second, "MS03"), number="2")
        self.assertEqual(move.amount_residual, 60)
        self.assertFalse(move.telecom_debit_retry)
        self.step(self.run_1, "collect")
        self.assertEqual(len(self.run_1.payment_order_ids), 2)

    def test_a_reason_that_allows_no_other_try_stops_the_debit(self):
        move = self.react("MS02")
        self.assertTrue(move.telecom_debit_stopped)
        self.step(self.run_1, "collect")
        self.assertEqual(len(self.run_1.payment_order_ids), 1)
        move.telecom_debit_stopped = False  # the customer has agreed
        self.step(self.run_1, "collect")
        self.assertEqual(len(self.run_1.payment_order_ids), 2)
        self.assertEqual(move.payment_state, "in_payment")

    def test_another_mandate_takes_up_a_stopped_debit(self):
        move = self.react("MS02")
        old = move.mandate_id
        new = old.copy({"state": "valid", "unique_mandate_reference": "OTHER-1"})
        old.cancel()
        self.env.invalidate_all()
        self.step(self.run_1, "collect")
        order = self.run_1.payment_order_ids.sorted("id")[1]
        self.assertEqual(order.payment_line_ids.mandate_id, new)
        self.assertFalse(move.telecom_debit_stopped)

    def test_a_corrected_mandate_debits_what_came_back(self):
        move = self.react("AC01")
        self.step(self.run_1, "collect")
        self.assertEqual(len(self.run_1.payment_order_ids), 1)
        self.assertFalse(self.run_1.finding_ids, "the reminder asks for it meanwhile")
        move.mandate_id.state = "valid"
        self.step(self.run_1, "collect")
        self.assertEqual(len(self.run_1.payment_order_ids), 2)
        self.assertEqual(move.payment_state, "in_payment")

    def test_a_settled_objection_is_debited_again(self):
        move = self.react("MD06")
        move.telecom_disputed_amount = 15
        self.step(self.run_1, "collect")
        order = self.run_1.payment_order_ids.sorted("id")[1]
        self.assertEqual(order.payment_line_ids.mapped("amount_currency"), [45])  # 60 - 15

    def test_the_tries_of_a_rest_are_its_own(self):
        """A debit of the first part went through: the rest has its other try all the same."""
        moves, order = self.debits("First", disputed=20)
        move = moves[0]
        self.bring(bank.entry("40.00", batch=order.payment_lot_ids.name))
        move.telecom_disputed_amount = 0
        self.step(self.run_1, "collect")
        second = self.run_1.payment_order_ids.sorted("id")[1].payment_ids
        self.bring(self.sent_back(second, "MS03", "-20.00"), number="2")
        self.assertEqual(move.amount_residual, 20)
        self.assertTrue(move.telecom_debit_retry)

    def test_a_return_without_its_payment_pays_no_credit_note(self):
        moves, _order = self.debits("First")
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": moves[0].partner_id.id,
                "invoice_date": "2026-10-05",
                "invoice_line_ids": [Command.create({"name": "Goodwill", "price_unit": 60})],
            }
        )
        note.invoice_line_ids.tax_ids = False
        note.action_post()
        text = f"Return of {moves[0].name}, customer {moves[0].partner_id.ref}"
        details = bank.details(end_to_end="NOT-OURS", reason="AC04", text=text)
        line = self.bring(bank.entry("-60.00", details))
        self.assertFalse(line.is_reconciled)
        self.assertEqual(note.amount_residual, 60)
        self.step(self.run_1, "collect")
        finding = self.run_1.finding_ids.filtered(lambda f: f.code == "return_unmatched")
        self.assertEqual((finding.severity, finding.res_id), ("warn", line.id))
        self.assertEqual(finding.amount, 60)
        self.assertIn("AC04", finding.message)

    def test_an_unknown_reason_is_kept_and_asked_about(self):
        move = self.react("XY99")
        self.assertEqual(move.amount_residual, 60)
        self.assertTrue(move.activity_ids)
        self.assertTrue(self.env["payment.return.reason"].search([("code", "=", "XY99")]))
