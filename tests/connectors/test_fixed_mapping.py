# SPDX-License-Identifier: AGPL-3.0-or-later
import io

import pandas as pd
import pytest

from connectors import formats
from connectors.frame import MICRO
from connectors.reasons import SettingsError


def test_header_and_trailer(sample):
    frame, rejects, summary = sample("fixed_header_trailer", "fixed_header_trailer.cdr")
    assert len(rejects) == 0 and summary.differences() == []
    assert frame["record_id"].tolist() == ["0000000001", "0000000002"]
    assert frame["quantity"].tolist() == [61 * MICRO, 1794 * MICRO]  # 00:01:01.00, 00:29:54.00
    assert frame["b_number"].tolist() == ["43123456789", "49110"]
    assert frame["started_at"][0] == pd.Timestamp("2026-07-11 08:00:00.5")
    declared = summary.declared
    assert (declared.count, declared.sequence) == (2, "000309")
    assert declared.quantity == 1855 * MICRO  # 0000 00:30:55.00
    assert declared.file_name == "DDB-Some-10022-20260711-309.CDR"
    assert declared.created == "20260711100255"


def test_totals_that_differ_are_said(sample):
    _frame, _rejects, summary = sample("fixed_header_trailer", "fixed_header_trailer_dirty.cdr")
    assert summary.differences() == ["the file states a quantity of 5455, 61 was read"]


def test_places_are_checked():
    columns = [{"target": "started_at", "column": "Start"}, {"target": "quantity", "value": "1"}]
    with pytest.raises(SettingsError, match="Start: write places"):
        formats.get("fixed_mapping").resolve({"columns": columns})


def test_other_records_are_left_out():
    columns = [
        {"target": "started_at", "column": "2-16", "pattern": "compact"},
        {"target": "quantity", "column": "16-20"},
    ]
    text = b"C 202609011000000061\nX something\nC 20260901100000\n"
    settings = {"columns": columns, "data_mark": "C", "timezone": "UTC"}
    chunk = formats.get("fixed_mapping").decode(io.BytesIO(text), settings).read()
    assert chunk.frame["quantity"].tolist() == [61 * MICRO]
    assert chunk.rejects["reason"].tolist() == ["other_record_type", "line_short"]


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("fixed_header_trailer", "fixed_header_trailer_dirty.cdr")
    assert frame["line"].tolist() == [2]
    assert reasons(rejects) == {
        3: "number_damaged",
        4: "time",
        5: "duration",
        6: "line_short",
    }
    assert summary.faulty + summary.filtered == 4
