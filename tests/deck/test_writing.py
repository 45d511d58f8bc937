# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is written is read back as it was."""

import dataclasses
import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from telecom_billing.deck import proposing, reading, tables, writing
from telecom_billing.deck.comparing import Stretch
from telecom_billing.deck.terms import Key, Special, Terms
from telecom_billing.deck.values import Dialect
from tests.deck.common import prices

_money = st.decimals(0, 9999, places=8, allow_nan=False)
_units = st.decimals(0, 9999, places=6, allow_nan=False)
_labels = (
    st.text(min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text.isprintable() and text and not text.startswith(("'", '="')))
)
_terms = st.builds(
    Terms,
    price=_money,
    per=st.sampled_from([Decimal(1), Decimal(60), Decimal("0.5")]),
    unit=st.sampled_from(["second", "piece", "MB", "participant"]),
    initial=_units,
    step=_units,
    setup=_money,
    minimum=st.just(Decimal(0)),
    maximum=_money,
    free=_units,
    price_initial=_money,
    weight=st.integers(0, 99),
    flat=st.just(False),
)
_keys = st.builds(
    Key,
    st.sampled_from(["", "voice", "data, voice"]),
    st.sampled_from(["out", "in", "transfer", "any"]),
    st.sampled_from(["", "P"]),
    st.just(""),
)
_stretches = st.lists(
    st.builds(
        Stretch,
        st.from_regex(r"\A[1-9][0-9]{0,14}\Z"),
        _labels,
        st.dictionaries(_keys, _terms, min_size=1, max_size=2).map(lambda d: tuple(d.items())),
        st.one_of(st.none(), st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 1, 1))),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.prefix,
)


def back(content: bytes, decimal: str) -> list:
    table = tables.open_table("x", content)
    found = proposing.look(table)
    dialect = Dialect(decimal=decimal, bands={"peak": "P"})
    deck = reading.read(table, found.line, found.meanings, dialect)
    assert deck.good, deck.faults
    return [(row.prefix, row.label, row.key, row.terms, row.begin, row.end) for row in deck.rows]


def as_read(stretches) -> list:
    return [
        (one.prefix, one.label, key, _settled(terms), one.begin, one.end)
        for one in stretches
        for key, terms in one.prices
    ]


def _settled(terms: Terms) -> Terms:
    return terms._replace(initial=terms.initial or terms.step, step=terms.step or terms.initial)


@given(_stretches, st.sampled_from([",", "."]), st.sampled_from(["de", "en"]))
@settings(max_examples=60)
def test_csv_and_back(stretches, decimal, language):
    style = writing.Style("EUR", language, decimal, bands={"P": "peak"})
    assert back(writing.as_csv(stretches, style), decimal) == as_read(stretches)


@given(_stretches, st.sampled_from(["de", "en"]))
@settings(max_examples=25)
def test_xlsx_and_back(stretches, language):
    style = writing.Style("EUR", language, bands={"P": "peak"})
    assert back(writing.as_xlsx(stretches, style), ".") == as_read(stretches)


def test_names_are_no_formulas():
    names = ["=1+1", "+cmd", "-x", "@SUM(A1)"]
    stretches = [Stretch(str(at + 1), name, prices("1")) for at, name in enumerate(names)]
    style = writing.Style("EUR")
    text = writing.as_csv(stretches, style).decode("utf-8-sig")
    assert all(f",'{name}," in text for name in names)
    for content in (writing.as_csv(stretches, style), writing.as_xlsx(stretches, style)):
        assert [label for _prefix, label, *_rest in back(content, ".")] == names


def test_flat_prices_and_special_ones():
    included = ((Key(), Terms(Decimal(0), flat=True)),)
    stretches = [Stretch("49", "Germany", included), Stretch("33", "F", ((Key(), Special(7)),))]
    style = writing.Style("EUR", "de", ",")
    content = writing.as_csv(stretches, style)
    assert b"inklusive" in content
    assert [row[0] for row in back(content, ",")] == ["49"]


def test_only_columns_that_say_something():
    style = writing.Style("EUR")
    (head, *_lines) = writing.as_csv([Stretch("49", "G", prices("1"))], style).splitlines()
    assert b"Minimum" not in head and b"Valid from" not in head
    dated = dataclasses.replace(Stretch("49", "G", prices("1")), begin=datetime.date(2026, 7, 1))
    assert b"Valid from" in writing.as_csv([dated], style).splitlines()[0]
