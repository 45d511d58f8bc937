# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("broadworks", "broadworks.xml")
    row = frame.iloc[0]
    assert (row["a_number"], row["b_number"]) == ("4930123456", "4930654321")
    assert row["started_at"] == pd.Timestamp("2026-09-01 08:00:00.813")
    assert row["quantity"] == 61 * MICRO  # 08:00:00.813 to 08:01:01.813
    assert row["record_id"] == "0000000001/0003BAEB7268/20260901080101.813"
    assert reasons(rejects) == {2: "not_final", 3: "not_answered", 4: "not_final"}
    assert "Start" in rejects["raw"][0]


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("broadworks", "broadworks_dirty.xml")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "duration_negative",
        3: "time",
        4: "number_damaged",
        5: "broken_document",
    }
    assert summary.faulty + summary.filtered == 4
