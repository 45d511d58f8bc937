# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tariffs and versions: what is refused where it is entered."""

import datetime
from unittest.mock import patch

from odoo import models
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError


@tagged("post_install", "-at_install")
class TestTariff(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["telecom.zone.plan"].create(
            {"name": "Plan", "zone_ids": [(0, 0, {"code": "DE", "name": "Germany"})]}
        )
        cls.zone = cls.plan.zone_ids
        cls.tariff = cls.env["telecom.tariff"].create({"name": "Business", "code": "BIZ"})

    def _version(self, name="V1", valid_from="2026-01-01", state="active", rate=None, **values):
        return self.env["telecom.tariff.version"].create(
            {
                "tariff_id": self.tariff.id,
                "name": name,
                "valid_from": valid_from,
                "zone_plan_id": self.plan.id,
                "state": state,
                "rate_ids": [(0, 0, {"zone_id": self.zone.id, "price": 0.02} | (rate or {}))],
                **values,
            }
        )

    def test_a_version_ends_where_the_next_begins(self):
        first = self._version()
        second = self._version("V2", "2026-03-15")
        self.assertEqual(first.valid_until, datetime.date(2026, 3, 14))
        self.assertFalse(second.valid_until)
        self.assertEqual(self.tariff._version_at(datetime.date(2026, 3, 14)), first)
        self.assertEqual(self.tariff._version_at(datetime.date(2026, 3, 15)), second)
        self.assertFalse(self.tariff._version_at(datetime.date(2025, 12, 31)))

    def test_overlapping_versions(self):
        self._version("Winter", valid_to="2026-03-31")
        for valid_from, remedy in (
            ("2026-01-01", "both begin on 01/01/2026. Let one of them begin later"),
            ("2026-03-31", "while “Winter” holds from 01/01/2026 to 03/31/2026. Let one end"),
        ):
            with self.subTest(valid_from), self.assertRaises(ValidationError) as caught:
                self._version("Spring", valid_from)
            for part in ("Business", "Winter", "Spring", remedy):
                self.assertIn(part, str(caught.exception))
        draft = self._version("Spring", "2026-03-31", state="draft")
        with self.assertRaises(ValidationError):
            draft.action_activate()

    def test_active_version_needs_a_rate(self):
        draft = self._version("Empty", state="draft", rate_ids=[])
        with self.assertRaises(ValidationError) as caught:
            draft.action_activate()
        self.assertIn("Business: Empty", str(caught.exception))

    def test_numbers_of_a_rate(self):
        for values in ({"step": -1}, {"initial": -60}, {"price_per": 0}):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self._version(rate=values)
        with self.assertRaises(ValidationError) as caught:
            self._version(rate={"minimum": 2, "maximum": 1})
        self.assertIn("Business: V1, Germany", str(caught.exception))

    def test_what_the_core_would_not_understand(self):
        version = self._version()
        gap = [(0, 0, {"quantity_to": 60}), (0, 0, {"quantity_from": 120})]
        for values, part in (
            ({"conference_by": "session", "unit": "byte"}, "byte"),
            ({"conference_by": "peak", "conference_times": "metre"}, "metre"),
            ({"step_ids": gap}, "Lay the steps end to end"),
        ):
            with self.subTest(values), self.assertRaises(ValidationError) as caught:
                version.rate_ids.write(values)
            self.assertIn("V1", str(caught.exception))
            self.assertIn(part, str(caught.exception))

    def test_zone_of_another_plan(self):
        other = self.env["telecom.zone.plan"].create(
            {"name": "Other", "zone_ids": [(0, 0, {"code": "X", "name": "Elsewhere"})]}
        )
        with self.assertRaises(ValidationError) as caught:
            self._version(rate={"zone_id": other.zone_ids.id})
        self.assertIn("“Other”", str(caught.exception))

    def test_fallbacks_form_no_circle(self):
        other = self.env["telecom.tariff"].create(
            {"name": "Default", "code": "DEF", "fallback_tariff_id": self.tariff.id}
        )
        with self.assertRaises(ValidationError) as caught:
            self.tariff.fallback_tariff_id = other
        self.assertIn("Business → Default → Business", str(caught.exception))

    def test_one_currency(self):
        franc = self.env.ref("base.CHF")
        other = self.env["telecom.tariff"].create(
            {"name": "Swiss", "code": "CH", "currency_id": franc.id}
        )
        with self.assertRaises(ValidationError) as caught:
            self.tariff.fallback_tariff_id = other
        self.assertIn("CHF", str(caught.exception))

    def test_new_version_is_a_draft_copy(self):
        version = self._version()
        action = version.action_new_version()
        draft = self.env["telecom.tariff.version"].browse(action["res_id"])
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.rate_ids.price, version.rate_ids.price)
        self.assertNotEqual(draft.rate_ids, version.rate_ids)

    def test_a_copied_version_has_every_rate_as_it_was(self):
        version = self._version(rate={"price": 0, "beyond": "free", "name": "Own"})
        rate = version.rate_ids
        steps = [{"quantity_from": 0, "quantity_to": 60, "price": 0.125, "price_per": 60}]
        extras = [{"above": 3, "each": 2, "price": 0.5}]
        rate.write(
            {
                "step_ids": [(0, 0, step) for step in steps],
                "extra_ids": [(0, 0, extra) for extra in extras],
            }
        )
        self.env["telecom.rate"].create({"version_id": version.id, "price": 0.0312345})
        before = self.env["telecom.rate"].search_count([])
        # Tens of thousands of rates are copied by the database, and not one by one.
        one_by_one = patch.object(type(rate), "create", side_effect=AssertionError("by the ORM"))
        with one_by_one:
            copy = version.copy({"name": "Next", "valid_from": "2027-01-01"})
        self.assertEqual(self.env["telecom.rate"].search_count([]), before + 2)
        self.assertEqual((copy.name, copy.state, copy.rate_count), ("Next", "draft", 2))
        ours = set(models.MAGIC_COLUMNS) | {"version_id", "rate_id", "step_ids", "extra_ids"}
        for name in ("rate_ids", "rate_ids.step_ids", "rate_ids.extra_ids"):
            old, new = version.mapped(name), copy.mapped(name)
            self.assertFalse(old & new)
            fields = [
                field for field, kind in old._fields.items() if kind.store and field not in ours
            ]
            self.assertEqual(
                [{k: v for k, v in row.items() if k != "id"} for row in new.read(fields)],
                [{k: v for k, v in row.items() if k != "id"} for row in old.read(fields)],
            )
        other = self.tariff.copy({"code": "OTHER"})
        moved = version.copy({"tariff_id": other.id, "state": "active"})
        self.assertEqual((moved.state, moved.rate_ids.tariff_id), ("active", other))

    def test_what_the_core_refuses_is_not_activated(self):
        draft = self._version("Steps", state="draft")
        step = {"quantity_from": 0, "quantity_to": 60, "price": 0.1}
        rate = draft.rate_ids
        rate.write({"price": 0, "beyond": "last", "step_ids": [(0, 0, step)]})
        self.env.flush_all()
        self.env.cr.execute("UPDATE telecom_rate SET beyond = NULL WHERE id = %s", [rate.id])
        self.env.invalidate_all()
        with self.assertRaises(ValidationError) as caught:
            draft.action_activate()
        self.assertIn("Business", str(caught.exception))

    def test_a_copied_version_has_its_own_allowances(self):
        version = self._version()
        self.env["telecom.allowance"].create(
            {"version_id": version.id, "tariff_id": self.tariff.id, "name": "A", "quantity": 9}
        )
        copy = self.env["telecom.tariff.version"].browse(version.action_new_version()["res_id"])
        self.assertEqual(copy.allowance_ids.mapped("quantity"), [9])
        self.assertEqual(copy.allowance_ids.tariff_id, self.tariff)
        self.assertEqual(len(version.allowance_ids), 1)
        self.assertEqual(copy.rate_ids.mapped("price"), version.rate_ids.mapped("price"))
