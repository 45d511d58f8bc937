# SPDX-License-Identifier: AGPL-3.0-or-later
"""Conferences: legs, participants, sessions, peaks, rejoins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import BookError, TariffBook
from telecom_billing.rating.conference import covered, peak

from . import worlds
from .build import book, charges, reasons, usage

LEGS = [
    # participant, start (minutes), length (seconds)
    ("ann", 0, 610),
    ("bob", 1, 300),
    ("ann", 12, 50),
    ("cid", 0, 720),
]


def conference(*legs, **columns):
    rows = [
        (
            f"2026-03-10T10:{minute:02d}:00",
            seconds,
            {"conference": "c1", "participant": who, "service": "conference", "b_number": None},
        )
        for who, minute, seconds in legs
    ]
    return usage(*rows, **columns)


def priced(rules, *legs, unit="second", **rate):
    data = book({"zone": None, "service": "conference", "unit": unit, "conference": rules, **rate})
    found = charges(data, conference(*legs))
    assert len(found) == len(legs)
    return found["price"].tolist(), (found["billed"] // 1_000_000).tolist()


MINUTE = {"price": "0.10", "per": "minute", "step": 60}


def test_each_leg_by_itself():
    # 11 + 5 + 1 + 12 minutes.
    assert priced({}, *LEGS, **MINUTE) == (
        [1_100_000, 500_000, 100_000, 1_200_000],
        [660, 300, 60, 720],
    )


def test_rejoins_are_summed():
    # Ann: 610 + 50 = 660 s = 11 minutes.
    assert priced({"by": "participant", "rejoin": "sum"}, *LEGS, **MINUTE) == (
        [1_100_000, 500_000, 0, 1_200_000],
        [660, 300, 0, 720],
    )


def test_rejoins_are_merged_where_they_overlap():
    # Two phones of one participant: 0–600 and 300–900 cover 900 s.
    legs = [("ann", 0, 600), ("ann", 5, 600)]
    assert priced({"by": "participant", "rejoin": "merge"}, *legs, **MINUTE) == (
        [1_500_000, 0],
        [900, 0],
    )
    assert priced({"by": "participant", "rejoin": "sum"}, *legs, **MINUTE)[1] == [1_200, 0]


def test_a_session_from_first_start_to_last_end():
    # 10:00:00 to 10:12:50: 13 minutes, whoever was in.
    prices, billed = priced({"by": "session"}, *LEGS, **MINUTE, setup="1.00")
    assert sum(prices) == 2_300_000 and max(billed) == sum(billed) == 780


def test_the_first_leg_bears_the_session():
    # Rows as delivered; ann and cid start together: the key decides, here the content.
    prices, _ = priced({"by": "session"}, *LEGS, **MINUTE)
    assert sorted(prices) == [0, 0, 0, 1_300_000]


def test_by_the_greatest_number_at_once():
    # Three at 10:01; graduated: the first two 1.00 each, then 0.50.
    steps = [{"to": 2, "price": "1.00"}, {"from": 2, "price": "0.50"}]
    prices, billed = priced({"by": "peak"}, *LEGS, unit="participant", steps=steps)
    assert sum(prices) == 2_500_000 and sum(billed) == 3


def test_peak_times_the_begun_minutes():
    # Three at once for 13 begun minutes.
    prices, _ = priced({"by": "peak", "times": "minute"}, *LEGS, unit="participant", price="0.01")
    assert sum(prices) == 390_000


def test_conferences_and_contracts_keep_apart():
    data = book({"zone": None, "unit": "participant", "price": "1", "conference": {"by": "peak"}})
    frame = conference(*LEGS)
    frame["conference"] = ["c1", "c1", "c2", "c2"]
    # Ann and Bob overlap in the first; in the second Ann comes back as Cid's twelve minutes end.
    assert sorted(charges(data, frame)["price"]) == [0, 0, 1_000_000, 2_000_000]
    frame["conference"] = "c1"
    frame["contract"] = [1, 1, 2, 2]
    assert sum(charges(data, frame)["price"]) == 3_000_000


def test_a_thousand_participants():
    legs = [(f"p{number}", number % 60, 600) for number in range(1000)]
    prices, billed = priced({"by": "peak"}, *legs, unit="participant", price="0.01")
    # Each minute has as many legs as began in the last ten: 10 · 1000/60 ≈ 167 at most.
    begun = np.bincount([minute for _, minute, _ in legs], minlength=60)
    most = max(begun[max(m - 9, 0) : m + 1].sum() for m in range(60))
    assert sum(billed) == most and sum(prices) == most * 10_000


def test_a_record_without_conference():
    data = book({"zone": None, "price": "1", "conference": {"by": "session"}})
    frame = conference(*LEGS[:1])
    frame["conference"] = None
    assert reasons(data, frame) == ["no-conference"]


def test_allowances_cover_a_participant_once():
    data = book({"zone": None, **MINUTE, "conference": {"by": "participant", "rejoin": "sum"}},
                allowances=[{"id": "a", "quantity": 5, "unit": "minute"}])  # fmt: skip
    found = charges(data, conference(("ann", 0, 200), ("ann", 10, 150)))
    # 350 s = 6 minutes, five of them covered.
    assert found["price"].tolist() == [0, 100_000, 0]


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 15)), max_size=6)


@worlds.tried(200)
@given(SPANS)
def test_covered_and_peak_by_counting_every_moment(spans):
    legs = [(start, start + length) for start, length in spans]
    present = [sum(start <= moment < end for start, end in legs) for moment in range(50)]
    assert covered(legs) == sum(one > 0 for one in present)
    assert peak(legs) == max(max(present), 1 if legs else 0)


ROOM = [("ann", 0, 600), ("ann", 8, 240), ("bob", 5, 600), ("ann", 20, 60), ("bob", 20, 60)]


def test_a_participant_s_legs_count_once_in_a_peak():
    """From 10:08 to 10:10 Ann is there by two legs, beside Bob."""
    seats = {"price": "0.05", "unit": "participant"}
    assert priced({"by": "peak"}, *ROOM, **seats)[0][0] == 150_000
    assert priced({"by": "peak", "rejoin": "merge"}, *ROOM, **seats)[0][0] == 100_000


def test_a_pause_ends_a_session():
    """A room of its own for two meetings: from 10:00 to 10:15 and, after five minutes, for one."""
    by = {"by": "session", "pause": "minute"}
    assert priced(by, *ROOM, **MINUTE)[0] == [1_500_000, 0, 0, 100_000, 0]
    # Five minutes are not more than five: one session until 10:21.
    assert priced({**by, "pause": 300}, *ROOM, **MINUTE)[0] == [2_100_000, 0, 0, 0, 0]
    # Ann's minutes of each meeting are begun ones of their own: 14 and 1.
    parts = {"by": "participant", "pause": 120}
    assert priced(parts, *ROOM, **MINUTE)[0] == [1_400_000, 0, 1_000_000, 100_000, 100_000]


def test_a_pause_is_a_time():
    data = book({"price": "1", "conference": {"by": "session", "pause": "piece"}})
    with pytest.raises(BookError) as refused:
        TariffBook(data)
    assert refused.value.problems[0].field == "pause"
