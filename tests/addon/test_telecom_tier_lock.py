# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers and limits that priced invoiced usage stay, as prices and allowances do."""

import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase

MOBILE = "491512345678"
OCTOBER = {"valid_from": "2026-10-01"}


@tagged("post_install", "-at_install")
class TestRuleLock(RatingCase):
    """September's only call, on the 20th, is on an invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mobile = cls.flat.version_ids.rate_ids.filtered(lambda r: r.zone_id.code == "mob")
        cls.tier = cls.new_tier()
        cls.limit = cls.new_limit(then="free")
        cls.store_usage([{"b_number": MOBILE, "started_at": "2026-09-20 10:00:00"}])
        cls.env["telecom.rating.state"]._rate_months(cls.company, datetime.date(2026, 9, 1))
        cls.summary = cls.env["telecom.usage.summary"].search([("tariff_id", "=", cls.flat.id)])
        cls.invoice(cls, cls.summary)

    @classmethod
    def new_tier(cls, tariff=None, **vals):
        values = {
            "name": "The more",
            "tariff_ids": [(6, 0, (tariff or cls.flat).ids)],
            "step_ids": [
                (0, 0, {"start": 0, "by": "factor", "factor": 1}),
                (0, 0, {"start": 3, "price": 0.1}),
            ],
        }
        return cls.env["telecom.tier"].create(values | vals)

    @classmethod
    def new_limit(cls, **vals):
        values = {"name": "Fifty", "amount": 50, "tariff_ids": [(6, 0, cls.flat.ids)]}
        return cls.env["telecom.limit"].create(values | vals)

    def refused(self, what):
        with self.assertRaisesRegex(UserError, "09/20/2026.*let it end"), self.cr.savepoint():
            what()
            self.env.flush_all()
        self.env.invalidate_all()

    def test_tiers(self):
        first, second = self.tier.step_ids
        other = self.mobile.zone_id.plan_id.zone_ids.filtered(lambda one: one.code == "fr")
        for vals in (
            {"mode": "volume"},
            {"on": "money"},
            {"unit": "second"},
            {"share": "contract"},
            {"service": "sms"},
            {"active": False},
            {"valid_from": "2026-09-21"},
            {"valid_to": "2026-09-19"},
            {"zone_ids": [(6, 0, other.ids)]},
            {"tariff_ids": [(6, 0, self.biz.ids)]},
            {"partner_ids": [(6, 0, self.partner.copy().ids)]},
            {"step_ids": [(1, second.id, {"price": 0.05})]},
            {"step_ids": [(2, second.id)]},
            {"step_ids": [(0, 0, {"start": 9, "price": 0.01})]},
        ):
            with self.subTest(vals=vals):
                self.refused(lambda vals=vals: self.tier.write(vals))
        self.refused(self.tier.unlink)
        self.refused(second.unlink)
        with self.assertRaisesRegex(UserError, "09/20/2026.*valid from"), self.cr.savepoint():
            self.new_tier()
        self.tier.write({"name": "Cheaper", "unit": self.tier.unit})
        second.write({"price": second.price})
        self.assertEqual(first.factor, 1)

    def test_only_the_first_tiers_that_fit_price_a_record(self):
        """So their order stays where both are for invoiced usage, and only there."""
        self.summary.invoice_line_id = False
        self.env.flush_all()
        second, texts, later, other = (
            self.new_tier(**vals)
            for vals in (
                {"name": "Second", "sequence": 20},
                {"name": "Texts", "sequence": 30, "service": "sms"},
                {"name": "Later", "sequence": 40, **OCTOBER},
                {"name": "Third", "sequence": 50},
            )
        )
        self.invoice(self.summary)
        with (
            self.assertRaisesRegex(UserError, "“The more”.*“Second”.*09/20/2026"),
            self.cr.savepoint(),
        ):
            second.sequence = 5
        self.env.invalidate_all()
        (texts | later).write({"sequence": 1})
        self.tier.sequence = 15  # still before the second
        self.env["telecom.limit"].search([]).write({"sequence": 99})  # all limits hold at once
        tiers = self.tier | second | other
        tiers.web_resequence({}, offset=100)
        for moved in (second | self.tier | other, other | self.tier | second):
            with self.assertRaisesRegex(UserError, "this order stays"), self.cr.savepoint():
                moved.web_resequence({})
            self.env.invalidate_all()

    def test_moving_all_one_by_one_is_judged_by_the_result(self):
        """Of equal numbers the older comes first: on the way to a new first one, all others pass
        each other."""
        self.summary.invoice_line_id = False
        self.env.flush_all()
        second = self.new_tier(name="Second")
        texts = self.new_tier(name="Texts", service="sms")
        self.invoice(self.summary)
        (texts | self.tier | second).web_resequence({}, offset=10)
        order = self.env["telecom.tier"].search([("tariff_ids", "in", self.flat.ids)])
        self.assertEqual(order, texts | self.tier | second)

    def test_limits(self):
        for vals in ({"amount": 60}, {"then": "refuse"}, {"then": "alert"}, {"period": "day"}):
            with self.subTest(vals=vals):
                self.refused(lambda vals=vals: self.limit.write(vals))
        self.refused(self.limit.unlink)
        self.limit.write({"thresholds": "50, 100", "mail_customer": True})

    def test_a_limit_that_only_tells_is_free(self):
        limit = self.new_limit()
        limit.amount = 10
        self.refused(lambda: limit.write({"then": "refuse"}))
        limit.write({"then": "refuse", **OCTOBER})
        limit.unlink()

    def test_a_successor_follows(self):
        self.tier.valid_to = "2026-09-30"
        later = self.new_tier(**OCTOBER)
        later.step_ids[1].price = 0.05
        later.step_ids[1].unlink()
        later.unlink()
        self.tier.valid_to = False

    def test_what_changes_nothing_invoiced_is_free(self):
        """Another tariff, a plan's further zones, somebody without an invoice."""
        mobile = self.mobile.zone_id
        other = mobile.plan_id.zone_ids.filtered(lambda one: one.code == "fr")
        self.tier.zone_ids = mobile
        self.tier.zone_ids |= other
        self.tier.tariff_ids |= self.biz
        self.tier.tariff_ids -= self.biz
        tier = self.new_tier(self.biz)
        tier.step_ids[1].price = 0.07
        tier.unlink()

    def test_what_was_handed_over_counts(self):
        self.summary.invoice_line_id = False
        self.env.flush_all()
        self.limit.amount = 40
        self.hand_over(self.summary)
        self.refused(lambda: self.limit.write({"amount": 60}))

    def test_a_reversed_invoice_frees_them(self):
        self.summary.invoice_line_id = False
        self.env.flush_all()
        self.tier.step_ids[1].price = 0.05
        self.tier.unlink()
        self.limit.unlink()
