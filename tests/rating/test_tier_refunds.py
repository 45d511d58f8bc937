# SPDX-License-Identifier: AGPL-3.0-or-later
"""Negative quantities through tiers: what is given back is what its tier took."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import BookError, TariffBook, rate

from . import worlds
from .build import book
from .by_day import days
from .hand import check
from .test_settled import charged

SECOND = {"price": "1", "per": 1, "step": 1}
#: 100 seconds at 0.10, 100 at 0.05, then 0.02.
STEPS = [{"to": 100, "price": "0.10"}, {"from": 100, "to": 200, "price": "0.05"},
         {"from": 200, "price": "0.02"}]  # fmt: skip


def tiered(**own):
    return book(SECOND, tiers=[{"id": "t", "steps": STEPS, "refunds": "tier", **own}])


def test_the_last_units_are_given_back_first():
    """250 s: 10 + 5 + 50 × 0.02 = 16. −100: the 50 above 200 (1.00) and 50 of the second tier
    (2.50). 100 more: 50 × 0.05 + 50 × 0.02."""
    check(tiered(), days((1, 250), (2, -100), (3, 100)), ["16", "-3.5", "3.5"])


def test_more_than_was_used_costs_what_the_first_units_cost():
    """−30 s with nothing used: −3.00; 50 s then climb from −30 to 20: 5.00; of −130 s 20 stand
    above zero: 13.00 back in all."""
    check(tiered(), days((1, -30), (2, 50), (3, -130)), ["-3", "5", "-13"])


def test_the_sum_that_is_left_decides_where_all_units_cost_the_same():
    """250 − 100 = 150: all at 0.05, 12.50 and 5.00 back."""
    check(tiered(mode="volume"), days((1, 250), (2, -100)), ["12.5", "-5"])


def test_factors_on_money():
    """Of the listed 1.00 a second: up to 100 whole, then half: 100 + 75; −100 of 250: 50 back."""
    steps = [{"to": 100, "factor": "1"}, {"from": 100, "factor": "0.5"}]
    check(tiered(on="money", steps=steps), days((1, 250), (2, -100)), ["175", "-50"])


def test_packages_are_given_back_when_none_of_them_is_used():
    """Packages of 60 s at 1.00: 130 s are three; −15 leave 115, two; −55 leave 60, one."""
    steps = [{"interval": 60, "price": "1"}]
    check(tiered(steps=steps), days((1, 130), (2, -15), (3, -55)), ["3", "-1", "-1"])


def test_other_tiers_leave_refunds_alone():
    """As before: −100 s are −100 × 1.00, and the next units stand where they stood."""
    check(tiered(refunds="own"), days((1, 100), (2, -100), (3, 100)), ["10", "-100", "5"])


def test_a_later_run_goes_on_from_the_sum_that_is_left():
    """250 − 100 before; 100 more are 50 × 0.05 + 50 × 0.02, and −10 of them 0.20."""
    tariffs, first = TariffBook(tiered()), days((1, 250), (2, -100))
    settled = charged(rate(tariffs, first), first)
    check(tiered(), days((3, 100), (4, -10)), ["3.5", "-0.2"], settled=settled)


def test_fees_of_steps_are_not_given_back():
    steps = [{"price": "1", "setup": "5"}]
    with pytest.raises(BookError) as refused:
        TariffBook(tiered(steps=steps))
    assert [one.problem for one in refused.value.problems] == ["stands beside a fee of a step"]


def area(total):
    """What so many seconds of a period cost by the tiers, counted second by second."""
    prices = [Fraction(10, 100)] * 100 + [Fraction(5, 100)] * 100
    found = sum((prices[one] if one < 200 else Fraction(2, 100) for one in range(max(total, 0))),
                Fraction(0))  # fmt: skip
    return found + Fraction(10, 100) * min(total, 0)


@worlds.tried(80)
@given(st.lists(st.integers(-250, 250), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_charges_are_what_the_sum_that_is_left_costs(sizes, random):
    """However many come and go, in one run or as they arrive: together the price of the sum."""
    rows = [(day, size) for day, size in enumerate(sizes, 1)]
    frame = days(*rows)
    done = rate(TariffBook(tiered()), frame).charges
    assert Fraction(int(done["price"].sum()), 10**6) == area(sum(sizes))
    shuffled = days(*random.sample(rows, len(rows)))
    other = rate(TariffBook(tiered()), shuffled).charges
    by_day = [
        one.groupby(frame_["started_at"].iloc[one["usage"]].array)["price"].sum()
        for one, frame_ in ((done, frame), (other, shuffled))
    ]
    pd.testing.assert_series_equal(*by_day)
