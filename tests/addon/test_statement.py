# SPDX-License-Identifier: AGPL-3.0-or-later
"""Statements are imported once, and what they pay is found."""

import base64

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from tests.addon import bank
from tests.addon.billing_case import COMPANY_IBAN, IBANS
from tests.addon.statement_case import StatementCase


@tagged("post_install", "-at_install")
@freeze_time("2026-10-02")
class TestStatement(StatementCase):
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
