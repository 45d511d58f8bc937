# SPDX-License-Identifier: AGPL-3.0-or-later
import io
from pathlib import Path

import pandas as pd

from connectors import formats
from connectors.frame import MICRO

SAMPLES = Path(__file__).parent / "samples"


def test_documented_sample(sample, reasons):
    frame, rejects, summary = sample("cisco_cucm", "cisco_cucm.csv")
    assert summary.header == 2  # names, and their SQL types
    assert frame["record_id"].tolist() == ["p-1", "p-2", "p-3"]
    assert frame["b_number"].fillna("").tolist() == ["49301234567", "4930123456", ""]
    assert frame["quantity"].tolist() == [61 * MICRO, 10 * MICRO, 10 * MICRO]
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")
    assert reasons(rejects) == {6: "not_answered"}


def test_gateways_tell_the_direction(sample, reasons):
    frame, rejects, _summary = sample("cisco_cucm", "cisco_cucm.csv", gateways="SIP-Trunk-1")
    assert frame["direction"].tolist() == ["out", "in"]
    assert reasons(rejects) == {5: "internal", 6: "not_answered"}


def test_columns_are_taken_by_name(sample):
    data = (SAMPLES / "cisco_cucm.csv").read_text().splitlines()
    rows = [line.split(",") for line in data]
    swapped = "\n".join(",".join(reversed(row)) for row in rows)
    frame = formats.get("cisco_cucm").decode(io.BytesIO(swapped.encode())).read().frame
    expected, _rejects, _summary = sample("cisco_cucm", "cisco_cucm.csv")
    assert frame.equals(expected)


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("cisco_cucm", "cisco_cucm_dirty.csv")
    assert frame["line"].tolist() == [3]
    assert reasons(rejects) == {
        4: "other_record_type",
        5: "time_range",
        6: "missing",
        7: "header_repeated",
        8: "column_count",
    }
    assert summary.faulty + summary.filtered == 5


def test_without_the_line_of_types_no_record_is_lost():
    head = (
        "cdrRecordType,pkid,dateTimeOrigination,dateTimeConnect,duration,callingPartyNumber,"
        "originalCalledPartyNumber,finalCalledPartyNumber\n"
    )
    record = '1,"p",1788249600,1788249605,61,"0301234567","089123456","089123456"\n'
    types = "INTEGER,UNIQUEIDENTIFIER,INTEGER,INTEGER,INTEGER,VARCHAR(50),VARCHAR(50),VARCHAR(50)\n"
    for text, header in ((head + record, 1), (head + types + record, 2)):
        decoding = formats.get("cisco_cucm").decode(io.BytesIO(text.encode()))
        found = decoding.read()
        assert found.frame["record_id"].tolist() == ["p"]
        assert decoding.summary.header == header
