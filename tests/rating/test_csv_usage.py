# SPDX-License-Identifier: AGPL-3.0-or-later
"""Usage files as spreadsheets, scripts and people write them."""

import pandas as pd
import pytest

from telecom_billing.rating import UsageError
from telecom_billing.rating.csv_usage import read_csv

PLAIN = "started_at,quantity,b_number\n2026-03-02T10:00:00Z,60.5,4930123456\n"
SEMICOLON = PLAIN.replace(",", ";").replace("60.5", "60,5")


def read(tmp_path, content):
    path = tmp_path / "usage.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv(path)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        SEMICOLON,
        "sep=;\r\n" + SEMICOLON,
        PLAIN.replace("\n", "\r\n"),
        "\n  \n" + PLAIN.replace("\n", "\n\n"),
        PLAIN.replace("started_at", " Started_At").replace("60.5", " 60.5 "),
        '"started_at","quantity","b_number"\n"2026-03-02 11:00+01:00","60.50","+49 (30) 12-3456"\n',
    ],
)
def test_the_same_record(tmp_path, content):
    (found,) = read(tmp_path, content).to_dict("records")
    assert found == {
        "started_at": pd.Timestamp("2026-03-02 10:00"),
        "quantity": 60_500_000,
        "b_number": "4930123456",
    }


@pytest.mark.parametrize(
    "content, said",
    [
        ("", "no header"),
        (" \n\n", "no header"),
        ("sep=;\n", "no header"),
        (PLAIN.replace("b_number", "quantity"), "two columns 'quantity'"),
        (PLAIN.replace(",4930123456", ""), "line 2 has 2 fields, the header 3"),
        (PLAIN.replace("456\n", "456,x\n"), "line 2 has 4 fields, the header 3"),
        (PLAIN.replace("60.5", '"60,5"'), "line 2, quantity: '60,5'"),
        (SEMICOLON.replace("60,5", "1.060,5"), "two signs"),
        (SEMICOLON.replace("60,5", "1,060,500"), "two signs"),
        (PLAIN.replace("60.5", "1e3"), "'1e3' is no decimal number"),
        (PLAIN.replace("60.5", "1_000"), "'1_000' is no decimal number"),
        (PLAIN.replace("60.5", "nan"), "'nan' is no decimal number"),
        (PLAIN.replace("60.5", "0:01:00"), "'0:01:00' is a time of day; write the length"),
        (PLAIN.replace("60.5", "1.0000001"), "six decimal places"),
        (PLAIN.replace("2026-03-02", "2.3.2026"), "started_at: '2.3.2026T10:00:00Z' is no time"),
        (PLAIN + PLAIN.splitlines()[1].replace("03-02", "02-30"), "line 3, started_at"),
        (PLAIN.replace("4930", '"4930'), "line 2: unexpected end"),
        ((PLAIN + "2026-03-02,1,\xfc\n").encode("latin-1"), "line 3 is no UTF-8"),
        ("started_at,quantity,continuation\n2026-03-02,1,perhaps\n", "'perhaps' is neither"),
        (f"started_at,quantity,price\n2026-03-02,1,{10**20}\n", "too much money"),
        (PLAIN.replace("4930123456", "4.93012E+11"), "line 2, b_number: '4.93012E.11' was short"),
        (PLAIN + PLAIN.splitlines()[1] + "\n\n" + PLAIN.splitlines()[1].replace("60.5", "x"),
         "line 5, quantity: 'x' is no decimal number; write it like '61' or '35.5'"),
        (b"PK\x03\x04", "is a workbook or an archive; save the sheet as CSV"),
        (b"PAR1", "give it the ending .parquet"),
        (b"\x1f\x8b\x08", "is compressed; unpack it"),
        (' {"format": 1}', "looks like JSON"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where(tmp_path, content, said):
    with pytest.raises(UsageError, match=said):
        read(tmp_path, content)


def test_many_equal_and_uneven_lines_are_the_same(tmp_path):
    """What is read at once and what record by record: empty lines and breaks in fields."""
    lines = ["2026-03-02 10:00,60.5,4930123456,x", "2026-03-02 10:01,7,+49 30 9,", ",,,y"] * 3
    head = "started_at,quantity,b_number,note"
    even = read(tmp_path, "\n".join([head, *lines]))
    uneven = read(tmp_path, "\n\n".join([head, ", , ,", *lines]))
    broken = read(tmp_path, "\n".join([head, *lines, '2026-03-02,1,49,"a\nb"'])).iloc[:-1]
    pd.testing.assert_frame_equal(even, uneven)
    pd.testing.assert_frame_equal(even, broken)
    assert even["note"].isna().tolist() == [False, True, False] * 3
    assert even["quantity"].tolist()[:2] == [60_500_000, 7_000_000]


def test_truths_gaps_and_far_years(tmp_path):
    """A quantity that no frame can hold is missing, so that its record gets the reason."""
    text = (
        "started_at;quantity;continuation\n2300-01-01T00:00:00Z;99999999999999;ja\n;;\n"
        "2026-03-02 10:00:00.5+02:00;;FALSE\n"
    )
    found = read(tmp_path, text + "2026-03-02;-1;1\n")
    assert found["quantity"].isna().tolist() == [True, True, False]
    assert found["continuation"].tolist() == [True, False, True]
    assert [str(one) for one in found["started_at"]] == [
        "2300-01-01 00:00:00", "2026-03-02 08:00:00.500000", "2026-03-02 00:00:00",
    ]  # fmt: skip
