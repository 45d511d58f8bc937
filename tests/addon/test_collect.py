# SPDX-License-Identifier: AGPL-3.0-or-later
"""Customers with a mandate are debited once, by a file the bank takes."""

from lxml import etree
from odoo import Command, fields
from odoo.tests import freeze_time, tagged
from odoo.tools import file_open

from tests.addon.billing_case import CREDITOR, IBANS, BillingCase

PAIN = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"}


@tagged("post_install", "-at_install")
@freeze_time("2026-10-02")
class TestCollect(BillingCase):
    def setUp(self):
        super().setUp()
        self.run_1 = self.new_run("2026-09-01")

    def collect(self, run=None):
        """Do the step; returns the run's debit orders."""
        run = run or self.run_1
        self.step(run, "collect")
        return run.payment_order_ids

    def debited(self, name="Debit Customer", **vals):
        """The invoice of a new customer who pays by debit."""
        contract = self.debit_customer(name, **vals)
        return self.invoice(self.run_1, contract)

    def xml(self, order):
        return etree.fromstring(order.payment_file_id.raw)

    def texts(self, order, path):
        return [node.text for node in self.xml(order).iterfind(f".//{path}", PAIN)]

    # ------------------------------------------------------------------ the order
    def test_one_order_with_a_file_that_the_schema_allows(self):
        first = self.debited("Größer & Söhne")
        second = self.debited("Second", iban=IBANS[1])
        order = self.collect()
        self.assertEqual(order.state, "uploaded")
        schema = etree.XMLSchema(
            etree.parse(file_open("account_payment_sepa_direct_debit/data/pain.008.001.08.xsd"))
        )
        self.assertTrue(schema.validate(self.xml(order)), schema.error_log)
        self.assertEqual(self.texts(order, "p:DrctDbtTxInf/p:InstdAmt"), ["60.00", "60.00"])
        self.assertEqual(self.texts(order, "p:GrpHdr/p:CtrlSum"), ["120.00"])
        self.assertEqual(
            self.texts(order, "p:MndtId"),
            (first | second).mandate_id.sorted("id").mapped("unique_mandate_reference"),
        )
        self.assertEqual(self.texts(order, "p:CdtrSchmeId//p:Othr/p:Id"), [CREDITOR])
        self.assertEqual(self.texts(order, "p:DbtrAcct//p:IBAN"), list(IBANS[:2]))
        # 14 days from 1 October: the 15th, a Thursday
        self.assertEqual(self.texts(order, "p:ReqdColltnDt"), ["2026-10-15"])
        self.assertEqual(len(set(self.texts(order, "p:EndToEndId"))), 2)
        self.assertIn(first.name, self.texts(order, "p:RmtInf/p:Ustrd")[0])

    def test_debits_are_booked_against_the_invoices(self):
        move = self.debited()
        order = self.collect()
        self.assertEqual(move.payment_state, "in_payment")
        self.assertEqual(move.amount_residual, 0)
        payment = order.payment_ids
        self.assertEqual(payment.amount, 60)
        outstanding = self.company.telecom_debit_method_line_id.payment_account_id
        line = payment.move_id.line_ids.filtered(lambda line: line.account_id == outstanding)
        self.assertEqual(line.balance, 60)
        self.assertFalse(line.reconciled)
        self.assertEqual(move.mandate_id.last_debit_date, fields.Date.to_date("2026-10-02"))

    def test_nothing_is_debited_twice(self):
        self.debited()
        order = self.collect()
        self.assertEqual(self.collect(), order)
        step = self.run_1.step_ids.filtered(lambda step: step.code == "collect")
        self.assertEqual((step.records, step.amount), (1, 60))

    def test_not_while_an_order_waits_for_its_upload(self):
        self.company.telecom_book_debits = False
        self.debited()
        order = self.collect()
        self.assertEqual(order.state, "generated")
        self.assertEqual(self.collect(), order)

    def test_customers_who_transfer_are_left_alone(self):
        contract = self.new_contract()
        self.invoice(self.run_1)
        self.assertFalse(self.collect())
        self.assertEqual(contract.telecom_payment, "transfer")

    def test_what_was_paid_in_part_is_debited_for_the_rest(self):
        move = self.debited()
        self.pay(move, 25)
        order = self.collect()
        self.assertEqual(self.texts(order, "p:InstdAmt"), ["35.00"])
        self.assertEqual(move.payment_state, "in_payment")

    def test_a_payment_on_its_way_is_not_debited_as_well(self):
        whole, part = self.debited("Whole"), self.debited("Part", iban=IBANS[1])
        manual = self.company.telecom_transfer_method_line_id
        self.pay(whole, 60, method=manual)
        self.pay(part, 25, method=manual)
        self.assertEqual(whole.amount_residual, 60, "no entry is made for it")
        self.assertEqual(self.texts(self.collect(), "p:InstdAmt"), ["35.00"])

    def test_what_is_disputed_is_not_debited(self):
        move = self.debited()
        move.telecom_disputed_amount = 20
        order = self.collect()
        self.assertEqual(self.texts(order, "p:InstdAmt"), ["40.00"])
        self.assertEqual(move.amount_residual, 20)
        other = self.debited("All of it", iban=IBANS[1])
        other.telecom_disputed_amount = 60
        self.assertEqual(self.collect(), order)

    def test_the_rest_is_debited_once_the_objection_is_settled(self):
        move = self.debited()
        move.telecom_disputed_amount = 20
        self.collect()
        self.assertEqual(move.amount_residual, 20)
        move.telecom_disputed_amount = 0
        second = self.collect().sorted("id")[1]
        self.assertEqual(self.texts(second, "p:InstdAmt"), ["20.00"])
        self.assertEqual(move.payment_state, "in_payment")
        self.assertEqual(len(self.collect()), 2)

    def instalments(self, name, iban=IBANS[0]):
        """An invoice over 60 in two equal instalments."""
        half = {"value": "percent", "value_amount": 50, "delay_type": "days_after"}
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create(half | {"nb_days": 14}),
                    Command.create(half | {"nb_days": 44}),
                ],
            }
        )
        return self.debited(name, iban=iban, payment_term_id=term.id)

    def test_what_may_be_claimed_is_shared_by_the_instalments(self):
        move = self.instalments("Disputes")
        move.telecom_disputed_amount = 20
        # 60 - 20 = 40: the first instalment of 30 whole, 10 of the second
        self.assertEqual(sorted(self.texts(self.collect(), "p:InstdAmt")), ["10.00", "30.00"])
        self.assertEqual(move.amount_residual, 20)

    def test_what_waits_in_an_order_is_not_claimed_by_the_next_instalment(self):
        self.company.telecom_book_debits = False
        move = self.instalments("Disputes")
        first, second = move.line_ids.filtered("date_maturity").sorted("date_maturity")
        order = self.collect()
        self.assertEqual(order.payment_line_ids.move_line_id, first | second)
        order.action_cancel()
        order.cancel2draft()
        order.payment_line_ids.filtered(lambda debit: debit.move_line_id == second).unlink()
        move.telecom_disputed_amount = 20
        other = self.collect() - order
        self.assertEqual(other.payment_line_ids.mapped("amount_currency"), [10])  # 40 - 30

    def test_a_mandate_for_one_debit_is_used_once(self):
        """Two invoices in one order, and one more in a later order that still waits."""
        self.company.telecom_book_debits = False
        contract = self.debit_customer("Once")
        contract.telecom_mandate_id.type = "oneoff"
        first = self.invoice(self.run_1, contract)
        other = self.new_contract(
            contract.partner_id,
            telecom_payment="sepa_debit",
            telecom_mandate_id=contract.telecom_mandate_id.id,
        )
        second = self.invoice(self.run_1, other)
        order = self.collect()
        self.assertEqual(order.payment_line_ids.move_line_id.move_id, first)
        finding = self.run_1.finding_ids
        self.assertEqual(finding.res_id, second.id)
        self.assertIn("for one debit only", finding.message)
        self.assertEqual(self.collect(), order, "nor with the next order")
        self.assertEqual(finding.state, "open")

    def test_a_credit_note_is_set_off_first(self):
        contract = self.debit_customer("Ends early")
        self.invoice(self.run_1, contract)
        self.pay(contract_invoice(contract), 60)
        contract.contract_line_ids.date_end = "2026-10-15"
        run_2 = self.new_run("2026-10-01")
        self.assertEqual(self.invoice(run_2, contract).move_type, "out_refund")  # 15.48
        self.usage(contract, "100", period="2026-11-01")
        run_3 = self.new_run("2026-11-01")
        self.invoice(run_3, contract)
        order = self.collect(run_3)
        self.assertEqual(self.texts(order, "p:InstdAmt"), ["84.52"])  # 100.00 - 15.48

    def test_a_credit_of_the_customer_is_told(self):
        contract = self.debit_customer("Paid too much")
        self.pay(self.invoice(self.run_1, contract), 75)  # of 60
        run_2 = self.new_run("2026-10-01")
        self.invoice(run_2, contract)
        order = self.collect(run_2)
        self.assertEqual(self.texts(order, "p:InstdAmt"), ["30.00"])
        finding = run_2.finding_ids
        self.assertEqual((finding.code, finding.severity), ("collect_credit", "warn"))
        self.assertEqual((finding.amount, finding.res_id), (15, contract.partner_id.id))

    def test_the_contracts_own_mandate_is_used(self):
        contract = self.debit_customer("Two accounts")
        partner = contract.partner_id
        bank = self.env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": IBANS[2], "company_id": self.company.id}
        )
        second = contract.telecom_mandate_id.copy({"partner_bank_id": bank.id, "state": "valid"})
        contract.telecom_mandate_id = second
        self.invoice(self.run_1, contract)
        self.assertEqual(self.texts(self.collect(), "p:DbtrAcct//p:IBAN"), [IBANS[2]])

    def test_an_overdue_invoice_is_debited_on_the_next_banking_day(self):
        move = self.debited()
        with freeze_time("2026-10-23"):  # a Friday after the due day
            order = self.collect()
        self.assertEqual(str(move.invoice_date_due), "2026-10-15")
        self.assertEqual(self.texts(order, "p:ReqdColltnDt"), ["2026-10-26"])

    # ------------------------------------------------------------------ faults
    def test_bad_mandates_are_findings_and_hold_up_nobody_else(self):
        good = self.debited("Good")
        cases = {
            "canceled": self.debited("Canceled", iban=IBANS[1]),
            "lapsed": self.debited("Lapsed", iban=IBANS[2]),
        }
        cases["canceled"].mandate_id.cancel()
        cases["lapsed"].mandate_id.signature_date = "2023-10-01"
        order = self.collect()
        self.assertEqual(order.payment_line_ids.move_line_id.move_id, good)
        findings = self.run_1.finding_ids.filtered(lambda f: f.code == "collect_debit")
        self.assertEqual(set(findings.mapped("res_id")), {move.id for move in cases.values()})
        self.assertEqual(set(findings.mapped("amount")), {60})
        self.assertIn("36", "".join(findings.mapped("message")))
        self.assertEqual(self.run_1.state, "locked")

    def test_a_customer_without_a_mandate(self):
        contract = self.new_contract(telecom_payment="sepa_debit")
        self.invoice(self.run_1, contract)
        self.assertFalse(self.collect())
        self.assertIn("no mandate", self.run_1.finding_ids.message)

    def test_a_new_mandate_solves_the_finding(self):
        move = self.debited()
        old = move.mandate_id
        old.cancel()
        self.assertFalse(self.collect())
        old.copy({"state": "valid", "unique_mandate_reference": "NEW-1"})
        self.env.invalidate_all()
        order = self.collect()
        self.assertEqual(self.texts(order, "p:MndtId"), ["NEW-1"])
        self.assertEqual(self.run_1.finding_ids.mapped("state"), ["solved"])

    def test_a_company_without_a_method_for_debits(self):
        self.debited()
        self.company.telecom_debit_method_line_id = False
        self.assertFalse(self.collect())
        self.assertIn("want to be debited", self.run_1.finding_ids.message)

    def test_a_company_without_a_creditor_identifier(self):
        self.debited()
        self.company.sepa_creditor_identifier = False
        self.assertFalse(self.collect())
        self.assertIn("creditor identifier", self.run_1.finding_ids.message)

    def test_a_method_without_an_outstanding_account(self):
        self.debited()
        self.company.telecom_debit_method_line_id.payment_account_id = False
        self.assertFalse(self.collect())
        self.assertIn("outstanding account", self.run_1.finding_ids.message)


def contract_invoice(contract):
    return contract.env["account.move"].search([("telecom_contract_id", "=", contract.id)])
