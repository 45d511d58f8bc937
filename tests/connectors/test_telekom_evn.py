# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO


def test_documented_sample(sample):
    frame, rejects, summary = sample("telekom_evn", "telekom_evn.csv")
    assert summary.header == 3 and len(rejects) == 0  # two lines about the bill, then the names
    assert frame["service"].tolist() == ["voice", "sms", "data"]
    assert frame["unit"].tolist() == ["second", "piece", "byte"]
    # 61 s; one message; 1,024.5 KB of 1,024 bytes = 1,049,088 bytes
    assert frame["quantity"].tolist() == [61 * MICRO, MICRO, 1_049_088 * MICRO]
    assert frame["cost"].tolist() == [123_000, 75_600, 0]
    assert frame["b_number"].fillna("").tolist() == ["43123456789", "491711234567", ""]
    assert frame["destination"][0] == "Österreich"
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")


def test_gross_prices_if_asked_for(sample):
    frame, _rejects, _summary = sample("telekom_evn", "telekom_evn.csv", price="Bruttobetrag")
    assert frame["cost"].tolist() == [146_400, 90_000, 0]


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("telekom_evn", "telekom_evn_dirty.csv")
    assert frame["line"].tolist() == [4, 7]
    assert reasons(rejects) == {
        5: "value_unknown",
        6: "amount",
        8: "column_count",
    }
    assert summary.faulty + summary.filtered == 3
