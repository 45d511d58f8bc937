# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff book is made once, and anew as soon as anything changes that it is made of."""

import gc
import re
from unittest.mock import patch

from odoo.addons.telecom_billing.charging.bookshelf import SHELF, Shelf, Volume
from odoo.addons.telecom_billing.charging.context import Context
from odoo.addons.telecom_billing.store import book_changes
from odoo.tests import tagged
from odoo.tools import SQL

from tests.addon.rating_common import PERIOD, RatingCase

#: Read on the way, and no part of prices: users' rights, and what never changes.
UNWATCHED = {"res_users", "res_country", "res_lang", "telecom_book_change", "pg_database"}


@tagged("post_install", "-at_install")
class TestBookshelf(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.span = cls.env["telecom.rating.state"]._span(cls.company, PERIOD)
        cls.version = cls.flat.version_ids
        cls.zone = cls.version.zone_plan_id.zone_ids.filtered(lambda z: z.code == "mob")

    def setUp(self):
        super().setUp()
        self.patch(SHELF, "_volumes", type(SHELF._volumes)())

    def volume(self):
        """The volume that a rating of the month uses now."""
        return Context.load(self.env, self.company, self.span).volume

    def rule(self, model, **values):
        return self.env[f"telecom.{model}"].create({"name": "Rule", **values})

    def test_the_same_tariffs_are_the_same_volume(self):
        first = self.volume()
        self.assertIs(self.volume(), first)
        self.contract.name = "Another name"
        self.contract.partner_id.phone = "+49 30 1"
        self.assertIs(self.volume(), first)

    def test_every_change_makes_another(self):
        pool = self.rule(
            "pool", partner_id=self.contract.partner_id.id, line_ids=[(6, 0, self.line.ids)]
        )
        allowance = self.rule("allowance", tariff_id=self.flat.id, quantity=3, unit="minute")
        tier = self.rule(
            "tier", tariff_ids=[(6, 0, self.flat.ids)], on="quantity", unit="minute",
            step_ids=[(0, 0, {"start": 0, "price": 0.2}), (0, 0, {"start": 9, "price": 0.1})],
        )  # fmt: skip
        limit = self.rule("limit", tariff_ids=[(6, 0, self.flat.ids)], amount=50)
        minimum = self.rule("minimum", tariff_ids=[(6, 0, self.flat.ids)], amount=5)
        guard = self.rule("guard", code="g", prefixes="+49 900", has_per_minute=True, per_minute=3)
        unit = self.env["telecom.unit"].create({"name": "block", "base": "byte", "factor": 64})
        band = self.env["telecom.band"].search([("code", "=", "peak-r")])
        rate = self.version.rate_ids[0]
        changes = {
            "rate": lambda: rate.write({"price": 0.01}),
            "rate by SQL": lambda: self.env.cr.execute(
                SQL("UPDATE telecom_rate SET price = 0.02 WHERE id = %s", rate.id)
            ),
            "version": lambda: self.version.write({"rounding_digits": 3}),
            "tariff": lambda: self.flat.write({"free_incoming": not self.flat.free_incoming}),
            "fallback": lambda: self.flat.write({"fallback_tariff_id": self.biz.id}),
            "zone": lambda: self.zone.write({"name": "Mobiles"}),
            "prefix": lambda: self.zone.write({"prefix_text": "4915, 4916"}),
            "band": lambda: band.write({"time_to": 17.0}),
            "allowance": lambda: allowance.write({"quantity": 4}),
            "zones of an allowance": lambda: allowance.write({"zone_ids": [(6, 0, self.zone.ids)]}),
            "tier": lambda: tier.step_ids[-1].write({"price": 0.05}),
            "limit": lambda: limit.write({"amount": 60}),
            "minimum": lambda: minimum.write({"amount": 6}),
            "guard": lambda: guard.write({"per_minute": 2}),
            "kind of a customer": lambda: self.partner.write({"telecom_kind": "private"}),
            "choice of a customer": lambda: self.contract.write({"telecom_own_choice": True}),
            "pool": lambda: pool.write({"line_ids": [(6, 0, (self.line + self.other).ids)]}),
            "unit": lambda: unit.write({"factor": 128}),
            "tariff of a line": lambda: self.line.write({"telecom_tariff_id": self.biz.id}),
            "end of a line": lambda: self.line.write({"date_end": "2026-12-31"}),
            "default tariff": lambda: self.company.write(
                {"telecom_default_tariff_id": self.biz.id}
            ),
            "time zone": lambda: self.company.partner_id.write({"tz": "Europe/London"}),
        }
        before = self.volume()
        for name, change in changes.items():
            with self.subTest(name):
                change()
                after = self.volume()
                self.assertIsNot(after, before)
                before = after

    def test_a_change_taken_back_is_no_change(self):
        rate, first = self.version.rate_ids[0], self.volume()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            rate.price = 0.01
            second = self.volume()
            self.assertIsNot(second, first)
            raise ZeroDivisionError
        self.assertIs(self.volume(), first)
        rate.price = 0.02
        self.assertNotIn(id(self.volume()), (id(first), id(second)))

    def test_all_that_is_read_is_watched(self):
        self.rule("pool", partner_id=self.contract.partner_id.id, line_ids=[(6, 0, self.line.ids)])
        self.rule("allowance", tariff_id=self.flat.id, quantity=3, unit="minute")
        self.rule("limit", contract_ids=[(6, 0, self.contract.ids)], amount=50)
        self.biz.kind = "cost"
        self.other.telecom_tariff_id = self.flat
        self.env["telecom.source"].create(
            {"name": "Carrier", "code": "c-shelf", "format": "asterisk",
             "cost_tariff_id": self.biz.id}
        )  # fmt: skip
        read, execute = set(), type(self.env.cr).execute

        def noting(cursor, query, *args, **kwargs):
            text = query.code if isinstance(query, SQL) else str(query)
            read.update(re.findall(r'(?:FROM|JOIN)\s+"?([a-z_0-9]+)', text))
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(type(self.env.cr), "execute", noting):
            Context.load(self.env, self.company, self.span)
        self.assertIn("telecom_zone_prefix", read)
        watched = self.env.execute_query(
            SQL(
                "SELECT tgrelid::regclass::text FROM pg_trigger"
                " WHERE tgname = 'telecom_book_changed'"
            )
        )
        self.assertEqual(read - {name for (name,) in watched} - UNWATCHED, set())

    def test_old_notes_go_and_no_edition_comes_back(self):
        known = {book_changes.edition(self.env.cr)}
        self.env.cr.execute(SQL("UPDATE telecom_book_change SET noted = noted - interval '2 days'"))
        book_changes.forget(self.env.cr)
        self.assertEqual(book_changes.edition(self.env.cr)[0], 1)
        self.assertNotIn(book_changes.edition(self.env.cr), known)

    def test_a_volume_is_lent_to_one_at_a_time(self):
        class Reader:
            pass

        shelf, reader = Shelf(kept=2), Reader()
        volume = Volume({}, None, None, {}, frozenset())
        shelf.lend("a", volume, reader)
        self.assertIsNone(shelf.take("a"))
        del reader
        gc.collect()
        self.assertIs(shelf.take("a"), volume)
        self.assertIsNone(shelf.take("a"))
        for name in "abc":
            shelf.lend(name, volume, Reader())
        self.assertEqual([shelf.take(name) is volume for name in "abc"], [False, True, True])
