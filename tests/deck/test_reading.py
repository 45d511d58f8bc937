# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bad decks: nothing is dropped, nothing guessed, each fault has its line."""

import dataclasses
import datetime
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.deck import reading, tables
from telecom_billing.deck.terms import FAULTS, Key, Unreadable
from telecom_billing.deck.values import Dialect
from tests.deck.common import COMMA, POINT, faults, read, text


def test_several_prefixes_in_a_cell_and_ranges():
    deck = read(text("49151, 49152; 4916-4918;Mobile;0,09;60/1", head="Prefix|Destination|Price|I"))
    assert not deck.rows  # with "|" in the heading the line has one cell
    deck = read(text('"49151, 49152; 4916-4918";Mobile;0,09;60/1'))
    assert [row.prefix for row in deck.rows] == ["49151", "49152", "4916", "4917", "4918"]
    assert {row.line for row in deck.rows} == {2}
    assert {row.terms.step for row in deck.rows} == {Decimal(1)}


def test_the_same_prefix_with_two_prices():
    deck = read(text("49;Germany;0,03;60/1", "33;France;0,05;60/1", "49;Germany;0,04;60/1"))
    assert faults(deck) == [(4, "twice", "49")]
    assert deck.faults[0].more == "2"


def test_the_same_line_again_is_counted_once():
    deck = read(text(*["49;Germany;0,03;60/1"] * 50_000))
    assert (len(deck.rows), deck.lines, deck.repeated, deck.faulty) == (1, 50_000, 49_999, 0)


def test_a_price_now_and_another_one_later():
    deck = read(
        text(
            "49;Germany;0,03;01.07.2026",
            "49;Germany;0,04;15.07.2026",
            head="Prefix;Destination;Price;Effective date",
        )
    )
    assert deck.good
    assert [row.begin for row in deck.rows] == [
        datetime.date(2026, 7, 1),
        datetime.date(2026, 7, 15),
    ]


@pytest.mark.parametrize(
    ("line", "code", "value"),
    [
        ("4.92E+11;G;0,03;60/1", "damaged", "4.92E+11"),
        ("4,92E+11;G;0,03;60/1", "damaged", "4,92E+11"),
        ("49.151;G;0,03;60/1", "damaged", "49.151"),
        ("49x;G;0,03;60/1", "bad-prefix", "49x"),
        ("49*;G;0,03;60/1", "bad-prefix", "49*"),
        ("030;G;0,03;60/1", "leading-zero", "030"),
        ("0;G;0,03;60/1", "leading-zero", "0"),
        ("49 151;G;0,03;60/1", "blank-in-prefix", "49 151"),
        ("4916-49;G;0,03;60/1", "range", "4916-49"),
        ("4918-4916;G;0,03;60/1", "range", "4918-4916"),
        ("1-99999;G;0,03;60/1", "range", "1-99999"),
        ("10000-99999;G;0,03;60/1", "range", "10000-99999"),
        ("4912345678901234;G;0,03;60/1", "too-long", "4912345678901234"),
        (";G;0,03;60/1", "no-prefix", ""),
        ("=SUM(A1);G;0,03;60/1", "formula", "=SUM(A1)"),
        ("49;G;;60/1", "no-price", ""),
        ("49;G;free;60/1", "bad-number", "free"),
        ("49;G;-0,03;60/1", "negative", "-0,03"),
        ("49;G;0.03;60/1", "bad-number", "0.03"),
        ("49;G;1.234,50;60/1", "thousands", "1.234,50"),
        ("49;G;1.234;60/1", "thousands", "1.234"),
        ("49;G;1 234,5;60/1", "thousands", "1 234,5"),
        ("49;G;3E-2;60/1", "damaged", "3E-2"),
        ("49;G;0,123456789;60/1", "places", "0,123456789"),
        ("49;G;99999999999;60/1", "too-large", "99999999999"),
        ("49;G;$ 0,03;60/1", "other-currency", "$ 0,03"),
        ("49;G;0,03 USD;60/1", "other-currency", "0,03 USD"),
        ("49;G;NaN;60/1", "bad-number", "NaN"),
        ("49;G;Infinity;60/1", "bad-number", "Infinity"),
        ("49;G;٣;60/1", "bad-number", "٣"),
        ("49;G;=0,01*3;60/1", "formula", "=0,01*3"),
        ("49;G;0,03;sixty", "bad-increment", "sixty"),
        ("49;G;0,03;-60/1", "bad-increment", "-60/1"),
        ("49;G;0,03;60/1;extra", "extra-cells", "extra"),
        ("49,G,0,03,60/1", "no-price", ""),
    ],
)
def test_faulty_lines(line, code, value):
    deck = read(text("33;France;0,05;60/1", line))
    assert (3, code, value) in faults(deck)
    assert [row.prefix for row in deck.rows] == ["33"]
    assert (deck.faulty, deck.lines) == (1, 2)
    assert {fault.code for fault in deck.faults} <= set(FAULTS)


def test_signs_of_the_declared_money_are_fine():
    deck = read(text("49;G;€ 0,03;60/1", "33;F;0,05 EUR;60/1", "43;A;,07;1"))
    assert [str(row.terms.price) for row in deck.rows] == ["0.03", "0.05", "0.07"]


def test_cents():
    cents = dataclasses.replace(COMMA, cents=True)
    deck = read(text("49;G;1,9 ct;60/1", "33;F;5;60/1"), cents)
    assert [str(row.terms.price) for row in deck.rows] == ["0.019", "0.05"]
    assert faults(read(text("49;G;1,9 ct;60/1"))) == [(2, "other-currency", "1,9 ct")]


