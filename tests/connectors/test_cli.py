# SPDX-License-Identifier: AGPL-3.0-or-later
import base64
import gzip
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from connectors.cli import main
from connectors.cli_ways import alone
from connectors.reasons import TransportError
from connectors.retry import Patience
from connectors.transports.folder import Folder

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).parent / "samples"


def test_decode_writes_records_rejects_and_counts(tmp_path, capsys):
    records, rejects = tmp_path / "r.parquet", tmp_path / "rejects.csv"
    code = main(["decode", "-f", "german_carrier", str(SAMPLES / "german_carrier.csv"),
                 "-o", str(records), "--rejects", str(rejects)])  # fmt: skip
    assert code == 1  # one line is faulty
    frame = pd.read_parquet(records)
    assert frame["b_number"].tolist() == ["49891234567", "43123456789", "49110"]
    assert frame["file"].unique().tolist() == ["german_carrier.csv"]
    assert pd.read_csv(rejects)["reason"].tolist() == ["number_damaged"]
    shown = capsys.readouterr().out
    assert (
        "lines = 3 records + 0 duplicates + 1 faulty + 0 filtered + 1 header + 1 trailer + 0 blank"
        in shown
    )
    assert "control totals: the file states a quantity of 1387, 1326 was read" in shown


def test_decode_several_files_into_one_csv(tmp_path, capsys):
    target = tmp_path / "r.csv"
    sample = str(SAMPLES / "asterisk.csv")
    decode = ["decode", "-f", "asterisk", sample, sample, "-o", str(target), "--json"]
    assert main([*decode, "--duplicates", "keep"]) == 0
    assert len(pd.read_csv(target)) == 4
    counts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [count["loaded"] for count in counts] == [2, 2]


def test_settings_from_a_file_and_from_the_line(tmp_path, capsys):
    given = tmp_path / "s.json"
    given.write_text(json.dumps({"timezone": "UTC", "bill_from": "start"}))
    target = tmp_path / "r.csv"
    main(["decode", "-f", "asterisk", str(SAMPLES / "asterisk.csv"), "--settings", str(given),
          "-s", "bill_from=answer", "-o", str(target)])  # fmt: skip
    assert pd.read_csv(target)["started_at"].tolist()[1].startswith("2026-09-01 09:05:07")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["decode", "-f", "nonsense", "x.csv"], "asterisk"),
        (["decode", "-f", "asterisk", "-s", "timezone=Mars/Olympus", "x.csv"], "Mars/Olympus"),
        (["decode", "-f", "asterisk", "-s", "oops", "x.csv"], "name=value"),
        (["decode", "-f", "asterisk", "missing.csv"], "missing.csv"),
        (["decode", "-f", "asterisk", str(SAMPLES / "asterisk.csv"), "-o", "x.xls"], ".parquet"),
    ],
)
def test_wrong_use_is_one_clear_line(args, word, capsys):
    assert main(args) == 2
    shown = capsys.readouterr()
    assert word in shown.err and shown.err.count("\n") == 1


def test_detect_proposes(capsys):
    assert main(["detect", str(SAMPLES / "german_carrier.csv")]) == 0
    found = json.loads(capsys.readouterr().out.partition(":\n")[2])
    assert found["encoding"] == "cp1252" and found["delimiter"] == ";" and found["header"]
    assert found["decimal"] == ","
    assert found["candidates"][0]["name"] == "german_carrier"


def test_formats_and_describe_list_everything(capsys):
    main(["formats"])
    assert "german_carrier" in capsys.readouterr().out
    main(["describe", "asterisk"])
    assert "bill_from" in capsys.readouterr().out
    main(["describe", "folder", "--json"])
    assert json.loads(capsys.readouterr().out)["name"] == "folder"


