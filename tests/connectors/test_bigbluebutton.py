# SPDX-License-Identifier: AGPL-3.0-or-later
import io
import json

import pandas as pd

from connectors import formats
from connectors.frame import MICRO


def test_documented_sample(sample):
    frame, rejects, _summary = sample("bigbluebutton", "bigbluebutton.json")
    assert len(rejects) == 0
    assert frame["participant"].tolist() == ["w_1", "w_1", "w_2"]
    # 08:00 to 08:10; 08:15 to the end at 08:20, since the second leave is missing; 61 s
    assert frame["quantity"].tolist() == [600 * MICRO, 300 * MICRO, 61 * MICRO]
    assert frame["conference"].unique().tolist() == ["im-1"]
    assert frame["account"].unique().tolist() == ["raum-7"]
    assert frame["started_at"][1] == pd.Timestamp("2026-09-01 08:15:00")


def test_the_account_may_come_from_metadata(sample):
    frame, _rejects, _summary = sample(
        "bigbluebutton", "bigbluebutton.json", account="data.metadata.tenant", rejoins="sum"
    )
    assert frame["account"].tolist() == ["acme", "acme"]
    assert frame["quantity"].tolist() == [900 * MICRO, 61 * MICRO]


def test_stays_over_the_end_of_summer_time():
    """By the clock on the wall the second stay begins before the first."""
    person = {
        "ext_user_id": "w_1", "name": "Anna",
        "joins": ["2026-10-25 02:50:00 +0200", "2026-10-25 02:30:00 +0100"],
        "leaves": ["2026-10-25 02:10:00 +0100", "2026-10-25 02:40:00 +0100"],
    }  # fmt: skip
    data = {"meeting_id": "r", "internal_meeting_id": "i", "data": {"attendees": [person]}}
    raw = io.BytesIO(json.dumps(data).encode())
    frame = formats.get("bigbluebutton").decode(raw).read().frame
    # 00:50 to 01:10 and 01:30 to 01:40 UTC
    assert frame["quantity"].tolist() == [1200 * MICRO, 600 * MICRO]
    assert frame["started_at"][1] == pd.Timestamp("2026-10-25 01:30:00")


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("bigbluebutton", "bigbluebutton_dirty.json")
    assert frame["line"].tolist() == [1, 2, 3]
    assert reasons(rejects) == {
        4: "missing",
        5: "missing",
        6: "time",
        7: "record_shape",
        8: "broken_document",
    }
    assert summary.faulty + summary.filtered == 5
