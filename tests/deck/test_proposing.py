# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is proposed, and what is not."""

import pytest

from telecom_billing.deck import proposing, tables
from telecom_billing.deck.headings import HEADINGS, meaning_of
from tests.deck.common import workbook


def look(content, name="x.csv"):
    return proposing.look(tables.open_table(name, content))


def test_headings_below_a_cover():
    found = look(
        b"Carrier Ltd;;\r\nRates as of;01.07.2026;\r\n\r\n"
        b"Zielname;Vorwahl;Preis (ct/Min.);Takt\r\nGermany;49;1,9;60/1\r\n"
    )
    assert found.line == 4
    assert found.meanings == ["label", "prefix", "price", "increment"]
    assert (found.decimal, found.cents, found.per) == (",", True, "minute")
    assert found.samples[0] == ["Germany"]


def test_headings_nobody_knows_are_left_to_the_user():
    found = look(b"foo;bar\n49;0,03\n")
    assert (found.line, found.meanings) == (1, [None, None])


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["0,019", "0,2"], ","),
        (["0.019"], "."),
        (["1,234", "2,345"], None),
        (["1,234", "0,5"], ","),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["1,234,567"], "."),
        (["5", "7"], None),
        (["0,5", "0.5"], None),
    ],
)
def test_decimal_sign(cells, sign):
    lines = "".join(f"49{at};{cell}\n" for at, cell in enumerate(cells))
    assert look(f"Prefix;Price\n{lines}".encode()).decimal == sign


def test_numbers_of_a_spreadsheet_need_no_sign():
    assert look(workbook([["Prefix", "Price"], ["49", 0.03]])).decimal == "."
    assert look(workbook([["Prefix", "Price"], ["49", "1,234"]])).decimal is None


@pytest.mark.parametrize(
    ("heading", "currency", "per"),
    [
        ("Rate USD/min", "USD", "minute"),
        ("Price per second", None, "second"),
        ("Preis € pro Nachricht", "EUR", "piece"),
        ("Price", None, None),
    ],
)
def test_what_the_heading_of_the_price_says(heading, currency, per):
    found = look(f"Prefix;{heading}\n49;0,03\n".encode())
    assert (found.currency, found.per) == (currency, per)


@pytest.mark.parametrize(
    ("dates", "day_first"),
    [
        (["31/01/2026", "01/02/2026"], True),
        (["01/31/2026"], False),
        (["01/02/2026"], None),
        (["2026-01-31"], None),
    ],
)
def test_order_of_dates(dates, day_first):
    lines = "".join(f"49{at};1;{day}\n" for at, day in enumerate(dates))
    assert look(f"Prefix;Price;Effective date\n{lines}".encode()).day_first is day_first


def test_no_heading_means_two_things():
    names = [name for group in HEADINGS.values() for name in group]
    assert len(names) == len(set(names))
    for meaning, group in HEADINGS.items():
        for name in group:
            assert meaning_of(name) == meaning
