# SPDX-License-Identifier: AGPL-3.0-or-later
"""What should have come: by the clock, by volume, by number."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.expect import Schedule, missing, sequence, usual

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, TODAY = dt.timedelta(hours=1), dt.datetime(2026, 9, 10, 12)
DAILY = Schedule("day", 6 * 60, BERLIN)


def at(day, hour=4, month=9):
    return dt.datetime(2026, month, day, hour)


SINCE = at(6, 12)


def gaps(arrivals, schedule=DAILY, since=SINCE, now=TODAY, tolerance=4 * HOUR, files=1):
    found = missing(schedule, tolerance, since, now, arrivals, files)
    return [(gap.due.day, gap.missing, gap.overdue) for gap in found]


def test_the_wall_clock_counts_and_summer_time_ends():
    dues = DAILY.dues(at(24, month=10), at(27, month=10))
    # 06:00 is 04:00 UTC until the 24th of October 2026, 05:00 from the 25th on
    assert [(due.day, due.hour) for due in dues] == [(25, 5), (26, 5)]


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        (Schedule("day", 0, BERLIN), [5, 6, 7, 8]),
        (Schedule("weekday", 0, BERLIN), [7, 8]),  # the 5th is a Saturday
        (Schedule("week", 0, BERLIN, weekday=6), [6]),
        (Schedule("month", 0, BERLIN, day=8), [8]),
    ],
)
def test_the_days_on_which_something_is_due(schedule, days):
    dues = schedule.dues(at(4, 12), at(8, 12))
    assert [due.replace(tzinfo=dt.timezone.utc).astimezone(BERLIN).day for due in dues] == days


def test_the_31st_of_a_short_month_is_its_last_day():
    schedule = Schedule("month", 12 * 60, BERLIN, day=31)
    assert schedule.next(at(1)) == dt.datetime(2026, 9, 30, 10)
    assert schedule.next(dt.datetime(2026, 2, 1)) == dt.datetime(2026, 2, 28, 11)


def test_what_comes_in_time_leaves_no_gap():
    assert gaps([at(7), at(8, 3), at(9, 6), at(10, 5)]) == []
    assert gaps([]) == [(7, 1, True), (8, 1, True), (9, 1, True), (10, 1, False)]
    assert gaps([at(7), at(8), at(9)], now=at(10, 7)) == []  # within the tolerance still


def test_a_late_one_closes_its_gap_also_together_with_the_next():
    assert gaps([at(7), at(9), at(10)]) == [(8, 1, True)]
    assert gaps([at(7), at(9), at(9, 5), at(10)]) == []
    assert gaps([at(7), at(8, 15), at(9), at(10)]) == []
    assert gaps([at(7), at(9), at(10), at(10, 11)]) == []


def test_several_files_each_time():
    assert gaps([at(7), at(7, 5), at(8), at(9), at(9, 5), at(10), at(10, 5)], files=2) == [
        (8, 1, True)
    ]


def test_usual_needs_a_few_and_prefers_the_same_weekday():
    assert usual([(0, 10), (1, 10)], 2) is None
    assert usual([(0, 10), (1, 20), (2, 30)], 3) == 20  # (10 + 20 + 30) / 3
    assert usual([(day % 7, 100 if day % 7 < 5 else 10) for day in range(28)], 6) == 10


def test_numbers_that_wrap_and_come_out_of_order():
    assert sequence([]) == ([], [])
    assert sequence([5, 3]) == ([4], [])
    assert sequence([9998, 1, 9999, 2], wrap=9999) == ([], [])
    assert sequence([9998, 2], wrap=9999) == ([9999, 1], [])


@given(st.sets(st.integers(1, 60), min_size=1), st.randoms())
def test_the_order_of_arrival_does_not_matter(numbers, random):
    shuffled = list(numbers)
    random.shuffle(shuffled)
    whole = set(range(min(numbers), max(numbers)))
    assert sequence(shuffled) == (sorted(whole - numbers), [])


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_each_day_without_a_delivery_is_a_gap(came):
    arrivals = [at(day) for day, there in zip(range(7, 11), came, strict=True) if there]
    assert [day for day, _missing, _overdue in gaps(arrivals)] == [
        day for day, there in zip(range(7, 11), came, strict=True) if not there
    ]
