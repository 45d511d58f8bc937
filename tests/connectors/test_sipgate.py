# SPDX-License-Identifier: AGPL-3.0-or-later
import io
import json

import pandas as pd

from connectors import formats
from connectors.frame import MICRO


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("sipgate", "sipgate.json")
    assert frame["service"].tolist() == ["voice", "sms", "fax", "voice"]
    assert frame["unit"].tolist() == ["second", "piece", "piece", "second"]
    assert frame["quantity"].tolist() == [61 * MICRO, MICRO, MICRO, 61 * MICRO]
    assert frame["direction"].tolist() == ["out", "out", "out", "in"]
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")
    assert frame["account"].tolist() == ["p0"] * 4
    assert reasons(rejects) == {4: "other_record_type", 5: "not_answered"}


def test_a_fax_that_was_not_sent_is_none():
    fax = {"id": "1", "type": "FAX", "direction": "OUTGOING", "created": "2026-09-01T08:00:00Z",
           "source": "+4921163553355", "target": "+4930123456"}  # fmt: skip
    items = [{**fax, "id": state, "faxStatusType": state} for state in ("SENT", "FAILED")]
    data = json.dumps({"items": [*items, fax]}).encode()
    chunk = formats.get("sipgate").decode(io.BytesIO(data)).read()
    assert chunk.frame["record_id"].tolist() == ["SENT", "1"]
    assert chunk.rejects["reason"].tolist() == ["not_final"]


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("sipgate", "sipgate_dirty.json")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "missing",
        3: "missing",
        4: "time",
        5: "record_shape",
        6: "number_damaged",
        7: "broken_document",
    }
    assert summary.faulty + summary.filtered == 6
