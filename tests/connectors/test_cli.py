# SPDX-License-Identifier: AGPL-3.0-or-later
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from connectors.cli import main

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
    assert "6 lines = 3 records + 1 faulty + 0 filtered + 1 header + 1 trailer + 0 blank" in shown
    assert "control totals: the file states a quantity of 1387, 1326 was read" in shown


def test_decode_several_files_into_one_csv(tmp_path, capsys):
    target = tmp_path / "r.csv"
    sample = str(SAMPLES / "asterisk.csv")
    assert main(["decode", "-f", "asterisk", sample, sample, "-o", str(target), "--json"]) == 0
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
    assert [path.read_text() for path in (tmp_path / "out").iterdir()] == ["1"]


def test_the_module_starts_and_explains_itself():
    shown = subprocess.run(
        [sys.executable, "-m", "connectors", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for word in ("decode", "detect", "fetch", "examples:", "exit codes"):
        assert word in shown
