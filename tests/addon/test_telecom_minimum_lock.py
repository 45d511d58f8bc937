# SPDX-License-Identifier: AGPL-3.0-or-later
"""A minimum turnover that is on an invoice stays, and a successor follows."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestMinimumLock(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owing = cls.new_contract(lines=[{"telecom_tariff_id": cls.gross.id}])
        cls.minimum = cls.new_minimum()

    @classmethod
    def new_minimum(cls, **vals):
        values = {"name": "At least 25", "tariff_ids": [(6, 0, cls.gross.ids)], "amount": 25}
        return cls.env["telecom.minimum"].create(values | vals)

    def refused(self, what):
        with self.assertRaisesRegex(UserError, "09/30/2026.*Let it end"), self.cr.savepoint():
            what()
        self.env.invalidate_all()

    def test_what_was_asked_for_stays(self):
        self.usage(self.owing, "20.004")
        self.minimum.amount = 26
        self.minimum.amount = 25
        move = self.invoice(self.new_run(), self.owing)
        for vals in (
            {"amount": 30},
            {"prorate": False},
            {"price_includes_tax": True},
            {"share": "contract"},
            {"active": False},
            {"valid_from": "2026-10-01"},
            {"valid_to": "2026-08-31"},
            {"tariff_ids": [(5, 0, 0)], "contract_ids": [(6, 0, self.owing.ids)]},
            {"partner_ids": [(6, 0, self.owing.partner_id.ids)]},
        ):
            with self.subTest(vals=vals):
                self.refused(lambda vals=vals: self.minimum.write(vals))
        self.refused(self.minimum.unlink)
        same = [(6, 0, self.gross.ids)]
        self.minimum.write({"name": "25", "amount": 25, "tariff_ids": same})
        self.minimum.valid_to = "2026-09-30"
        self.new_minimum(valid_from="2026-10-01").amount = 40
        self.env["telecom.topup"]._reverse_invoice(move)
        self.minimum.amount = 30

    def test_what_asked_for_nothing_is_free(self):
        self.usage(self.owing, 30)
        self.invoice(self.new_run(), self.owing)
        self.minimum.amount = 20
        self.minimum.unlink()
