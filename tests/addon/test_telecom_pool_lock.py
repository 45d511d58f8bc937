# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who shared a balance on invoices stays; whoever has no invoice joins and leaves."""

import psycopg2
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.addon.rating_common import RatingCase

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestPoolLock(RatingCase):
    """Three lines call; the first two share three minutes, and all is on an invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second, cls.third, cls.quiet = (
            cls.new_line(cls.contract, cls.flat, name=name) for name in ("2", "3", "Quiet")
        )
        cls.new_number("+49 30 222", cls.second)
        cls.new_number("+49 30 333", cls.third)
        cls.pool = cls.env["telecom.pool"].create(
            {"name": "Team", "partner_id": cls.partner.id,
             "line_ids": [(6, 0, (cls.line | cls.second).ids)]}
        )  # fmt: skip
        cls.allowance = cls.env["telecom.allowance"].create(
            {"tariff_id": cls.flat.id, "name": "Three minutes", "quantity": 3,
             "share": "pool", "pool_ids": [(6, 0, cls.pool.ids)]}
        )  # fmt: skip
        cls.usage = [{"a_number": number, "b_number": MOBILE, "quantity": 120}
                     for number in ("4930123456", "4930222", "4930333")]  # fmt: skip

    def priced(self, day):
        usage = self.store_usage(
            [call | {"started_at": f"2026-09-{day} 10:00:00"} for call in self.usage]
        )
        self.rate()
        return self.prices(usage)

    def refused(self, what, *parts):
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            what()
            self.env.flush_all()
        self.env.invalidate_all()
        for part in ("up to 09/10/2026", *parts):
            self.assertIn(part, str(caught.exception))

    def test_members(self):
        self.priced(10)
        self.pool.line_ids |= self.third
        self.pool.line_ids -= self.third
        self.invoice(self.env["telecom.usage.summary"].search([]))
        joined = self.pool.line_ids | self.third
        for vals in (
            {"line_ids": [(6, 0, joined.ids)]},
            {"line_ids": [(3, self.second.id)]},
            {"whole_customer": True},
            {"contract_ids": [(4, self.contract.id)]},
        ):
            self.refused(lambda vals=vals: self.pool.write(vals), "Team", "Three minutes")
        self.pool.line_ids |= self.quiet
        self.pool.line_ids -= self.quiet
        self.pool.name = "The team"

    def test_the_allowance_names_other_pools(self):
        self.priced(10)
        self.invoice(self.env["telecom.usage.summary"].search([]))
        other = self.pool.copy({"name": "Other", "line_ids": [(6, 0, self.third.ids)]})
        self.refused(lambda: self.allowance.write({"pool_ids": [(6, 0, other.ids)]}))
        self.refused(lambda: self.allowance.write({"line_ids": [(6, 0, self.second.ids)]}))
        self.allowance.tariff_ids = self.biz  # on no invoice

    def test_an_archived_pool_goes_on_sharing(self):
        """Otherwise what it shared would be for everybody: an empty list means all."""
        self.pool.active = False
        self.assertEqual(self.allowance.pool_ids, self.pool)
        # 3 minutes for the first two: 2 + 1, then one at 0.19; the third has none of it
        self.assertEqual(self.priced(10), ["0", "0.19", "0.38"])

    @mute_logger("odoo.sql_db")
    def test_what_a_rule_names_is_not_deleted(self):
        with self.assertRaises(psycopg2.IntegrityError), self.cr.savepoint():
            self.pool.unlink()

    def test_a_balance_for_each_line_keeps_its_lines(self):
        """A line without a call makes it larger, from the month in which the line begins."""
        self.allowance.per_member = True
        later = self.new_line(self.contract, self.flat, name="Later", date_start="2026-10-01")
        self.priced(10)
        self.invoice(self.env["telecom.usage.summary"].search([]))
        self.refused(lambda: self.pool.write({"line_ids": [(4, self.quiet.id)]}), "Three minutes")
        self.pool.line_ids |= later
        # 2 × 3 minutes, of which the 10th took 4: two are left for the first, none for others
        self.assertEqual(self.priced(12), ["0", "0.38", "0.38"])
