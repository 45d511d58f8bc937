# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample):
    frame, rejects, _summary = sample("freeswitch_xml", "freeswitch_xml.xml")
    assert len(rejects) == 0
    row = frame.iloc[0]
    assert (row["a_number"], row["b_number"]) == ("4930123456", "34911234567")
    assert row["a_raw"] == "+4930123456"  # it stands there as %2B…
    assert row["account"] == "acme gmbh"
    assert row["quantity"] == 61 * MICRO
    assert row["started_at"] == pd.Timestamp("2026-09-01 08:00:05")


def test_both_legs_only_if_asked_for(sample):
    frame, _rejects, _summary = sample(
        "freeswitch_xml", "freeswitch_xml_dirty.xml", legs="all", unanswered=True
    )
    assert frame["record_id"].tolist() == ["u1", "u1b", "u3"]
    # without an answer the start counts
    assert frame["started_at"][2] == pd.Timestamp("2026-09-01 08:00:00")


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("freeswitch_xml", "freeswitch_xml_dirty.xml")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "not_selected",
        3: "not_answered",
        4: "time",
        5: "broken_document",
    }
    assert summary.faulty + summary.filtered == 4
