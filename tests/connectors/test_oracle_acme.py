# SPDX-License-Identifier: AGPL-3.0-or-later
import io

import pandas as pd

from connectors import formats
from connectors.frame import MICRO
from tests.connectors.conftest import SAMPLES


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("oracle_acme", "oracle_acme.csv")
    row = frame.iloc[0]
    assert (row["a_number"], row["b_number"]) == ("4930123456", "4989123456")
    assert row["quantity"] == 61 * MICRO
    assert row["started_at"] == pd.Timestamp("2026-09-01 12:30:04.094")
    assert row["record_id"] == "s-1"
    assert reasons(rejects) == {1: "not_final", 3: "not_final", 4: "not_answered"}


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("oracle_acme", "oracle_acme_dirty.csv")
    assert frame["line"].tolist() == [1]
    assert reasons(rejects) == {
        2: "duration_negative",
        3: "time",
        4: "column_count",
        5: "number_country",
    }
    assert summary.faulty + summary.filtered == 4


def test_milliseconds_are_declared_and_not_taken_for_seconds(sample):
    line = (SAMPLES / "oracle_acme.csv").read_bytes().splitlines(keepends=True)[1]
    assert line.startswith(b"2,") and b",61," in line
    line = line.replace(b",61,", b",61500,")
    form = formats.get("oracle_acme")
    chunk = form.decode(io.BytesIO(line)).read()
    assert chunk.rejects["reason"].tolist() == ["duration"]  # 17 hours in a call of a minute
    chunk = form.decode(io.BytesIO(line), {"unit": "ms"}).read()
    assert chunk.frame["quantity"].tolist() == [61_500_000]
