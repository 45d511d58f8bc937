# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bands in competition, checked against asking every band at every moment."""

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating.bands import Band, Calendar
from telecom_billing.rating.clock import Clock, micros
from telecom_billing.rating.schedule import Schedule
from telecom_billing.rating.schema import Node

from . import worlds
from .reference import Reference


def band(data, calendars=None):
    problems = []
    found = Band.read(Node.of({"id": 1, **data}, "band 1", problems), calendars or {})
    assert not problems, problems
    return found


def holds(data, moment, calendars=None):
    """Does a band hold at a local moment?"""
    schedule = Schedule([band(data, calendars)], [0], Clock("Europe/Berlin"))
    local = np.array([micros(dt.datetime.fromisoformat(moment))])
    return bool(schedule.winner(local)[0] == 0)


def test_weekdays_and_hours():
    data = {"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:00"}
    assert holds(data, "2026-03-02T08:00:00")
    assert not holds(data, "2026-03-02T18:00:00")
    assert not holds(data, "2026-03-01T12:00:00")


def test_over_midnight_belongs_to_its_first_day():
    data = {"weekdays": [5], "from": "22:00", "to": "06:00"}
    assert holds(data, "2026-03-06T23:00:00")
    assert holds(data, "2026-03-07T05:59:59")
    assert not holds(data, "2026-03-06T05:00:00")
    assert not holds(data, "2026-03-07T22:30:00")


def test_until_the_day_ends():
    assert holds({"from": "19:00"}, "2026-03-02T23:59:59")
    assert holds({"from": "19:00", "to": "24:00"}, "2026-03-02T23:59:59")
    assert not holds({"from": "19:00"}, "2026-03-02T00:00:00")


def test_months_days_years_dates():
    assert holds({"months": [2], "month_days": [29]}, "2028-02-29T12:00:00")
    assert not holds({"months": [2], "month_days": [29]}, "2028-02-28T12:00:00")
    assert holds({"years": [2026]}, "2026-12-31T23:59:59")
    assert not holds({"years": [2026]}, "2027-01-01T00:00:00")
    span = {"dates": [["2026-12-24", "2026-12-26"], "2026-12-31"]}
    assert [holds(span, f"2026-12-{day}T12:00:00") for day in (23, 24, 26, 27, 31)] == [
        False,
        True,
        True,
        False,
        True,
    ]


def test_regional_holidays():
    def calendar(subdivision, **more):
        problems = []
        data = {"id": "c", "country": "DE", "subdivision": subdivision, **more}
        found = Calendar.read(Node.of(data, "calendar c", problems))
        assert not problems
        return {"c": found}

    # Corpus Christi, Thursday 2026-06-04: in Bavaria, not in Berlin.
    workday = {"calendar": "c", "weekdays": [1, 2, 3, 4, 5], "holidays": "exclude"}
    assert not holds(workday, "2026-06-04T12:00:00", calendar("BY"))
    assert holds(workday, "2026-06-04T12:00:00", calendar("BE"))
    weekend = {"calendar": "c", "weekdays": [6, 7], "holidays": "include"}
    assert holds(weekend, "2026-06-04T12:00:00", calendar("BY"))
    assert holds(weekend, "2026-06-06T12:00:00", calendar("BY"))
    only = {"calendar": "c", "holidays": "only"}
    assert holds(only, "2026-12-25T12:00:00", calendar("BE"))
    assert not holds(only, "2026-12-24T12:00:00", calendar("BE"))
    assert holds(only, "2026-12-24T12:00:00", calendar("BE", add=["2026-12-24"]))
    assert not holds(only, "2026-12-25T12:00:00", calendar("BE", remove=["2026-12-25"]))


def winner(bands, weights, moment):
    schedule = Schedule(
        [None if one is None else band(one) for one in bands], weights, Clock("UTC")
    )
    return int(schedule.winner(np.array([micros(dt.datetime.fromisoformat(moment))]))[0])


def test_the_heavier_wins_then_the_later_begun_then_the_first():
    day, evening = {"from": "08:00"}, {"from": "19:00"}
    assert winner([day, evening], [0, 0], "2026-03-02T20:00:00") == 1
    assert winner([day, evening], [5, 0], "2026-03-02T20:00:00") == 0
    assert winner([day, day], [0, 0], "2026-03-02T20:00:00") == 0
    assert winner([None, day], [-1, 0], "2026-03-02T07:00:00") == 0
    assert winner([day], [0], "2026-03-02T07:00:00") == -1


def test_days_are_added_as_they_are_asked():
    schedule = Schedule([band({"weekdays": [7]})], [0], Clock("UTC"))
    for day, expected in (("2026-03-01", 0), ("2020-01-05", 0), ("2030-01-07", -1)):
        local = np.array([micros(dt.datetime.fromisoformat(day))])
        assert schedule.winner(local)[0] == expected


@worlds.tried(150)
@given(st.lists(worlds.bands(1), min_size=1, max_size=3), st.lists(worlds.starts, max_size=5))
def test_like_asking_every_band(bands, moments):
    listed = [{**data, "id": number} for number, data in enumerate(bands)]
    plain = Reference({"timezone": "UTC", "bands": listed, "tariffs": []})
    schedule = Schedule([band(data) for data in bands], [0] * len(bands), Clock("UTC"))
    for moment in moments:
        aware = moment.replace(tzinfo=dt.timezone.utc)
        began = [plain.began(number, aware) for number in range(len(bands))]
        held = [number for number, one in enumerate(began) if one is not None]
        expected = max(held, key=lambda n: (began[n], -n)) if held else -1
        assert schedule.winner(np.array([micros(moment)]))[0] == expected
