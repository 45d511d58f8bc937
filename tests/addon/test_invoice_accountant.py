# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an accountant tries who wants a month to pay out wrong."""

import datetime

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestInvoiceAccountant(BillingCase):
    def month(self, start, contract):
        """The contract's invoice of the run for the month that begins on ``start``."""
        return self.invoice(self.new_run(start), contract)

    def reverse(self, move, **changes):
        note = move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=False)
        note.invoice_line_ids[-1].write(changes)
        note.action_post()
        return note

    # ------------------------------------------------------------------ VAT
    def lower_vat(self):
        """From 2027 on 16 instead of 19 percent, in both kinds of price."""
        private = self.company.telecom_private_position_id
        old = self.company.account_sale_tax_id
        for tax in old | private.map_tax(old):
            new = tax.copy({"name": f"{tax.name} (16)", "amount": 16, "description": "16 %"})
            tax.write({"telecom_last_day": "2026-12-31", "telecom_successor_id": new.id})
        return old

    def taxed(self, move):
        """{percent: (net, tax)} of an invoice."""
        lines = move.line_ids.filtered("tax_line_id")
        return {
            int(line.tax_line_id.amount): (abs(line.tax_base_amount), -line.balance)
            for line in lines
        }

    def test_vat_changes_with_the_year(self):
        """December's calls have the old rate, January's fee the new one, in one invoice."""
        self.lower_vat()
        contract = self.new_contract(
            self.new_partner("Business", "business"),
            start="2027-01-01",
            lines=[{"specific_price": 100}],
        )
        self.usage(contract, "10.00", period="2026-12-01", tariff=self.net)
        move = self.month("2026-12-01", contract)
        self.assertEqual(self.taxed(move), {19: (10, 1.9), 16: (100, 16)})
        self.assertEqual(move.amount_total, 127.9)

    def test_private_prices_stay_when_vat_changes(self):
        self.lower_vat()
        contract = self.new_contract(start="2026-12-01", lines=[{"specific_price": 119}])
        move = self.month("2026-11-01", contract)
        self.assertEqual((move.amount_total, move.amount_tax), (119, 19))
        move = self.month("2026-12-01", contract)
        self.assertEqual((move.amount_total, move.amount_tax), (119, 16.41))  # 119 x 16 / 116

    def test_a_tax_in_another_kind_of_price_is_not_forgotten(self):
        private = self.company.telecom_private_position_id
        self.lower_vat()
        private.map_tax(self.company.account_sale_tax_id).telecom_last_day = False
        contract = self.new_contract(start="2027-01-01")
        run = self.new_run("2026-12-01")
        self.assertFalse(self.invoice(run, contract))
        self.assertIn("stands for it", run.finding_ids.message)

    def test_what_comes_back_keeps_the_rate_it_was_billed_with(self):
        """A year paid in advance ends early: each rate as on its invoice."""
        contract = self.new_contract(
            self.new_partner("Business", "business"),
            start="2026-12-01",
            lines=[{"specific_price": 100}],
        )
        self.month("2026-11-01", contract)
        self.lower_vat()
        contract.contract_line_ids.date_end = "2026-12-15"
        move = self.month("2026-12-01", contract)
        self.assertEqual(move.move_type, "out_refund")
        # 100 less 15/31 of it: 51.61 come back, with the 19 percent of December
        self.assertEqual((move.amount_untaxed, move.amount_tax), (51.61, 9.81))

    def test_a_tax_that_ended_without_a_successor_stops_its_contracts(self):
        old = self.lower_vat()
        old.telecom_successor_id = False
        contract = self.new_contract(self.new_partner("B", "business"), start="2027-01-01")
        run = self.new_run("2026-12-01")
        self.assertFalse(self.invoice(run, contract))
        self.assertIn("ended on 2026-12-31", run.finding_ids.message)

    def test_a_tax_does_not_follow_itself(self):
        old = self.lower_vat()
        with self.assertRaisesRegex(ValidationError, "itself"):
            old.telecom_successor_id.write(
                {"telecom_last_day": "2027-12-31", "telecom_successor_id": old.id}
            )

    # ------------------------------------------------------------------ fees
    def test_an_early_end_of_what_became_free_gives_back_what_was_paid(self):
        contract = self.new_contract(start="2026-10-01")
        self.month("2026-09-01", contract)
        contract.contract_line_ids.write({"specific_price": 0, "date_end": "2026-10-15"})
        move = self.month("2026-10-01", contract)
        self.assertEqual(self.amounts(move), [-15.48])  # 30 less 15/31 of it, 14.52

    def test_a_price_of_nothing_takes_nothing_back_by_itself(self):
        contract = self.new_contract(start="2026-10-01")
        self.month("2026-09-01", contract)
        contract.contract_line_ids.specific_price = 0
        self.assertFalse(self.month("2026-10-01", contract))

    def test_fee_and_credit_are_what_the_days_cost_over_many_ends(self):
        """Ended, taken up again and ended anew: the sum is that of the days in the end."""
        contract = self.new_contract(start="2026-10-01", lines=[{"specific_price": 29.99}])
        line = contract.contract_line_ids
        total = self.month("2026-09-01", contract).amount_total_signed
        start = datetime.date(2026, 10, 1)
        for last in ("2026-10-20", False, "2026-10-07", "2026-10-11"):
            line.date_end = last
            move = self.month(str(start), contract)
            total += move.amount_total_signed
            start = (start + datetime.timedelta(days=32)).replace(day=1)
        self.assertAlmostEqual(total, 10.64, places=2)  # 29.99 x 11 / 31 = 10.6416

    # ------------------------------------------------------------------ small and strange amounts
    def test_a_currency_without_cents(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": yen.id,
                "name": "2026-01-01",
                "rate": 160,
                "company_id": self.company.id,
            }
        )
        contract = self.new_contract(
            self.new_partner("Tokyo", "business", country_id=self.env.ref("base.jp").id),
            start="2026-10-16",
            currency_id=yen.id,
            manual_currency_id=yen.id,
            lines=[{"specific_price": 1001}, {"specific_price": 1003}],
        )
        run = self.new_run("2026-09-01")
        move = self.invoice(run, contract)
        self.assertFalse(run.finding_ids)
        # 16 of 31 days: 516.6 and 517.7
        self.assertEqual((move.currency_id, self.amounts(move)), (yen, [517, 518]))

    def test_what_is_too_small_waits_until_it_is_a_cent(self):
        contract = self.new_contract(lines=[])
        contract.write(
            {
                "contract_line_ids": [
                    Command.create(
                        {
                            "product_id": self.fee.id,
                            "name": "Line",
                            "quantity": 1,
                            "specific_price": 0,
                            "date_start": "2026-09-01",
                            "recurring_next_date": "2026-09-01",
                        }
                    )
                ]
            }
        )
        first = self.usage(contract, "0.004")
        move = self.month("2026-09-01", contract)
        if not move:
            self.assertFalse(first.invoice_line_id)
        self.usage(contract, "0.30", period="2026-10-01")
        move = self.month("2026-10-01", contract)
        self.assertEqual(move.amount_total, 0.3)
        self.assertEqual(first.move_id, move, "billed with what came later, as nothing")

    # ------------------------------------------------------------------ objections and credits
    @freeze_time("2026-10-02")
    def test_a_credit_note_grants_the_objection(self):
        contract = self.debit_customer("Objects")
        run = self.new_run("2026-09-01")
        move = self.invoice(run, contract)  # 60, of which October is 30
        move.telecom_disputed_amount = 30
        self.reverse(move, price_unit=0)
        self.assertEqual(move.telecom_disputed_amount, 0)
        self.step(run, "collect")
        self.assertEqual(run.payment_order_ids.payment_line_ids.mapped("amount_currency"), [30])

    @freeze_time("2026-10-02")
    def test_two_contracts_of_one_customer_are_debited_by_their_own_mandates(self):
        first = self.debit_customer("Two contracts")
        second = self.debit_customer("Other payer", iban="DE02120300000000202051")
        second.partner_id.parent_id = False
        run = self.new_run("2026-09-01")
        self.step(run, "invoice")
        self.reverse(run.invoice_ids.filtered(lambda m: m.telecom_contract_id == first))
        self.step(run, "collect")
        debits = run.payment_order_ids.payment_line_ids
        self.assertEqual(debits.move_line_id.move_id.telecom_contract_id, second)
        self.assertEqual(debits.mandate_id, second.telecom_mandate_id)
