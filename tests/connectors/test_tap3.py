# SPDX-License-Identifier: AGPL-3.0-or-later
import io
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import formats
from connectors.frame import MICRO, check
from connectors.reasons import DeliveryError

SAMPLES = Path(__file__).parent / "samples"

pytest.importorskip("pycrate_asn1dir", reason="the extra tap3 is not installed")

from tests.connectors import tap3_maker as tap  # noqa: E402


def decode(data, **given):
    decoding = formats.get("tap3").decode(io.BytesIO(data), given)
    found = decoding.read()
    check(found.frame)
    return found.frame, found.rejects, decoding.summary


def test_samples_are_what_pycrate_encodes():
    assert (SAMPLES / "tap3.tap").read_bytes() == tap.batch()
    assert (SAMPLES / "tap3_dirty.tap").read_bytes() == tap.dirty()


def test_documented_sample(sample, reasons):
    frame, rejects, summary = sample("tap3", "tap3.tap")
    assert frame["service"].tolist() == ["voice", "sms", "voice", "data", "voice"]
    assert frame["direction"].tolist() == ["out", "out", "in", "out", "out"]
    # 61 s; one message; 30 s; 1 000 500 bytes; 120 s
    assert frame["quantity"].tolist() == [
        61 * MICRO, MICRO, 30 * MICRO, 1_000_500 * MICRO, 120 * MICRO,
    ]  # fmt: skip
    assert frame["unit"].tolist() == ["second", "piece", "second", "byte", "second"]
    # 10:30 at +02:00; 12:00 at -05:00
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:30:00")
    assert frame["started_at"][2] == pd.Timestamp("2026-09-01 17:00:00")
    assert frame["a_number"].fillna("").tolist() == [
        "4917112345678", "4917112345678", "4930123456", "4917112345678", "4917112345678",
    ]  # fmt: skip
    assert frame["b_number"].fillna("").tolist() == [
        "33142345678", "33612345678", "4917112345678", "", "34911234567",
    ]  # fmt: skip
    assert frame["account"].unique().tolist() == ["262019876543210"]
    # 1250 / 10^3 SDR; only the total (type 00) counts
    assert frame["cost"].tolist() == [1_250_000, 300_000, 500_000, 4_200_000, 2_500_000]
    assert frame["currency"].unique().tolist() == ["XDR"]
    assert frame["record_id"][0] == "FRAXX-DEUYY-00042-1"
    assert frame["destination"].fillna("").tolist()[:4] == [
        "Paris",
        "Paris",
        "",
        "internet.example",
    ]
    assert reasons(rejects) == {6: "other_record_type"}
    # 1.25 + 0.3 + 0.5 + 4.2 + 2.5 = 8.75
    assert summary.declared.sequence == "00042" and summary.differences() == []


def test_dirty_calls_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("tap3", "tap3_dirty.tap")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {2: "time", 3: "missing", 4: "record_shape"}
    assert summary.lines == 4


def test_a_test_file_is_never_billed(reasons):
    frame, rejects, summary = decode(tap.batch([tap.moc()], test=True))
    assert len(frame) == 0 and reasons(rejects) == {1: "test_file"}
    assert any("test" in difference for difference in summary.differences())


def test_a_wrong_count_is_told():
    _frame, _rejects, summary = decode(tap.batch(count=7))
    assert summary.differences() == ["the file states 7 records, 6 were found"]


def test_elements_of_indefinite_length():
    data = tap.batch([tap.moc()])
    plain = decode(data)[0]
    # the outermost element anew: 61 80 … 00 00
    size = data[1] & 0x7F if data[1] & 0x80 else 0
    frame, rejects, _summary = decode(b"\x61\x80" + data[2 + size :] + b"\x00\x00")
    assert len(rejects) == 0 and frame.equals(plain)


def test_a_file_that_ends_early_says_so(reasons):
    data = tap.batch()
    frame, rejects, _summary = decode(data[:-300])
    assert "broken_document" in reasons(rejects).values()
    assert len(frame) < 5


def test_the_account_may_be_the_number(sample):
    frame, _rejects, _summary = sample("tap3", "tap3.tap", a_side="msisdn")
    assert frame["account"][0] == "4917112345678"


def test_without_the_library_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pycrate_asn1dir", None)
    assert formats.describe("tap3")["label"] == "TAP3 (roaming)"
    with pytest.raises(DeliveryError, match=r"telecom-billing\[tap3\]"):
        next(formats.get("tap3").decode(io.BytesIO(b"\x61\x00")))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"a;b\n1;2\n", b"\x30\x03\x02\x01\x01"])
def test_what_is_something_else(data):
    with pytest.raises(DeliveryError, match="no TAP3"):
        decode(data)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**9)), max_size=5))
def test_seconds_and_charges_are_exact(items):
    frame, rejects, summary = decode(tap.batch([tap.moc(seconds=s, charge=c) for s, c in items]))
    assert frame["quantity"].tolist() == [seconds * MICRO for seconds, _charge in items]
    assert frame["cost"].tolist() == [charge * 1000 for _seconds, charge in items]
    assert len(rejects) == 0 and summary.data == len(items)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_and_cut_bytes_lose_no_call_silently(data):
    damaged = bytearray(tap.batch())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged))) :]
    try:
        frame, rejects, summary = decode(bytes(damaged))
    except DeliveryError:
        return
    assert summary.data == len(frame) + len(rejects) == summary.lines
