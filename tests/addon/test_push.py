# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shell tool hands files to an Odoo over real HTTP, with an API key."""

import contextlib
import datetime
import io
import tempfile
from pathlib import Path

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from connectors.cli import main
from tests.addon.common import TelecomCase
from tests.addon.test_telecom_delivery import call, file_of


@tagged("post_install", "-at_install")
class TestPush(HttpCase, TelecomCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def key_of(self, user):
        tomorrow = datetime.datetime.now() + datetime.timedelta(days=1)
        return self.env["res.users.apikeys"].with_user(user)._generate("rpc", "test", tomorrow)

    def push(self, key, *files, source="test"):
        """Exit code and what the tool printed."""
        out = io.StringIO()
        words = ["push", "--url", self.base_url(), "--source", source, "--key", key]
        words += ["--database", self.env.cr.dbname, *map(str, files)]
        with (
            self.allow_requests(all_requests=True),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
        ):
            code = main(words)
        return code, out.getvalue()

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def test_files_arrive_once(self):
        key = self.key_of(self.manager)
        small = self.file("a.csv", file_of(call("0401", 1)))
        large = self.file("b.csv", file_of(*(call(f"04{n:06d}", n % 60) for n in range(7000))))
        self.assertGreater(large.stat().st_size, 1 << 20)  # is sent packed
        code, said = self.push(key, small, large)
        self.assertEqual((code, said.count(": received (sha256 ")), (0, 2), said)
        self.assertEqual(self.push(key, small)[1].count(": duplicate"), 1)
        self.env.invalidate_all()
        deliveries = self.source.delivery_ids
        deliveries._load()
        self.assertEqual(sum(deliveries.filtered(lambda d: not d.parent_id).mapped("loaded")), 7001)

    @mute_logger("odoo.http")
    def test_who_may_not_is_told_so(self):
        path = self.file("a.csv", file_of(call("0401", 1)))
        code, said = self.push(self.key_of(self.agent), path)
        self.assertEqual(code, 2)
        code, said = self.push("wrong-key", path)
        self.assertEqual(code, 2)
        self.assertNotIn("wrong-key", said)
        code, said = self.push(self.key_of(self.manager), path, source="unknown")
        self.assertIn("is not the code of one usage source", said)
        self.assertFalse(self.source.delivery_ids)
