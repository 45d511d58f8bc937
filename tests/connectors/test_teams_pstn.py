# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd

from connectors.frame import MICRO
from tests.connectors.conftest import SAMPLES


def test_documented_sample(sample):
    frame, _rejects, summary = sample("teams_pstn", "teams_pstn.csv")
    assert frame["record_id"].tolist() == ["u-1", "u-2", "u-3"]  # the Call ID is there twice
    assert frame["direction"].tolist() == ["out", "in", "transfer"]
    assert frame["service"].tolist() == ["voice", "conference", "voice"]
    assert frame["b_number"].tolist() == ["43123456", "4989123456", "4930123457"]
    assert summary.notes == {"number_masked": 1}  # +43123456***: the prefix is enough for rating
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 10:00:05.123456")
    assert frame["quantity"].tolist() == [61 * MICRO, 600 * MICRO, 10 * MICRO]
    assert frame["cost"].tolist() == [14500, 0, 2000]
    assert frame["conference"].fillna("").tolist() == ["", "conf-9", ""]
    assert frame["account"][0] == "anna@example.org"


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("teams_pstn", "teams_pstn_dirty.csv")
    assert frame["line"].tolist() == [2]
    assert reasons(rejects) == {
        3: "missing",
        4: "time",
        5: "amount",
        6: "column_count",
    }
    assert summary.faulty + summary.filtered == 4


def test_a_connection_fee_may_come_on_top(sample):
    plain, _rejects, _summary = sample("teams_pstn", "teams_pstn.csv")
    added, _rejects, _summary = sample("teams_pstn", "teams_pstn.csv", connection_fee="added")
    rows = pd.read_csv(SAMPLES / "teams_pstn.csv").set_index("UsageId")
    fees = [round(rows["Connection Fee"][key] * MICRO) for key in plain["record_id"]]
    assert (added["cost"] - plain["cost"]).tolist() == fees and any(fees)
