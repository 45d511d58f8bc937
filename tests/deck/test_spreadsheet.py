# SPDX-License-Identifier: AGPL-3.0-or-later
"""XLSX as spreadsheets save it, and as attackers do."""

import datetime
import io
import zipfile
from decimal import Decimal

import pytest

from telecom_billing.deck import spreadsheet, tables
from telecom_billing.deck.terms import Unreadable
from tests.deck.common import POINT, faults, read, workbook

HEAD = ["Prefix", "Destination", "Price", "Increment", "Effective date"]


def test_numbers_texts_and_dates():
    day = datetime.datetime(2026, 7, 1)
    deck = read(
        workbook(
            [HEAD, [49, "Germany", 0.1 + 0.2, "60/1", day], ["+43", "Austria", "0.05", 1, None]]
        ),
        POINT,
    )
    first, second = deck.rows
    assert (first.prefix, first.terms.price, first.begin) == ("49", Decimal("0.3"), day.date())
    assert (second.prefix, str(second.terms.price), second.terms.step) == ("43", "0.05", 1)


def test_what_a_spreadsheet_damages():
    deck = read(
        workbook(
            [
                HEAD,
                ["4.92E+11", "text in scientific notation", 0.1, "60/1"],
                [49151.49152, "49151,49152 taken for a number", 0.1, "60/1"],
                [datetime.date(2026, 5, 3), "3-5 taken for a date", 0.1, "60/1"],
                ["49", "1/1 taken for a date", 0.1, datetime.date(2026, 1, 1)],
                ["=A1&A2", "a formula", 0.1, "60/1"],
                ["43", "a formula", "=B1*1.1", "60/1"],
                [491234567890, "a long number is no fault", 0.1, "60/1"],
            ]
        ),
        POINT,
    )
    assert [(line, code) for line, code, _value in faults(deck)] == [
        (2, "damaged"),
        (3, "damaged"),
        (4, "damaged"),
        (5, "damaged"),
        (6, "formula"),
        (7, "formula"),
    ]
    assert [row.prefix for row in deck.rows] == ["491234567890"]


def test_error_cells():
    content = workbook([HEAD, ["#REF!", "broken", 0.1, "60/1"]])
    assert [fault.code for fault in read(content, POINT).faults] == ["error-cell"]


def test_a_sheet_by_its_name():
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["hello"])
    book.create_sheet("Rates").append(["Prefix", "Price"])
    sink = io.BytesIO()
    book.save(sink)
    table = tables.open_table("x.xlsx", sink.getvalue(), "Rates")
    assert table.sheets == ("Cover", "Rates")
    assert list(table.rows()) == [(1, ["Prefix", "Price"])]
    with pytest.raises(Unreadable) as caught:
        tables.open_table("x.xlsx", sink.getvalue(), "Nope")
    assert caught.value.code == "no-sheet"


def _with(content: bytes, name: str, data: bytes) -> bytes:
    """The workbook with one part replaced."""
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, data)
    return sink.getvalue()


def test_zip_bomb(monkeypatch):
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED", 5_000_000)
    bomb = _with(workbook([HEAD]), "xl/worksheets/sheet1.xml", b" " * 5_000_001)
    assert len(bomb) < 20_000
    with pytest.raises(Unreadable) as caught:
        tables.open_table("bomb.xlsx", bomb)
    assert caught.value.code == "too-big"


def test_too_many_parts():
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number in range(spreadsheet.MAX_PARTS + 1):
            archive.writestr(f"{number}.xml", b"")
    with pytest.raises(Unreadable) as caught:
        tables.open_table("x.xlsx", sink.getvalue())
    assert caught.value.code == "too-big"


def test_entities():
    laughs = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>
        <worksheet><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData>
        </worksheet>"""
    bad = _with(workbook([HEAD]), "xl/worksheets/sheet1.xml", laughs)
    with pytest.raises(Unreadable) as caught:
        tables.open_table("x.xlsx", bad)
    assert caught.value.code == "damaged-file"


@pytest.mark.parametrize("cut", [10, 100, -30])
def test_damaged_files(cut):
    content = workbook([HEAD, [49, "Germany", 0.1, "60/1"]])
    with pytest.raises(Unreadable) as caught:
        tables.open_table("x.xlsx", content[:cut])
    assert caught.value.code == "damaged-file"


def test_a_damaged_sheet_is_no_traceback():
    bad = _with(workbook([HEAD, [49, "G", 1]]), "xl/worksheets/sheet1.xml", b"<worksheet><row>")
    with pytest.raises(Unreadable) as caught:
        list(tables.open_table("x.xlsx", bad).rows())
    assert caught.value.code == "damaged-file"


def test_a_sheet_that_claims_to_be_small():
    content = workbook([["Prefix", "Price"], ["49", 1], ["33", 2]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    lying = _with(
        content, "xl/worksheets/sheet1.xml", sheet.replace(b'ref="A1:B3"', b'ref="A1:A1"')
    )
    assert len(list(tables.open_table("x.xlsx", lying).rows())) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n \r\n", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old-spreadsheet"),
        (b"\x00\x01\x02\x03", "encoding"),
        (b"\xef\xbb\xbfPr\xe4fix;Preis", "encoding"),
    ],
)
def test_no_tables(content, code):
    with pytest.raises(Unreadable) as caught:
        tables.open_table("x", content)
    assert caught.value.code == code
