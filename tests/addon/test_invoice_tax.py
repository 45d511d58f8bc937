# SPDX-License-Identifier: AGPL-3.0-or-later
"""VAT once a rate on the invoice, by the customer's kind and country."""

from odoo.tests import tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestInvoiceTax(BillingCase):
    def bill(self, partner, *amounts, tariff=None, fee=0, product=None):
        """The invoice of a contract with a fee and usage positions of these amounts."""
        line = {"specific_price": fee}
        if product:
            line["product_id"] = product.id
        contract = self.new_contract(partner, start="2026-10-01", lines=[line])
        for i, amount in enumerate(amounts):
            self.usage(contract, amount, tariff=tariff, service=f"service{i}")
        return self.invoice(self.new_run("2026-09-01"), contract)

    def test_private_prices_contain_vat(self):
        move = self.bill(self.new_partner("Private"), "9.99", "9.99", "9.99", fee=69.99)
        self.assertEqual(move.fiscal_position_id, self.company.telecom_private_position_id)
        self.assertEqual(move.amount_total, 99.96)  # 69.99 + 3 x 9.99, not a cent more
        self.assertEqual(move.amount_tax, 15.96)  # 99.96 x 19 / 119
        tax_lines = move.line_ids.filtered("tax_line_id")
        self.assertEqual(len(tax_lines), 1)

    def test_business_prices_are_net_and_vat_comes_once(self):
        partner = self.new_partner("Business", "business")
        move = self.bill(partner, "0.03", "0.03", "0.03", tariff=self.net, fee=10)
        self.assertEqual(move.amount_untaxed, 10.09)
        self.assertEqual(move.amount_tax, 1.92)  # 10.09 x 0.19 = 1.9171; a line each gives 1.93
        self.assertEqual(len(move.line_ids.filtered("tax_line_id")), 1)

    def test_a_gross_tariff_for_a_business_customer(self):
        move = self.bill(self.new_partner("Business", "business"), "11.90", tariff=self.gross)
        self.assertEqual(self.amounts(move), [10.0])  # 11.90 / 1.19
        self.assertEqual((move.amount_untaxed, move.amount_tax), (10.0, 1.9))

    def test_a_net_tariff_for_a_private_customer(self):
        move = self.bill(self.new_partner("Private"), "10.00", tariff=self.net)
        self.assertEqual(self.amounts(move), [11.9])  # 10.00 x 1.19
        self.assertEqual((move.amount_untaxed, move.amount_tax), (10.0, 1.9))

    def test_a_consumer_product_for_a_business_customer(self):
        product = self.new_product("GROSS", 29.95, telecom_price_kind="gross")
        partner = self.new_partner("Business", "business")
        move = self.bill(partner, fee=29.95, product=product)
        self.assertEqual(self.amounts(move), [25.17])  # 29.95 / 1.19 = 25.1681
        self.assertEqual(move.amount_total, 29.95)  # 25.17 x 0.19 = 4.7823

    def test_a_business_product_for_a_private_customer(self):
        product = self.new_product("NET", 25, telecom_price_kind="net")
        move = self.bill(self.new_partner("Private"), fee=25, product=product)
        self.assertEqual(self.amounts(move), [29.75])  # 25 x 1.19

    def test_a_business_in_another_country_of_the_union(self):
        partner = self.new_partner(
            "Societe", "business", country_id=self.env.ref("base.fr").id, vat="FR23334175221"
        )
        self.company.vat = "DE136695976"
        move = self.bill(partner, "10", tariff=self.net, fee=20)
        self.assertEqual(move.amount_tax, 0)
        self.assertEqual(move.amount_total, 30)
        self.assertIn("reverse charge", str(move.fiscal_position_id.note).lower())
        accounts = move.invoice_line_ids.account_id.mapped("code")
        self.assertEqual(accounts, ["8336"])

    def test_a_consumer_price_for_a_business_abroad_is_its_net_value(self):
        partner = self.new_partner(
            "Societe", "business", country_id=self.env.ref("base.fr").id, vat="FR23334175221"
        )
        self.company.vat = "DE136695976"
        move = self.bill(partner, "11.90", tariff=self.gross)
        self.assertEqual((move.amount_untaxed, move.amount_tax), (10.0, 0.0))

    def test_a_private_customer_abroad_pays_domestic_vat(self):
        partner = self.new_partner("Monsieur", country_id=self.env.ref("base.fr").id)
        move = self.bill(partner, "11.90")
        self.assertEqual((move.amount_untaxed, move.amount_tax), (10.0, 1.9))

    def test_a_domestic_reseller_with_a_certificate(self):
        partner = self.new_partner("Reseller", "business", telecom_reseller_until="2026-12-31")
        partner.property_account_position_id = self.company.telecom_reseller_position_id
        move = self.bill(partner, "10", tariff=self.net)
        self.assertEqual((move.amount_total, move.amount_tax), (10.0, 0.0))
        self.assertEqual(move.invoice_line_ids.account_id.code, "8337")

    def test_a_domestic_reseller_whose_certificate_ended(self):
        partner = self.new_partner("Reseller", "business", telecom_reseller_until="2026-09-30")
        partner.property_account_position_id = self.company.telecom_reseller_position_id
        move = self.bill(partner, "10", tariff=self.net)
        self.assertFalse(move)
        finding = self.env["telecom.finding"].search([("code", "=", "invoice_contract")], limit=1)
        self.assertIn("2026-09-30", finding.message)

    def test_a_position_set_by_hand_wins(self):
        partner = self.new_partner("Private")
        domestic = self.company.domestic_fiscal_position_id
        partner.property_account_position_id = domestic
        move = self.bill(partner, "10.00", tariff=self.net)
        self.assertEqual(move.fiscal_position_id, domestic)
        self.assertEqual((move.amount_untaxed, move.amount_tax), (10.0, 1.9))

    def test_rounding_by_the_tariff(self):
        contract = self.new_contract(lines=[{"specific_price": 0}])
        plan = self.zone.plan_id
        once = self.new_tariff("once", plan, "invoice", price_includes_tax=True)
        up = self.new_tariff("up", plan, "position", price_includes_tax=True)
        up.version_ids.rounding_method = "up"
        for i in range(3):
            self.usage(contract, "0.335", tariff=once, service=f"a{i}")
        self.usage(contract, "0.331", tariff=up, service="b")
        self.usage(contract, "0.335", service="c")
        move = self.invoice(self.new_run("2026-09-01"), contract)
        # once: 3 x 0.335 = 1.005, rounded 1.01 = 0.34 + 0.34 + 0.33; up: 0.34; half up: 0.34
        self.assertEqual(self.amounts(move), [0.34, 0.34, 0.33, 0.34, 0.34])
