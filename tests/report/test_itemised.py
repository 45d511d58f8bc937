# SPDX-License-Identifier: AGPL-3.0-or-later
import dataclasses
import datetime
import decimal
import pathlib
import re

import font_source_sans_pro
import pytest
from fontTools.ttLib import TTFont

from telecom_billing.report import formats, itemised
from tests.report import reading, sample

D = decimal.Decimal


@pytest.fixture(scope="module")
def bill():
    return sample.make_itemised({"04841 9090": [120, 37, 3], "04841 777": [5]}, notes=["Hinweis"])


@pytest.fixture(scope="module")
def pdf(renderer, bill):
    return itemised.render(renderer, bill)


def test_every_call_stands_in_a_line(bill, pdf):
    lines = sorted(re.findall(r"\d\d\.\d\d\.\d{4} ?\d\d:\d\d:\d\d", reading.text(pdf)))
    expected = sorted(f"{call.started:%d.%m.%Y%H:%M:%S}" for call in bill.calls())
    assert [line.replace(" ", "") for line in lines] == expected


def test_amounts_of_the_lines_add_up_to_the_total(bill, pdf):
    words = reading.text(pdf).replace(formats.FIGURE_SPACE, "")
    row = r"\d\d\.\d\d\.\d{4} ?\d\d:\d\d:\d\d.*?\d:\d\d:\d\d ?([\d.]+,\d+)"
    amounts = [reading.money(amount) for amount in re.findall(row, words, re.DOTALL)]
    assert len(amounts) == 165
    assert sum(amounts) == bill.total()


def test_sums(bill, pdf):
    words = reading.text(pdf).replace(formats.FIGURE_SPACE, "")
    for section in bill.sections:
        for number in section.numbers:
            exact = sum(call.amount for call in number.calls)
            seconds = sum(call.quantity for call in number.calls)
            found = re.search(
                rf"Summe {number.name}\D*?{len(number.calls)} ?{formats.duration(seconds)} ?"
                r"([\d.]+,\d+)",
                words,
            )
            assert found, number.name
            assert reading.money(found[1]) == exact


def test_the_ordered_pages_are_the_printed_pages(bill, pdf):
    assert len(reading.pages(pdf)) == len(itemised.make_pages(bill))


def test_calls_are_in_order_of_time(bill):
    for page in itemised.make_pages(bill):
        for block in page:
            if block["kind"] == "rows" and block["table"] == "calls":
                times = [(row[0][6:], row[0][3:5], row[0][:2], row[1]) for row in block["rows"]]
                assert times == sorted(times)


def test_the_difference_to_the_invoice_is_shown(renderer, bill):
    cents = D("0.00") + round(bill.total(), 2) + D("0.01")
    shown = dataclasses.replace(bill, invoiced=cents)
    words = reading.text(itemised.render(renderer, shown))
    difference = reading.money(re.search(r"Rundung der.*", words)[0])
    assert difference == cents - bill.total()
    assert reading.money(re.search(r"Verbindungen laut Rechnung.*", words)[0]) == cents


def test_no_difference_no_line(renderer, bill):
    shown = dataclasses.replace(bill, invoiced=bill.total())
    assert "Rundung" not in reading.text(itemised.render(renderer, shown))


def test_parts_look_like_one_document(renderer, bill, pdf, monkeypatch):
    monkeypatch.setattr(itemised, "PART", 1)
    parts = itemised.render(renderer, bill)
    assert reading.pages(parts) == reading.pages(pdf)
    assert "<pdfaid:part>3</pdfaid:part>" in reading.xmp(parts)
    assert reading.reader(parts).trailer["/ID"]


def test_nothing_used(renderer):
    words = reading.text(itemised.render(renderer, sample.make_itemised({"04841 777": [0]})))
    assert "keine einzeln berechneten Verbindungen" in words
    assert "Gesamt" not in words


def test_masked_numbers_are_masked_in_the_file(renderer):
    bill = sample.make_itemised({"04841 777": [40]})
    calls = [dataclasses.replace(call, other=formats.masked(call.other)) for call in bill.calls()]
    hidden = dataclasses.replace(
        bill, sections=[itemised.Section("04841 777", [itemised.Number("04841 777", calls)])]
    )
    words = reading.text(itemised.render(renderer, hidden))
    open_numbers = reading.text(itemised.render(renderer, bill))
    for call in bill.calls():
        assert call.other in open_numbers
        assert call.other not in words
        assert formats.masked(call.other) in words


def test_units_other_than_seconds(renderer):
    calls = [
        itemised.Call(datetime.datetime(2026, 10, 1), "", "Daten", D(2_500_000), "byte", D("0.5")),
        itemised.Call(datetime.datetime(2026, 10, 2), "0171 1", "SMS", D(1), "piece", D("0.09")),
    ]
    bill = dataclasses.replace(
        sample.make_itemised({}),
        sections=[itemised.Section("SIM", [itemised.Number("SIM", calls)])],
    )
    words = reading.text(itemised.render(renderer, bill))
    assert "2,50 MB" in words
    assert itemised.Sum.of(calls) == itemised.Sum(2, D(0), D("0.59"))


@pytest.mark.parametrize(
    "name",
    [
        "Vereinigtes Königreich Mobilfunk (alle Netze)",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
        "Servicerufnummer 0180-5 und noch viel mehr davon",
        "Illinois illiteracy hotline, little filling",
        "00800 12345678901234567890123456789012345",
    ],
)
def test_a_cut_text_fits_its_column(name):
    """Measured with the very font: 56 mm at 8.5 pt for the destination."""
    files = pathlib.Path(font_source_sans_pro.__file__).parent / "files"
    font = TTFont(files / "SourceSansPro-Regular.otf")
    glyphs, advances = font.getBestCmap(), font["hmtx"]
    units = sum(advances[glyphs[ord(sign)]][0] for sign in itemised.fit(name, 36))
    width = units / font["head"].unitsPerEm * 8.5 * 25.4 / 72
    assert width <= 56
