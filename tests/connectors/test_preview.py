# SPDX-License-Identifier: AGPL-3.0-or-later
import json
import zipfile
from pathlib import Path

from connectors.preview import preview

SAMPLES = Path(__file__).parent / "samples"


def test_cells_and_records_side_by_side():
    found = preview("german_carrier", SAMPLES / "german_carrier.csv")
    assert found.columns[:2] == ["Rufnummer A", "Rufnummer B"]
    assert found.cells[0][1] == "0049891234567"
    record = found.records[0]
    assert record["b_number"] == "49891234567" and record["cost"] == "0.0145"
    assert record["quantity"] == "61" and record["record_id"] == ""
    assert record["started_at"] == "2026-09-01 08:00:00"
    assert found.rejects[0]["reason"] == "number_damaged"
    assert found.summary["declared"]["count"] == 4
    json.dumps(found.__dict__)


def test_of_an_archive_and_of_bytes(tmp_path):
    data = (SAMPLES / "ovh.jsonl").read_bytes()
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        archive.writestr("calls.jsonl", data)
    found = preview("ovh", tmp_path / "o.zip", rows=2)
    assert found.name == "o.zip/calls.jsonl"
    assert len(found.records) == 2 and len(found.cells) == 2
    assert preview("ovh", data, rows=2).records == found.records


def test_a_half_done_mapping_says_what_is_missing():
    found = preview("csv_mapping", b"A;B\n1;2\n", {"columns": [{"target": "b_number"}]})
    assert "column or a value" in found.fault
    columns = [{"target": "started_at", "column": "Start"}, {"target": "quantity", "value": "1"}]
    found = preview("csv_mapping", b"A;B\n1;2\n", {"columns": columns})
    assert "lacks Start" in found.fault and "A;B" in found.fault
    assert preview("csv_mapping", Path("/nowhere"), {"columns": columns}).fault
    assert preview("nonsense", b"").fault


def test_an_empty_archive_is_said(tmp_path):
    zipfile.ZipFile(tmp_path / "o.zip", "w").close()
    assert "empty" in preview("ovh", tmp_path / "o.zip").fault
