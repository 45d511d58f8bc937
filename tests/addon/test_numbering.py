# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones and legal limits that come along: loaded, translated, updated around a user's changes."""

from odoo.addons.telecom_billing.models import telecom_zone_seed
from odoo.addons.telecom_billing.numbering import germany
from odoo.addons.telecom_billing.numbering.world import Zone
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged


def zone(code, *prefixes):
    return Zone(code, "country", {"en": f"In {code}", "de": f"Aus {code}"}, prefixes, "FR", "test")


@tagged("post_install", "-at_install")
class TestNumbering(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["telecom.zone.plan"].create({"name": "Seeded"})

    def shapes(self):
        return {one.code: one._undated_prefixes() for one in self.plan.zone_ids}

    def test_what_a_user_changed_stays(self):
        first = [zone("A", "33"), zone("B", "34", "35"), zone("C", "36"), zone("D", "37")]
        counts = self.plan._load_zones(first)
        self.assertEqual(counts, {"created": 4, "updated": 0, "kept": 0})
        self.assertEqual(self.plan._load_zones(first), {"created": 0, "updated": 0, "kept": 0})
        zones = {one.code: one for one in self.plan.zone_ids}
        self.assertEqual(zones["A"].with_context(lang="de_DE").name, "Aus A")
        self.assertEqual(zones["A"].country_id.code, "FR")
        zones["B"].prefix_text = "34"  # the user takes 35 out …
        zones["D"].unlink()  # … and does not want D
        zones["A"].name = "My own name"
        second = [zone("A", "33", "338"), zone("B", "34", "35", "39"), zone("C", "361"),
                  zone("D", "37"), zone("E", "40")]  # fmt: skip
        counts = self.plan._load_zones(second)
        self.assertEqual(counts, {"created": 1, "updated": 2, "kept": 1})
        self.assertEqual(
            self.shapes(), {"A": ["33", "338"], "B": ["34"], "C": ["361"], "E": ["40"]}
        )
        self.assertEqual(zones["A"].name, "My own name")

    def test_a_prefix_stays_where_the_user_put_it(self):
        self.plan._load_zones([zone("A", "33")])
        mine = self.env["telecom.zone"].create(
            {"plan_id": self.plan.id, "code": "X", "name": "Mine", "prefix_text": "338"}
        )
        self.plan._load_zones([zone("A", "33", "338"), zone("B", "338", "34")])
        self.assertEqual(self.shapes(), {"A": ["33"], "X": ["338"], "B": ["34"]})
        self.assertEqual(mine.prefix_ids.mapped("prefix"), ["338"])

    def test_limits_of_germany(self):
        company = self.env.company
        Guard = self.env["telecom.guard"]
        counts = Guard._load_limits(company)
        self.assertEqual(counts["created"], len(germany.limits()))
        premium = Guard.search([("code", "=", "DE-0900"), ("company_id", "=", company.id)])
        self.assertEqual((premium.per_minute, premium.per_call), (3, 30))
        self.assertIn("§ 112", premium.source)
        self.assertEqual(Guard._load_limits(company), {"created": 0, "updated": 0, "kept": 0})
        premium.per_minute = 2
        limit = next(one for one in germany.limits() if one["code"] == "DE-0900")
        limit["source"] = "newer"
        self.addCleanup(germany._data.cache_clear)
        self.assertEqual(Guard._load_limits(company)["kept"], 1)
        self.assertEqual(premium.per_minute, 2)
        premium.per_minute = 3
        self.assertEqual(Guard._load_limits(company)["updated"], 1)
        self.assertEqual(premium.source, "newer")

    def test_the_window(self):
        wizard = self.env["telecom.numbering"].create({"name": "Loaded", "mobile": False})
        action = wizard.action_load()
        plan = self.env["telecom.zone.plan"].search([("name", "=", "Loaded")])
        self.assertGreater(plan.zone_count, 250)
        self.assertIn(str(plan.zone_count), action["params"]["message"])
        again = self.env["telecom.numbering"].create({"plan_id": plan.id, "mobile": False})
        self.assertIn("0 new", again.action_load()["params"]["message"])
        nothing = dict.fromkeys(("germany", "world", "limits"), False)
        with self.assertRaises(UserError):
            wizard.create(nothing).action_load()

    def test_germany_alone_and_the_world_alone(self):
        codes = {one.code for one in telecom_zone_seed.all_zones(True, False, False)}
        self.assertIn("DE-0180-5", codes)
        self.assertNotIn("FR", codes)
        codes = {one.code for one in telecom_zone_seed.all_zones(False, True, False)}
        self.assertLessEqual({"DE", "FR"}, codes)
