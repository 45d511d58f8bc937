# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample):
    frame, rejects, _summary = sample("teams_graph", "teams_graph.json")
    assert len(rejects) == 0
    assert frame["record_id"].tolist() == ["g-1", "g-2"]
    assert frame["service"].tolist() == ["voice", "conference"]
    assert frame["quantity"].tolist() == [61 * MICRO] * 2
    assert frame["cost"].fillna(-1).tolist() == [14500, -1]
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 10:00:05.123456")
    assert frame["destination"].tolist() == ["Austria"] * 2


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("teams_graph", "teams_graph_dirty.json")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "duration",
        3: "missing",
        4: "record_shape",
        5: "amount",
        6: "broken_document",
    }
    assert summary.faulty + summary.filtered == 5
