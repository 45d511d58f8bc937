# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prefixes of zones: what is refused where it is entered, and with which words."""

from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestZonePrefix(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["telecom.zone.plan"].create({"name": "Test plan"})
        cls.berlin, cls.germany = cls.env["telecom.zone"].create(
            [
                {"plan_id": cls.plan.id, "code": "BER", "name": "Berlin", "kind": "national"},
                {"plan_id": cls.plan.id, "code": "DE", "name": "Germany", "kind": "national"},
            ]
        )

    def _add(self, prefix, zone=None, **dates):
        return self.env["telecom.zone.prefix"].create(
            {"zone_id": (zone or self.berlin).id, "prefix": prefix, **dates}
        )

    def test_usual_notations_become_digits(self):
        self.assertEqual(self._add("+49 (30)").prefix, "4930")
        self.assertEqual(self._add("0044 20").prefix, "4420")

    def test_refused_with_value_and_remedy(self):
        for prefix, remedy in (
            ("49x30", "4930 for Berlin"),
            ("030", "49180 instead of 0180"),
            ("1234567890123456", "Shorten it"),
            ("", "4930 for Berlin"),
        ):
            with self.subTest(prefix), self.assertRaises(ValidationError) as caught:
                self._add(prefix)
            self.assertIn("Berlin", str(caught.exception))
            self.assertIn(prefix, str(caught.exception))
            self.assertIn(remedy, str(caught.exception))

    def test_one_zone_at_a_time(self):
        self._add("4930", valid_to="2026-03-31")
        with self.assertRaises(ValidationError) as caught:
            self._add("4930", self.germany, valid_from="2026-03-31")
        self.assertIn("“Berlin”", str(caught.exception))
        later = self._add("4930", self.germany, valid_from="2026-04-01")
        self.assertEqual(later.plan_id, self.plan)

    def test_same_prefix_in_another_plan(self):
        self._add("4930")
        copy = self.plan.copy()
        self.assertEqual(copy.zone_ids.mapped("code"), self.plan.zone_ids.mapped("code"))
        self.assertEqual(copy.zone_ids.prefix_ids.mapped("prefix"), ["4930"])
        self.assertNotEqual(copy.name, self.plan.name)

    def test_text_of_all_prefixes(self):
        self.germany.prefix_text = "+49, 4989; +49 40\n4969"
        self.assertEqual(
            set(self.germany.prefix_ids.mapped("prefix")), {"49", "4989", "4940", "4969"}
        )
        self.germany.prefix_text = "+49, 4989 +49 40 +4969"
        self.assertEqual(len(self.germany.prefix_ids), 4)
        for text in ("4915 4916 4917", "49 40"):
            with self.subTest(text), self.assertRaises(ValidationError) as caught:
                self.germany.prefix_text = f"49, {text}"
            self.assertIn(f"“{text}” of zone “Germany”", str(caught.exception))
        self.germany.prefix_text = "49, 4989"
        self.assertEqual(set(self.germany.prefix_ids.mapped("prefix")), {"49", "4989"})
        self.assertEqual(self.germany.prefix_text, "49, 4989")

    def test_zones_are_added_on_the_page_of_their_plan(self):
        with Form(self.env["telecom.zone.plan"]) as plan:
            plan.name = "By clicks"
            with plan.zone_ids.new() as zone:
                zone.name, zone.code, zone.prefix_text = "Berlin", "BER", "4930"
        self.assertEqual(plan.record.zone_ids.prefix_ids.prefix, "4930")
        alone = Form(self.env["telecom.zone"])
        alone.name, alone.code = "Berlin", "BER"
        with self.assertRaisesRegex(AssertionError, "plan_id is a required field"):
            alone.save()
