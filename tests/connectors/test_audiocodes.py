# SPDX-License-Identifier: AGPL-3.0-or-later
import io

import pandas as pd
import pytest

from connectors import formats
from connectors.formats import audiocodes
from connectors.frame import MICRO
from tests.connectors.conftest import SAMPLES


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("audiocodes", "audiocodes.log")
    row = frame.iloc[0]
    assert (row["a_number"], row["b_number"]) == ("4930123456", "493012345")
    assert row["quantity"] == 61 * MICRO
    assert row["started_at"] == pd.Timestamp("2026-03-02 06:14:00.175")
    assert reasons(rejects) == {
        1: "not_final", 2: "not_final", 4: "not_selected", 5: "not_answered",
    }  # fmt: skip


def test_the_other_leg_and_the_numbers_before_manipulation(sample):
    frame, _rejects, _summary = sample("audiocodes", "audiocodes.log", leg="LCL")
    assert frame["record_id"].tolist() == ["leg2"]
    frame, _rejects, _summary = sample("audiocodes", "audiocodes.log", before=True)
    assert frame["b_raw"].tolist() == ["101@10.132.10.250"]


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("audiocodes", "audiocodes_dirty.log")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "time",
        3: "duration",
        4: "column_count",
        5: "number_damaged",
    }
    assert summary.faulty + summary.filtered == 4


def test_version_7_appends_fields_and_repeats_its_header(reasons):
    order = audiocodes.ORDER.split()
    head = "[S=40] |" + " |".join([*order, "SIPTermDesc", "Caller", "Callee"])
    values = dict.fromkeys(order, "") | {
        "SBCReportType": "CALL_END", "SIPCallId": "c-1", "Orig": "RMT", "Durat": "15",
        "SrcURI": "+4930123456@sbc.example", "DstURI": "+498912345@sbc.example",
        "SetupTime": "17:00:29.954 UTC Thu Oct 14 2026",
        "ConnectTime": "17:00:49.052 UTC Thu Oct 14 2026",
    }  # fmt: skip
    text = ' |Q.850 ;cause=16 ;text="loc |user 9928019 |'
    line = "[S=41] |" + " |".join(values[name] for name in order) + text
    decoding = formats.get("audiocodes").decode(io.BytesIO(f"{head}\n{line}\n".encode()))
    found = decoding.read()
    assert found.frame["b_number"].tolist() == ["498912345"]
    assert reasons(found.rejects) == {1: "not_final"}


@pytest.mark.parametrize(("unit", "text"), [("ds", "615"), ("cs", "6150"), ("ms", "61500")])
def test_the_unit_of_the_duration_is_declared_and_not_taken_for_seconds(unit, text):
    """CallDurationUnits of the device: 61.5 s in a call of 61 s by its moments, rounded."""
    line = next(
        one for one in (SAMPLES / "audiocodes.log").read_text().splitlines()
        if "CALL_END" in one and "|RMT" in one.replace(" ", "") and "|61" in one.replace(" ", "")
    )  # fmt: skip
    fields = line.split("|")
    at = next(place for place, field in enumerate(fields) if field.strip() == "61")
    data = "|".join([*fields[:at], text, *fields[at + 1 :]]).encode()
    form = formats.get("audiocodes")
    assert form.decode(io.BytesIO(data)).read().rejects["reason"].tolist() == ["duration"]
    frame = form.decode(io.BytesIO(data), {"unit": unit}).read().frame
    assert frame["quantity"].tolist() == [61_500_000]
