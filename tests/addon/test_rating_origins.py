# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices by where is called from, through the store."""

import datetime

from odoo.addons.telecom_billing.charging import asking
from odoo.addons.telecom_billing.charging.context import Context
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from tests.addon.core_case import CoreCase

MOBILE = "491512345678"
BERLIN, HAMBURG, PARIS, BOSTON = "4930123456", "494055501", "33123456789", "16175551234"


@tagged("post_install", "-at_install")
class TestRatingOrigins(CoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.version = cls.flat.version_ids
        cls.mobile = cls.version.zone_plan_id.zone_ids.filtered(lambda zone: zone.code == "mob")
        cls.callers = cls.env["telecom.zone.plan"].create({"name": "Callers"})
        cls.eea = cls.new_zone("eea", "EEA", "33, 49")
        cls.berlin = cls.new_zone("bln", "Berlin", "4930")
        # Callers by a trunk: the number belongs to the line, whoever calls through it.
        cls.trunk = cls.new_number("+33 1 23456789", cls.line)
        cls.boston = cls.new_number("+1 617 5551234", cls.line)
        cls.hamburg = cls.new_number("+49 40 555012", cls.line)
        cls.rate_eea = cls.new_rate(cls.eea, 0.10)

    @classmethod
    def new_zone(cls, code, name, prefixes):
        return cls.env["telecom.zone"].create(
            {"plan_id": cls.callers.id, "code": code, "name": name, "prefix_text": prefixes}
        )

    @classmethod
    def new_rate(cls, origin, price, **values):
        return cls.env["telecom.rate"].create(
            {"version_id": cls.version.id, "zone_id": cls.mobile.id, "price": price, "step": 60,
             "origin_ids": [(6, 0, origin.ids)], **values}
        )  # fmt: skip

    def call(self, day, caller, **values):
        start = datetime.datetime(2026, 9, day, 10)
        return {"a_number": caller, "b_number": MOBILE, "started_at": start} | values

    def test_who_calls_decides(self):
        # 0.10 from the EEA; 0.19 is for everybody else.
        usage = self.deliver(
            [self.call(1, BERLIN), self.call(1, PARIS)], [self.call(2, BOSTON)],
        )  # fmt: skip
        self.assertEqual(self.prices(usage), ["0.1", "0.1", "0.19"])
        self.check_core()
        # The longest prefix of the caller: Berlin before the EEA.
        rate = self.new_rate(self.berlin, 0.05)
        self.assertIn("from Berlin", rate.display_name)
        usage += self.deliver([self.call(3, BERLIN)])
        self.assertEqual(self.prices(usage), ["0.05", "0.1", "0.19", "0.05"])
        self.check_core()
        # A prefix that joins a zone of callers changes what it decided.
        self.env["telecom.zone.prefix"].create({"zone_id": self.eea.id, "prefix": "1617"})
        self.rate()
        self.assertEqual(self.prices(usage), ["0.05", "0.1", "0.1", "0.05"])
        self.check_core()

    def test_the_explanation_names_the_caller(self):
        usage = self.deliver([self.call(1, PARIS), self.call(2, BOSTON)])
        told = [self.told(one) for one in usage]
        self.assertIn("zone EEA", told[0])
        self.assertIn("Charge: 0.1 EUR", told[0])
        self.assertIn("Charge: 0.19 EUR", told[1])
        german = self.told(usage[0], "de_DE")
        self.assertIn("Zone EEA", german)
        self.assertNotIn("{", german)

    def test_what_does_a_call_cost(self):
        def price(**who):
            found = asking.ask(
                self.env, self.company, asking.Question(
                    started=datetime.datetime(2026, 9, 3, 10), quantity=60_000_000,
                    number=MOBILE, **who,
                )
            )  # fmt: skip
            return str(found.price)

        self.assertEqual(price(tariff=self.flat, caller=PARIS), "0.1")
        self.assertEqual(price(tariff=self.flat, caller=BOSTON), "0.19")
        self.assertEqual(price(tariff=self.flat), "0.19")
        self.deliver([self.call(1, PARIS)])
        self.assertEqual(price(line=self.line, caller=BERLIN), "0.1")
        question = self.env["telecom.price.question"].create(
            {"tariff_id": self.flat.id, "caller": "+33 1 23456789", "number": MOBILE,
             "started_at": "2026-09-03 10:00:00", "quantity": 60}
        )  # fmt: skip
        question.action_ask()
        self.assertEqual(question.price, "0.10 EUR")

    def test_incoming_calls_by_the_zone_of_the_caller(self):
        self.env["telecom.rate"].create(
            {"version_id": self.version.id, "zone_id": self.mobile.id, "price": 0.02,
             "direction": "in", "step": 60}
        )  # fmt: skip
        usage = self.deliver(
            [self.call(1, MOBILE, direction="in", b_number=BERLIN)],
            [self.call(2, BOSTON, direction="in", b_number=BERLIN)],
        )
        self.assertEqual(self.prices(usage), ["0.02", "0"])

    def test_no_column_is_carried_unless_it_is_asked_for(self):
        span = self.env["telecom.rating.state"]._span_at(
            self.company, datetime.datetime(2026, 9, 1)
        )
        self.assertTrue(Context.load(self.env, self.company, span).pricing.asks_caller)
        self.rate_eea.unlink()
        self.assertFalse(Context.load(self.env, self.company, span).pricing.asks_caller)

    def test_a_zone_whose_prefixes_are_over_is_nobodys(self):
        self.eea.prefix_ids.valid_to = "2026-09-10"
        usage = self.deliver([self.call(10, PARIS), self.call(11, PARIS)])
        self.assertEqual(self.prices(usage), ["0.1", "0.19"])

    def test_refused_where_it_is_entered(self):
        empty = self.new_zone("none", "Nowhere", "")
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.rate_eea.origin_ids = empty
        self.assertIn("zone without prefixes", str(caught.exception))
        elsewhere = self.new_company("Elsewhere")
        plan = self.env["telecom.zone.plan"].create({"name": "Theirs", "company_id": elsewhere.id})
        zone = self.env["telecom.zone"].create(
            {"plan_id": plan.id, "code": "t", "name": "Their zone", "prefix_text": "44"}
        )
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.rate_eea.origin_ids = zone
        self.assertIn("Elsewhere", str(caught.exception))

    def test_their_plan_stays_in_the_company(self):
        elsewhere = self.new_company("Elsewhere")
        plan = self.eea.plan_id
        plan.company_id = False
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            plan.company_id = elsewhere
        self.assertIn("Elsewhere", str(caught.exception))
        plan.company_id = self.company

    def test_what_is_invoiced_stays(self):
        america = self.new_zone("us", "United States", "1617")
        ended = self.env["telecom.zone.prefix"].create(
            {"zone_id": self.eea.id, "prefix": "43", "valid_to": "2026-08-31"}
        )
        self.deliver([self.call(1, PARIS)])
        self.invoice_all()
        for change in (
            lambda: self.rate_eea.write({"origin_ids": [(4, self.berlin.id)]}),
            lambda: self.env["telecom.zone.prefix"].create(
                {"zone_id": self.eea.id, "prefix": "44"}
            ),
            lambda: self.eea.prefix_ids[0].unlink(),
            lambda: america.prefix_ids.write({"zone_id": self.eea.id}),
            lambda: ended.write({"valid_to": False}),
            lambda: ended.write({"valid_to": "2026-09-30"}),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                change()

    def test_a_new_version_takes_them_along(self):
        copied = self.version.copy({"valid_from": "2026-10-01"})
        self.assertEqual(copied.rate_ids.origin_ids, self.eea)
        self.assertEqual(len(copied.rate_ids), len(self.version.rate_ids))

    def test_no_copy_names_zones_of_another_company(self):
        elsewhere = self.new_company("Elsewhere")
        self.version.zone_plan_id.company_id = False  # of all companies; the callers' is not
        theirs = self.env["telecom.tariff"].create(
            {"name": "Theirs", "code": "theirs", "company_id": elsewhere.id}
        )
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.version.copy({"tariff_id": theirs.id, "valid_from": "2026-10-01"})
        self.assertIn("EEA", str(caught.exception))

    def test_in_the_form(self):
        with Form(self.rate_eea) as form:
            form.origin_ids.add(self.berlin)
        self.assertEqual(self.rate_eea.origin_ids, self.eea | self.berlin)
