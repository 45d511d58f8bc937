# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample):
    frame, rejects, _summary = sample("ovh", "ovh.jsonl")
    assert len(rejects) == 0
    assert frame["direction"].tolist() == ["out", "in", "transfer"]
    assert frame["a_number"].unique().tolist() == ["33123456789"]
    assert frame["b_number"].unique().tolist() == ["33987654321"]
    assert frame["cost"].fillna(-1).tolist() == [14500, -1, 14500]
    assert frame["quantity"].tolist() == [61 * MICRO] * 3
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")
    assert frame["account"][0] == "0033123456789"


def test_the_dialled_number_is_national(sample):
    frame, _rejects, _summary = sample(
        "ovh", "ovh.jsonl", b_from="dialed", b_notation="international, national"
    )
    assert frame["b_number"].unique().tolist() == ["33987654321"]


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("ovh", "ovh_dirty.jsonl")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "broken_document",
        3: "value_unknown",
        4: "time",
        5: "record_shape",
        6: "record_shape",
        7: "encoding",
        8: "duration_negative",
    }
    assert summary.faulty + summary.filtered == 7
