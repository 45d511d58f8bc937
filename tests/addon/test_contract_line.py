# SPDX-License-Identifier: AGPL-3.0-or-later
"""A contract line as somebody enters it on the screen."""

import ast

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestContractLine(BillingCase):
    def setUp(self):
        super().setUp()
        action = self.env.ref("telecom_billing.action_telecom_contract")
        defaults = ast.literal_eval(action.context)
        self.contracts = self.env["contract.contract"].with_context(**defaults)

    def test_a_tariff_in_another_currency_is_refused_where_it_is_entered(self):
        euro, dollar = self.env.ref("base.EUR"), self.env.ref("base.USD")
        dollar.active = True
        contract = self.contracts.create({"name": "EUR", "partner_id": self.new_partner("E").id})
        self.assertEqual(contract.currency_id, euro)
        plan = self.env["telecom.zone.plan"].create({"name": "World"})
        own, other = (
            self.new_tariff(name, plan, currency_id=currency.id, company_id=self.company.id)
            for name, currency in (("Own", euro), ("Foreign", dollar))
        )
        values = {"contract_id": contract.id, "product_id": self.fee.id, "name": "Line"}
        line = self.env["contract.line"].create(values | {"telecom_tariff_id": own.id})
        for wrong in (
            lambda: line.write({"telecom_tariff_id": other.id}),
            lambda: line.write({"telecom_price_list_id": other.id}),
            lambda: own.write({"currency_id": dollar.id}),
            lambda: self.company.write({"telecom_default_tariff_id": other.id}),
        ):
            with self.assertRaisesRegex(ValidationError, "in USD.*in EUR"), self.cr.savepoint():
                wrong()
            self.env.invalidate_all()

    def test_a_tariff_without_any_version_is_refused_where_it_is_entered(self):
        contract = self.contracts.create({"name": "New", "partner_id": self.new_partner("N").id})
        tariff, option = self.env["telecom.tariff"].create(
            [{"name": kind, "code": kind, "kind": kind} for kind in ("tariff", "option")]
        )
        values = {"contract_id": contract.id, "product_id": self.fee.id, "name": "Line"}
        with self.assertRaisesRegex(ValidationError, "has no version"), self.cr.savepoint():
            self.env["contract.line"].create(values | {"telecom_tariff_id": tariff.id})
        line = self.env["contract.line"].create(values | {"telecom_tariff_id": option.id})
        with self.assertRaisesRegex(ValidationError, "has no version"), self.cr.savepoint():
            line.telecom_price_list_id = tariff
        tariff.version_ids.create({"tariff_id": tariff.id, "name": "1", "valid_from": "2026-01-01"})
        line.telecom_tariff_id = tariff

    def test_by_hand_a_line_costs_what_its_product_costs(self):
        form = Form(self.contracts)
        form.partner_id = self.new_partner("By hand")
        form.name = "By hand"
        with form.contract_line_ids.new() as line:
            line.product_id = self.fee
            self.assertEqual(line.price_unit, self.fee.list_price)
            line.quantity = 2
        with form.contract_line_ids.new() as line:
            line.product_id = self.fee
            line.price_unit = 7
        contract = form.save()
        own, agreed = contract.contract_line_ids
        self.assertEqual(own.price_subtotal, 2 * self.fee.list_price)
        self.assertEqual(own.name, self.fee.name)
        self.assertEqual(agreed.price_subtotal, 7)

    def test_who_looks_for_a_line_sees_and_finds_whose_it_is(self):
        """Half of all lines have the same name and begin on the same day."""
        found = []
        for name in ("Ada Anders", "Bo Berg"):
            contract = self.contracts.create(
                {
                    "name": f"Of {name}",
                    "partner_id": self.new_partner(name).id,
                    "contract_line_ids": [
                        (0, 0, {"name": "Home", "date_start": "2026-09-01", "price_unit": 1})
                    ],
                }
            )
            found.append(contract.contract_line_ids)
            shown = contract.contract_line_ids.display_name
            for part in (contract.display_name, name, "Home", "09/01/2026"):
                self.assertIn(part, shown)
        ada, bo = found
        self.assertNotEqual(ada.display_name, bo.display_name)
        lines = self.env["contract.line"]
        for text in ("Bo Berg", "Of Bo"):
            self.assertEqual([one for one, _name in lines.name_search(text)], bo.ids)
        self.assertLessEqual(set((ada | bo).ids), {one for one, _ in lines.name_search("Home")})
