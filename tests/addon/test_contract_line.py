# SPDX-License-Identifier: AGPL-3.0-or-later
"""A contract line as somebody enters it on the screen."""

import ast

from odoo.tests import Form, tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestContractLine(BillingCase):
    def setUp(self):
        super().setUp()
        action = self.env.ref("telecom_billing.action_telecom_contract")
        defaults = ast.literal_eval(action.context)
        self.contracts = self.env["contract.contract"].with_context(**defaults)

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
