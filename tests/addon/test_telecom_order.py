# SPDX-License-Identifier: AGPL-3.0-or-later
"""One call makes a contract, the same call again makes none, a bad call makes nothing."""

import copy

from odoo.addons.telecom_billing.models.telecom_order import FAULT_TEXTS, OrderError
from odoo.addons.telecom_billing.order_document import CODES
from odoo.tests import TransactionCase, new_test_user, tagged

from tests.addon.test_order_document import GOOD


@tagged("post_install", "-at_install")
class TestTelecomOrder(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {
                "name": "Flat S",
                "default_code": "FLAT-S",
                "type": "service",
                "list_price": 19.95,
                "telecom_product": True,
            }
        )
        cls.shop = new_test_user(
            cls.env, login="web-shop", groups="telecom_billing.group_telecom_user"
        )

    def order(self, **changes):
        order = copy.deepcopy(GOOD)
        order["lines"][0]["numbers"] = []
        for path, value in changes.items():
            *parents, last = path.split("__")
            node = order
            for key in parents:
                node = node[int(key) if key.isdigit() else key]
            node[last] = value
        return order

    def submit(self, **changes):
        return self.env["telecom.order"].with_user(self.shop).submit(self.order(**changes))

    def refused(self, **changes):
        """(path, code) of every fault of an order that must be refused."""
        before = self.counts()
        with self.assertRaises(OrderError) as caught:
            self.submit(**changes)
        self.assertEqual(self.counts(), before, "a refused order must make nothing")
        return [(fault["path"], fault["code"]) for fault in caught.exception.context["faults"]]

    def counts(self):
        models = ("telecom.order", "res.partner", "contract.contract", "account.banking.mandate")
        return [self.env[model].search_count([]) for model in models]

    # ------------------------------------------------------------------ accepted
    def test_an_order_makes_customer_mandate_and_contract(self):
        result = self.submit()
        self.assertTrue(result["created"])
        partner = self.env["res.partner"].browse(result["partner_id"])
        contract = self.env["contract.contract"].browse(result["contract_id"])
        self.assertEqual(partner.name, "Erika Mustermann")
        self.assertEqual(partner.telecom_kind, "private")
        self.assertEqual(partner.lang, "de_DE")
        self.assertEqual(partner.company_id, self.env.company)
        self.assertEqual(partner.telecom_customer_number, result["customer_number"])
        self.assertTrue(result["customer_number"].startswith("K"))
        self.assertEqual(contract.code, result["contract_number"])
        self.assertTrue(contract.is_telecom)
        self.assertEqual(contract.telecom_itemised_bill, "masked")
        self.assertEqual(str(contract.telecom_term_end), "2028-10-09")  # 24 months from 10 Oct 26
        self.assertEqual(str(contract.telecom_notice_date), "2028-09-09")  # a month before
        line = contract.contract_line_ids
        self.assertEqual(line.product_id, self.product)
        self.assertEqual(line.price_unit, 9.95)
        self.assertEqual(str(line.date_start), "2026-10-10")
        mandate = contract.telecom_mandate_id
        self.assertEqual(mandate.state, "valid")
        self.assertEqual(mandate.partner_id, partner)
        self.assertEqual(mandate.partner_bank_id.sanitized_acc_number, "DE89370400440532013000")
        self.assertEqual(partner.with_company(self.env.company).valid_mandate_id, mandate)

    def test_price_of_the_product_when_the_order_names_none(self):
        result = self.submit(lines__0__price=None)
        contract = self.env["contract.contract"].browse(result["contract_id"])
        self.assertEqual(contract.contract_line_ids.price_unit, 19.95)

    def test_the_same_order_again_makes_nothing(self):
        first = self.submit()
        before = self.counts()
        second = self.submit(lines__0__price="9.950")  # another notation of the same price
        self.assertEqual(self.counts(), before)
        self.assertEqual(second, {**first, "created": False})

    def test_a_known_customer_gets_a_second_contract(self):
        first = self.submit()
        second = self.submit(order_id="WEB-2", customer__number=first["customer_number"])
        self.assertEqual(second["partner_id"], first["partner_id"])
        self.assertNotEqual(second["contract_id"], first["contract_id"])

    def test_a_shop_may_give_the_customer_number(self):
        result = self.submit(customer__number="SHOP-77")
        self.assertEqual(result["customer_number"], "SHOP-77")

    def test_companies_have_their_own_order_ids(self):
        self.submit()
        other = self.env["res.company"].create({"name": "Other Telecom"})
        self.shop.write({"company_ids": [(4, other.id)]})
        orders = self.env["telecom.order"].with_user(self.shop).with_company(other)
        result = orders.submit(self.order(payment={"method": "transfer"}))
        self.assertTrue(result["created"])
        contract = self.env["contract.contract"].browse(result["contract_id"])
        self.assertEqual(contract.company_id, other)

    # ------------------------------------------------------------------ refused
    def test_other_content_under_the_same_id(self):
        self.submit()
        self.assertEqual(self.refused(lines__0__price="8.95"), [("order_id", "order_differs")])

    def test_all_faults_of_the_database_at_once(self):
        faults = self.refused(
            customer__kind="business",
            customer__vat="DE123",
            lines__0__product="NO-SUCH",
            payment__mandate={
                "iban": "DE89370400440532013001",
                "holder": "x",
                "signed_on": "2099-12-31",
            },
        )
        self.assertEqual(
            faults,
            [
                ("customer.vat", "bad_vat"),
                ("payment.mandate.iban", "bad_iban"),
                ("payment.mandate.signed_on", "signed_later"),
                ("lines[0].product", "no_product"),
            ],
        )

    def test_faults_of_the_shape_hide_none_of_the_database(self):
        faults = self.refused(
            customer__email="erika",
            customer__address={"street": "Weg 1", "zip": "10115", "country": "XX"},
            payment__mandate={"iban": "DE89370400440532013001", "holder": "x"},
            lines__0__product="NO-SUCH",
            lines__0__price="9,95",
        )
        self.assertEqual(
            faults,
            [
                ("customer.email", "pattern"),
                ("customer.address.city", "missing"),
                ("lines[0].price", "amount"),
                ("payment.mandate.signed_on", "missing"),
                ("customer.address.country", "no_country"),
                ("payment.mandate.iban", "bad_iban"),
                ("lines[0].product", "no_product"),
            ],
        )

    def test_a_customer_number_of_somebody_else(self):
        number = self.submit()["customer_number"]
        faults = self.refused(order_id="WEB-2", customer__number=number, customer__name="Max")
        self.assertEqual(faults, [("customer.number", "name_differs")])

    def test_a_mandate_reference_of_somebody_else(self):
        mandate = {**GOOD["payment"]["mandate"], "reference": "M-1"}
        self.submit(payment__mandate=mandate)
        faults = self.refused(order_id="WEB-2", payment__mandate=mandate)
        self.assertEqual(faults, [("payment.mandate.reference", "mandate_taken")])

    def test_the_same_mandate_of_the_same_customer_serves_twice(self):
        mandate = {**GOOD["payment"]["mandate"], "reference": "M-1"}
        first = self.submit(payment__mandate=mandate)
        second = self.submit(
            order_id="WEB-2", customer__number=first["customer_number"], payment__mandate=mandate
        )
        contracts = self.env["contract.contract"].browse(
            [first["contract_id"], second["contract_id"]]
        )
        self.assertEqual(len(contracts.telecom_mandate_id), 1)

    def test_a_product_that_is_no_telecom_product(self):
        self.product.telecom_product = False
        self.assertEqual(self.refused(), [("lines[0].product", "no_product")])

    def test_check_tells_the_same_faults_and_makes_nothing(self):
        before = self.counts()
        orders = self.env["telecom.order"].with_user(self.shop)
        self.assertEqual(orders.check(self.order()), [])
        faults = orders.check(self.order(lines__0__product="NO-SUCH"))
        self.assertEqual([fault["code"] for fault in faults], ["no_product"])
        (fault,) = orders.check(self.order(lines__0__numbers=[{"number": "abc", "kind": "single"}]))
        self.assertEqual((fault["path"], fault["code"]), ("lines[0].numbers[0].number", "refused"))
        self.assertEqual(self.counts(), before)
        self.submit()
        self.assertEqual(orders.check(self.order()), [])

    def test_messages_are_in_the_users_language_and_name_the_value(self):
        with self.assertRaises(OrderError) as caught:
            self.submit(lines__0__product="NO-SUCH")
        self.assertIn("lines[0].product", str(caught.exception))
        self.assertIn("NO-SUCH", str(caught.exception))

    def test_every_fault_code_has_a_text(self):
        self.assertLessEqual(set(CODES), set(FAULT_TEXTS))

    # ------------------------------------------------------------------ contracts
    def test_the_contract_modules_cron_leaves_telecom_contracts_alone(self):
        result = self.submit(contract__start="2020-01-01", lines__0__start=None)
        contract = self.env["contract.contract"].browse(result["contract_id"])
        self.env["contract.contract"].cron_recurring_create_invoice()
        self.assertFalse(contract._get_related_invoices())
        self.assertFalse(contract.invoice_generation_error)
