# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample):
    frame, rejects, summary = sample("telekom_evn", "telekom_evn.csv")
    assert summary.header == 3 and len(rejects) == 0  # two lines about the bill, then the names
    assert frame["service"].tolist() == ["voice", "sms", "data", "data", "sms", "voice", "voice"]
    assert frame["unit"].tolist() == ["second", "piece", "byte", "byte", "piece"] + ["second"] * 2
    # 61 s; one message; 1,024.5 KB of 1,024 bytes = 1,049,088 bytes; a session of ten minutes is
    # its volume, 512 KB; a message of 0 s is one; a call of 0 s; a call is its time, not one piece
    expected = [61, 1, 1_049_088, 524_288, 1, 0, 62]
    assert frame["quantity"].tolist() == [one * MICRO for one in expected]
    assert frame["cost"].tolist() == [123_000, 75_600, 0, 50_000, 75_600, 0, 123_000]
    numbers = ["43123456789", "491711234567", "", "", "491711234", "491711234567", "491711234567"]
    assert frame["b_number"].fillna("").tolist() == numbers
    assert frame["destination"][0] == "Österreich"
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")


def test_gross_prices_if_asked_for(sample):
    frame, _rejects, _summary = sample("telekom_evn", "telekom_evn.csv", price="Bruttobetrag")
    assert frame["cost"].tolist()[:3] == [146_400, 90_000, 0]


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("telekom_evn", "telekom_evn_dirty.csv")
    assert frame["line"].tolist() == [4, 7]
    assert reasons(rejects) == {
        5: "value_unknown",
        6: "amount",
        8: "column_count",
    }
    assert summary.faulty + summary.filtered == 3
