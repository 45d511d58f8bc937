# SPDX-License-Identifier: AGPL-3.0-or-later
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating.clock import Clock
from telecom_billing.rating.periods import KINDS, Period

from . import worlds

BERLIN = Clock("Europe/Berlin")


@worlds.tried(150)
@given(
    st.sampled_from([kind for kind in KINDS if kind != "once"]),
    st.integers(1, 28),
    st.dates(dt.date(1995, 1, 1), dt.date(2060, 1, 1)),
)
def test_a_day_lies_in_its_period(kind, begins, day):
    period = Period(kind, begins, BERLIN)
    number = int(period.number(np.array([BERLIN.midnight(day)]))[0])
    assert period.start(number) <= day < period.start(number + 1)
    assert period.days(number) == (period.start(number + 1) - period.start(number)).days


def test_months_begin_at_local_midnight():
    month = Period("month", 1, BERLIN)
    end = np.array(
        [BERLIN.utc(dt.datetime(2026, 6, 30, 23, 59)), BERLIN.midnight(dt.date(2026, 7, 1))]
    )
    first, second = month.number(end).tolist()
    assert second == first + 1


@pytest.mark.parametrize(
    "low, high, days",
    [
        ("2026-02-01", "2026-03-01", 28),
        ("2026-02-10", "2026-03-01", 19),
        ("2026-01-01", "2026-02-02", 1),
        ("2026-03-01", "2026-04-01", 0),
    ],
)
def test_covered_days_count_the_first(low, high, days):
    month = Period("month", 1, BERLIN)
    number = int(month.number(np.array([BERLIN.midnight(dt.date(2026, 2, 1))]))[0])
    ends = [BERLIN.midnight(dt.date.fromisoformat(day)) for day in (low, high)]
    assert month.covered(number, *ends) == (days, 28)


def test_a_month_with_a_clock_change_has_its_days():
    month = Period("month", 1, BERLIN)
    number = int(month.number(np.array([BERLIN.midnight(dt.date(2026, 3, 1))]))[0])
    ends = [BERLIN.midnight(dt.date(2026, 3, 29)), BERLIN.midnight(dt.date(2026, 4, 1))]
    assert month.covered(number, *ends) == (3, 31)


def test_once_is_one_period():
    once = Period("once", 1, BERLIN)
    assert once.number(np.array([0, 10**15])).tolist() == [0, 0]
    assert once.covered(0, 0, 1) == (1, 1)
