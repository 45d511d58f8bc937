# SPDX-License-Identifier: AGPL-3.0-or-later
"""One call makes a new company ready: its first bill comes out right, on either chart."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from tests.addon.billing_case import COMPANY_IBAN, CREDITOR, BillingCase


@tagged("post_install", "-at_install")
class TestResCompanySetup(BillingCase):
    def fresh(self, chart):
        """A company of nothing but a name, after the wizard."""
        company = self.new_company(f"Fresh {chart}")
        wizard = self.env["telecom.setup"].create(
            {
                "company_id": company.id,
                "chart": chart,
                "iban": COMPANY_IBAN,
                "creditor_identifier": CREDITOR,
            }
        )
        wizard.action_apply()
        return company

    def bill(self, company, **vals):
        partner = self.new_partner("Theirs", company_id=company.id, **vals)
        contract = self.new_contract(
            partner, company_id=company.id, start="2026-10-01", lines=[{"product_id": False}]
        )
        run = self.env["telecom.billing.run"].create(
            {"company_id": company.id, "period_start": "2026-09-01"}
        )
        return self.invoice(run, contract)

    def test_the_first_bill_on_skr03(self):
        company = self.fresh("de_skr03")
        move = self.bill(company)
        self.assertEqual((move.amount_total, move.amount_tax), (30, 4.79))  # 30 x 19 / 119
        self.assertEqual(move.invoice_line_ids.with_company(company).account_id.code, "8400")

    def test_the_first_bill_on_skr04(self):
        company = self.fresh("de_skr04")
        move = self.bill(company)
        self.assertEqual((move.amount_total, move.amount_tax), (30, 4.79))
        self.assertEqual(move.invoice_line_ids.with_company(company).account_id.code, "4400")
        charges = company.telecom_bank_charges_account_id.with_company(company)
        self.assertEqual(charges.code, "6855")
        reseller = company.telecom_reseller_position_id.account_ids.account_dest_id
        self.assertEqual(reseller.with_company(company).code, "4337")

    def test_a_new_company_can_debit(self):
        company = self.fresh("de_skr03")
        method = company.telecom_debit_method_line_id
        self.assertEqual(method.payment_method_id.code, "sepa_direct_debit")
        self.assertTrue(method.payment_order_ok)
        self.assertTrue(method.payment_account_id.reconcile)
        self.assertEqual(method.journal_id.bank_account_id.sanitized_acc_number, COMPANY_IBAN)
        self.assertEqual(company.sepa_creditor_identifier, CREDITOR)

    def test_a_second_time_changes_nothing(self):
        company = self.fresh("de_skr03")
        models = (
            "account.account",
            "account.fiscal.position",
            "account.payment.method.line",
            "account.tax",
            "credit.control.policy",
            "ir.sequence",
            "product.product",
        )

        def counts():
            return {model: self.env[model].search_count([]) for model in models}

        before = counts()
        company._telecom_setup(iban=COMPANY_IBAN, creditor_identifier=CREDITOR)
        self.assertEqual(counts(), before)

    def test_numbers_of_companies_are_their_own(self):
        company = self.fresh("de_skr03")
        first = self.new_partner("First", company_id=company.id)
        self.assertEqual(first.ref, "K100001")

    def test_names_are_in_both_languages(self):
        company = self.fresh("de_skr03")
        position = company.telecom_private_position_id
        self.assertTrue(position.with_context(lang="de_DE").name)
        self.assertEqual(
            position.with_context(lang="en_US").name, "Private customers (prices with VAT)"
        )

    def test_a_wrong_iban_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "IBAN"):
            self.env["telecom.setup"].create({"iban": "DE00123"})
