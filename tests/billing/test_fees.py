# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days due, days billed, and the exact price of a part of a month."""

import calendar
import datetime
import doctest
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.billing import fees
from telecom_billing.billing.fees import DAY, Span

days = st.dates(datetime.date(2020, 1, 1), datetime.date(2032, 12, 31))
spans = st.tuples(days, st.integers(0, 800)).map(lambda t: Span(t[0], t[0] + t[1] * DAY))


def date(text):
    return datetime.date.fromisoformat(text)


def span(first, last):
    return Span(date(first), date(last))


def days_of(*some):
    return {s.first + i * DAY for s in some if s for i in range(s.days)}


def test_doctests():
    assert doctest.testmod(fees).failed == 0


@pytest.mark.parametrize(
    ("first", "last", "part"),
    [
        ("2026-11-01", "2026-11-30", Fraction(1)),
        ("2026-11-10", "2026-11-30", Fraction(21, 30)),  # start day inclusive
        ("2026-11-01", "2026-11-10", Fraction(10, 30)),
        ("2026-02-28", "2026-02-28", Fraction(1, 28)),
        ("2028-02-29", "2028-02-29", Fraction(1, 29)),
        ("2026-11-16", "2027-01-15", Fraction(15, 30) + 1 + Fraction(15, 31)),
    ],
)
def test_share_of_a_monthly_fee(first, last, part):
    assert fees.share(span(first, last), 1) == part


@pytest.mark.parametrize(
    ("start", "period", "months", "advance", "last"),
    [
        ("2026-09-10", "2026-09-01", 1, True, "2026-10-31"),
        ("2026-09-10", "2026-09-01", 1, False, "2026-09-30"),
        ("2026-10-10", "2026-09-01", 1, True, "2026-10-31"),  # begins in the advance month
        ("2026-11-10", "2026-09-01", 1, True, "2026-11-09"),  # later: nothing
        ("2026-10-10", "2026-09-01", 1, False, "2026-10-09"),
        ("2026-09-10", "2026-09-01", 12, True, "2027-08-31"),
        ("2026-09-10", "2027-07-01", 12, True, "2027-08-31"),
        ("2026-09-10", "2027-08-01", 12, True, "2028-08-31"),
        ("2026-09-10", "2027-07-01", 12, False, "2026-09-09"),
        ("2026-09-10", "2027-08-01", 12, False, "2027-08-31"),
    ],
)
def test_horizon(start, period, months, advance, last):
    assert fees.horizon(date(start), date(period), months, advance) == date(last)


@given(spans)
def test_shares_of_a_month_add_up(whole):
    months = fees.blocks(
        Span(whole.first.replace(day=1), fees.month_end(whole.last)), whole.first, 1
    )
    assert sum(fees.share(month, 1) for month in months) == len(months)


@given(spans, st.integers(0, 800))
def test_a_span_cut_in_two_costs_the_same(whole, at):
    cut = min(whole.first + at * DAY, whole.last)
    parts = [Span(whole.first, cut)] + ([Span(cut + DAY, whole.last)] if cut < whole.last else [])
    assert sum(fees.share(part, 1) for part in parts) == fees.share(whole, 1)


@given(spans, st.sampled_from([1, 3, 6, 12]))
def test_blocks_cover_the_span_and_end_with_months(whole, months):
    cut = fees.blocks(whole, whole.first, months)
    assert days_of(*cut) == days_of(whole)
    assert sum(part.days for part in cut) == whole.days
    for part in cut[:-1]:
        assert part.last.day == calendar.monthrange(part.last.year, part.last.month)[1]


@given(st.none() | spans, st.lists(spans, max_size=4))
def test_subtract_is_the_difference_of_the_days(wanted, covered):
    rest = fees.subtract(wanted, covered)
    assert days_of(*rest) == days_of(wanted) - days_of(*covered)
    assert sum(part.days for part in rest) == len(days_of(*rest))


@given(spans, st.none() | spans)
def test_overlap_is_the_days_both_have(one, other):
    assert days_of(fees.overlap(one, other)) == days_of(one) & days_of(other)


@given(days, st.integers(0, 40), st.sampled_from([1, 3, 12]), st.booleans())
def test_the_horizon_never_goes_back(start, elapsed, months, advance):
    periods = [fees.add_months(start, elapsed + i) for i in range(3)]
    ends = [fees.horizon(start, period, months, advance) for period in periods]
    assert ends == sorted(ends)
    for period, end in zip(periods, ends, strict=True):
        if advance:  # always paid to the end of the next month at least
            assert end >= fees.month_end(fees.add_months(period, 1))
        else:
            assert end <= fees.month_end(period)
