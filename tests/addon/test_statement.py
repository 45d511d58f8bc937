# SPDX-License-Identifier: AGPL-3.0-or-later
"""Statements are imported once; what they pay is found; returned debits open the invoice."""

import base64

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from tests.addon import bank
from tests.addon.billing_case import COMPANY_IBAN, IBANS, BillingCase


@tagged("post_install", "-at_install")
@freeze_time("2026-10-02")
class TestStatement(BillingCase):
    def setUp(self):
        super().setUp()
        self.run_1 = self.new_run("2026-09-01")

    # ------------------------------------------------------------------ helpers
    def bring(self, *entries, **vals):
        """Import a statement; returns its new lines, after matching."""
        known = self.env["account.bank.statement.line"].search([])
        wizard = self.env["account.statement.import"].create(
            {
                "statement_filename": "statement.xml",
                "statement_file": base64.b64encode(bank.statement(COMPANY_IBAN, entries, **vals)),
            }
        )
        wizard._import_file()
        lines = self.env["account.bank.statement.line"].search([]) - known
        lines._auto_reconcile()
        return lines.sorted("id")

    def transfer(self, amount, text="", iban=IBANS[0], debtor="Somebody", **vals):
        return bank.entry(amount, bank.details(text=text, iban=iban, debtor=debtor), **vals)

    def billed(self, *contracts):
        self.step(self.run_1, "invoice")
        moves = self.env["account.move"].search([("telecom_run_id", "=", self.run_1.id)])
        return [moves.filtered(lambda m, c=c: m.telecom_contract_id == c) for c in contracts]

    def debits(self, *names, disputed=0):
        """Invoices of new customers, debited by one order; returns them and the order."""
        contracts = [
            self.debit_customer(name, iban=iban) for name, iban in zip(names, IBANS, strict=False)
        ]
        moves = self.billed(*contracts)
        for move in moves:
            move.telecom_disputed_amount = disputed
        self.step(self.run_1, "collect")
        return moves, self.run_1.payment_order_ids

    def sent_back(self, payment, reason, amount="-60.00", **vals):
        details = bank.details(
            end_to_end=payment.memo, reason=reason, debtor="Debtor", iban=IBANS[0], **vals
        )
        return bank.entry(amount, details)

    # ------------------------------------------------------------------ import
    def test_the_same_file_again_is_refused(self):
        entries = [self.transfer("5.00", "thanks"), self.transfer("5.00", "thanks")]
        self.assertEqual(len(self.bring(*entries)), 2)
        with self.assertRaisesRegex(UserError, "already imported"):
            self.bring(*entries)

    def test_the_same_bookings_in_another_file_do_nothing_twice(self):
        """A bank's monthly statement brings what its daily ones brought: debits, returns, fees."""
        moves, order = self.debits("First", "Second")
        contract = self.new_contract(self.new_partner("Third"))
        with freeze_time("2026-10-03"):
            third = self.invoice(self.new_run("2026-10-01"), contract)
        batch = bank.entry("120.00", batch=order.payment_lot_ids.name, reference="R1")
        details = bank.details(
            end_to_end=moves[0].matched_payment_ids.memo, reason="MS03", original="60.00",
            charges="3.50",
        )  # fmt: skip
        returned = bank.entry("-63.50", details, reference="R2")
        paid = self.transfer(f"{third.amount_total:.2f}", third.name, reference="R3")
        self.assertEqual(len(self.bring(batch, returned, paid)), 3)

        def books():
            return (
                self.env["payment.return"].search_count([]),
                self.balance(self.company.telecom_bank_charges_account_id),
                [move.amount_residual for move in (*moves, third)],
                self.env["account.bank.statement.line"].search_count([]),
            )

        before = books()
        self.assertEqual(before[:3], (1, 3.5, [60, 0, 0]))
        with self.assertRaisesRegex(UserError, "already imported"):
            self.bring(batch, returned, paid, number="2")
        more = self.transfer("1.00", "thanks", reference="R4")
        self.assertEqual(len(self.bring(batch, returned, paid, more, number="3")), 1)
        self.assertEqual(books(), (*before[:3], before[3] + 1))

    def test_a_statement_that_overlaps_brings_only_what_is_new(self):
        first = self.transfer("5.00", reference="B1")
        second = self.transfer("7.00", reference="B2")
        self.assertEqual(self.bring(first).mapped("amount"), [5])
        self.assertEqual(self.bring(first, second, number="2").mapped("amount"), [7])

    def test_notifications_are_refused(self):
        with self.assertRaisesRegex(UserError, "camt.053"):
            self.bring(
                self.transfer("5.00"), namespace=bank.NAMESPACE.replace("camt.053", "camt.054")
            )

    def test_a_damaged_file_is_refused(self):
        data = bank.statement(COMPANY_IBAN, [self.transfer("5.00")])[:-30]
        wizard = self.env["account.statement.import"].create(
            {"statement_filename": "x.xml", "statement_file": base64.b64encode(data)}
        )
        with self.assertRaisesRegex(UserError, "damaged"):
            wizard._import_file()

    # ------------------------------------------------------------------ transfers
    def test_by_the_invoice_number_however_it_is_written(self):
        contracts = [self.new_contract() for _i in range(3)]
        moves = self.billed(*contracts)
        texts = [
            f"Rechnung {moves[0].name}",
            moves[1].name.replace("/", " "),
            f"rg.nr.{moves[2].name.lower().replace('/', '-')}, danke",
        ]
        lines = self.bring(*(self.transfer("60.00", text) for text in texts))
        self.assertEqual(lines.mapped("telecom_match"), ["invoice"] * 3)
        for line, move in zip(lines, moves, strict=True):
            self.assertTrue(line.is_reconciled)
            self.assertEqual(move.payment_state, "paid")
            self.assertEqual(line.partner_id, move.commercial_partner_id)

    def test_two_invoices_of_one_customer_in_one_transfer(self):
        partner = self.new_partner("Two contracts")
        first, second = self.billed(self.new_contract(partner), self.new_contract(partner))
        line = self.bring(self.transfer("120.00", f"{first.name} und {second.name}"))
        self.assertTrue(line.is_reconciled)
        self.assertEqual({first.payment_state, second.payment_state}, {"paid"})

    def test_a_part_of_a_named_invoice(self):
        (move,) = self.billed(self.new_contract())
        self.bring(self.transfer("25.00", move.name))
        self.assertEqual((move.payment_state, move.amount_residual), ("partial", 35))
        self.bring(self.transfer("35.00", move.name), number="2")
        self.assertEqual(move.payment_state, "paid")

    def test_more_than_the_named_invoice_is_left_to_a_person(self):
        (move,) = self.billed(self.new_contract())
        line = self.bring(self.transfer("70.00", move.name))
        self.assertFalse(line.is_reconciled)
        self.assertEqual(move.payment_state, "not_paid")

    def test_by_customer_and_contract_number(self):
        contract = self.new_contract()
        other = self.new_contract()
        first, second = self.billed(contract, other)
        lines = self.bring(
            self.transfer("60.00", f"Kd.-Nr. {contract.partner_id.ref}"),
            self.transfer("60.00", f"Vertrag {other.code}"),
        )
        self.assertEqual(lines.mapped("telecom_match"), ["customer", "customer"])
        self.assertEqual({first.payment_state, second.payment_state}, {"paid"})

    def test_a_customer_number_with_another_amount_is_left_to_a_person(self):
        contract = self.new_contract()
        (move,) = self.billed(contract)
        line = self.bring(self.transfer("59.00", contract.partner_id.ref))
        self.assertFalse(line.is_reconciled)
        self.assertEqual(move.payment_state, "not_paid")

    def test_by_account_and_amount(self):
        contract = self.new_contract()
        self.env["res.partner.bank"].create(
            {
                "partner_id": contract.partner_id.id,
                "acc_number": IBANS[2],
                "company_id": self.company.id,
            }
        )
        (move,) = self.billed(contract)
        line = self.bring(self.transfer("60.00", "many thanks", iban=IBANS[2]))
        self.assertEqual(line.telecom_match, "account")
        self.assertEqual(move.payment_state, "paid")

    def test_a_number_that_only_looks_like_one(self):
        (move,) = self.billed(self.new_contract())
        digits = move.name.split("/")[-1]
        line = self.bring(self.transfer("60.00", f"order {digits}"))
        self.assertFalse(line.is_reconciled)

    def test_two_customers_named_in_one_text(self):
        first, second = self.billed(self.new_contract(), self.new_contract())
        line = self.bring(self.transfer("120.00", f"{first.name} {second.name}"))
        self.assertFalse(line.is_reconciled)

    def test_another_company_s_invoice_is_not_paid_by_our_statement(self):
        other = self.new_company("Other Telecom")
        other._telecom_setup()
        contract = self.new_contract(
            self.new_partner("Theirs", company_id=other.id),
            company_id=other.id,
            lines=[{"product_id": False}],
        )
        run = self.env["telecom.billing.run"].create(
            {"company_id": other.id, "period_start": "2026-09-01"}
        )
        move = self.invoice(run, contract)
        line = self.bring(self.transfer("60.00", f"{contract.code} {contract.partner_id.ref}"))
        self.assertFalse(line.is_reconciled)
        self.assertEqual(move.payment_state, "not_paid")

    def test_a_match_can_be_undone_and_done_again(self):
        (move,) = self.billed(self.new_contract())
        line = self.bring(self.transfer("60.00", move.name))
        line.unreconcile_bank_line()
        self.assertFalse(line.is_reconciled)
        self.assertEqual((move.payment_state, move.amount_residual), ("not_paid", 60))
        line._auto_reconcile()
        self.assertEqual(move.payment_state, "paid")

    # ------------------------------------------------------------------ debits
    def test_the_collected_sum_as_one_batch(self):
        moves, order = self.debits("First", "Second")
        line = self.bring(bank.entry("120.00", batch=order.payment_lot_ids.name))
        self.assertEqual(line.telecom_match, "batch")
        self.assertTrue(line.is_reconciled)
        self.assertEqual({move.payment_state for move in moves}, {"paid"})
        outstanding = self.company.telecom_debit_method_line_id.payment_account_id
        self.assertEqual(self.balance(outstanding), 0)

    def test_a_batch_with_another_sum_is_left_to_a_person(self):
        _moves, order = self.debits("First", "Second")
        line = self.bring(bank.entry("119.00", batch=order.payment_lot_ids.name))
        self.assertFalse(line.is_reconciled)

    def test_the_collected_sums_one_by_one(self):
        moves, order = self.debits("First", "Second")
        lines = self.bring(
            *(
                bank.entry("60.00", bank.details(end_to_end=payment.memo))
                for payment in order.payment_ids
            )
        )
        self.assertEqual(lines.mapped("telecom_match"), ["end_to_end"] * 2)
        self.assertEqual({move.payment_state for move in moves}, {"paid"})

    def balance(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return self.company.currency_id.round(sum(lines.mapped("balance")))

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