def test_a_column_of_currencies():
    head = "Prefix;Price;Currency"
    assert read(text("49;0,03;EUR", "33;0,05;€", head=head)).good
    deck = read(text("49;0,03;EUR", "33;0,05;USD", head=head))
    assert faults(deck) == [(3, "other-currency", "USD")]


def test_dates_with_slashes_need_their_order():
    head = "Prefix;Price;Valid from"
    line = "49;0,03;02/01/2026"
    assert faults(read(text(line, head=head))) == [(2, "date-order", "02/01/2026")]
    for first, day in ((True, datetime.date(2026, 1, 2)), (False, datetime.date(2026, 2, 1))):
        (row,) = read(text(line, head=head), dataclasses.replace(COMMA, day_first=first)).rows
        assert row.begin == day
    assert faults(read(text("49;0,03;31.02.2026", head=head))) == [(2, "bad-date", "31.02.2026")]


def test_empty_lines_and_line_numbers():
    deck = read(text("", "49;Germany;0,03;60/1", ";;;", '"33";"France\nand more";0,05;60/1', "x;y"))
    assert [(row.line, row.prefix, row.label) for row in deck.rows] == [
        (3, "49", "Germany"),
        (5, "33", "France and more"),
    ]
    assert [line for line, _code, _value in faults(deck)][:1] == [7]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding):
    content = "Vorwahl;Ziel;Preis\n43;Österreich;0,03\n".encode(encoding)
    (row,) = read(content).rows
    assert (row.prefix, row.label) == ("43", "Österreich")


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_delimiters(delimiter):
    lines = [["Code", "Rate", "Interval"], ["49", "0.03", "60/1"], ["33", "0.05", "1/1"]]
    content = "\n".join(delimiter.join(line) for line in lines).encode()
    assert len(read(content, POINT).rows) == 2


def test_country_code_in_a_column_of_its_own():
    head = "Country code;Area code;Price"
    deck = read(text("49;151-152;0,09", "43;;0,03", head=head))
    assert [row.prefix for row in deck.rows] == ["49151", "49152", "43"]


def test_services_bands_and_units_by_column():
    dialect = dataclasses.replace(COMMA, bands={"peak": "P", "tag": "P"})
    head = "Prefix;Price;Service;Band;Per;Unit;Direction"
    deck = read(
        text("49;0,03;SMS;;1;piece;out", "49;0,05;voice;Tag;1;minute;in", head=head), dialect
    )
    sms, voice = deck.rows
    assert (sms.key, sms.terms.unit, sms.terms.per) == (Key("sms"), "piece", 1)
    assert (voice.key, voice.terms.unit, voice.terms.per) == (Key("voice", "in", "P"), "second", 60)
    assert faults(read(text("49;1;;night;;;", head=head), dialect)) == [
        (2, "unknown-band", "night")
    ]


def test_what_is_not_stated_comes_from_the_declaration():
    dialect = Dialect(decimal=",", initial=Decimal(60), step=Decimal(1), setup=Decimal("0.05"))
    head = "Prefix;Price;Increment;Setup"
    deck = read(text("49;0,03;;", "33;0,05;30/6;0", head=head), dialect)
    assert [(row.terms.initial, row.terms.step, row.terms.setup) for row in deck.rows] == [
        (60, 1, Decimal("0.05")),
        (30, 6, 0),
    ]


def test_columns_that_are_missing():
    table = tables.open_table("x.csv", text("49;G;1"))
    with pytest.raises(Unreadable) as caught:
        reading.read(table, 1, ["prefix", "label"], COMMA)
    assert (caught.value.code, caught.value.value) == ("no-column", "price")
    with pytest.raises(Unreadable) as caught:
        reading.read(table, 1, ["prefix", "per", "price"], COMMA)
    assert caught.value.code == "unit-column"


def test_ranges_cannot_fill_the_memory():
    lines = [f"{base}0000-{base}9999;G;0,03;1/1" for base in range(1000, 1060)]
    with pytest.raises(Unreadable) as caught:
        read(text(*lines))
    assert caught.value.code == "too-many"


def test_more_faults_than_anybody_reads_are_counted():
    deck = read(text(*["x;G;y;z"] * 5_000))
    assert deck.faulty == 5_000
    assert len(deck.faults) == reading.MAX_FAULTS


@given(st.lists(st.text(alphabet="49,;-+/ .x0E€\"'=\n\t", max_size=20), max_size=12))
def test_any_text_is_read_or_refused(lines):
    content = text(*lines)
    try:
        deck = read(content)
    except Unreadable:
        return
    assert deck.lines == deck.faulty + len({row.line for row in deck.rows}) or deck.repeated
    assert {fault.code for fault in deck.faults} <= set(FAULTS)
    assert all(row.prefix.isascii() and row.prefix.isdecimal() for row in deck.rows)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    try:
        table = tables.open_table("x", content)
        rows = list(table.rows())
    except Unreadable as error:
        assert error.code
        return
    assert all(line >= 1 for line, _cells in rows)


def test_fifty_thousand_lines():
    pick = random.Random(1)
    prefixes = sorted({str(pick.randrange(20, 10**7)) for _ in range(50_000)})
    deck = read(text(*(f"{prefix};Zone;0,{pick.randrange(10**4):04d};60/1" for prefix in prefixes)))
    assert [row.prefix for row in deck.rows] == prefixes
