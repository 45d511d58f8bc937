# SPDX-License-Identifier: AGPL-3.0-or-later
"""A layout is described on a form, seen live on a sample, used by sources, exported, imported."""

import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from connectors.mappings import all_mappings
from tests.addon.common import TelecomCase
from tests.addon.test_telecom_delivery import zip_of
from tests.addon.test_telecom_reject import DAMAGED, GOOD, HEAD, TRAILER

CSV = (HEAD + GOOD + DAMAGED + TRAILER).encode("cp1252")
FIXED = (
    b"2026091510000004930123456   4940654321   00061\n2026091510050004930123456   0110         x\n"
)
XML = (
    b"<calls><call><start>2026-09-15T10:00:00Z</start><sec>61</sec><from>+4930123456</from></call>"
    b"<call><start>gestern</start><sec>5</sec><from>+4930123456</from></call></calls>"
)


def encoded(content):
    return base64.b64encode(content)


class TestMapping(TelecomCase):
    def form(self, sample=CSV, **vals):
        """A new layout as a manager begins to describe it."""
        form = Form(self.env["telecom.mapping"].with_user(self.manager))
        form.name = "Carrier A"
        for field, value in vals.items():
            setattr(form, field, value)
        form.sample = encoded(sample)
        return form

    def add(self, form, target, column, **vals):
        with form.column_ids.new() as row:
            row.target, row.column = target, column
            for name, value in vals.items():
                setattr(row, name, value)

    def test_the_preview_follows_each_line_that_is_described(self):
        form = self.form(settings={"encoding": "cp1252", "delimiter": ";"})
        self.assertIn("nothing is mapped to Start (UTC)", form.fault)
        self.assertIn("Rufnummer B", form.preview)  # the sample as it stands
        self.add(form, "started_at", "Datum + Uhrzeit", pattern="german")
        self.add(form, "quantity", "Dauer", shape="s")
        self.assertFalse(form.fault)
        self.assertIn("2026-09-15 08:00:00", form.preview)  # 10:00 in Berlin
        self.add(form, "b_number", "Rufnummer B")
        self.assertIn("4917612345678", form.preview)
        self.assertIn("was damaged by a spreadsheet", form.preview)
        self.assertIn("4,92E+11", form.cells)
        form.settings = form.settings | {"timezone": "UTC"}
        self.assertIn("2026-09-15 10:00:00", form.preview)
        with form.column_ids.edit(2) as row:
            row.column = "Nummer"
        self.assertIn("Nummer", form.preview)  # the file has no such column, and says which it has
        self.assertIn("alert-danger", form.preview)

    def test_a_proposal_is_shown_and_taken_only_when_confirmed(self):
        form = self.form()
        self.assertIn("Datum", form.proposal)
        self.assertIn("cp1252", form.proposal)
        self.assertFalse(form.settings)
        self.assertEqual(len(form.column_ids), 0)
        mapping = form.save()
        mapping.action_take_proposal()
        self.assertEqual(mapping.settings["encoding"], "cp1252")
        self.assertEqual(
            [(row.target, row.column) for row in mapping.column_ids],
            [("started_at", "Datum + Uhrzeit"), ("quantity", "Dauer"),
             ("a_number", "Rufnummer A"), ("b_number", "Rufnummer B"), ("cost", "Preis"),
             ("destination", "Zone")],
        )  # fmt: skip
        self.assertFalse(mapping.fault)
        self.assertIn("Mobilfunk", mapping.preview)

    def test_fixed_width_xml_and_archives(self):
        form = self.form(
            FIXED,
            format="fixed_mapping",
            settings={"time_pattern": "compact", "a_notation": "e164"},
        )
        self.add(form, "started_at", "0-14")
        self.add(form, "a_number", "15-28")
        self.add(form, "quantity", "41-46")
        self.assertIn("2026-09-15 08:00:00", form.preview)
        self.assertIn("61", form.preview)
        form = self.form(XML, format="xml_mapping", settings={"tag": "call"})
        self.add(form, "started_at", "start")
        self.add(form, "quantity", "sec")
        self.assertIn("2026-09-15 10:00:00", form.preview)
        self.assertIn("gestern", form.preview)
        form = self.form(zip_of(a_csv=CSV))
        self.assertIn("Rufnummer A", form.proposal)

    def test_rules_and_control_totals(self):
        form = self.form(start_from="german_carrier")
        self.assertIn("the file states a quantity of 91, 61 was read", form.preview)
        with form.rule_ids.new() as rule:
            rule.mode, rule.column, rule.values = "skip", "Zone", "Mobilfunk"
        self.assertIn("is not billed by this source", form.preview)

    def test_ready_made_ones_can_be_loaded_and_say_what_they_are(self):
        for name, known in all_mappings().items():
            with self.subTest(name):
                form = self.form(start_from=name)
                self.assertEqual(len(form.column_ids), len(known["settings"].get("columns", [])))
        form = self.form(start_from="sewan")
        self.assertIn("does not publish the layout", form.note)
        self.assertIn("nothing is mapped to Start (UTC)", form.fault)

    def test_sources_use_it_and_follow_its_changes(self):
        mapping = self.form(start_from="german_carrier").save()
        source = self.new_source("mine", mapping_id=mapping.id, format=False)
        self.assertEqual(source.format, "csv_mapping")
        delivery = source._receive("calls.csv", CSV)
        delivery._load()
        self.assertEqual((delivery.loaded, delivery.faulty), (1, 1))
        mapping.settings = mapping.settings | {"bad_numbers": "keep"}
        self.assertEqual(source.settings["bad_numbers"], "keep")
        delivery.reject_ids.filtered(lambda one: one.state == "open").action_retry_kind()
        self.assertEqual((delivery.loaded, delivery.faulty), (2, 0))
        with self.assertRaisesRegex(ValidationError, "nothing is mapped to Start .UTC."):
            mapping.column_ids.filtered(lambda row: row.target == "started_at").unlink()
            mapping.settings = mapping.settings | {"timezone": "UTC"}

    def test_what_is_not_complete_cannot_be_used(self):
        mapping = self.form(start_from="openip").save()
        with self.assertRaisesRegex(ValidationError, "cannot be used yet"):
            self.source.mapping_id = mapping

    def test_export_is_what_the_shell_tool_reads_and_import_takes(self):
        mapping = self.form(start_from="german_carrier").save()
        exported = json.loads(base64.b64decode(mapping.export_file))
        known = all_mappings()["german_carrier"]
        self.assertEqual(exported["format"], known["format"])
        self.assertEqual(exported["settings"], known["settings"])
        form = self.form()
        form.import_file = encoded(json.dumps(exported | {"label": "Other"}).encode())
        again = form.save()
        self.assertEqual(again._source_settings(), mapping._source_settings())
        for wrong in (
            b"{",
            b"[]",
            b'{"format": "asterisk", "settings": {}}',
            b'{"format": "csv_mapping"}',
        ):
            with self.subTest(wrong), self.assertRaises(UserError):
                self.form().import_file = encoded(wrong)

    def test_another_company_and_an_agent_do_not_change_it(self):
        mapping = self.form(start_from="german_carrier").save()
        with self.assertRaises(AccessError):
            mapping.with_user(self.agent).name = "x"
        other = self.new_company("Other")
        stranger = self.new_user("stranger", "telecom_billing.group_telecom_manager")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.env["telecom.mapping"].with_user(stranger).search([]))
        self.assertFalse(self.env["telecom.mapping.column"].with_user(stranger).search([]))
