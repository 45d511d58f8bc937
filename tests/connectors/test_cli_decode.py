# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several files, archives and folders in one run of the shell tool."""

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from connectors import formats
from connectors.cli import main

SAMPLES = Path(__file__).parent / "samples"

INVITE = "INVITE|a|b|{0}|200|OK|{1}|+4930123456|+4989123456|acme\n"
BYE = "BYE|b|a|{0}|200|OK|{1}|||\n"


def decode(folder, name, *files):
    """(exit code, records, rejects, counts by file)."""
    records, rejects = folder / "records.csv", folder / "rejects.csv"
    code = main(["decode", "-f", name, *map(str, files), "-o", str(records),
                 "--rejects", str(rejects), "--json"])  # fmt: skip
    frames = [pd.read_csv(path) if path.exists() else None for path in (records, rejects)]
    return code, *frames


def test_calls_over_the_border_of_two_files_are_put_together(tmp_path, capsys):
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "1.log").write_text(INVITE.format("x", 1793061000) + INVITE.format("y", 1793061000))
    (logs / "2.log").write_text(BYE.format("x", 1793061061) + BYE.format("never", 1793061061))
    (logs / "2.log.fin").write_text("")
    (logs / ".hidden").write_text("x")
    code, records, rejects = decode(tmp_path, "opensips_flatstore", logs)
    assert records["record_id"].tolist() == ["x"] and records["quantity"].tolist() == [61_000_000]
    assert records["file"].tolist() == ["2.log"]
    # of the other two nobody ever saw the counterpart; the part of the call is named with its place
    found = {(row.file, row.line): row.reason for row in rejects.itertuples()}
    assert found == {
        ("1.log", 1): "merged", ("1.log", 2): "unpaired", ("2.log", 2): "unpaired",
    }  # fmt: skip
    assert "line 1 of 2.log" in rejects["message"][rejects["reason"] == "merged"].iloc[0]
    assert code == 1
    counts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(count["loaded"] for count in counts) == 1


def test_parts_of_a_call_in_the_files_of_an_archive(tmp_path):
    first, _other, last = (SAMPLES / "partial_csv.csv").read_text().splitlines(keepends=True)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("1.csv", first)
        archive.writestr("2.csv", last)
    code, records, rejects = decode(tmp_path, "partial_csv", tmp_path / "a.zip")
    # no part says that it is the last: at the end of all files that is so
    assert records["quantity"].tolist() == [100_000_000] and code == 0
    assert records["file"].tolist() == ["a.zip/1.csv"] and records["line"].tolist() == [1]
    assert rejects["file"].tolist() == ["a.zip/2.csv"]
    assert "line 1 of a.zip/1.csv" in rejects["message"][0]


@pytest.mark.parametrize("name", ["asterisk", "outbox"])  # known by an id; by their facts
def test_records_that_came_before_are_counted_and_left_out(name, tmp_path, capsys):
    sample = SAMPLES / f"{name}.csv"
    again = tmp_path / "again.csv"
    again.write_bytes(sample.read_bytes())
    code, records, _rejects = decode(tmp_path, name, sample, again)
    one = len(formats.get(name).decode(sample).read().frame)
    assert code == 0 and len(records) == one
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["loaded"], first["duplicates"]) == (one, 0)
    assert (second["loaded"], second["duplicates"]) == (0, one)
    for count in (first, second):
        parts = ("loaded", "duplicates", "faulty", "filtered", "header", "trailer", "blank")
        assert count["lines"] == sum(count[part] for part in parts)


def test_equal_lines_of_one_file_are_several_records(tmp_path):
    head, line = (SAMPLES / "outbox.csv").read_text().splitlines(keepends=True)
    (tmp_path / "twice.csv").write_text(head + line.rstrip() + "\n" + line)
    _code, records, _rejects = decode(tmp_path, "outbox", tmp_path / "twice.csv")
    assert len(records) == 2


def test_a_file_that_cannot_be_read_is_named_and_stops_no_other(tmp_path, capsys):
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 no more")
    (tmp_path / "other.csv").write_text("a;b\n1;2\n")
    missing = tmp_path / "missing.csv"
    code, records, _rejects = decode(
        tmp_path, "starface", missing, tmp_path / "broken.zip", tmp_path / "other.csv",
        SAMPLES / "starface.csv",
    )  # fmt: skip
    assert code == 2 and len(records) == 2
    shown = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1].rsplit("/", 1)[-1] for line in shown] == [
        "missing.csv", "broken.zip", "other.csv",
    ]  # fmt: skip
    assert "No such file" in shown[0] and "Check format" in shown[2]


def test_what_else_lies_in_an_archive_is_left_out_and_named(tmp_path, capsys):
    """An export of Teams holds the parameters of the report beside the calls."""
    with zipfile.ZipFile(tmp_path / "Calls.Export.1.zip", "w") as archive:
        archive.write(SAMPLES / "teams_pstn.csv", "PSTN.calls.2026-09-01.csv")
        archive.writestr("parameters.json", "{}")
    code, records, _rejects = decode(tmp_path, "teams_pstn", tmp_path / "Calls.Export.1.zip")
    assert code == 0 and len(records) > 0
    assert "parameters.json: left out by its ending" in capsys.readouterr().err


def test_each_format_and_way_is_described_with_an_example(capsys):
    assert main(["formats"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line[:1] == " "]
    for name in dict.fromkeys(listed):
        assert main(["describe", name]) == 0
        assert f"python -m connectors decode -f {name} " in (shown := capsys.readouterr().out) or (
            f"python -m connectors fetch {name} " in shown
        )
    assert main(["describe", "csv_mapping"]) == 0
    shown = capsys.readouterr().out
    example = shown[shown.index('{"columns"') : shown.index("\nwith")]
    formats.get("csv_mapping").resolve(json.loads(example))  # can be used as it stands
    assert main(["describe", "nonsense"]) == 2
