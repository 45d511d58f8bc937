# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is changed in the prices behind an invoice: it is refused, or the invoice's calls cost
by today's prices what they cost on it.

Every stored field of every record that a tariff is made of gets another value, so a field that is
new is tried without anybody having thought of it.
"""

import datetime

import psycopg2
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.addon.core_case import CoreCase

MOBILE, GERMAN = "491512345678", "493055555"
CHANGED = "Rated today it would be"
#: What is no value that a person would enter: other texts of the same form.
TEXTS = {
    "unit": "MB", "service": "sms", "months": "1", "month_days": "1", "years": "2020",
    "dates": "2020-01-01", "times": "1-2", "prefix": "4915123", "span_from": None, "span_to": None,
    "conference_times": "minute", "conference_pause": "60", "calendar_add": "2026-09-02",
    "calendar_remove": "2026-09-02", "number": None, "range_from": None, "range_to": None,
}  # fmt: skip
DAY = datetime.date(2026, 9, 5)


class PriceLocks:
    """Of a case with ``usage``, the ids of rated records, and ``behind()``, what prices them."""

    #: Fields that may change what the calls would cost today.
    free = ()

    def setUp(self):
        super().setUp()
        self.invoice_all()
        self.env.flush_all()

    def another(self, record, name, field):
        """A value that the field does not have, or None."""
        value = record[name]
        if field.type == "boolean":
            return not value
        if field.type in ("integer", "float", "monetary"):
            return value + 1
        if field.type in ("char", "text", "html"):
            return TEXTS.get(name, f"{value or ''}x")
        if field.type == "selection":
            keys = [key for key, _label in field._description_selection(self.env)]
            return next((key for key in keys if key != value), None)
        if field.type == "date":
            return value + datetime.timedelta(days=3) if value else DAY
        if field.type in ("many2one", "many2many"):
            domain = [("id", "not in", value.ids)]
            if "company_id" in self.env[field.comodel_name]._fields:
                domain.append(("company_id", "in", (self.company.id, False)))
            found = self.env[field.comodel_name].search(domain, limit=1)
            if field.type == "many2one":
                return found.id or None
            return [(6, 0, found.ids)] if found or value else None
        return None

    def costs(self):
        """Which of the invoiced calls would cost something else today."""
        self.env.flush_all()
        self.env.invalidate_all()
        return [row for row in self.usage if CHANGED in self.told(row)]

    @mute_logger("odoo.sql_db")
    def attempt(self, what):
        """Calls that cost something else after it; none if it is refused."""
        with self.cr.savepoint() as savepoint:
            try:
                what()
                found = self.costs()
            except (UserError, ValidationError, psycopg2.IntegrityError):
                found = []
            savepoint.rollback()
        self.env.invalidate_all()
        return found

    def test_the_calls_cost_what_they_did(self):
        self.assertFalse(self.costs())
        self.assertGreater(sum(float(price) for price in self.prices(self.usage)), 0.1)

    def test_no_field_changes_them(self):
        tried, wrong = 0, []
        for record in self.behind():
            for name, field in record._fields.items():
                if not field.store or field.readonly or field.related:
                    continue
                if (record._name, name) in self.free:
                    continue
                value = self.another(record, name, field)
                if value is None:
                    continue
                tried += 1
                if self.attempt(lambda r=record, n=name, v=value: r.write({n: v})):
                    wrong.append((record._name, record.display_name, name, value))
        self.assertGreater(tried, 100)
        self.assertFalse(wrong)

    def test_nor_is_anything_of_it_taken_away(self):
        wrong = [
            (record._name, record.display_name)
            for record in self.behind()
            if self.attempt(lambda one=record: one.unlink())
        ]
        self.assertFalse(wrong)

    def test_nor_copied_beside_it(self):
        wrong = []
        for record in self.behind():
            if record._name not in ("contract.line", "telecom.number") and self.attempt(
                lambda one=record: one.copy()
            ):
                wrong.append((record._name, record.display_name))
        self.assertFalse(wrong)


@tagged("post_install", "-at_install")
class TestPriceLocks(PriceLocks, CoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env, tariff = cls.env, [(6, 0, cls.flat.ids)]
        cls.version = cls.flat.version_ids
        cls.band = env["telecom.band"].create(
            {"name": "Day", "code": "lock-day", "time_from": 8, "time_to": 18,
             "saturday": False, "sunday": False}
        )  # fmt: skip
        german = cls.version.rate_ids.filtered(lambda rate: rate.zone_id.code == "de")
        german.write({"price": 0.05, "step": 1})
        german.copy({"band_id": cls.band.id, "price": 0.1, "setup": 0.01})
        german.copy({"service": "data", "price": 0, "price_per": 1, "unit": "MB", "initial": 0,
                     "step": 0, "step_ids": [(0, 0, {"interval": 1, "price": 0.2, "price_per": 1})],
                     "extra_ids": [(0, 0, {"above": 1, "each": 1, "price": 0.01})]})  # fmt: skip
        env["telecom.allowance"].create(
            {"tariff_id": cls.flat.id, "name": "Two minutes", "quantity": 2, "unit": "minute",
             "zone_ids": [(6, 0, cls.version.rate_ids.zone_id.filtered(
                 lambda zone: zone.code == "mob").ids)]}
        )  # fmt: skip
        env["telecom.tier"].create(
            {"tariff_ids": tariff, "name": "Many", "unit": "minute", "service": "voice",
             "step_ids": [(0, 0, {"start": 0, "by": "factor", "factor": 1}),
                          (0, 0, {"start": 4, "by": "factor", "factor": 0.5})]}
        )  # fmt: skip
        env["telecom.limit"].create(
            {"tariff_ids": tariff, "name": "Enough", "amount": 1, "then": "free"}
        )
        cls.calls = [
            {"b_number": MOBILE, "quantity": 200, "started_at": "2026-09-02 10:00:00"},
            {"b_number": GERMAN, "quantity": 100, "started_at": "2026-09-02 11:00:00"},
            {"b_number": GERMAN, "quantity": 100, "started_at": "2026-09-05 11:00:00"},
            {"b_number": GERMAN, "quantity": 3_000_000, "unit": "byte", "service": "data",
             "started_at": "2026-09-06 11:00:00"},
            {"b_number": MOBILE, "quantity": 600, "started_at": "2026-09-20 10:00:00"},
        ]  # fmt: skip
        cls.usage = cls.store_usage(cls.calls)
        env["telecom.rating.state"]._rate_months(cls.company, datetime.date(2026, 9, 1))

    def behind(self):
        """The records that decide what the calls cost."""
        version, lines = self.version, self.line
        yield from (self.flat, version, lines, self.number, self.band)
        yield from version.rate_ids
        yield from version.rate_ids.step_ids
        yield from version.rate_ids.extra_ids
        yield from version.zone_plan_id.zone_ids
        yield from version.zone_plan_id.zone_ids.prefix_ids
        for name in ("allowance", "tier", "tier.step", "limit"):
            yield from self.env[f"telecom.{name}"].search([])


@tagged("post_install", "-at_install")
class TestPriceLocksOfContracts(PriceLocks, CoreCase):
    """An option, individual prices for some time, and a pool of two lines."""

    #: A line may end after its last usage, though that prorates what its pool contained.
    free = (("contract.line", "date_end"),)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        tariffs = env["telecom.tariff"]
        option = tariffs.create({"name": "Mobile option", "code": "lock-opt", "kind": "option"})
        own = tariffs.create({"name": "Own", "code": "lock-own", "kind": "individual"})
        plan = cls.flat.version_ids.zone_plan_id
        version = env["telecom.tariff.version"].create(
            {"tariff_id": own.id, "name": "Own", "valid_from": "2026-01-01",
             "zone_plan_id": plan.id, "rate_ids": [(0, 0, {"factor": 0.5, "price": 0})]}
        )  # fmt: skip
        version.action_activate()
        cls.second = cls.new_line(cls.contract, cls.flat, name="Second")
        cls.new_number("+49 30 222", cls.second)
        booked = cls.new_line(cls.contract, option, name="Option")
        cls.contract.telecom_price_ids = [(0, 0, {"tariff_id": own.id, "valid_from": "2026-09-10"})]
        pool = env["telecom.pool"].create(
            {"name": "Team", "partner_id": cls.partner.id,
             "line_ids": [(6, 0, (cls.line | cls.second).ids)]}
        )  # fmt: skip
        granted = {"unit": "minute", "service": "voice"}
        allowances = env["telecom.allowance"].create(
            [{"tariff_id": option.id, "name": "Of the option", "quantity": 1, **granted},
             {"tariff_id": cls.flat.id, "name": "Of the pool", "quantity": 2, "share": "pool",
              "pool_ids": [(6, 0, pool.ids)], **granted}]
        )  # fmt: skip
        cls.records = [option, own, version, version.rate_ids, cls.second, booked,
                       cls.contract.telecom_price_ids, pool, *allowances]  # fmt: skip
        cls.usage = cls.store_usage(
            [{"b_number": MOBILE, "quantity": 120, "started_at": "2026-09-02 10:00:00"},
             {"a_number": "4930222", "b_number": MOBILE, "quantity": 120,
              "started_at": "2026-09-03 10:00:00"},
             {"b_number": MOBILE, "quantity": 120, "started_at": "2026-09-20 10:00:00"}]
        )  # fmt: skip
        env["telecom.rating.state"]._rate_months(cls.company, datetime.date(2026, 9, 1))

    def behind(self):
        return self.records
