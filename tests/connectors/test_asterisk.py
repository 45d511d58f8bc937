# SPDX-License-Identifier: AGPL-3.0-or-later
import io
from pathlib import Path

import pandas as pd
import pytest

from connectors import formats
from connectors.frame import MICRO, check, dedup_keys
from connectors.reasons import SettingsError

SAMPLES = Path(__file__).parent / "samples"


def decode(name, **settings):
    decoding = formats.get("asterisk").decode(SAMPLES / name, settings)
    chunk = decoding.read()
    check(chunk.frame)
    return chunk.frame, chunk.rejects, decoding.summary


def test_documented_sample():
    frame, rejects, summary = decode("asterisk.csv")
    assert frame["b_number"].tolist() == ["13035550110", "49301234567"]
    assert frame["a_number"].fillna("").tolist() == ["13035550120", ""]  # 204 is an extension
    assert frame["a_raw"].tolist() == ["+13035550120", "204"]
    assert frame["quantity"].tolist() == [118 * MICRO, 61 * MICRO]
    # 09:05:07 summer time in Berlin is 07:05:07 UTC; billing starts with the answer
    assert frame["started_at"].tolist()[1] == pd.Timestamp("2026-09-01 07:05:07")
    assert [key.split("/")[0] for key in frame["record_id"]] == ["1788246000.1", "1788246300.2"]
    assert frame["account"].fillna("").tolist() == ["", "4711"]
    assert rejects[["line", "kind", "reason"]].values.tolist() == [[3, "filtered", "not_answered"]]
    assert (summary.lines, summary.loaded, summary.filtered, summary.faulty) == (3, 2, 1, 0)
    assert summary.notes == {"number_extension": 1}


def test_billing_from_the_start_of_the_call():
    frame, _rejects, _summary = decode("asterisk.csv", bill_from="start", timezone="UTC")
    assert frame["quantity"].tolist() == [120 * MICRO, 68 * MICRO]
    assert frame["started_at"].tolist()[1] == pd.Timestamp("2026-09-01 09:05:00")


def test_unanswered_calls_can_be_kept_and_contexts_tell_incoming():
    frame, _rejects, _summary = decode(
        "asterisk.csv", unanswered=True, incoming_contexts="fax-in, from-trunk"
    )
    assert frame["direction"].tolist() == ["in", "out", "out"]
    assert frame["quantity"].tolist()[2] == 0
    assert frame["started_at"].tolist()[2] == pd.Timestamp("2026-09-01 07:10:00")


def test_dirty_lines_are_kept_with_their_reason():
    frame, rejects, summary = decode("asterisk_dirty.csv")
    assert frame["line"].tolist() == [1, 7]
    assert frame["record_id"].isna().tolist() == [False, True]  # two columns less, no key
    assert dict(zip(rejects["line"], rejects["reason"], strict=True)) == {
        3: "number_damaged",
        4: "time",
        5: "duration_negative",
        6: "unbalanced_quote",
        8: "not_answered",
    }
    lines = (SAMPLES / "asterisk_dirty.csv").read_text().splitlines()
    assert rejects["raw"].tolist() == [lines[at - 1] for at in rejects["line"]]
    assert "4.93E+10" in rejects["message"].tolist()[0]
    assert summary.blank == 1
    assert summary.lines == len(lines) == summary.data + summary.blank


def test_settings_are_checked_all_at_once():
    with pytest.raises(SettingsError, match=r"Europe/Berlim.*bill_from.*colour"):
        formats.get("asterisk").resolve(
            {"timezone": "Europe/Berlim", "bill_from": "never", "colour": "red"}
        )
    with pytest.raises(SettingsError, match="encoding"):
        formats.get("asterisk").decode(io.BytesIO(b"x"), {"encoding": "utf-9"}).read()


def test_an_empty_file_is_empty():
    decoding = formats.get("asterisk").decode(io.BytesIO(b""))
    assert len(decoding.read().frame) == 0
    assert decoding.summary.lines == 0


@pytest.mark.parametrize(
    ("tail", "key"),
    [
        ("", None),
        (',"1756.1"', "1756.1"),
        (',"1756.1","field"', "1756.1"),
        # newcdrcolumns=yes adds peeraccount, linkedid and sequence
        (',"peer","1756.0",7', "1756.0/7"),
        (',"1756.1","peer","1756.0",7', "1756.1"),
        (',"1756.1","field","peer","1756.0",7', "1756.1"),
    ],
)
def test_columns_that_depend_on_its_configuration(tail, key):
    line = (
        '"acc","101","00331234567","from-internal","101","SIP/1","SIP/2","Dial","x",'
        '"2026-09-01 09:00:00","2026-09-01 09:00:02","2026-09-01 09:02:00",120,118,"ANSWERED",'
        f'"DOCUMENTATION"{tail}\n'
    )
    frame = formats.get("asterisk").decode(io.BytesIO(line.encode())).read().frame
    expected = None if key is None else f"{key}/2026-09-01 09:00:00/SIP/2"
    assert [None if value is pd.NA else value for value in frame["record_id"]] == [expected]


def test_a_channel_that_speaks_with_two_partners_has_two_records():
    """uniqueid is the caller's channel; after a transfer it comes again, answered as before."""
    line = (
        '"acc","101","030123456","from-internal","101","SIP/1","{}","Dial","x",'
        '"2026-09-01 {}","2026-09-01 09:00:02","2026-09-01 09:02:00",120,118,"ANSWERED",'
        '"DOCUMENTATION","1756.1",""\n'
    )
    data = line.format("SIP/2", "09:00:00") + line.format("SIP/3", "09:01:00")
    frame = formats.get("asterisk").decode(io.BytesIO(data.encode())).read().frame
    keys = dedup_keys(frame)
    assert len(frame) == 2 and keys[0] != keys[1]
    again = formats.get("asterisk").decode(io.BytesIO(data.encode())).read().frame
    assert (dedup_keys(again) == keys).all()
