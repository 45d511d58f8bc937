# SPDX-License-Identifier: AGPL-3.0-or-later
"""Priced usage from an Odoo to another system, from the shell."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.cli import main
from tests.connectors.receiver import Receiver

BATCHES = {"b-1": b"one\n", "b-2": b"two\n"}


class Odoo(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method, server = self.path.rsplit("/", 1)[1], self.server
        assert self.path.startswith("/json/2/telecom.handover/")
        if method == "waiting_batches":
            assert body == {"channel": "crm"}
            answer = [
                {"batch": name, "rows": 1, "amount": "1.000000"}
                for name in BATCHES
                if name not in server.acknowledged
            ]
        elif method == "fetch_batch":
            data = BATCHES[body["batch"]]
            sent = server.damage + data
            answer = {
                "name": f"crm-{body['batch']}.csv",
                "sha256": hashlib.sha256(data).hexdigest(),
                "base64_content": base64.b64encode(sent).decode(),
            }
        else:
            server.acknowledged.append(body["batch"])
            answer = {"state": "acknowledged"}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


@pytest.fixture
def odoo(monkeypatch):
    monkeypatch.setenv("ODOO_API_KEY", "key")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odoo)
    server.acknowledged, server.damage = [], b""
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def pull(odoo, folder, *more):
    url = f"http://127.0.0.1:{odoo.server_port}"
    return main(["pull", "--url", url, "--system", "crm", "--into", str(folder), *more])


def files(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def test_pull_and_acknowledge(odoo, tmp_path):
    wanted = {"crm-b-1.csv": b"one\n", "crm-b-2.csv": b"two\n"}
    assert pull(odoo, tmp_path) == 0
    assert files(tmp_path) == wanted and odoo.acknowledged == []
    assert pull(odoo, tmp_path, "--acknowledge") == 0
    assert odoo.acknowledged == ["b-1", "b-2"]
    again = tmp_path / "again"
    assert pull(odoo, again, "--acknowledge") == 0
    assert files(again) == {}


def test_a_damaged_batch_is_neither_kept_nor_acknowledged(odoo, tmp_path, capsys):
    odoo.damage = b"x"
    assert pull(odoo, tmp_path, "--acknowledge") == 2
    assert "damaged" in capsys.readouterr().err
    assert files(tmp_path) == {} and odoo.acknowledged == []


def test_post_resumes_after_a_break(tmp_path, capsys):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.csv").write_text(name)
    paths = [str(tmp_path / f"{name}.csv") for name in ("a", "b", "c")]
    state = ["--state", str(tmp_path / "state.json")]
    with Receiver(["take", "422"]) as server:
        assert main(["post", *paths, *state, "-s", f"url={server.url}"]) == 2
    assert set(server.kept.values()) == {b"a"}
    with Receiver(["409"], kept=server.kept) as server:
        server.kept[hashlib.sha256(b"b").hexdigest()] = b"b"
        assert main(["post", *paths, *state, "-s", f"url={server.url}"]) == 0
        assert len(server.seen) == 2  # a was acknowledged before
    assert sorted(server.kept.values()) == [b"a", b"b", b"c"]
    shown = capsys.readouterr().out
    assert "acknowledged before" in shown and "known there" in shown
