# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fees in advance and usage in arrears become one invoice a contract, right to the cent."""

from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestInvoice(BillingCase):
    # ------------------------------------------------------------------ fees
    def test_first_invoice_prorates_the_first_month_and_bills_the_next(self):
        contract = self.new_contract(start="2026-09-10")
        move = self.invoice(self.new_run("2026-09-01"), contract)
        self.assertEqual(
            self.lines(move),
            [
                # 10 to 30 September are 21 of 30 days: 30.00 x 21 / 30 = 21.00
                (
                    "Line, 10 Sep 2026 – 30 Sep 2026 (21 of 30 days)",
                    21.0,
                    "2026-09-10",
                    "2026-09-30",
                ),
                ("Line, 01 Oct 2026 – 31 Oct 2026", 30.0, "2026-10-01", "2026-10-31"),
            ],
        )
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.amount_total, 51.00)
        self.assertEqual(move.amount_tax, 8.14)  # 51 x 19 / 119 = 8.1429
        self.assertEqual(str(move.telecom_period_start), "2026-09-10")
        self.assertEqual(str(move.telecom_period_end), "2026-10-31")
        self.assertEqual(str(move.invoice_date), "2026-10-01")
        self.assertEqual(str(move.invoice_date_due), "2026-10-15")  # 14 days

    def test_the_second_month_bills_one_month(self):
        contract = self.new_contract(start="2026-09-10")
        self.invoice(self.new_run("2026-09-01"))
        move = self.invoice(self.new_run("2026-10-01"), contract)
        self.assertEqual(
            self.lines(move),
            [("Line, 01 Nov 2026 – 30 Nov 2026", 30.0, "2026-11-01", "2026-11-30")],
        )

    def test_a_second_start_makes_nothing(self):
        contract = self.new_contract()
        self.usage(contract, "5")
        run = self.new_run("2026-09-01")
        first = self.invoice(run)
        self.assertEqual(self.invoice(run), first)
        self.assertEqual(len(first), 1)

    def test_a_missed_month_is_caught_up(self):
        contract = self.new_contract(start="2026-07-01")
        move = self.invoice(self.new_run("2026-09-01"), contract)
        self.assertEqual(self.amounts(move), [30.0, 30.0, 30.0, 30.0])

    def test_february_of_a_leap_year(self):
        contract = self.new_contract(start="2028-02-29")
        move = self.invoice(self.new_run("2028-02-01"), contract)
        # one of 29 days: 30.00 / 29 = 1.0345
        self.assertEqual(self.amounts(move), [1.03, 30.0])

    def test_lines_with_their_own_starts(self):
        contract = self.new_contract(lines=[{}, {"specific_price": 10, "date_start": "2026-10-16"}])
        move = self.invoice(self.new_run("2026-09-01"), contract)
        # 16 to 31 October are 16 of 31 days: 10.00 x 16 / 31 = 5.1613
        self.assertEqual(self.amounts(move), [30.0, 30.0, 5.16])

    def test_a_start_after_the_advance_month_waits(self):
        contract = self.new_contract(start="2026-11-01")
        self.assertFalse(self.invoice(self.new_run("2026-09-01"), contract))
        self.assertEqual(len(self.invoice(self.new_run("2026-10-01"), contract)), 1)

    def test_a_fee_in_arrears_waits_for_the_end_of_the_month(self):
        contract = self.new_contract(lines=[{"recurring_invoicing_type": "post-paid"}])
        move = self.invoice(self.new_run("2026-09-01"), contract)
        self.assertEqual(self.lines(move)[0][2:], ("2026-09-01", "2026-09-30"))
        self.assertEqual(len(move.invoice_line_ids), 1)

    def test_a_fee_that_is_due_once(self):
        setup = self.new_product("SETUP", 49, telecom_fee_kind="once")
        contract = self.new_contract(
            lines=[{"product_id": setup.id, "name": "Set-up", "specific_price": 49}]
        )
        move = self.invoice(self.new_run("2026-09-01"), contract)
        self.assertEqual(self.lines(move), [("Set-up", 49.0, "2026-09-01", "2026-09-01")])
        self.assertFalse(self.invoice(self.new_run("2026-10-01"), contract))

    def test_a_yearly_fee_is_billed_for_its_year(self):
        contract = self.new_contract(
            start="2026-09-16", lines=[{"recurring_rule_type": "yearly", "specific_price": 120}]
        )
        move = self.invoice(self.new_run("2026-09-01"), contract)
        # 15 of 30 days of September and eleven months: 120 / 12 x (0.5 + 11) = 115.00
        self.assertEqual(self.lines(move)[0][1:], (115.0, "2026-09-16", "2027-08-31"))
        self.assertFalse(self.invoice(self.new_run("2026-10-01"), contract))
        following = self.invoice(self.new_run("2027-08-01"), contract)
        self.assertEqual(self.lines(following)[0][1:], (120.0, "2027-09-01", "2028-08-31"))

    def test_quantity_and_discount(self):
        contract = self.new_contract(
            lines=[
                {"quantity": 3, "specific_price": 9.95},
                {"quantity": 2, "specific_price": 9.95, "discount": 10},
            ],
            start="2026-10-01",
        )
        move = self.invoice(self.new_run("2026-09-01"), contract)
        self.assertEqual(self.amounts(move), [29.85, 17.91])  # 3 x 9.95; 2 x 9.95 x 0.9 = 17.91
        first, second = move.invoice_line_ids.sorted("sequence")
        self.assertEqual((first.quantity, first.price_unit), (3, 9.95))
        self.assertEqual((second.quantity, second.price_unit), (1, 17.91))

    def test_days_and_weeks_are_refused(self):
        contract = self.new_contract(lines=[{"recurring_rule_type": "weekly"}])
        other = self.new_contract()
        run = self.new_run("2026-09-01")
        self.assertEqual(self.invoice(run).telecom_contract_id, other)
        self.assertEqual(run.finding_ids.mapped("code"), ["invoice_contract"])
        self.assertIn(contract.code, run.finding_ids.message)
        self.assertEqual(run.state, "locked")

    # ------------------------------------------------------------------ ends and changes
    def test_an_end_in_mid_month_is_prorated(self):
        contract = self.new_contract(lines=[{"date_end": "2026-10-15"}])
        move = self.invoice(self.new_run("2026-09-01"), contract)
        # 15 of 31 days: 30.00 x 15 / 31 = 14.5161
        self.assertEqual(self.amounts(move), [30.0, 14.52])
        self.assertFalse(self.invoice(self.new_run("2026-10-01"), contract))

    def test_days_billed_in_advance_come_back_after_an_early_end(self):
        contract = self.new_contract()
        self.invoice(self.new_run("2026-09-01"))
        contract.contract_line_ids.date_end = "2026-10-15"
        move = self.invoice(self.new_run("2026-10-01"), contract)
        # billed 30.00, the kept days cost 14.52: 15.48 come back
        self.assertEqual(move.move_type, "out_refund")
        self.assertEqual(
            self.lines(move),
            [("Line, given back, 16 Oct 2026 – 31 Oct 2026", -15.48, "2026-10-16", "2026-10-31")],
        )
        self.assertEqual(move.amount_total, 15.48)
        self.assertEqual(move.state, "posted")
        self.assertFalse(self.invoice(self.new_run("2026-11-01"), contract))

    def test_a_credit_is_set_off_against_usage(self):
        contract = self.new_contract()
        self.invoice(self.new_run("2026-09-01"))
        contract.contract_line_ids.date_end = "2026-10-15"
        self.usage(contract, "20", period="2026-10-01")
        move = self.invoice(self.new_run("2026-10-01"), contract)
        self.assertEqual(move.move_type, "out_invoice")
        self.assertEqual(move.amount_total, 4.52)  # 20.00 - 15.48

    def test_an_end_taken_back_bills_the_days_again(self):
        contract = self.new_contract()
        self.invoice(self.new_run("2026-09-01"))
        contract.contract_line_ids.date_end = "2026-10-15"
        self.invoice(self.new_run("2026-10-01"))
        contract.contract_line_ids.date_end = False
        move = self.invoice(self.new_run("2026-11-01"), contract)
        # 16 of 31 days of October: 15.48; November and December
        self.assertEqual(self.amounts(move), [15.48, 30.0, 30.0])

    def test_a_price_change_in_mid_month_by_a_successor(self):
        contract = self.new_contract()
        self.invoice(self.new_run("2026-09-01"))
        line = contract.contract_line_ids
        line.stop(date(2026, 10, 15))
        successor = line.copy(
            {
                "contract_id": contract.id,
                "date_start": "2026-10-16",
                "date_end": False,
                "recurring_next_date": "2026-10-16",
                "specific_price": 45,
                "name": "New price",
            }
        )
        self.assertEqual(successor.price_unit, 45)
        move = self.invoice(self.new_run("2026-10-01"), contract)
        # back 15.48 of the old; 45.00 x 16 / 31 = 23.2258 of the new; November 45.00
        self.assertEqual(self.amounts(move), [-15.48, 23.23, 45.0])

    def test_a_canceled_line_gives_all_back(self):
        contract = self.new_contract()
        self.invoice(self.new_run("2026-09-01"))
        contract.contract_line_ids.is_canceled = True
        move = self.invoice(self.new_run("2026-10-01"), contract)
        self.assertEqual(self.amounts(move), [-30.0, -30.0])
        self.assertEqual(move.move_type, "out_refund")

    def test_a_price_edited_counts_from_the_next_day_not_billed(self):
        contract = self.new_contract()
        self.invoice(self.new_run("2026-09-01"))
        contract.contract_line_ids.specific_price = 99
        move = self.invoice(self.new_run("2026-10-01"), contract)
        self.assertEqual(self.lines(move)[0][1:], (99.0, "2026-11-01", "2026-11-30"))

    def test_a_start_moved_after_billed_days_is_refused(self):
        contract = self.new_contract()
        self.invoice(self.new_run("2026-09-01"))
        contract.contract_line_ids.date_start = "2026-09-05"
        run = self.new_run("2026-10-01")
        self.assertFalse(self.invoice(run))
        self.assertIn("09-05", run.finding_ids.message)

    # ------------------------------------------------------------------ usage
    def test_usage_goes_along_and_is_frozen(self):
        contract = self.new_contract()
        first = self.usage(contract, "1.2345", records=3, quantity=125)
        number = self.env["telecom.number"].create({"name": "+49 30 5550001"})
        second = self.usage(contract, "2.0005", records=1, quantity=60, number_id=number.id)
        move = self.invoice(self.new_run("2026-09-01"), contract)
        # 1.2345 + 2.0005 = 3.235, half up: 3.24
        self.assertEqual(self.amounts(move), [30.0, 30.0, 3.24])
        line = move.invoice_line_ids.sorted("sequence")[2]
        self.assertEqual(line.telecom_summary_ids, first | second)
        self.assertEqual((first | second).move_id, move)
        self.assertEqual(line.name, "Calls: Germany, September 2026 (4 ×, 3:05 min)")
        self.assertEqual(line.telecom_exact, 3.235)

    def test_late_usage_goes_along_with_its_month(self):
        contract = self.new_contract()
        self.invoice(self.new_run("2026-09-01"))
        self.usage(contract, "7", period="2026-09-01")
        self.usage(contract, "5", period="2026-10-01")
        self.usage(contract, "3", period="2026-11-01")  # of the next run
        move = self.invoice(self.new_run("2026-10-01"), contract)
        self.assertEqual(
            self.lines(move)[1:],
            [
                (
                    "Calls: Germany, September 2026 (1 ×, 1:00 min)",
                    7.0,
                    "2026-09-01",
                    "2026-09-30",
                ),
                ("Calls: Germany, October 2026 (1 ×, 1:00 min)", 5.0, "2026-10-01", "2026-10-31"),
            ],
        )

    def test_usage_that_comes_after_the_invoice_waits_for_the_next_run(self):
        contract = self.new_contract()
        run = self.new_run("2026-09-01")
        first = self.invoice(run, contract)
        late = self.usage(contract, "7")
        self.assertEqual(self.invoice(run, contract), first)
        self.assertFalse(late.invoice_line_id)
        self.assertEqual(run._invoice_totals()["carried_records"], 1)
        self.invoice(self.new_run("2026-10-01"))
        self.assertTrue(late.invoice_line_id)

    def test_usage_in_another_currency_is_refused(self):
        contract = self.new_contract()
        self.usage(contract, "7", currency_id=self.env.ref("base.USD").id)
        run = self.new_run("2026-09-01")
        self.assertFalse(self.invoice(run))
        self.assertIn("gross", run.finding_ids.message)

    def test_a_product_of_its_own_for_a_service(self):
        sms = self.new_product("SMS", 0, telecom_product=False, telecom_service="sms")
        contract = self.new_contract(lines=[])
        line = self.env["contract.line"].create(
            {
                "contract_id": contract.id,
                "name": "Numbers",
                "quantity": 1,
                "date_start": "2026-09-01",
                "recurring_next_date": "2026-09-01",
            }
        )
        self.usage(contract, "2", contract_line_id=line.id)
        self.usage(contract, "3", contract_line_id=line.id, service="sms")
        move = self.invoice(self.new_run("2026-09-01"), contract)
        self.assertEqual(
            move.invoice_line_ids.mapped("product_id"), sms | self.company.telecom_usage_product_id
        )

    # ------------------------------------------------------------------ nothing, or next to it
    def test_no_invoice_without_positions(self):
        self.new_contract(lines=[])
        self.assertFalse(self.invoice(self.new_run("2026-09-01")))

    def test_free_usage_waits_for_an_invoice_with_an_amount(self):
        contract = self.new_contract(lines=[{"specific_price": 0}])
        free = self.usage(contract, "0", records=5)
        run = self.new_run("2026-09-01")
        self.assertFalse(self.invoice(run))
        self.assertEqual(run._invoice_totals()["carried_records"], 5)
        self.usage(contract, "1", period="2026-10-01")
        move = self.invoice(self.new_run("2026-10-01"), contract)
        self.assertEqual(self.amounts(move), [0.0, 1.0])
        self.assertEqual(free.move_id, move)

    def test_an_invoice_over_nothing_where_wanted(self):
        self.company.telecom_zero_invoice = "post"
        contract = self.new_contract(lines=[{"specific_price": 0}])
        self.usage(contract, "0")
        move = self.invoice(self.new_run("2026-09-01"), contract)
        self.assertEqual((move.state, move.amount_total), ("posted", 0))

    def test_what_rounds_to_nothing_waits_too(self):
        contract = self.new_contract(lines=[{"specific_price": 0}])
        small = self.usage(contract, "0.004")
        self.assertFalse(self.invoice(self.new_run("2026-09-01")))
        self.assertFalse(small.invoice_line_id)

    # ------------------------------------------------------------------ when it is to be paid
    def test_payment_terms_of_contract_and_customer_go_before_the_company_s(self):
        term = self.env.ref("account.account_payment_term_30days")
        customer = self.new_partner("Thirty days", property_payment_term_id=term.id)
        first = self.new_contract(customer)
        second = self.new_contract(payment_term_id=term.id)
        third = self.new_contract()
        moves = self.invoice(self.new_run("2026-09-01"))
        due = {move.telecom_contract_id: str(move.invoice_date_due) for move in moves}
        self.assertEqual([due[first], due[second]], ["2026-10-31"] * 2)
        self.assertEqual(due[third], "2026-10-15")

    # ------------------------------------------------------------------ totals
    def test_totals_of_the_step(self):
        contract = self.new_contract()
        self.usage(contract, "1.234", records=2, quantity=90)
        run = self.new_run("2026-09-01")
        self.invoice(run)
        step = run.step_ids.filtered(lambda step: step.code == "invoice")
        self.assertEqual((step.records, step.quantity, step.amount), (1, 90, 61.23))
        totals = run._invoice_totals()
        self.assertEqual((totals["invoices"], totals["positions"]), (1, 3))
        self.assertEqual(totals["fees"], 60)
        self.assertEqual(totals["usage_exact"], Decimal("1.234"))
        self.assertEqual(totals["usage"], Decimal("1.23"))
        self.assertEqual(totals["usage_exact"] + totals["rounding"], totals["usage"])
        self.assertEqual(totals["net"] + totals["tax"], totals["total"])
