# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("twilio", "twilio.json")
    assert frame["record_id"].tolist() == ["CA1", "CA2", "SM1"]
    assert frame["service"].tolist() == ["voice", "voice", "sms"]
    assert frame["direction"].tolist() == ["out", "in", "out"]
    assert frame["cost"].fillna(-1).tolist() == [20000, -1, -1]  # negative there is cost to us
    assert frame["quantity"].tolist() == [61 * MICRO, 61 * MICRO, 2 * MICRO]
    assert frame["b_number"].fillna("").tolist() == ["43123456789", "", "43123456789"]
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")
    assert reasons(rejects) == {3: "not_answered"}


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("twilio", "twilio_dirty.json")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "missing",
        3: "missing",
        4: "amount",
        5: "record_shape",
        6: "broken_document",
    }
    assert summary.faulty + summary.filtered == 5
