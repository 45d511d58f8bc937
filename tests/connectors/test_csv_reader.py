# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fast way and the careful way must say the same of every line."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.readers import csv as reader
from connectors.readers import lines as line_reader
from connectors.readers.csv import Layout, read_block
from connectors.readers.lines import blocks
from connectors.reasons import DeliveryError

LAYOUT = Layout({"a": 0, "b": 1, "d": 3}, 3, 4, ",")


def read(data, layout=LAYOUT, size=1 << 20, encoding="utf-8"):
    """All rows, faults and counts of some bytes."""
    rows, faults, blank, lines, trailer = [], [], 0, 0, 0
    for block in blocks(io.BytesIO(data), encoding, size):
        batch = read_block(block, layout)
        columns = [batch.columns[name].to_pylist() for name in layout.places]
        assert all(len(column) == len(batch.line) for column in columns)
        rows += zip(batch.line.tolist(), *columns, strict=True)
        faults += [(fault.line, fault.reason, batch.raw(fault.line)) for fault in batch.faults]
        blank, lines, trailer = blank + batch.blank, lines + batch.lines, trailer + batch.trailer
    assert lines == len(rows) + len(faults) + blank + trailer
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    return rows, sorted(faults), blank


LINES = st.lists(
    st.one_of(
        st.lists(st.sampled_from(["1", "", '"x"', '"a,b"', '"q""q"', "ü", " "]),
                 min_size=1, max_size=6).map(",".join),
        st.text(alphabet=',"ab 1\x00\ufeff', max_size=12),
        st.just(""),
        st.just("1,2,3"),
    ),
    max_size=12,
)  # fmt: skip


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.integers(1, 40))
def test_every_line_reads_as_if_it_stood_alone(lines, end, last, size):
    text = end.join(lines) + (end if last else "")
    rows, faults, blank = read(text.encode(), size=size)
    alone_rows, alone_faults, alone_blank = [], [], 0
    body = text.removeprefix("\ufeff")
    parts = body.removesuffix(end).split(end) if body else []
    for at, line in enumerate(parts, 1):
        some = _alone(line, at)
        alone_rows += some[0]
        alone_faults += some[1]
        alone_blank += some[2]
    assert rows == alone_rows
    assert faults == alone_faults
    assert blank == alone_blank


def _alone(line, at):
    block = line_reader.Block(line.encode() + b"\n", at, 1, "utf-8")
    batch = reader._read_lines(block, LAYOUT, range(at, at + 1))
    columns = [batch.columns[name].to_pylist() for name in LAYOUT.places]
    return (
        list(zip(batch.line.tolist(), *columns, strict=True)),
        [(fault.line, fault.reason, batch.raw(fault.line)) for fault in batch.faults],
        batch.blank,
    )


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-32", "ascii"]),
       st.integers(1, 64))  # fmt: skip
def test_no_line_of_any_bytes_is_lost(data, encoding, size):
    try:
        one = read(data, size=size, encoding=encoding)
    except DeliveryError:
        assert encoding in ("utf-16", "utf-32")  # without its mark
        return
    assert one == read(data, encoding=encoding)


def test_lines_in_a_wrong_encoding_are_rejected_alone():
    rows, faults, _blank = read(b"1,2,3\n\xfc,2,3\n4,5,6\n")
    assert rows == [(1, "1", "2", ""), (3, "4", "5", "")]
    assert faults == [(2, "encoding", "\\xfc,2,3")]


def test_an_open_quote_does_not_swallow_its_neighbours():
    rows, faults, _blank = read(b'1,2,3\n4,"5,6\n7,8,9\n1,"2",3\n')
    assert [row[0] for row in rows] == [1, 3, 4]
    assert faults == [(2, "unbalanced_quote", '4,"5,6')]


@pytest.mark.parametrize("size", [1 << 16, 1 << 23])
def test_endless_lines_are_cut_out(monkeypatch, size):
    monkeypatch.setattr(line_reader, "MAX_LINE", 1 << 17)
    long = b"x" * (1 << 18)
    rows, faults, blank = read(b"1,2,3\n" + long + b"\n\n4,5,6\n" + long, size=size)
    assert [row[0] for row in rows] == [1, 4]
    assert [fault[:2] for fault in faults] == [(2, "line_too_long"), (5, "line_too_long")]
    assert all(0 < len(fault[2]) <= line_reader.RAW_HEAD for fault in faults)
    assert blank == 1


def test_gigantic_fields_are_refused_and_others_are_not():
    data = b"1,2,3\n" + b"1," + b"y" * 20_000 + b",3\n1,2," + b"z" * 20_000 + b"\n"
    rows, faults, _blank = read(data)
    assert [row[0] for row in rows] == [1, 3]  # the third column is not looked at
    assert [fault[:2] for fault in faults] == [(2, "line_too_long")]


def test_control_records_and_repeated_headers_are_no_data():
    layout = Layout(
        {"a": 0, "b": 1, "d": 2}, 3, 3, ";",
        is_control=lambda fields: fields[0].startswith("Summe"), control_marks=("Summe",),
        repeated="A;B;C",
    )  # fmt: skip
    block = next(blocks(io.BytesIO(b"1;2;3\nA;B;C\nSumme;4\n1;2;3\nSumme;1;2\n"), "utf-8"))
    batch = read_block(block, layout)
    assert batch.line.tolist() == [1, 4]
    assert batch.trailer == 2 and batch.controls == [["Summe", "4"], ["Summe", "1", "2"]]
    assert [(fault.line, fault.reason) for fault in batch.faults] == [(2, "header_repeated")]
