# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample):
    frame, _rejects, _summary = sample("zoom", "zoom.json")
    assert frame["service"].unique().tolist() == ["conference"]
    assert frame["quantity"].tolist() == [600 * MICRO, 600 * MICRO, 30 * MICRO]
    assert frame["participant"].tolist() == ["anna@example.org", "anna@example.org", "Gast"]
    assert frame["conference"].unique().tolist() == ["Kx9=="]
    assert frame["account"].unique().tolist() == ["chef@example.org"]
    assert frame["record_id"].is_unique
    assert frame["started_at"][1] == pd.Timestamp("2026-09-01 08:09:00")


def test_rejoins_are_added_or_merged_as_the_source_says(sample, reasons):
    # Anna: 08:00 to 08:10 and, from a second device, 08:09 to 08:19
    frame, rejects, _summary = sample("zoom", "zoom.json", rejoins="sum")
    assert frame["quantity"].tolist() == [1200 * MICRO, 30 * MICRO]
    assert reasons(rejects) == {2: "merged"}
    frame, _rejects, _summary = sample("zoom", "zoom.json", rejoins="union")
    assert frame["quantity"].tolist() == [1140 * MICRO, 30 * MICRO]  # 08:00 to 08:19


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("zoom", "zoom_dirty.json")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "missing",
        3: "duration",
        4: "record_shape",
        5: "duration_negative",
        6: "broken_document",
    }
    assert summary.faulty + summary.filtered == 5
