# SPDX-License-Identifier: AGPL-3.0-or-later
import io

import pandas as pd

from connectors import formats
from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("didww", "didww.csv")
    row = frame.iloc[0]
    assert (row["b_number"], row["direction"]) == ("97286259413", "in")
    assert row["cost"] == 6000  # 0.001 + 0.002 + 0.003 USD
    assert row["currency"] == "USD"
    assert row["quantity"] == 54 * MICRO
    assert row["started_at"] == pd.Timestamp("2026-06-17 08:50:47")
    assert reasons(rejects) == {2: "not_answered"}


def test_columns_of_a_later_version():
    text = (
        b"Date/Time Start (UTC),Date/Time Connect (UTC),Date/Time End (UTC),Status,Source,"
        b"Source Name,Destination DID,Duration (sec),Toll-free (USD),PSTN (USD)\n"
        b"2026-06-17 08:50:40,2026-06-17 08:50:47,2026-06-17 08:51:41,ok,4930123456,,97286259413,"
        b"54,0.5,0.25\n"
    )
    frame = formats.get("didww").decode(io.BytesIO(text)).read().frame
    assert frame["cost"].tolist() == [750_000]
    assert frame["started_at"][0] == pd.Timestamp("2026-06-17 08:50:47")


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("didww", "didww_dirty.csv")
    assert frame["line"].tolist() == [2]
    assert reasons(rejects) == {
        3: "amount",
        4: "time",
        5: "column_count",
    }
    assert summary.faulty + summary.filtered == 3
