# SPDX-License-Identifier: AGPL-3.0-or-later
"""Traffic: the same dice, the same calls; nobody calls without a contract."""

import datetime as dt
import doctest

import pytest

from demo import calls, people

CUSTOMERS = people.customers()


def test_examples():
    assert doctest.testmod(calls).failed == 0


@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda c: c.key)
@pytest.mark.parametrize("month", [9, 10])
def test_calls_lie_within_month_and_contract(customer, month):
    drawn = calls.month_of(customer, 2026, month, calls.Dice(1, customer.key, month))
    days = {call.start.astimezone(calls.BERLIN).date() for call in drawn}
    assert all(day.month == month for day in days)
    assert all(day.isoformat() >= customer.start for day in days)
    assert all(day.isoformat() <= (customer.end or "9999") for day in days)


def test_nobody_calls_in_the_hour_that_happens_twice():
    drawn = [
        call
        for customer in CUSTOMERS
        for call in calls.month_of(customer, 2026, 10, calls.Dice(2026, customer.key, 2026, 10))
    ]
    twice = dt.datetime(2026, 10, 25, 0, 0, tzinfo=dt.timezone.utc)
    assert len(drawn) > 8000
    assert not [c for c in drawn if twice <= c.start < twice + dt.timedelta(hours=2)]


def test_dice_repeat_themselves():
    assert [calls.Dice("a").below(1000) for _ in range(3)] == [calls.Dice("a").below(1000)] * 3
    first, second = calls.Dice("a", 1), calls.Dice("a", 2)
    assert [first.below(10**6) for _ in range(5)] != [second.below(10**6) for _ in range(5)]


def test_a_head_never_calls_from_the_branch_of_another():
    head = people.Number("head", "+49 40 66969 1")
    dice = calls.Dice("heads")
    assert not [n for n in (calls.caller(head, dice) for _ in range(500)) if n[10] == "4"]
