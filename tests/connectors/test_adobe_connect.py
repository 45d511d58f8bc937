# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("adobe_connect", "adobe_connect.xml")
    row = frame.iloc[0]
    assert row["quantity"] == 61 * MICRO
    assert row["started_at"] == pd.Timestamp("2026-09-01 08:00:00.313")
    assert (row["conference"], row["participant"]) == ("7", "anna@example.org")
    assert reasons(rejects) == {2: "other_record_type", 3: "not_final"}


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("adobe_connect", "adobe_connect_dirty.xml")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "missing",
        3: "duration_negative",
        4: "time",
        5: "broken_document",
    }
    assert summary.faulty + summary.filtered == 4
