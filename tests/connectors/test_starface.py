# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("starface", "starface.csv")
    assert frame["direction"].tolist() == ["out", "in"]
    assert frame["b_number"].tolist() == ["49891234567", "4930123456"]
    # from answer 10:00:05 to hang-up 10:01:06
    assert frame["quantity"].tolist() == [61 * MICRO, 10 * MICRO]
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")
    assert frame["account"].tolist() == ["0001", "SIP Trunk"]
    assert reasons(rejects) == {4: "not_answered"}


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("starface", "starface_dirty.csv")
    assert frame["line"].tolist() == [2]
    assert reasons(rejects) == {
        3: "missing",
        4: "duration_negative",
        5: "missing",
        6: "column_count",
    }
    assert summary.faulty + summary.filtered == 4
