# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prefixes: found by a number, checked for gaps; versions beside each other."""

from odoo import Command
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestZoneFinding(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["telecom.zone.plan"].create({"name": "Checked plan"})
        Zone = cls.env["telecom.zone"]
        cls.germany = Zone.create(
            {"plan_id": cls.plan.id, "code": "DE", "name": "Germany", "prefix_text": "49, 4930"}
        )
        cls.mobile = Zone.create(
            {"plan_id": cls.plan.id, "code": "MOB", "name": "Mobile", "prefix_text": "4917"}
        )
        cls.tariff = cls.env["telecom.tariff"].create({"name": "Checked", "code": "CHECKED"})
        cls.first = cls.new_version("First", "2026-01-01", 0.02)

    @classmethod
    def new_version(cls, name, day, price):
        return cls.env["telecom.tariff.version"].create(
            {
                "tariff_id": cls.tariff.id,
                "name": name,
                "valid_from": day,
                "zone_plan_id": cls.plan.id,
                "rate_ids": [Command.create({"zone_id": cls.germany.id, "price": price})],
            }
        )

    def test_prefixes_of_a_number(self):
        Prefix = self.env["telecom.zone.prefix"]
        mine = [("plan_id", "=", self.plan.id)]
        for text in ("+49 171 1234567", "0171 1234567", "491711234567"):
            found = Prefix.search([*mine, ("lookup", "ilike", text)])
            self.assertEqual(found.mapped("prefix"), ["49", "4917"])
        self.assertEqual(
            Prefix.search([*mine, ("lookup", "ilike", "4930")]).mapped("prefix"), ["49", "4930"]
        )
        zones = self.env["telecom.zone"].search(
            [*mine, ("prefix_ids.lookup", "ilike", "0171 1234567")]
        )
        self.assertEqual(zones, self.germany | self.mobile)

    def test_findings(self):
        self.mobile.prefix_ids.valid_to = "2026-03-31"
        self.env["telecom.zone.prefix"].create(
            {"zone_id": self.mobile.id, "prefix": "4917", "valid_from": "2026-04-10"}
        )
        action = self.plan.action_check_prefixes()
        found = self.env["telecom.zone.finding"].search(action["domain"])
        self.assertEqual(
            [(one.prefix, one.kind, one.zone_id) for one in found],
            [
                ("4917", "unpriced", self.mobile),
                ("4917", "gap", self.mobile),
                ("4930", "covered", self.germany),
            ],
        )
        self.assertTrue(all(found.mapped("remedy")))
        self.plan.action_check_prefixes()
        self.assertEqual(
            self.env["telecom.zone.finding"].search_count(action["domain"]), len(found)
        )

    def test_two_versions(self):
        second = self.new_version("Second", "2026-07-01", 0.03)
        Comparison = self.env["telecom.tariff.comparison"]
        wizard = Comparison.with_context(default_version_id=second.id).create({})
        self.assertEqual(wizard.before_id, self.first)
        action = wizard.action_compare()
        changes = self.env["telecom.deck.change"].search(action["domain"])
        self.assertEqual(
            [(one.prefix, one.status, one.change) for one in changes],
            [("49", "dearer", 50.0), ("4930", "dearer", 50.0)],
        )
