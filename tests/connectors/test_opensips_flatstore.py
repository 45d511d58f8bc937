# SPDX-License-Identifier: AGPL-3.0-or-later
import io

import pandas as pd

from connectors import formats
from connectors.frame import MICRO


def test_invite_and_bye_are_one_call(sample, reasons):
    frame, rejects, _summary = sample("opensips_flatstore", "opensips_flatstore.log")
    row = frame.iloc[0]
    assert row["quantity"] == 61 * MICRO  # 1788249666 - 1788249605
    assert row["started_at"] == pd.Timestamp("2026-09-01 08:00:05")
    # caller and callee are those of the INVITE, not of the BYE, which came from the other side
    assert (row["a_number"], row["b_number"]) == ("4930123456", "43123456789")
    assert reasons(rejects) == {2: "not_answered", 3: "other_record_type", 4: "merged"}


def test_other_columns(sample):
    line = (
        b"1788249605|INVITE|200|c1|0301234|110\n"
        b"1788249600|BYE|200|c2|1|2\n1788249615|BYE|200|c1|110|0301234\n"
    )
    settings = {"order": "time method code callid caller callee"}
    chunk = formats.get("opensips_flatstore").decode(io.BytesIO(line), settings).read()
    assert chunk.frame["quantity"].tolist() == [10 * MICRO]
    assert chunk.rejects["reason"].tolist().count("unpaired") == 1


def test_a_call_ends_with_its_bye_whatever_the_answer_to_it():
    lines = [
        "INVITE|a|b|c1|200|OK|1788249600|+4930123456|+4989123456|acme",
        "BYE|b|a|c1|407|Proxy Authentication Required|1788249660|||",
        "BYE|b|a|c1|481|Call Does Not Exist|1788249661|||",
        "INVITE|a|b|c2|486|Busy Here|1788249600|+4930123456|+4989123456|acme",
    ]
    data = "\n".join(lines).encode()
    chunk = formats.get("opensips_flatstore").decode(io.BytesIO(data)).read()
    assert chunk.frame["quantity"].tolist() == [61 * MICRO]
    found = dict(zip(chunk.rejects["line"], chunk.rejects["reason"], strict=True))
    assert found == {2: "not_final", 3: "merged", 4: "not_answered"}


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("opensips_flatstore", "opensips_flatstore_dirty.log")
    assert frame["line"].tolist() == []
    assert reasons(rejects) == {
        1: "unpaired",
        2: "unpaired",
        3: "unpaired",
        4: "time",
        5: "column_count",
    }
    assert summary.faulty + summary.filtered == 5
    assert rejects["message"].str.contains("“INVITE” came without").any()
