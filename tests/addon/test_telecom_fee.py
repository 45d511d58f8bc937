# SPDX-License-Identifier: AGPL-3.0-or-later
"""The statement that finds the lines due agrees with the lines' own reckoning."""

import datetime
import random

from odoo.tests import tagged

from tests.addon.billing_case import BillingCase

FIRST = datetime.date(2026, 7, 1)


@tagged("post_install", "-at_install")
class TestTelecomFee(BillingCase):
    def due_by_line(self, run, contracts):
        """Ids of lines that have missing or surplus days, each asked by itself."""
        return {
            line.id
            for line in contracts.contract_line_ids
            if any(line._telecom_missing(run.period_start)) or any(line._telecom_surplus())
        }

    def random_line(self, rng):
        start = FIRST + datetime.timedelta(days=rng.randrange(150))
        end = start + datetime.timedelta(days=rng.randrange(200)) if rng.random() < 0.4 else False
        return {
            "product_id": rng.choice([self.fee, self.once, self.fee]).id,
            "specific_price": rng.choice([0, 10, 29.95]),
            "quantity": rng.choice([0, 1, 2]),
            "date_start": start,
            "recurring_next_date": start,
            "date_end": end,
            "is_canceled": rng.random() < 0.1,
            "recurring_rule_type": rng.choice(["monthly", "quarterly", "yearly"]),
            "recurring_interval": rng.choice([1, 1, 2]),
            "recurring_invoicing_type": rng.choice(["pre-paid", "post-paid"]),
        }

    def test_statement_and_lines_agree_month_after_month(self):
        self.once = self.new_product("ONCE", 49, telecom_fee_kind="once")
        rng = random.Random(7)
        contracts = self.new_contract(
            start=FIRST, lines=[self.random_line(rng) for _i in range(40)]
        )
        contracts |= self.new_contract(lines=[{"product_id": False}])
        fees = self.env["telecom.fee"]
        found = 0
        for month in (7, 8, 9, 10, 11):
            run = self.new_run(f"2026-{month:02d}-01")
            expected = self.due_by_line(run, contracts)
            self.assertEqual(
                set(fees._lines_due(run)) & set(contracts.contract_line_ids.ids), expected
            )
            found += len(expected)
            self.invoice(run)
            self.assertFalse(run.finding_ids.mapped("message"))
            self.assertFalse(self.due_by_line(run, contracts), "nothing is left after the step")
            # then somebody changes ends, for the next month to mend
            for line in contracts.contract_line_ids:
                if rng.random() < 0.3:
                    line.date_end = line.date_start + datetime.timedelta(days=rng.randrange(200))
        self.assertGreater(found, 30)

    def test_what_was_billed_and_given_back_is_what_the_days_cost(self):
        """Ends set and taken back at random: the invoices add up to the price of the last word."""
        rng = random.Random(11)
        contract = self.new_contract(start="2026-07-13", lines=[{"specific_price": 29.95}])
        line = contract.contract_line_ids
        for month in (7, 8, 9, 10):
            self.invoice(self.new_run(f"2026-{month:02d}-01"))
            line.date_end = datetime.date(2026, month, 1) + datetime.timedelta(rng.randrange(70))
        line.date_end = "2026-09-20"
        self.invoice(self.new_run("2026-11-01"))
        invoices = self.env["account.move"].search([("telecom_contract_id", "=", contract.id)])
        # 29.95 x 19/31 = 18.3565, August 29.95, 29.95 x 20/30 = 19.9667
        self.assertAlmostEqual(
            sum(invoices.mapped("amount_total_signed")), 18.36 + 29.95 + 19.97, 2
        )
        billed = line.telecom_fee_ids.filtered(lambda fee: fee.state == "billed")
        self.assertAlmostEqual(sum(billed.mapped("amount")), 18.36 + 29.95 + 19.97, 2)
        self.assertEqual(str(line.telecom_invoiced_until), "2026-09-20")

    def test_archived_contracts_owe_nothing(self):
        contract = self.new_contract()
        contract.active = False
        self.assertFalse(self.env["telecom.fee"]._lines_due(self.new_run("2026-09-01")))
