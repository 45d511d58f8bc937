# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the form to the store, over real servers on loopback: every way, once, resumed, explained.

The servers are those of tests/connectors.
"""

import datetime as dt
import zipfile
from unittest.mock import patch

import pytest
from odoo.addons.telecom_billing.models import source_fetching
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from connectors.carriers.windows import Windowed
from tests.addon.test_telecom_delivery import call, file_of
from tests.addon.ways_case import LOG, WaysCase
from tests.connectors.carriers.service import Service
from tests.connectors.test_ftps import Host as FtpsHost
from tests.connectors.test_https import Portal
from tests.connectors.test_imap import Host as ImapHost
from tests.connectors.test_imap import mail
from tests.connectors.test_sftp import BROKEN_OFF
from tests.connectors.test_sftp import Host as SftpHost

# paramiko's read-ahead thread complains aloud when a connection breaks
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

LARGE = file_of(*(call(f"04{number:05d}", number % 60) for number in range(4000)))
SMALL = file_of(call("0401", 1), call("0402", 2), "rubbish\n")


class TestWays(WaysCase):
    # --- the ways ----------------------------------------------------------------------------

    def test_sftp_with_a_key(self):
        host = SftpHost(self.root)
        self.addCleanup(host.stop)
        self.put("a.csv", SMALL)
        self.put("b.csv", file_of(call("0403", 3)))
        key = host.user_key.export_private_key().decode()
        settings = host.settings(password="", key=key)
        self.assertArrives(self.source_of("sftp", settings), ["a.csv", "b.csv"], 3)
        self.assertEqual(
            sorted(path.name for path in (self.root / "out" / "done").iterdir()), ["a.csv", "b.csv"]
        )

    @mute_logger(LOG)
    def test_sftp_broken_off_goes_on_where_it_stopped(self):
        host = SftpHost(self.root)
        self.addCleanup(host.stop)
        content = LARGE * (1 + BROKEN_OFF // len(LARGE))
        self.put("large.csv", content)
        source = self.source_of("sftp", host.settings())
        host.break_after, host.breaks = BROKEN_OFF, 99
        self.assertFalse(source._fetch())
        self.assertEqual((source.state, source.delivery_ids.ids), ("failing", []))
        self.assertTrue(source.last_error)
        (part,) = source_fetching.folder_of(source).iterdir()
        self.assertEqual(part.stat().st_size, BROKEN_OFF)
        host.break_after = None
        host.reads.clear()
        delivery = source._fetch()
        self.assertEqual(min(offset for offset, _size in host.reads), BROKEN_OFF)
        self.assertEqual(delivery.attachment_id.sudo().raw, content)
        self.assertEqual((source.state, source.last_error), ("ok", False))
        delivery.sudo()._load()
        self.assertEqual(delivery.loaded, 4000)

    def test_sftp_without_a_host_key_shows_it_and_sends_no_password(self):
        host = SftpHost(self.root)
        self.addCleanup(host.stop)
        source = self.source_of("sftp", host.settings(host_key=""))
        test = self.env["telecom.source.test"].browse(source.action_test()["res_id"])
        self.assertFalse(test.ok)
        self.assertIn(host.key.get_fingerprint(), test.headline)
        self.assertEqual(host.logins, 0)

    def test_ftps_with_a_private_authority(self):
        host = FtpsHost(self.root, self.authority.pem)
        self.addCleanup(host.stop)
        self.put("a.csv", SMALL)
        settings = {
            "host": "127.0.0.1", "port": host.port, "user": "carl", "password": "geheim",
            "path": "/out", "ca_file": self.ca,
        }  # fmt: skip
        self.assertArrives(self.source_of("ftps", settings), ["a.csv"], 2)
        stranger = self.source_of("ftps", settings | {"ca_file": ""}, code="stranger")
        test = self.env["telecom.source.test"].browse(stranger.action_test()["res_id"])
        self.assertFalse(test.ok)
        self.assertIn("certificate", test.headline)

    @mute_logger(LOG)
    def test_ftps_broken_off_goes_on_where_it_stopped(self):
        host = FtpsHost(self.root, self.authority.pem)
        self.addCleanup(host.stop)
        content = LARGE * 3
        self.put("large.csv", content)
        settings = {
            "host": "127.0.0.1", "port": host.port, "user": "carl", "password": "geheim",
            "path": "/out", "ca_file": self.ca,
        }  # fmt: skip
        source = self.source_of("ftps", settings)
        host.break_after = 1 << 16
        self.assertFalse(source._fetch())
        self.assertEqual(source.state, "failing")
        delivery = source._fetch()
        self.assertEqual(len(host.restarts), 1)
        self.assertGreaterEqual(host.restarts[0], 1 << 16)
        self.assertEqual(delivery.attachment_id.sudo().raw, content)

    def test_imap_attachments(self):
        host = ImapHost(self.authority)
        self.addCleanup(host.stop)
        host.put(mail(("a.csv", SMALL), ("logo.png", b"png")))
        settings = host.settings(include="*.csv", ca_file=self.ca)
        self.assertArrives(self.source_of("imap", settings), ["a.csv"], 2)

    def test_https_portal_with_login_and_zip(self):
        with zipfile.ZipFile(self.root / "calls.zip", "w") as archive:
            archive.writestr("calls/a.csv", SMALL)
        content = (self.root / "calls.zip").read_bytes()
        portal = self.serve(
            Portal, secure=True, login="form", cut=None, tag='"v1"', away="",
            files={"/files/cdr-1.zip": content},
        )  # fmt: skip
        url = f"https://localhost:{portal.server_port}"
        settings = {
            "url": f"{url}/", "links": r"/files/cdr-1", "login": "form", "user": "carl",
            "password": "geheim", "login_url": f"{url}/login", "user_field": "user",
            "password_field": "pass", "ca_file": self.ca,
        }  # fmt: skip
        source = self.source_of("https", settings)
        self.assertArrives(source, ["cdr-1.zip"], 2)
        # Nothing can be moved there: the checkpoint is what remembers.
        source.checkpoint = {}
        again = source._fetch()
        self.assertEqual(again.state, "duplicate")
        self.assertFalse(source._fetch())

    def test_rest_pages_and_the_checkpoint_after_a_fault(self):
        calls = [
            {"id": f"c{number}", "from": "+4930123456", "to": "+4940654321",
             "start": f"2026-09-0{1 + number // 2}T10:00:00Z", "seconds": 60 + number}
            for number in range(6)
        ]  # fmt: skip

        def answer(path, query, body, headers):
            day, at = query["from"][:10], int(query.get("offset", 0))
            if day == "2026-09-03" and service.broken:
                return 403, {}, b""
            found = [call for call in calls if call["start"].startswith(day)]
            return {"items": found[at : at + 1]}

        service = self.serve(Service, answer=answer, broken=True)
        columns = {
            "started_at": "start", "quantity": "seconds", "a_number": "from", "b_number": "to",
            "record_id": "id",
        }  # fmt: skip
        source = self.source_of(
            "rest",
            {"url": f"http://127.0.0.1:{service.server_port}/calls", "first": "2026-09-01",
             "params": "from={from}&to={to}", "records": "items", "paging": "offset", "limit": 1,
             "auth": "bearer", "secret": "tok-4711"},
            format="json_mapping",
            settings={
                "container": "items", "a_notation": "e164", "b_notation": "e164",
                "columns": [{"target": t, "column": c} for t, c in columns.items()],
            },
        )  # fmt: skip
        now = dt.datetime(2026, 9, 4, 12, tzinfo=dt.timezone.utc)
        with patch.object(Windowed, "now", lambda transport: now):
            with mute_logger(LOG):
                source._fetch()
            self.assertEqual((source.state, len(source.delivery_ids)), ("failing", 2))
            self.assertNotIn("tok-4711", source.last_error)
            self.assertIn("Authorization", service.seen[-1][2])
            service.broken, asked = False, len(service.seen)
            self.assertEqual(len(source._fetch()), 1)  # the third day alone
            self.assertTrue(
                all("2026-09-03" in path for _method, path, *_rest in service.seen[asked:])
            )
            self.assertFalse(source._fetch())
        source.delivery_ids.sudo()._load()
        self.assertEqual(sum(source.delivery_ids.mapped("loaded")), len(calls))
        self.assertEqual(source.state, "ok")

    # --- two at once -------------------------------------------------------------------------

    def test_while_another_worker_fetches_nothing_is_done(self):
        (self.root / "out" / "a.csv").write_bytes(SMALL)
        source = self.new_source(
            "folder",
            transport="folder",
            transport_settings={"path": str(self.root / "out"), "settle": 0},
        )
        key = source_fetching.locks.key_of("fetch")
        with self.registry.cursor() as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", [key, source.id])
            self.assertFalse(source._fetch())
            self.assertFalse(source.last_fetch_at)
            with self.assertRaisesRegex(UserError, "is being asked"):
                source.action_fetch()
            other.execute("SELECT pg_advisory_unlock(%s, %s)", [key, source.id])
        self.assertEqual(source._fetch().name, "a.csv")
