# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers in any notation find their block, contract, customer and tariff."""

import datetime
import doctest

from odoo import Command
from odoo.addons.telecom_billing.models import number_reading
from odoo.tests import Form, tagged

from tests.addon.rating_common import RatingCase


@tagged("post_install", "-at_install")
class TestNumberSearch(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.new_number(
            "+49 40 555", cls.line, kind="block", range_from="50", range_to="99"
        )
        cls.head = cls.new_number("+49 89 7000", cls.other, kind="head")
        cls.customer = cls.partner

    def found(self, text):
        return self.env["telecom.number"].search([("lookup", "ilike", text)])

    def test_readings(self):
        self.assertEqual(doctest.testmod(number_reading).failed, 0)

    def test_any_notation(self):
        for text in (
            "+49 30 123456", "030 123456", "030/123456", "0049 (30) 123456", "4930123456",
            "+49 (0)30 / 123456", "tel:+49-30-123456", "30 123456",
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(self.found(text), self.number)

    def test_an_extension_finds_its_block(self):
        self.assertEqual(self.found("040 555-12"), self.block)
        self.assertEqual(self.found("040 555 77"), self.second)
        self.assertEqual(self.found("+49 40 555 1234"), self.block)
        self.assertEqual(self.found("089 7000 4711"), self.head)

    def test_the_head_finds_all_its_blocks(self):
        self.assertEqual(self.found("040 555"), self.block | self.second)

    def test_an_extension_behind_a_single_number(self):
        self.assertEqual(self.found("030 123456-12"), self.number)

    def test_what_is_typed_so_far(self):
        self.assertEqual(self.found("030 1234"), self.number)
        self.assertFalse(self.found("030 9999"))

    def test_names_and_accounts_as_before(self):
        account = self.new_number("trunk-7", self.line, kind="account")
        self.assertEqual(self.found("trunk"), account)

    def test_name_search(self):
        found = self.env["telecom.number"].name_search("040 555-12")
        self.assertEqual([number for number, _name in found], self.block.ids)

    def test_contracts_and_customers(self):
        Contract, Partner = self.env["contract.contract"], self.env["res.partner"]
        found = Contract.search([("telecom_lookup", "ilike", "040 555-12")])
        self.assertEqual(found, self.other_contract)
        self.assertEqual(Contract.search([("display_name", "ilike", "040555 12")]), found)
        self.assertIn(self.customer, Partner.search([("telecom_lookup", "ilike", "030123456")]))
        names = Partner.name_search("+49 30 123456")
        self.assertIn(self.customer.id, [partner for partner, _name in names])
        self.assertFalse(Partner.search([("telecom_lookup", "ilike", "Anna")]))

    def test_at_a_date(self):
        self.number.date_end = datetime.date(2026, 6, 30)
        new = self.new_number("+49 30 123456", self.other, date_start=datetime.date(2026, 7, 1))
        Number = self.env["telecom.number"]
        self.assertEqual(Number._owners_at("030 123456", datetime.date(2026, 6, 30)), self.number)
        self.assertEqual(Number._owners_at("030 123456", datetime.date(2026, 7, 1)), new)

    def test_the_closest_comes_first(self):
        inner = self.new_number("+49 89 70001", self.line, kind="head")
        found = self.env["telecom.number"]._owners_at("089 70001 5", datetime.date(2026, 7, 1))
        self.assertEqual(found.ids, [inner.id, self.head.id])

    def test_window(self):
        with Form(self.env["telecom.number.lookup"].with_user(self.agent)) as form:
            form.text = "040 555-12"
            self.assertIn("tariff Business", form.answer)
            self.assertEqual(form.number_ids.ids, self.block.ids)
            form.text = "040 7777777"
            self.assertIn("Nobody", form.answer)

    def test_another_company_finds_nothing(self):
        company = self.new_company("Other tenant")
        self.manager.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        env = self.env(user=self.manager)
        self.assertFalse(env["telecom.number"].search([("lookup", "ilike", "030 123456")]))
        self.assertFalse(env["res.partner"].search([("telecom_lookup", "ilike", "030 123456")]))

    def test_employees_without_the_right_find_nobody_by_number(self):
        clerk = self.new_user("clerk", "base.group_user")
        found = self.env["res.partner"].with_user(clerk).name_search("+49 30 123456")
        self.assertNotIn(self.customer.id, [partner for partner, _name in found])
