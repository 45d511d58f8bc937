# SPDX-License-Identifier: AGPL-3.0-or-later
"""Carriers' invoices as they come: with VAT, in dollars, in whole minutes, as credits."""

from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from tests.addon.carrier_case import HEAD, CarrierCase


class TestTerms(CarrierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._telecom_setup(
            iban="DE75512108001245126199", creditor_identifier="DE98ZZZ09999999999"
        )
        cls.vat = cls.company.account_purchase_tax_id

    def bill(self, invoice):
        return self.env["account.move"].browse(invoice.action_bill()["res_id"])

    # --- VAT ---------------------------------------------------------------------------------

    def test_amounts_with_vat_are_compared_without_it(self):
        self.assertEqual(self.vat.amount, 19)
        self.layout.amounts = "gross"
        # 0.1785 = 0.15 × 1.19; 0.357 = 0.3 × 1.19; 0.0476 = 0.04 × 1.19
        text = HEAD + "Germany;3;2.5;0.1785\nFrance;2;1.5;0.357\nPoland;1;0.1667;0.0476\n"
        invoice = self.new_invoice(text)
        invoice.action_read()
        self.assertEqual(invoice.state, "agreed", self.lines(invoice))
        self.assertEqual(invoice.position_ids.mapped("amount"), [0.1785, 0.357, 0.0476])
        # 0.1785 + 0.357 + 0.0476 = 0.5831 = 0.49 × 1.19
        self.assertEqual((invoice.amount, invoice.amount_ours), (0.49, 0.49))

    def test_the_bill_comes_to_the_carriers_total_with_vat(self):
        self.layout.amounts = "gross"
        # net, each rounded: 84.06 + 42.04 + 0.04 + 4 × 0.02 + 0.05 + 2 × 0.03 …; 19 % of that is
        # some cents off what the carrier asks for
        fees = ("100.03", "50.03", "0.05", "0.02", "0.02", "0.06", "0.03", "0.03", "0.03")
        invoice = self.new_invoice(
            HEAD + "".join(f"Fee {n};;;{fee}\n" for n, fee in enumerate(fees))
        )
        invoice.action_read()
        move = self.bill(invoice)
        self.assertEqual(move.amount_total, float(sum(map(Decimal, fees))))
        self.assertEqual(move.line_ids.filtered("tax_line_id").balance, move.amount_tax)
        self.assertNotEqual(move.amount_tax, self.eur.round(move.amount_untaxed * 0.19))
        self.assertTrue(move.invoice_line_ids.mapped("tax_ids") == self.vat)
        move.action_post()
        self.assertEqual(move.amount_total, float(sum(map(Decimal, fees))))

    def test_reverse_charge_is_no_part_of_what_is_paid(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.15\n", amounts="gross")
        reverse = self.vat.copy({"name": "Reverse charge"})
        back = [(0, 0, {"repartition_type": "tax", "factor_percent": -100})]
        reverse.write({"invoice_repartition_line_ids": back, "refund_repartition_line_ids": back})
        invoice.tax_ids = reverse
        invoice.action_read()
        self.assertEqual(self.lines(invoice)["Germany"][4:], (0.15, 0.15, "ok"))

    # --- currency ----------------------------------------------------------------------------

    def test_our_costs_are_converted_to_the_currency_of_the_invoice(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", usd.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": "2026-09-01", "rate": 1.25,
             "company_id": self.company.id}
        )  # fmt: skip
        self.layout.currency_id = usd
        self.store_usage(
            [{"destination": "Chile", "quantity": 60, "cost": Decimal("0.5"), "currency": "USD"}]
        )
        # 0.15 EUR × 1.25 = 0.1875 USD; Chile is stated in USD
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.1875\nChile;1;1;0.5\n")
        self.assertEqual(invoice.currency_id, usd)
        invoice.action_read()
        found = self.lines(invoice)
        self.assertEqual(found["Germany"][4:], (0.1875, 0.1875, "ok"))
        self.assertEqual(found["Chile"][4:], (0.5, 0.5, "ok"))
        self.assertIn("1 EUR = 1.250000 USD", invoice.usage_note)
        move = self.bill(invoice)
        self.assertEqual((move.currency_id, move.amount_untaxed), (usd, 0.69))

    def test_another_currency_in_the_file_is_not_taken_for_ours(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.15 USD\n")
        with self.assertRaisesRegex(UserError, "amounts in USD, and this invoice is in EUR"):
            invoice.action_read()
        self.assertEqual(invoice.state, "new")
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.15 €\n", name="R-2")
        invoice.action_read()
        self.assertEqual(self.lines(invoice)["Germany"][-1], "ok")

    def test_a_file_without_a_position_is_told(self):
        invoice = self.new_invoice(HEAD)
        with self.assertRaisesRegex(UserError, "lines.csv holds no position"):
            invoice.action_read()

    def test_faulty_lines_are_told_in_german(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;frei\n").with_context(lang="de_DE")
        invoice.action_read()
        self.assertIn("ist kein Betrag", invoice.message)

    def test_records_without_a_cost_are_told(self):
        self.store_usage([{"destination": "Germany", "quantity": 60, "cost": None}] * 2)
        invoice = self.new_invoice(HEAD + "Germany;5;4.5;0.15\n")
        invoice.action_read()
        self.assertIn("2 of our records have no known cost", invoice.usage_note)

    # --- durations ---------------------------------------------------------------------------

    def test_calls_count_in_the_carriers_increments(self):
        # Germany, in whole minutes: 61 s are 2, 59 s and 30 s are 1 each
        self.layout.write({"increment_first": 60, "increment_next": 60})
        invoice = self.new_invoice(HEAD + "Germany;3;4;0.15\n")
        invoice.action_read()
        self.assertEqual(self.lines(invoice)["Germany"][2:4], (240, 240))
        # 60 s at least, then by 6 s: 66 + 60 + 60
        invoice.write({"increment_first": 60, "increment_next": 6})
        invoice.action_compare()
        self.assertEqual(self.lines(invoice)["Germany"][2:4], (240, 186))

    def test_a_duration_is_as_exact_as_it_is_written(self):
        # 10 s are 0.2 min in one decimal (0.1667); 0.3 would be 18 s, beyond the half of 6 s
        for text, state in (("0.2", "tolerated"), ("0.3", "variance"), ("0.20", "variance")):
            invoice = self.new_invoice(HEAD + f"Poland;1;{text};0.04\n", name=text)
            invoice.action_read()
            self.assertEqual(self.lines(invoice)["Poland"][-1], state, text)

    # --- credits -----------------------------------------------------------------------------

    def test_credit_lines_reduce_what_was_invoiced(self):
        text = HEAD + "Germany;4;3.5;0.2\nGermany;-1;-1;-0.05\nGoodwill;;;-5.00\n"
        invoice = self.new_invoice(text)
        invoice.action_read()
        self.assertFalse(invoice.message)
        self.assertEqual(
            self.lines(invoice)["Germany"], (3, 3, 150, 150, 0.15, 0.15, "ok")
        )  # 4 - 1 calls, 3.5 - 1 minutes, 0.20 - 0.05
        self.assertEqual(self.lines(invoice)["Goodwill"][4:], (-5, 0, "other"))

    def test_a_negative_duration_without_a_credit_is_a_fault(self):
        invoice = self.new_invoice(HEAD + "Germany;3;-2.5;0.15\nFrance;2;1.5;0.3\n")
        invoice.action_read()
        self.assertIn("Line 2", invoice.message)

    def test_a_credit_note_becomes_a_credit_note(self):
        invoice = self.new_invoice(HEAD + "Goodwill;;;-10.00\nFee;;;2.00\n")
        invoice.action_read()
        move = self.bill(invoice)
        self.assertEqual((move.move_type, move.amount_untaxed), ("in_refund", 8))
        self.assertEqual(move.invoice_line_ids.mapped("price_subtotal"), [10, -2])
        move.action_post()
        self.assertEqual(move.state, "posted")

    # --- twice -------------------------------------------------------------------------------

    def test_the_same_invoice_is_billed_once(self):
        text = HEAD + "Germany;3;2.5;0.15\n"
        first, again = self.new_invoice(text), self.new_invoice(text, name="r-1 ")
        self.assertEqual((first.twin_id, again.twin_id), (first.browse(), first))
        for invoice in (first, again):
            invoice.action_read()
        bill = self.bill(first)
        with self.assertRaisesRegex(UserError, "is the bill for invoice"):
            again.action_bill()
        with self.assertRaisesRegex(UserError, "has the vendor bill"):
            first.action_bill()
        self.assertEqual(again.state, "differs")
        bill.button_cancel()
        self.assertTrue(self.bill(again))
        other = self.new_invoice(text, partner_id=self.partner.id, layout_id=self.layout.id,
                                 source_ids=self.source.ids)  # fmt: skip
        other.action_read()
        self.assertFalse(other.twin_id)
        self.assertTrue(self.bill(other))

    def test_a_file_that_comes_again_under_another_number_is_billed_once(self):
        text = HEAD + "Germany;3;2.5;0.15\n"
        first = self.new_invoice(text, name="R-1")
        forwarded = self.new_invoice(text, name="Fwd: R-1")
        october = {"date_start": "2026-10-01", "date_end": "2026-10-31"}
        next_month = self.new_invoice(text, name="R-2", **october)
        for invoice in (first, forwarded, next_month):
            invoice.action_read()
        bill = self.bill(first)
        with self.assertRaisesRegex(UserError, "lines.csv was billed with .* as invoice R-1"):
            forwarded.action_bill()
        self.assertTrue(self.bill(next_month), "fees may be the same every month")
        bill.button_cancel()
        self.assertTrue(self.bill(forwarded))

    def test_what_a_bill_was_made_of_stays(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;0.15\n")
        invoice.action_read()
        bill = self.bill(invoice)
        other = self.env["res.partner"].create({"name": "Other Carrier"})
        dollar = self.env.ref("base.USD")
        for change in (
            {"name": "R-9"},
            {"partner_id": other.id},
            {"date_start": "2026-08-01"},
            {"invoice_date": "2026-11-01"},
            {"layout_id": False},
            {"amounts": "gross"},
            {"currency_id": dollar.id},
            {"tax_ids": [Command.clear()]},
            {"source_ids": [Command.clear()]},
            {"tolerance_percent": 50},
            {"increment_first": 60},
        ):
            with self.assertRaisesRegex(UserError, "has the vendor bill"):
                invoice.write(change)
        bill.button_cancel()
        invoice.amounts = "gross"
        self.assertEqual(invoice.amounts, "gross")

    def test_a_new_entry_tells_while_it_is_typed(self):
        self.new_invoice(HEAD)
        with Form(self.env["telecom.carrier.invoice"]) as form:
            form.partner_id = self.carrier
            form.name = "R-1"
            self.assertEqual(form.twin_id.name, "R-1")
            form.name = "R_1"
            self.assertFalse(form.twin_id)

    # --- dispute -----------------------------------------------------------------------------

    def test_a_dispute_goes_on_after_the_bill_was_posted(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;10\n")
        invoice.action_read()
        move = self.bill(invoice)
        move.action_post()
        self.assertEqual(invoice.state, "settled")
        invoice.action_dispute()
        self.assertEqual(invoice.state, "disputed")
        self.assertTrue(invoice.action_export_csv()["url"])
        for act in (invoice.action_bill, invoice.action_read, invoice.action_compare):
            with self.assertRaisesRegex(UserError, "has the vendor bill"):
                act()
        invoice.action_end_dispute()
        self.assertEqual((invoice.state, invoice.move_id), ("settled", move))

    def test_a_bill_is_entered_while_the_dispute_goes_on(self):
        account = self.env["account.account"].search(
            [("account_type", "=like", "expense%"), ("company_ids", "=", self.company.id)],
            order="code desc", limit=1,
        )  # fmt: skip
        self.layout.account_id = account
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;10\nFee;;;2\n")
        invoice.action_read()
        invoice.action_dispute()
        move = self.bill(invoice)
        self.assertEqual((invoice.state, invoice.is_billed), ("disputed", True))
        self.assertEqual(move.invoice_line_ids.account_id, account)
        invoice.action_end_dispute()
        self.assertEqual(invoice.state, "settled")

    def test_our_own_dispute_file_is_not_read_as_the_carriers(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;10\n")
        invoice.action_read()
        invoice.action_export_csv()
        invoice.action_read()
        self.assertEqual(invoice.file_id.name, "lines.csv")
        move = self.bill(invoice)
        names = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", move.id)]
        )
        self.assertEqual(names.mapped("name"), ["lines.csv"])

    def test_a_dispute_before_the_bill_ends_where_it_began(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;10\n")
        invoice.action_read()
        invoice.action_dispute()
        invoice.action_end_dispute()
        self.assertEqual(invoice.state, "differs")
        invoice.action_accept_all()
        self.assertEqual(invoice.state, "agreed")
        with self.assertRaisesRegex(UserError, "no difference"):
            invoice.action_dispute()

    def test_a_reversed_bill_opens_the_invoice_again(self):
        invoice = self.new_invoice(HEAD + "Germany;3;2.5;10\n")
        invoice.action_read()
        move = self.bill(invoice)
        with self.assertRaisesRegex(UserError, "has the vendor bill"):
            invoice.action_reopen()
        move.action_post()
        move._reverse_moves([{"invoice_date": "2026-10-05"}], cancel=True)
        self.assertFalse(invoice.is_billed)
        invoice.action_reopen()
        self.assertEqual((invoice.state, invoice.move_id.id), ("differs", False))
        self.assertNotEqual(self.bill(invoice), move)
