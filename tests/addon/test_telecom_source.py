# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source: its settings are checked where they are entered, and its folder is watched."""

import tempfile
from pathlib import Path

from odoo.addons.telecom_billing.models.telecom_source_settings import FOLDER_ROOTS
from odoo.exceptions import ValidationError
from odoo.tools import mute_logger

from tests.addon.common import TelecomCase
from tests.addon.test_telecom_delivery import call, file_of

FETCH_LOG = "odoo.addons.telecom_billing.models.source_fetching"


class TestSource(TelecomCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Path(folder.name)

    def watched(self, path, **settings):
        return self.new_source(
            "watched",
            transport="folder",
            transport_settings={"path": str(path), "settle": 0} | settings,
        )

    def look_at(self, source):
        """What the button Test shows."""
        return self.env["telecom.source.test"].browse(source.action_test()["res_id"])

    def test_wrong_settings_are_refused_by_name(self):
        with self.assertRaisesRegex(ValidationError, "Europe/Nowhere"):
            self.source.settings = {"timezone": "Europe/Nowhere"}
        with self.assertRaisesRegex(ValidationError, "colour"):
            self.source.settings = {"colour": "red"}
        self.source.settings = {}
        with self.assertRaisesRegex(ValidationError, "Folder"):
            self.source.transport = "folder"
        self.source.transport = "upload"
        with self.assertRaisesRegex(ValidationError, "not JSON"):
            self.source.settings_text = "{timezone: UTC}"
        self.source.settings_text = '{"timezone": "UTC"}'
        self.assertEqual(self.source.settings, {"timezone": "UTC"})

    def test_the_form_knows_the_settings_of_format_and_transport(self):
        self.assertIn("timezone", [setting["name"] for setting in self.source.settings_schema])
        self.assertFalse(self.source.transport_schema)
        self.source.write({"transport": "folder", "transport_settings": {"path": "/srv"}})
        self.assertIn("path", [setting["name"] for setting in self.source.transport_schema])

    def test_files_are_taken_from_the_folder_once(self):
        path = self.folder()
        (path / "a.csv").write_bytes(file_of(call("0401", 1)))
        (path / "b.csv.part").write_bytes(b"half writ")
        source = self.watched(path)
        deliveries = source._fetch()
        self.assertEqual((deliveries.name, deliveries.state), ("a.csv", "received"))
        self.assertEqual((source.state, source._fetch()), ("ok", self.env["telecom.delivery"]))
        self.assertEqual(
            sorted(file.name for file in path.rglob("*.csv*")), ["a.csv", "b.csv.part"]
        )
        self.assertTrue((path / "done" / "a.csv").exists())

    def test_a_killed_fetch_is_recognised_by_the_hash(self):
        path = self.folder()
        content = file_of(call("0401", 1))
        (path / "a.csv").write_bytes(content)
        source = self.watched(path)
        kept = source._receive("a.csv", content)  # kept, and killed before it was put away
        again = source._fetch()
        self.assertEqual((again.state, again.original_id), ("duplicate", kept))

    @mute_logger(FETCH_LOG)
    def test_a_missing_folder_fails_with_a_remedy_and_blocks_the_run(self):
        source = self.watched(self.folder() / "gone")
        run = self.new_run()
        with self.uncommitted():
            self.assertFalse(run._run_all(until="load"))
        self.assertEqual(source.state, "failing")
        self.assertIn("create it or correct the source", source.last_error)
        self.assertEqual((run.state, run.finding_ids.res_id), ("locked", source.id))

    def test_test_button_says_what_waits(self):
        path = self.folder()
        (path / "a.csv").write_bytes(file_of(call("0401", 1)))
        source = self.watched(path)
        found = self.look_at(source)
        self.assertTrue(found.ok)
        self.assertIn("1 files wait", found.headline)
        self.assertIn("a.csv", found.files)
        self.assertIn("49401", found.lines)  # 0401, called from Germany, as it is read
        self.assertFalse(source.delivery_ids)
        self.assertTrue((path / "a.csv").exists())
        self.assertTrue(self.look_at(self.source).ok)

    def test_test_button_says_why_lines_cannot_be_used(self):
        path = self.folder()
        (path / "a.csv").write_bytes(b"<b>rubbish</b>\n")
        found = self.look_at(self.watched(path))
        self.assertFalse(found.ok)
        self.assertIn("&lt;b&gt;rubbish", found.lines)
        self.assertIn("columns where", found.lines)

    def test_a_folder_of_the_server_is_opened_by_an_administrator(self):
        path = self.folder()
        source = self.source.with_user(self.manager)
        settings = {"transport": "folder", "transport_settings": {"path": str(path / "in")}}
        with self.assertRaisesRegex(ValidationError, "is not open for sources"):
            source.write(settings)
        self.env["ir.config_parameter"].set_param(FOLDER_ROOTS, f"/srv/other:{path}")
        source.write(settings)
        with self.assertRaisesRegex(ValidationError, "is not open for sources"):
            source.transport_settings = {"path": str(path / "in" / ".." / ".." / "etc")}
