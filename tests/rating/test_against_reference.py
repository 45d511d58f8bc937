# SPDX-License-Identifier: AGPL-3.0-or-later
"""The core and the plain second implementation give the same numbers, and so do its two ways."""

from datetime import timezone
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import TariffBook, rate
from telecom_billing.rating.money import MICRO, join_pico

from . import worlds
from .reference import Reference, Refused


def frame_of(calls):
    return pd.DataFrame(
        {
            "started_at": pd.Series([c[0] for c in calls], dtype="datetime64[us]"),
            "quantity": pd.Series([int(Decimal(str(c[1])) * MICRO) for c in calls], dtype="int64"),
            "b_number": [c[2] for c in calls],
            "tariff": 1,
        }
    )


def by_record(charges, rows):
    """(reason or exact charge, billed) of each record."""
    found = [[Fraction(0), 0] for _ in range(rows)]
    for one in charges.itertuples():
        if isinstance(one.reason, str):
            found[one.usage] = [one.reason, 0]
        else:
            found[one.usage][0] += join_pico(one.price, one.rest)
            found[one.usage][1] += one.billed
    return found


def expected(book, calls):
    plain = Reference(book)
    found = []
    for started, seconds, number in calls:
        try:
            charge, billed = plain.price(
                1, "voice", number, started.replace(tzinfo=timezone.utc), str(seconds)
            )
        except Refused as refused:
            found.append([str(refused), 0])
            continue
        found.append([Fraction(charge), int(billed * MICRO)])
    return found


def same(mine, theirs):
    """Reasons alike, billed units alike, charges alike to twelve places."""
    for one, other in zip(mine, theirs, strict=True):
        if isinstance(other[0], str):
            assert one[0] == other[0]
            continue
        assert one[1] == other[1]
        assert abs(one[0] - other[0]) <= Fraction(1, 2 * 10**12)


@worlds.tried(150)
@given(worlds.books(), st.lists(worlds.calls, min_size=1, max_size=8))
def test_price_by_start(book, calls):
    charges = rate(TariffBook(book), frame_of(calls)).charges
    same(by_record(charges, len(calls)), expected(book, calls))


@pytest.mark.parametrize("split", ["exact", "increment"])
def test_price_split(split):
    @worlds.tried(60)
    @given(worlds.books(split), st.lists(worlds.calls, min_size=1, max_size=3))
    def check(book, calls):
        # The reference walks second by second: a few hours are enough.
        calls = [(start, min(seconds, 9_000), number) for start, seconds, number in calls]
        charges = rate(TariffBook(book), frame_of(calls)).charges
        same(by_record(charges, len(calls)), expected(book, calls))

    check()


@worlds.tried(150)
@given(
    st.sampled_from(["start", "exact", "increment"]).flatmap(worlds.books),
    st.lists(worlds.calls, min_size=1, max_size=10),
)
def test_fast_and_exact_way_agree(book, calls):
    quick, slow = TariffBook(book), TariffBook(book)
    slow.table.fast[:] = False
    one = rate(quick, frame_of(calls)).charges
    other = rate(slow, frame_of(calls)).charges
    pd.testing.assert_frame_equal(one, other)


def test_the_comparison_notices_a_wrong_price():
    """A book whose prices differ by a ten-thousandth is not taken for the same."""
    book = {
        "format": 1,
        "zones": [{"id": 1, "prefixes": ["49"]}],
        "tariffs": [
            {"id": 1, "versions": [{"id": 1, "rates": [
                {"id": 1, "zone": 1, "service": "voice", "price": "0.0100", "per": "minute"}]}]}
        ],
    }  # fmt: skip
    dearer = {**book["tariffs"][0]["versions"][0]["rates"][0], "price": "0.0101"}
    other = {**book, "tariffs": [{"id": 1, "versions": [{"id": 1, "rates": [dearer]}]}]}
    calls = [(worlds.EDGES[0], 60, "493012345")]
    charges = rate(TariffBook(book), frame_of(calls)).charges
    same(by_record(charges, 1), expected(book, calls))
    with pytest.raises(AssertionError):
        same(by_record(charges, 1), expected(other, calls))
