# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests of sources share: a source filled in by a manager, servers on loopback."""

import os
import tempfile
import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

from odoo.addons.telecom_billing.models import source_fetching

from connectors.retry import Patience
from connectors.transports import base
from tests.addon.common import TelecomCase
from tests.connectors.conftest import new_authority

LOG = "odoo.addons.telecom_billing.models.source_fetching"
OLD = time.time() - 3600


class WaysCase(TelecomCase):
    """``root`` is a folder with ``out``; transports try once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.authority = new_authority(Path(folder.name))
        cls.ca = Path(cls.authority.ca).read_text()

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "out").mkdir()
        once = patch.object(base, "Patience", lambda: Patience(attempts=1))
        once.start()
        self.addCleanup(once.stop)

    def put(self, name, content):
        path = self.root / "out" / name
        path.write_bytes(content)
        os.utime(path, (OLD, OLD))

    def serve(self, handler, secure=False, **facts):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if secure:
            server.socket = self.authority.server_context().wrap_socket(
                server.socket, server_side=True
            )
        vars(server).update({"seen": [], "trouble": []} | facts)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def source_of(self, transport, way, **vals):
        """As a manager fills in the form."""
        source = self.env["telecom.source"].with_user(self.manager).create(
            {
                "name": f"Over {transport}",
                "code": transport,
                "format": "asterisk",
                "transport": transport,
                "transport_settings": way,
            }
            | vals
        )  # fmt: skip
        self.addCleanup(lambda path: path.rmdir(), source_fetching.folder_of(source))
        return source

    def assertArrives(self, source, names, loaded):
        """Tested, fetched, loaded, and fetched again: nothing twice."""
        test = self.env["telecom.source.test"].browse(source.action_test()["res_id"])
        self.assertTrue(test.ok, test.headline)
        self.assertIn(f"{len(names)} files wait", test.headline)
        self.assertFalse(source.delivery_ids)
        source._fetch()
        self.assertEqual((source.state, source.last_error), ("ok", False))
        deliveries = source.delivery_ids
        self.assertEqual(sorted(name.split("/")[-1] for name in deliveries.mapped("name")), names)
        deliveries.sudo()._load()
        self.assertEqual(sum(deliveries.mapped("loaded")), loaded)
        self.assertFalse(source._fetch())
        top = source.delivery_ids.filtered(lambda delivery: not delivery.parent_id)
        self.assertEqual(top, deliveries)
        self.assertEqual(list(source_fetching.folder_of(source).iterdir()), [])
