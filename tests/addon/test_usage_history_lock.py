# SPDX-License-Identifier: AGPL-3.0-or-later
"""Owner, numbers, tariff and currency behind invoiced usage stay."""

import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase


@tagged("post_install", "-at_install")
class TestHistoryLock(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_usage(
            [
                {"b_number": "491512345678", "started_at": f"2026-09-{day} 10:00:00"}
                for day in (5, 20)
            ]
        )
        cls.env["telecom.rating.state"]._rate_months(cls.company, datetime.date(2026, 9, 1))
        cls.summary = cls.env["telecom.usage.summary"].search([("tariff_id", "=", cls.flat.id)])
        cls.used = cls.summary.number_id
        cls.used_line = cls.summary.contract_line_id
        cls.move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_line_ids": [(0, 0, {"name": "Usage", "quantity": 1, "price_unit": 1})],
            }
        )
        cls.summary.invoice_line_id = cls.move.invoice_line_ids
        cls.env.flush_all()

    def refused(self, record, vals, *parts):
        with self.cr.savepoint(), self.assertRaises(UserError) as caught:
            record.write(vals)
        self.env.invalidate_all()
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def test_a_number_keeps_its_owner_for_days_on_invoices(self):
        for vals in (
            {"contract_line_id": self.other.id},
            {"name": "+49 30 5550000"},
            {"kind": "account"},
            {"date_end": "2026-09-19"},
            {"date_start": "2026-09-06"},
        ):
            self.refused(self.used, vals, "09/05/2026", "09/20/2026", "reverse")
        with self.assertRaisesRegex(UserError, "is on invoices"):
            self.used.unlink()
        self.used.name = f"00{self.used.number}"  # another way of writing it
        self.used.date_end = "2026-09-20"
        later = self.used.copy({"contract_line_id": self.other.id, "date_start": "2026-09-21",
                                "date_end": False})  # fmt: skip
        later.date_start = "2026-09-25"  # nothing of it is on an invoice
        later.unlink()

    def test_reversed_or_not_invoiced_usage_locks_nothing(self):
        self.summary.invoice_line_id = False
        self.used.contract_line_id = self.other
        self.flat.tz = "UTC"
        self.used_line.telecom_tariff_id = self.biz

    def test_a_line_keeps_the_tariff_it_was_invoiced_by(self):
        for name in ("telecom_tariff_id", "telecom_price_list_id"):
            self.refused(self.used_line, {name: self.biz.id}, "successor", "09/20/2026")
        self.used_line.write({"telecom_tariff_id": self.flat.id, "name": "Other words"})

    def test_a_line_holds_for_the_days_that_were_invoiced(self):
        """Also because allowances are prorated by its days."""
        for vals in ({"date_end": "2026-09-19"}, {"date_start": "2026-09-06"}):
            self.refused(self.used_line, vals, "09/05/2026", "09/20/2026", "reverse")
        self.used_line.date_end = "2026-09-20"
        self.used_line.write({"date_end": "2026-12-31", "date_start": "2026-09-05"})
        self.summary.invoice_line_id = False
        self.used_line.date_end = "2026-09-10"

    def test_individual_prices_of_a_line_without_usage_are_free(self):
        own = self.env["telecom.tariff"].create(
            {"name": "Own", "code": "own-l", "kind": "individual"}
        )
        version = self.env["telecom.tariff.version"].create(
            {"tariff_id": own.id, "name": "Own", "valid_from": "2026-01-01",
             "zone_plan_id": self.flat.version_ids.zone_plan_id.id,
             "rate_ids": [(0, 0, {"factor": 0.5, "price": 0})]}
        )  # fmt: skip
        version.action_activate()
        second = self.new_line(self.used_line.contract_id, self.flat)
        agreed = {"contract_id": second.contract_id.id, "tariff_id": own.id}
        prices = self.env["telecom.contract.price"].create(agreed | {"line_id": second.id})
        version.rate_ids.factor = 0.6
        prices.valid_to = "2026-09-10"
        with self.assertRaisesRegex(UserError, "09/10/2026"), self.cr.savepoint():
            prices.line_id = self.used_line
        with self.assertRaisesRegex(UserError, "09/20/2026"), self.cr.savepoint():
            self.env["telecom.contract.price"].create(agreed)
        later = self.env["telecom.contract.price"].create(agreed | {"valid_from": "2026-09-21"})
        version.rate_ids.factor = 0.7
        later.unlink()

    def test_a_tariff_keeps_currency_and_clock(self):
        for vals in (
            {"currency_id": self.env.ref("base.USD").id},
            {"tz": "UTC"},
            {"price_includes_tax": not self.flat.price_includes_tax},
        ):
            self.refused(self.flat, vals, "Make another tariff")
        self.flat.write({"name": "Flat of 2026", "tz": self.flat.tz})

    def test_a_contract_with_numbers_or_usage_keeps_its_company(self):
        elsewhere = {"company_id": self.env["res.company"].create({"name": "Elsewhere"}).id}
        self.refused(self.other_contract, elsewhere, self.other_contract.company_id.name)
        self.block.unlink()
        self.other_contract.contract_line_ids.telecom_tariff_id = False
        self.other_contract.write(elsewhere)
        self.summary.invoice_line_id = False
        self.used.unlink()
        contract = self.used_line.contract_id
        contract.write({"company_id": contract.company_id.id})
        self.refused(contract, elsewhere, contract.company_id.name)

    def test_a_contract_with_usage_keeps_its_customer(self):
        """The portal shows a contract's calls to whoever holds it."""
        contract = self.used_line.contract_id
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        office = self.env["res.partner"].create(
            {"name": "Office", "parent_id": contract.partner_id.commercial_partner_id.id}
        )
        self.summary.invoice_line_id = False
        self.refused(contract, {"partner_id": stranger.id}, contract.partner_id.name)
        contract.partner_id = office
        empty = self.env["contract.contract"].create(
            {"name": "Empty", "partner_id": self.partner.id, "contract_type": "sale"}
        )
        empty.partner_id = stranger
