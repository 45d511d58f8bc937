# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("oracle_acme", "oracle_acme.csv")
    row = frame.iloc[0]
    assert (row["a_number"], row["b_number"]) == ("4930123456", "4989123456")
    assert row["quantity"] == 61 * MICRO
    assert row["started_at"] == pd.Timestamp("2026-09-01 12:30:04.094")
    assert row["record_id"] == "s-1"
    assert reasons(rejects) == {1: "not_final", 3: "not_final", 4: "not_answered"}


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("oracle_acme", "oracle_acme_dirty.csv")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "duration_negative",
        3: "time",
        4: "column_count",
        5: "number_country",
    }
    assert summary.faulty + summary.filtered == 4
