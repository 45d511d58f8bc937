# SPDX-License-Identifier: AGPL-3.0-or-later
"""From summaries to the ledger: invoices are their positions, the books are the invoices."""

from decimal import Decimal

from odoo.tests import tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestControlBooks(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.private = cls.new_contract()
        cls.business = cls.new_contract(cls.new_partner("Business", "business"))
        cls.usage(cls.private, "5.004", records=2, quantity=120)
        cls.usage(cls.business, "7.5", tariff=cls.net)

    def totals(self, run):
        return {row["stage"]: row for row in run.control_totals()}

    def test_every_cent_reaches_the_ledger(self):
        run = self.new_run()
        self.assertNotIn("invoiced", self.totals(run))
        self.invoice(run)
        totals = self.totals(run)
        # Fees: 30 for September and for October, gross and net. Gross: 60 + 5.00 = 65.00, of it
        # 65 × 19 / 119 = 10.38 VAT; net: 60 + 7.50 = 67.50, with 12.83 (12.825) VAT 80.33.
        wanted = {
            "invoiced": (3, Decimal("12.504"), True),
            "rounding": (None, Decimal("-0.004"), None),
            "fees": (None, 120, None),
            "credits": (None, 0, None),
            "positions": (6, Decimal("132.50"), True),
            "net": (2, Decimal("122.12"), None),
            "tax": (None, Decimal("23.21"), None),
            "total": (2, Decimal("145.33"), True),
            "ledger": (None, Decimal("145.33"), True),
        }
        self.assertEqual(
            {
                stage: (totals[stage]["records"], totals[stage]["amount"], totals[stage]["check"])
                for stage in wanted
            },
            wanted,
        )
        self.assertNotIn("vat_kind", totals)

    def test_a_cent_lost_on_the_way_is_found(self):
        run = self.new_run()
        self.invoice(run)
        for damage, stage in (
            ("UPDATE account_move_line SET telecom_amount = telecom_amount + 0.01"
             " WHERE telecom_kind = 'usage'", "positions"),
            ("UPDATE account_move_line l SET balance = balance + 0.01 FROM account_account a"
             " WHERE a.id = l.account_id AND a.account_type = 'asset_receivable'", "ledger"),
            ("UPDATE account_move SET amount_total_signed = amount_total_signed + 0.01", "ledger"),
            ("UPDATE telecom_usage_summary SET amount = amount + 1, invoice_line_id = NULL"
             " WHERE records = 2", "invoiced"),
        ):  # fmt: skip
            with self.subTest(damage), self.env.cr.savepoint() as savepoint:
                self.env.flush_all()
                self.env.cr.execute(damage)
                self.env.invalidate_all()
                self.assertFalse(self.totals(run)[stage]["check"])
                savepoint.rollback()
        self.assertTrue(all(self.totals(run)[stage]["check"] for stage in ("positions", "ledger")))
