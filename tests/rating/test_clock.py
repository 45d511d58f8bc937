# SPDX-License-Identifier: AGPL-3.0-or-later
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating.clock import Clock, instant, micros

from . import worlds

ZONES = ["Europe/Berlin", "Asia/Jerusalem", "America/New_York", "Asia/Kolkata", "UTC"]


@worlds.tried(150)
@given(
    st.sampled_from(ZONES),
    st.lists(
        st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2060, 1, 1)), min_size=1, max_size=5
    ),
)
def test_local_like_zoneinfo(name, moments):
    clock = Clock(name)
    utc = np.array([micros(moment) for moment in moments], dtype=np.int64)
    expected = [
        micros(moment.replace(tzinfo=dt.timezone.utc).astimezone(clock.zone).replace(tzinfo=None))
        for moment in moments
    ]
    assert clock.local(utc).tolist() == expected


def test_next_changes_of_2026():
    clock = Clock("Europe/Berlin")
    utc = np.array([micros(dt.datetime(2026, 1, 1)), micros(dt.datetime(2026, 3, 29, 1))])
    assert [instant(one).isoformat() for one in clock.next_changes(utc)] == [
        "2026-03-29T01:00:00+00:00",
        "2026-10-25T01:00:00+00:00",
    ]


def test_years_can_be_asked_in_any_order():
    clock = Clock("Europe/Berlin")
    for year in (2030, 2001, 2026):
        summer = np.array([micros(dt.datetime(year, 7, 1))])
        assert clock.offsets(summer) == 2 * 3600 * 1_000_000


def test_dates_are_local_midnights():
    clock = Clock("Europe/Berlin")
    assert clock.utc(dt.date(2026, 7, 1)) == micros(dt.datetime(2026, 6, 30, 22))
    noon = dt.datetime(2026, 7, 1, 12, tzinfo=dt.timezone.utc)
    assert clock.utc(noon) == micros(noon)


def test_nothing_and_unknown():
    assert len(Clock("UTC").local(np.array([], dtype=np.int64))) == 0
    with pytest.raises(ValueError, match="Europe/Berlin"):
        Clock("Europe/Atlantis")