def test_fetch_from_a_folder(tmp_path, capsys):
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.csv").write_text("1")
    os.utime(source / "a.csv", (time.time() - 100,) * 2)
    args = ["fetch", "folder", "-s", f"path={source}", "--into", str(tmp_path / "out")]
    assert main([*args, "--list"]) == 0
    assert capsys.readouterr().out == "a.csv 1\n"
    assert main([*args, "--keep"]) == 0
    assert (source / "a.csv").exists()
    assert main(args) == 0
    assert (source / "done" / "a.csv").exists()
    files = [path for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")]
    assert [path.read_text() for path in files] == ["1"]


def test_the_module_starts_and_explains_itself():
    shown = subprocess.run(
        [sys.executable, "-m", "connectors", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for word in ("decode", "detect", "fetch", "examples:", "exit codes"):
        assert word in shown


def test_fetch_remembers_and_goes_on(tmp_path, capsys):
    source = tmp_path / "in"
    source.mkdir()
    for name in ("a.csv", "b.csv"):
        (source / name).write_text(name)
        os.utime(source / name, (time.time() - 100,) * 2)
    args = ["fetch", "folder", "-s", f"path={source}", "-s", "after=leave",
            "--into", str(tmp_path / "out")]  # fmt: skip
    assert main(args) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(args) == 0  # they are still there, but known
    assert capsys.readouterr().out == ""
    state = tmp_path / "out" / ".state-folder.json"
    assert sorted(json.loads(state.read_text())["seen"]) == ["a.csv", "b.csv"]
    state.write_text("{")
    assert main(args) == 2 and "no JSON" in capsys.readouterr().err


def test_two_fetches_into_one_folder_are_kept_apart(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    with alone(tmp_path):
        assert main(["fetch", "folder", "-s", f"path={tmp_path / 'in'}",
                     "--into", str(tmp_path)]) == 2  # fmt: skip
    assert "another fetch" in capsys.readouterr().err


def test_preview_shows_cells_and_records(capsys):
    assert main(["preview", "-f", "german_carrier", str(SAMPLES / "german_carrier.csv")]) == 0
    assert json.loads(capsys.readouterr().out)["records"][0]["cost"] == "0.0145"
    assert main(["preview", "-f", "sewan", str(SAMPLES / "german_carrier.csv")]) == 2


class Odoo(BaseHTTPRequestHandler):
    """The JSON-2 API of an Odoo with a source "acme"."""

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, dict(self.headers), body))
        status, answer = 200, {"state": "received"}
        trouble = self.server.trouble.pop(0) if self.server.trouble else None
        if trouble == "cut":  # it came through, and nobody hears of it
            self.connection.close()
            return
        if trouble:
            status, answer = trouble, {"message": "the database is away"}
        elif self.headers["Authorization"] != "Bearer geheim":
            status, answer = 401, {"message": "no"}
        elif self.path.endswith("/search_read"):
            answer = [{"id": 7}] if body["domain"] == [["code", "=", "acme"]] else []
        elif body["name"] == "bad.csv":
            status, answer = 422, {"message": "This file is not wanted."}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def odoo():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odoo)
    server.seen, server.trouble = [], []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_push_to_an_odoo(odoo, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ODOO_API_KEY", "geheim")
    small, large, bad = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "bad.csv"
    small.write_bytes(b"1;2\n"), large.write_bytes(b"1;2\n" * 500_000), bad.write_bytes(b"x")
    url = f"http://127.0.0.1:{odoo.server_port}"
    push = ["push", "--url", url, "--source", "acme", "--database", "prod"]
    assert main([*push, str(small), str(large)]) == 0
    assert capsys.readouterr().out.count("received") == 2
    _path, headers, body = odoo.seen[1]
    assert headers["X-Odoo-Database"] == "prod" and body["ids"] == [7]
    assert base64.b64decode(body["base64_content"]) == b"1;2\n"
    body = odoo.seen[2][2]
    assert body["name"] == "b.csv.gz"  # large files travel packed
    assert gzip.decompress(base64.b64decode(body["base64_content"])) == large.read_bytes()
    assert main([*push, str(bad)]) == 2
    assert "not wanted" in capsys.readouterr().err
    assert main([*push, str(bad), str(small)]) == 2  # one that is unwanted stops no other
    assert "a.csv: received" in capsys.readouterr().out
    assert main(["push", "--url", url, "--source", "other", str(small)]) == 2
    monkeypatch.setenv("ODOO_API_KEY", "falsch-4711")
    assert main([*push, str(small)]) == 2
    shown = capsys.readouterr().err
    assert "refuses the login" in shown and "falsch" not in shown
    assert main(["push", "--url", "http://odoo.example", "--source", "x", str(small)]) == 2


def test_push_is_tried_again(odoo, tmp_path, capsys, monkeypatch):
    pauses = []
    monkeypatch.setenv("ODOO_API_KEY", "geheim")
    monkeypatch.setattr("connectors.http.Patience", lambda: Patience(sleep=pauses.append))
    (tmp_path / "a.csv").write_bytes(b"1;2\n")
    url = f"http://127.0.0.1:{odoo.server_port}"
    push = ["push", "--url", url, "--source", "acme", str(tmp_path / "a.csv")]
    odoo.trouble = [503, None, 429, "cut", 500]
    assert main(push) == 0
    assert "a.csv: received" in capsys.readouterr().out
    assert len(odoo.seen) == 6 and len(pauses) == 4
    assert pauses[1] < pauses[2] < pauses[3]  # each pause longer than the one before
    assert len({json.dumps(body) for _path, _headers, body in odoo.seen[2:]}) == 1
    odoo.trouble = [None] + [500] * 9
    assert main(push) == 2
    assert "the database is away" in capsys.readouterr().err
    assert len(odoo.seen) == 6 + 1 + 5


def test_fetch_goes_on_behind_a_file_that_cannot_be_had(tmp_path, capsys, monkeypatch):
    """A file that was renamed or locked away on the server stops no other."""
    folder, into = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        (folder / name).write_bytes(b"1")
    copy = Folder.copy

    def gone(self, name, write, offset):
        if name == "b.csv":
            raise TransportError(f"{name}: there is no such file or folder; correct it.", False)
        copy(self, name, write, offset)

    def away(self, name, write, offset):
        tried.append(name)
        raise TransportError(f"x, {name}: the connection failed (x); check address and network.")

    tried = []
    monkeypatch.setattr(Folder, "copy", away)
    monkeypatch.setattr(
        "connectors.transports.base.Patience", lambda: Patience(attempts=2, first=0)
    )
    fetch = ["fetch", "folder", "-s", f"path={folder}", "-s", "settle=0", "--into", str(into)]
    assert main(fetch) == 2 and set(tried) == {"a.csv"}  # no other is asked for: the way is broken
    capsys.readouterr()
    monkeypatch.setattr(Folder, "copy", gone)
    assert main(fetch) == 2
    shown = capsys.readouterr()
    assert "b.csv" in shown.err and shown.out.count("sha256") == 2
    assert (folder / "b.csv").exists() and not (folder / "c.csv").exists()
    monkeypatch.undo()
    assert main(fetch) == 0
    assert capsys.readouterr().out.count("sha256") == 1
