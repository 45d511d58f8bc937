# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("freeswitch_csv", "freeswitch_csv.csv")
    # 0034…, +34…, 34… and 00034… are the same number
    assert frame["b_number"].tolist() == ["34911234567"] * 4
    assert frame["quantity"].tolist() == [61 * MICRO, 2 * MICRO, 10 * MICRO, 10 * MICRO]
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")
    assert frame["record_id"][0] == "a5c9f6c0-e752-11e3-8bfb-65b6c3cdac7d"
    assert frame["account"].unique().tolist() == ["acme"]
    assert reasons(rejects) == {5: "not_answered"}


def test_incoming_by_context_and_ringing_included(sample):
    frame, _rejects, _summary = sample(
        "freeswitch_csv",
        "freeswitch_csv.csv",
        incoming_contexts="public",
        bill_from="start",
        unanswered=True,
    )
    assert frame["direction"].unique().tolist() == ["in"]
    assert frame["quantity"].tolist()[0] == 66 * MICRO
    assert len(frame) == 5


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("freeswitch_csv", "freeswitch_csv_dirty.csv")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "column_count",
        3: "number_damaged",
        4: "time",
    }
    assert summary.faulty + summary.filtered == 3
