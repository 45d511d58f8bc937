# SPDX-License-Identifier: AGPL-3.0-or-later
import threading
from http.server import ThreadingHTTPServer

import pytest

from connectors.carriers.windows import Windowed
from tests.connectors.carriers.service import NOW, Service


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.seen, server.trouble = [], []
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def present(monkeypatch):
    monkeypatch.setattr(Windowed, "now", lambda self: NOW)


@pytest.fixture
def local(tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    return folder
