# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guards, tiers, limits and pools through the store: rated, stored, told."""

import datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase

MOBILE = "491512345678"
PREMIUM = "4990012345"


@tagged("post_install", "-at_install")
class TestRatingRules(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.flat.version_ids.zone_plan_id
        cls.mobile = cls.plan.zone_ids.filtered(lambda zone: zone.code == "mob")

    def call(self, day, minutes=2, **values):
        start = datetime.datetime(2026, 9, day, 10)
        return {"b_number": MOBILE, "quantity": 60 * minutes, "started_at": start} | values

    def rule(self, model, **values):
        return self.env[f"telecom.{model}"].create({"name": "Rule", **values})

    def alerts(self):
        return [
            (alert.percent, alert.spent, str(alert.reached_at)[:10], alert.state)
            for alert in self.env["telecom.limit.alert"].search([], order="percent")
        ]

    # --- guards ------------------------------------------------------------------------------

    def test_a_price_above_the_legal_one_is_set_aside(self):
        guard = self.rule(
            "guard", code="0900", prefixes="+49 900", has_per_minute=True, per_minute=3,
            price_includes_tax=True, tax_percent=19, source="TKG § 112",
        )  # fmt: skip
        zone = self.env["telecom.zone"].create(
            {"plan_id": self.plan.id, "code": "0900", "name": "Premium", "prefix_text": "49900"}
        )
        rate = self.env["telecom.rate"].create(
            # 2.60 net is 3.094 with 19 %
            {"version_id": self.flat.version_ids.id, "zone_id": zone.id, "price": 2.6, "step": 60}
        )
        usage = self.store_usage([self.call(1, b_number=PREMIUM), self.call(2)])
        self.rate()
        self.assertEqual(self.prices(usage), ["cap-per-minute", "0.38"])
        charge = self.env["telecom.charge"].search([("usage_id", "=", usage[0])])
        self.assertIn("3.00", charge.message)
        rate.price = 2.5
        self.rate()
        self.assertEqual(self.prices(usage), ["5", "0.38"])
        guard.per_minute = 2
        self.rate()
        self.assertEqual(self.prices(usage), ["cap-per-minute", "0.38"])
        guard.valid_to = "2026-08-31"
        self.rate()
        self.assertEqual(self.prices(usage), ["5", "0.38"])

    def test_free_numbers_cost_nothing(self):
        self.rule("guard", code="0800", prefixes="49800, 49112", free=True)
        usage = self.store_usage(
            [self.call(1, b_number=number) for number in ("498001234", "49112", "4915112345")]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0", "0.38"])

    def test_a_limit_for_consumers_alone(self):
        """The partner's kind decides, unless the contract's customer chose another tariff."""
        zone = self.env["telecom.zone"].create(
            {"plan_id": self.plan.id, "code": "es", "name": "Spain", "prefix_text": "34"}
        )
        self.env["telecom.rate"].create(
            {"version_id": self.flat.version_ids.id, "zone_id": zone.id, "price": 0.2, "step": 60}
        )
        self.rule(
            "guard", code="EU", prefixes="34", except_prefixes="34899", has_per_minute=True,
            per_minute=0.19, price_includes_tax=False, customer_kind="private",
            has_per_message=True, per_message=0.06,
        )  # fmt: skip
        self.partner.telecom_kind = "private"
        usage = self.store_usage(
            [self.call(1, b_number=number) for number in ("34123456", "34899123")]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["cap-per-minute", "0.4"])
        self.contract.telecom_own_choice = True
        self.rate()
        self.assertEqual(self.prices(usage), ["0.4", "0.4"])
        self.contract.telecom_own_choice = False
        self.rate()
        self.assertEqual(self.prices(usage), ["cap-per-minute", "0.4"])
        self.partner.telecom_kind = "business"
        self.rate()
        self.assertEqual(self.prices(usage), ["0.4", "0.4"])
        self.check_sums()

    def test_a_version_tells_which_special_numbers_it_forgot(self):
        version = self.flat.version_ids
        self.rule("guard", code="0900", prefixes="49900", has_per_minute=True, per_minute=3)
        version.invalidate_recordset()
        self.assertIn("No price of their own: Rule (49900). Such calls", version.advice)
        zone = self.env["telecom.zone"].create(
            {"plan_id": self.plan.id, "code": "0900", "name": "Premium", "prefix_text": "49900"}
        )
        self.env["telecom.rate"].create(
            {"version_id": version.id, "zone_id": zone.id, "price": 1, "step": 60}
        )
        self.assertNotIn("No price of their own", version.advice)

    def test_a_version_tells_what_has_no_price(self):
        """A price left empty is zero; an emergency number, and what is contained, may be."""
        version = self.flat.version_ids
        self.rule("guard", code="110", prefixes="49110", free=True)
        rates = {}
        for code, prefix in (("es", "34"), ("110", "49110")):
            zone = self.env["telecom.zone"].create(
                {"plan_id": self.plan.id, "code": code, "name": code, "prefix_text": prefix}
            )
            rates[code] = self.env["telecom.rate"].create(
                {"version_id": version.id, "zone_id": zone.id, "name": f"to {code}"}
            )
        version.invalidate_recordset()
        self.assertIn("to es, voice. Enter one, or tick “Flat”", version.advice)
        self.assertNotIn("110", version.advice)
        rates["es"].flat = True
        self.assertNotIn("to es", version.advice)
        rates["es"].write({"flat": False, "setup": 0.1})
        self.assertNotIn("to es", version.advice)
        fee = {"above": 1, "price": 1}
        for name, value, nothing in (
            ("price_initial", 0.1, 0),
            ("factor", 0.9, 0),
            ("refuse", "not sold", False),
            ("step_ids", [(0, 0, {"quantity_from": 0, "price": 1})], [(5, 0, 0)]),
            ("extra_ids", [(0, 0, fee)], [(5, 0, 0)]),
        ):
            rates["es"].write({"setup": 0})
            self.assertIn("to es", version.advice, name)
            rates["es"].write({name: value})
            self.assertNotIn("to es", version.advice, name)
            rates["es"].write({name: nothing})
            self.assertIn("to es", version.advice, name)
        version.tariff_id.kind = "cost"
        self.assertFalse(version.advice)

    # --- tiers -------------------------------------------------------------------------------

    def test_tiers_of_a_month(self):
        self.rule(
            "tier", tariff_ids=[(6, 0, self.flat.ids)], zone_ids=[(6, 0, self.mobile.ids)],
            step_ids=[(0, 0, {"start": 0, "by": "factor", "factor": 1}),
                      (0, 0, {"start": 3, "price": 0.10}),
                      (0, 0, {"start": 5, "by": "factor", "factor": 0.5})],
        )  # fmt: skip
        usage = self.store_usage([self.call(1), self.call(2), self.call(3)])
        self.rate()
        # 2 min × 0.19; 1 × 0.19 + 1 × 0.10; 1 × 0.10 + 1 × 0.19 / 2
        self.assertEqual(self.prices(usage), ["0.38", "0.29", "0.195"])
        more = self.store_usage([self.call(4)])
        self.rate()
        self.assertEqual(self.prices(more), ["0.19"])
        incremental = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), incremental)
        self.check_sums()

    def test_the_same_tiers_for_all_units(self):
        self.rule(
            "tier", tariff_ids=[(6, 0, self.flat.ids)], mode="volume",
            step_ids=[(0, 0, {"start": 0, "price": 0.20}), (0, 0, {"start": 3, "price": 0.10})],
        )  # fmt: skip
        usage = self.store_usage([self.call(1)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0.4"])
        usage += self.store_usage([self.call(2)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0.2", "0.2"])

    # --- limits ------------------------------------------------------------------------------

    def test_an_alert_on_the_day(self):
        self.contract.user_id = self.manager
        limit = self.rule(
            "limit", tariff_ids=[(6, 0, self.flat.ids)], amount=1, thresholds="50, 100",
            mail_customer=True,
        )  # fmt: skip
        self.store_usage([self.call(1)])
        self.rate()
        self.assertEqual(self.alerts(), [])
        self.store_usage([self.call(2)])
        self.rate()
        self.assertEqual(self.alerts(), [(50.0, 0.76, "2026-09-02", "new")])
        alert = limit.alert_ids
        self.assertEqual((alert.contract_id, alert.line_id), (self.contract, self.line))
        activity = self.contract.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Rule: 50 %", activity.summary)
        mail = self.env["mail.mail"].search([("model", "=", "telecom.limit.alert")])
        self.assertEqual(mail.res_id, alert.id)
        self.assertIn("0,76", mail.body_html)
        self.store_usage([self.call(3)])
        self.rate()
        self.assertEqual(
            self.alerts(), [(50.0, 0.76, "2026-09-02", "seen"), (100.0, 1.14, "2026-09-03", "new")]
        )
        self.assertEqual(len(self.contract.activity_ids), 2)
        self.rate(everything=True)
        self.assertEqual(len(self.contract.activity_ids), 2, "told once")
        limit.amount = 2
        self.rate()
        self.assertEqual(
            self.alerts(), [(50.0, 1.14, "2026-09-03", "seen"), (100.0, 1.14, "2026-09-03", "gone")]
        )

    def test_what_exceeds_a_limit(self):
        limit = self.rule("limit", tariff_ids=[(6, 0, self.flat.ids)], amount=0.5, then="free")
        usage = self.store_usage([self.call(1), self.call(2), self.call(3)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "0.12", "0"])
        limit.then = "refuse"
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "0.38", "limit-reached"])
        self.check_sums()

    def test_a_limit_of_one_contract(self):
        self.rule("limit", contract_ids=[(6, 0, self.other_contract.ids)], amount=0.1, then="free")
        usage = self.store_usage([self.call(1), self.call(1, a_number="494055500")])
        self.rate()
        # 0.05 + 2 × 0.12 above the limit of 0.10
        self.assertEqual(self.prices(usage), ["0.38", "0.1"])

    # --- pools -------------------------------------------------------------------------------

    def test_a_pool_of_two_lines(self):
        second = self.new_line(self.contract, self.flat, name="Second")
        self.new_number("+49 30 222", second)
        third = self.new_line(self.contract, self.flat, name="Third")
        self.new_number("+49 30 333", third)
        pool = self.env["telecom.pool"].create(
            {"name": "Team", "partner_id": self.partner.id,
             "line_ids": [(6, 0, (self.line | second).ids)]}
        )  # fmt: skip
        self.env["telecom.allowance"].create(
            {
                "tariff_id": self.flat.id,
                "name": "3 minutes for the team",
                "quantity": 3,
                "unit": "minute",
                "share": "pool",
                "pool_ids": [(6, 0, pool.ids)],
            }
        )
        usage = self.store_usage(
            [self.call(1), self.call(2, a_number="4930222"), self.call(3, a_number="4930333")]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19", "0.38"])
        balance = self.env["telecom.allowance.balance"].search([])
        self.assertEqual((balance.pool_id, balance.units_used), (pool, 180))
        usage += self.store_usage([self.call(4, a_number="4930222")])
        self.rate()
        self.assertEqual(self.prices(usage), ["0", "0.19", "0.38", "0.38"])
        self.invoice(self.env["telecom.usage.summary"].search([]))
        usage += self.store_usage([self.call(1, minutes=1)])
        self.rate()
        self.assertEqual(self.prices(usage)[-1], "0.19", "the pool was used up on the invoice")
        self.check_sums()

    # --- individual prices -------------------------------------------------------------------

    def test_individual_prices_for_a_time(self):
        own = self.flat.copy({"code": "own-rules", "name": "Own", "kind": "individual"})
        version = self.flat.version_ids.copy(
            {"tariff_id": own.id, "name": "Own", "valid_from": "2026-01-01"}
        )
        version.rate_ids.filtered(lambda one: one.zone_id == self.mobile).price = 0.05
        terms = self.env["telecom.contract.price"]
        terms.create(
            {"contract_id": self.contract.id, "tariff_id": own.id, "valid_from": "2026-09-02",
             "valid_to": "2026-09-03"}
        )  # fmt: skip
        usage = self.store_usage([self.call(1), self.call(2), self.call(3), self.call(4)])
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38"] * 4, "a draft prices nothing, and stops none")
        version.action_activate()
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38", "0.1", "0.1", "0.38"])
        terms.search([]).unlink()
        self.rate()
        self.assertEqual(self.prices(usage), ["0.38"] * 4)

    def test_what_no_other_tariff_prices(self):
        usage = self.store_usage([self.call(1, b_number="33123456789")])
        self.rate()
        self.assertEqual(self.prices(usage), ["no-zone"])
        (rest,) = self.env["telecom.tariff"].import_book(
            {"format": 1, "tariffs": [{"id": "rest", "versions": [
                {"id": "rest-1", "rates": [{"id": 1, "price": "0.5", "per": 60}]}]}]}
        )  # fmt: skip
        self.company.telecom_default_tariff_id = rest
        self.rate()
        self.assertEqual(self.prices(usage), ["1"])

    # --- refused -----------------------------------------------------------------------------

    def test_refused_where_it_is_entered(self):
        franc = self.env.ref("base.CHF")
        tariffs = {"tariff_ids": [(6, 0, self.flat.ids)]}
        first = {"start": 0, "price": 1}
        for model, values, parts in (
            ("limit", {**tariffs, "amount": 5, "currency_id": franc.id}, ("CHF", "each currency")),
            ("limit", {"amount": 5, "thresholds": "80, a lot"}, ("a lot", "as 80, 100")),
            ("tier", {"step_ids": [(0, 0, first)], "period": "week", "mode": "volume"},
             ("Rule", "calendar month")),
            ("limit", {"amount": 5, "share": "pool"}, ("Rule", "Choose a pool")),
            ("limit", {"amount": 5, "begins": 31}, ("31", "1 to 28")),
            ("limit", {"amount": 5, "valid_from": "2026-02-01", "valid_to": "2026-01-01"},
             ("02/01/2026", "Correct one")),
            ("tier", tariffs, ("Rule", "Add the first one")),
            ("tier", {"step_ids": [(0, 0, first), (0, 0, first)]}, ("two tiers", "Keep one")),
            ("tier", {"step_ids": [(0, 0, {"start": 5, "price": 1})]}, ("5.0", "begins at 0")),
            ("guard", {"code": "a", "prefixes": "49x", "free": True}, ("49x", "digits only")),
            ("guard", {"code": "a", "prefixes": "49"}, ("Rule", "limits nothing")),
            ("guard", {"code": "a", "prefixes": "49", "free": True, "has_per_call": True},
             ("Rule", "Keep one")),
            ("pool", {"partner_id": self.partner.id}, ("Rule", "Choose contract lines")),
            ("unit", {"name": "box", "base": "box"}, ("box", "other unit")),
            ("contract.price",
             {"contract_id": self.contract.id, "tariff_id": self.flat.id, "line_id": self.other.id},
             ("Line Business", "one of its lines")),
        ):  # fmt: skip
            values = values if model in ("unit", "contract.price") else {"name": "Rule", **values}
            with (
                self.subTest(f"{model} {values}"),
                self.cr.savepoint(),
                self.assertRaises(ValidationError) as caught,
            ):
                self.env[f"telecom.{model}"].create(values)
            for part in parts:
                self.assertIn(part, str(caught.exception))

    def test_pools_in_a_circle_and_of_two_customers(self):
        Pool = self.env["telecom.pool"]
        inner = Pool.create(
            {"name": "Inner", "partner_id": self.partner.id, "line_ids": [(6, 0, self.line.ids)]}
        )
        outer = Pool.create(
            {"name": "Outer", "partner_id": self.partner.id, "pool_ids": [(6, 0, inner.ids)]}
        )
        with self.cr.savepoint(), self.assertRaises(ValidationError) as caught:
            inner.pool_ids = outer
        self.assertIn("Inner → Outer → Inner", str(caught.exception))
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.cr.savepoint(), self.assertRaises(ValidationError) as caught:
            Pool.create(
                {"name": "Mixed", "partner_id": stranger.id, "line_ids": [(6, 0, self.line.ids)]}
            )
        self.assertIn("Stranger", str(caught.exception))

    def test_two_limits_for_the_same_numbers(self):
        self.rule("guard", code="one", prefixes="49900", free=True, valid_to="2026-06-30")
        self.rule("guard", code="two", prefixes="49900", free=True, valid_from="2026-07-01")
        with self.assertRaises(ValidationError) as caught:
            self.rule("guard", code="three", prefixes="49900", free=True)
        self.assertIn("at the same time", str(caught.exception))
