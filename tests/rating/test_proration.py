# SPDX-License-Identifier: AGPL-3.0-or-later
import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating.proration import (
    RULES,
    add_months,
    calendar_months,
    offset_months,
    prorated,
    thirtieths,
)

from . import worlds

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2032, 12, 31))


def day(text):
    return dt.date.fromisoformat(text)


@worlds.tried(150)
@given(DAYS, st.integers(0, 800), st.integers(0, 800))
def test_calendar_months_add_up(first, one, more):
    """A span cut in two is worth the same."""
    cut = first + dt.timedelta(days=one)
    last = cut + dt.timedelta(days=more + 1)
    whole = calendar_months(first, last)
    assert calendar_months(first, cut) + calendar_months(cut + dt.timedelta(days=1), last) == whole


@worlds.tried(150)
@given(DAYS, st.integers(1, 40))
def test_offset_months_of_whole_contract_months(start, months):
    end = add_months(start, months) - dt.timedelta(days=1)
    assert offset_months(start, start, end) == months


def test_offset_month_in_part():
    # Contract months from the 17th; 17 January to 16 February has 31 days, ten of them covered.
    assert offset_months(day("2026-01-17"), day("2026-01-17"), day("2026-01-26")) == Fraction(
        10, 31
    )
    # Beginning on the 31st: February's month runs from 28 February to 30 March, 31 days.
    assert offset_months(day("2026-01-31"), day("2026-02-28"), day("2026-02-28")) == Fraction(1, 31)


def test_thirtieths():
    assert thirtieths(day("2026-02-01"), day("2026-02-28")) == 1
    assert thirtieths(day("2026-01-02"), day("2026-01-31")) == 1  # thirty of 31 days
    assert thirtieths(day("2026-01-21"), day("2026-02-10")) == Fraction(11 + 10, 30)


def test_leap_day():
    assert calendar_months(day("2028-02-29"), day("2028-02-29")) == Fraction(1, 29)


def test_prorated_rounds_once():
    # 29.90 · 15/31 = 14.4677… → 14.47
    span = (day("2026-01-17"), day("2026-01-31"))
    assert prorated("29.90", *span) == Decimal("14.47")
    assert prorated("29.90", *span, rounding="down") == Decimal("14.46")
    # Fifteen thirtieths: 14.95.
    assert prorated("29.90", *span, rule="thirtieths") == Decimal("14.95")
    # Contract months from the 10th: 15 of 31 days.
    assert prorated("31.00", *span, rule="offsets", start=day("2026-01-10")) == Decimal("15.00")


def test_faults_are_named():
    with pytest.raises(ValueError, match="exchange"):
        calendar_months(day("2026-02-02"), day("2026-02-01"))
    with pytest.raises(ValueError, match=RULES[0]):
        prorated("1", day("2026-02-01"), day("2026-02-02"), rule="weeks")
