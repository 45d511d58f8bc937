# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("avaya_smdr", "avaya_smdr.csv")
    assert frame["direction"].tolist() == ["in", "out"]
    assert frame["a_number"].fillna("").tolist() == ["491707299900", ""]
    # 1:00 before the transfer and 0:01 after it are one call
    assert frame["quantity"].tolist() == [5 * MICRO, 61 * MICRO]
    assert frame["started_at"].tolist() == [
        pd.Timestamp("2026-08-01 13:14:19"),
        pd.Timestamp("2026-08-01 13:20:00"),
    ]
    assert reasons(rejects) == {3: "merged", 4: "internal", 5: "not_answered"}
    assert "line 2" in rejects.set_index("line").loc[3, "message"]


def test_segments_may_stay_apart(sample):
    frame, _rejects, _summary = sample("avaya_smdr", "avaya_smdr.csv", merge=False)
    assert frame["quantity"].tolist() == [5 * MICRO, 60 * MICRO, 1 * MICRO]
    assert frame["record_id"].is_unique


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("avaya_smdr", "avaya_smdr_dirty.csv")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "duration",
        3: "unexpected",
        4: "column_count",
    }
    assert summary.faulty + summary.filtered == 3
