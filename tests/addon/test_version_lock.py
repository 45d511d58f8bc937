# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices on invoices stay: versions, rates, bands and prefixes behind them."""

import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestVersionLock(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.version = cls.flat.version_ids
        cls.rate_mob = cls.version.rate_ids.filtered(lambda one: one.zone_id.code == "mob")
        cls.store_usage([{"b_number": MOBILE, "started_at": "2026-09-20 10:00:00"}])
        cls.env["telecom.rating.state"]._rate_months(cls.company, datetime.date(2026, 9, 1))
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_line_ids": [(0, 0, {"name": "Usage", "quantity": 1, "price_unit": 1})],
            }
        )
        summary = cls.env["telecom.usage.summary"].search([("version_id", "=", cls.version.id)])
        summary.invoice_line_id = move.invoice_line_ids
        cls.env.flush_all()
        cls.plan = cls.version.zone_plan_id
        cls.mobile = cls.rate_mob.zone_id

    def refused(self, what, *parts):
        with self.cr.savepoint(), self.assertRaises(UserError) as caught:
            what()
            self.env.flush_all()
        self.env.invalidate_all()
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def test_prices_and_rounding(self):
        self.assertEqual(self.version.invoiced_until, datetime.date(2026, 9, 20))
        new = {"version_id": self.version.id, "zone_id": self.mobile.id, "price": 1}
        step = {"rate_id": self.rate_mob.id, "quantity_from": 0, "price": 1}
        for what in (
            lambda: self.rate_mob.write({"price": 0.2}),
            lambda: self.rate_mob.unlink(),
            lambda: self.env["telecom.rate"].create(new),
            lambda: self.env["telecom.rate.step"].create(step),
            lambda: self.version.write({"rounding_digits": 2}),
            lambda: self.version.write({"valid_from": "2026-02-01"}),
            lambda: self.version.action_draft(),
            lambda: self.version.unlink(),
            lambda: self.version.write({"rate_ids": [(1, self.rate_mob.id, {"price": 0.2})]}),
        ):
            self.refused(what, "Flat", "09/20/2026", "New version from this")
        self.rate_mob.write({"name": "To mobiles", "price": self.rate_mob.price})
        self.version.write({"name": "Prices of 2026", "valid_from": self.version.valid_from})

    def test_the_end_of_a_version(self):
        self.refused(lambda: self.version.write({"valid_to": "2026-09-19"}), "09/20/2026")
        self.version.valid_to = "2026-09-20"
        self.version.valid_to = False
        draft = self.env["telecom.tariff.version"].browse(
            self.version.action_new_version()["res_id"]
        )
        self.assertEqual(draft.state, "draft")
        draft.rate_ids[0].price = 0.5
        draft.valid_from = "2026-09-20"
        self.refused(draft.action_activate, "09/20/2026", "begin later")
        draft.valid_from = "2026-09-21"
        draft.action_activate()
        self.assertEqual(self.version.valid_until, datetime.date(2026, 9, 20))

    def test_prefixes(self):
        zone = self.mobile
        old = zone.prefix_ids.filtered(lambda one: one.prefix == "4915")
        other = self.plan.zone_ids.filtered(lambda one: one.code == "fr")
        new = {"zone_id": other.id, "prefix": "49151"}
        then = {"prefix": "49151", "valid_from": "2026-09-01", "valid_to": "2026-09-30"}
        Prefix = self.env["telecom.zone.prefix"]
        unused = Prefix.create({"zone_id": other.id, "prefix": "45"})
        ended = Prefix.create({"zone_id": other.id, "prefix": "46", "valid_to": "2026-08-31"})
        self.cr.execute(  # as if it had been there before anything was invoiced
            "UPDATE telecom_zone_prefix SET prefix = '49151' WHERE id = %s", [ended.id]
        )
        ended.invalidate_recordset()
        late = Prefix.create(dict(new, valid_from="2026-10-01"))
        for what in (
            lambda: old.unlink(),
            lambda: old.write({"prefix": "4914"}),
            lambda: old.write({"zone_id": other.id}),
            lambda: old.write({"valid_to": "2026-09-19"}),
            lambda: Prefix.create({"zone_id": other.id, **then}),
            lambda: zone.write({"prefix_text": "4916, 4917"}),
            # What was no prefix of these calls does not become one afterwards.
            lambda: unused.write(then),
            lambda: ended.write({"valid_to": "2026-09-25"}),
            lambda: late.write({"valid_from": "2026-09-10"}),
        ):
            self.refused(what, "09/20/2026")
        old.valid_to = "2026-09-20"
        late.valid_from = "2026-09-21"
        # What priced nothing yet is free: nobody called France, and nothing leads to 44.
        unused.prefix = "44"
        unused.write({"valid_from": "2026-01-01", "valid_to": "2026-12-31"})
        other.prefix_ids.filtered(lambda one: one.prefix == "33").unlink()

    def test_a_prefix_found_too_late_gets_its_zone_and_price(self):
        """Calls to a prefix that no zone knew wait; that others are on invoices is no obstacle."""
        Rate, Prefix = self.env["telecom.rate"], self.env["telecom.zone.prefix"]
        summary = self.env["telecom.usage.summary"].search([("version_id", "=", self.version.id)])
        self.cr.execute(  # as if a rate of any destination had priced it
            "UPDATE telecom_usage_summary SET zone_id = NULL WHERE id = %s", [summary.id]
        )
        satellite = self.env["telecom.zone"].create(
            {"plan_id": self.plan.id, "code": "sat", "name": "Satellite"}
        )
        price = {"version_id": self.version.id, "zone_id": satellite.id, "price": 9}
        self.refused(lambda: Rate.create(price), "New version from this")  # of no prefix yet
        Prefix.create({"zone_id": satellite.id, "prefix": "8816"})
        self.assertEqual(Rate.create(price).price, 9)
        self.refused(
            lambda: Rate.create(dict(price, zone_id=self.mobile.id, band_id=False)), "Flat"
        )

    def test_bands(self):
        band = self.env["telecom.band"].create({"name": "Day", "code": "lock-day", "time_from": 8})
        self.env.cr.execute(
            "UPDATE telecom_rate SET band_id = %s WHERE id = %s", [band.id, self.rate_mob.id]
        )
        self.env.invalidate_all()
        self.refused(lambda: band.write({"time_from": 9}), "Day", "09/20/2026")
        band.name = "Daytime"

    def test_a_reversed_invoice_frees_them(self):
        summary = self.env["telecom.usage.summary"].search([("version_id", "=", self.version.id)])
        summary.invoice_line_id = False
        self.env.flush_all()
        self.rate_mob.price = 0.2
        self.assertFalse(self.version.invoiced_until)
