# SPDX-License-Identifier: AGPL-3.0-or-later
import io

import pandas as pd
import pytest

from connectors import formats
from connectors.frame import MICRO
from connectors.reasons import SettingsError


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("threecx", "threecx.csv")
    assert frame["direction"].tolist() == ["in", "out"]
    assert frame["a_number"].fillna("").tolist() == ["353861777149", ""]  # Ext.504 has no number
    assert frame["b_number"].fillna("").tolist() == ["", "49301234567"]
    assert frame["a_raw"].tolist() == ["+353861777149", "Ext.504"]
    assert frame["quantity"].tolist() == [336 * MICRO, 61 * MICRO]  # 5:36 and 1:01
    assert frame["started_at"][1] == pd.Timestamp("2026-09-19 12:00:04")
    assert reasons(rejects) == {3: "internal", 4: "not_answered"}


def test_fields_in_another_order(sample, tmp_path):
    order = "callid from-no to-no duration time-start time-answered"
    form = formats.get("threecx")
    line = b"C1,Ext.504,0301234567,00:01:01,2026/09/19 14:00:00,2026/09/19 14:00:04\n"
    frame = form.decode(io.BytesIO(line), {"order": order}).read().frame
    assert frame["record_id"].tolist() == ["C1"] and frame["b_number"].tolist() == ["49301234567"]
    with pytest.raises(SettingsError, match="time-answered"):
        form.resolve({"order": "callid from-no to-no duration time-start"})


def test_internal_calls_if_asked_for(sample):
    frame, _rejects, _summary = sample("threecx", "threecx.csv", internal=True)
    assert len(frame) == 3


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("threecx", "threecx_dirty.csv")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "duration",
        3: "column_count",
        4: "time",
    }
    assert summary.faulty + summary.filtered == 3


def test_newer_versions_append_fields():
    line = (
        "Call 1,id-1,00:05:36,2026/09/19 13:33:54,2026/09/19 13:33:54,2026/09/19 13:39:31,"
        "TerminatedBySrc,+353861777149,Ext.960,10021,960,960,,Ext.504,504,,,,,Chain: x;,"
        "Line,Queue,Extension,Anna,Sales,Bert,\n"
    )
    frame = formats.get("threecx").decode(io.BytesIO(line.encode())).read().frame
    assert frame["quantity"].tolist() == [336_000_000]
