# SPDX-License-Identifier: AGPL-3.0-or-later
"""What cannot be invoiced stops nobody else, and another company is left alone."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestInvoiceFaults(BillingCase):
    # ------------------------------------------------------------------ faults
    def test_usage_of_a_contract_that_is_not_marked(self):
        contract = self.new_contract(is_telecom=False)
        self.usage(contract, "5")
        run = self.new_run("2026-09-01")
        self.assertFalse(self.invoice(run))
        self.assertIn("not marked", run.finding_ids.message)
        contract.is_telecom = True
        self.assertTrue(contract.code)
        self.assertEqual(self.invoice(run).amount_total, 65)

    def test_a_closed_period_stops_the_step(self):
        self.new_contract()
        self.company.fiscalyear_lock_date = "2026-12-31"
        run = self.new_run("2026-09-01")
        self.assertFalse(self.invoice(run))
        self.assertEqual(run.finding_ids.mapped("code"), ["step_failed"])
        self.assertIn("2026-12-31", run.finding_ids.message)
        run.invoice_date = "2027-01-04"
        self.assertEqual(len(self.invoice(run)), 1)
        self.assertNotEqual(run.state, "locked")

    def test_a_customer_without_an_address_stops_only_the_own_invoice(self):
        bad = self.new_contract(self.new_partner("No Street", street=False))
        good = self.new_contract()
        run = self.new_run("2026-09-01")
        self.assertEqual(self.invoice(run).telecom_contract_id, good)
        self.assertEqual(run.finding_ids.res_id, bad.id)
        bad.partner_id.street = "Found 1"
        self.assertEqual(len(self.invoice(run)), 2)
        self.assertEqual(run.finding_ids.mapped("state"), ["solved"])

    def test_a_fault_while_posting_stops_only_the_own_invoice(self):
        bad, good = self.new_contract(), self.new_contract()
        post = type(self.env["account.move"])._post

        def refuse(moves, soft=True):
            if bad in moves.telecom_contract_id:
                raise UserError("no")
            return post(moves, soft)

        self.patch(type(self.env["account.move"]), "_post", refuse)
        run = self.new_run("2026-09-01")
        self.assertEqual(self.invoice(run).telecom_contract_id, good)
        self.assertEqual(run.finding_ids.mapped("code"), ["invoice_failed"])
        self.assertFalse(bad.contract_line_ids.telecom_fee_ids)

    def test_sums_that_somebody_changed_are_refused(self):
        contract = self.new_contract()
        create = type(self.env["account.move"]).create

        def add_a_line(moves, vals_list):
            extra = [(0, 0, {"name": "extra", "price_unit": 1})]
            return create(
                moves,
                [
                    vals | {"invoice_line_ids": vals["invoice_line_ids"] + extra}
                    for vals in vals_list
                ],
            )

        self.patch(type(self.env["account.move"]), "create", add_a_line)
        run = self.new_run("2026-09-01")
        self.assertFalse(self.invoice(run, contract))
        self.assertIn("61", run.finding_ids.message)  # 60.00 and 1.00 more

    # ------------------------------------------------------------------ tenants
    def test_another_company_is_left_alone(self):
        other = self.new_company("Other Telecom")
        other._telecom_setup()
        self.new_contract()
        foreign = self.new_contract(
            self.new_partner("Theirs", company_id=other.id),
            company_id=other.id,
            lines=[{"product_id": False}],
        )
        run = self.new_run("2026-09-01")
        self.assertNotIn(foreign, self.invoice(run).telecom_contract_id)
        theirs = self.env["telecom.billing.run"].create(
            {"company_id": other.id, "period_start": "2026-09-01"}
        )
        move = self.invoice(theirs)
        self.assertEqual(move.telecom_contract_id, foreign)
        self.assertEqual(move.company_id, other)
        self.assertEqual(move.amount_total, 60)
