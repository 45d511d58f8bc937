# SPDX-License-Identifier: AGPL-3.0-or-later
"""Negative quantities that give units back to the allowance they were taken from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import BookError, TariffBook, explain, rate

from . import worlds
from .build import book, usage
from .by_day import days
from .hand import check

SECOND = {"price": "0.01", "per": 1, "step": 1, "setup": "0.05"}


def included(rate_=None, **own):
    """100 seconds a month that come back."""
    return book(rate_ or SECOND, allowances=[{"id": "a", "quantity": 100, "refunds": "return",
                                              **own}])  # fmt: skip


@pytest.mark.parametrize("count", ["billed", "exact"])
def test_the_last_units_come_back_first(count):
    """120 s: 100 included, 20 paid with the fee. −60: those 20 and the fee, 40 return; the next
    60 s find 40 again."""
    data = included(count=count)
    check(data, days((1, 60), (2, 60), (3, -60), (4, 60)), ["0", "0.25", "-0.25", "0.25"])


def test_what_nobody_took_costs_what_it_would():
    """−30 s before anything: −0.35, and the 100 are there whole; −90 of 50: 40 at their price."""
    data = included()
    check(data, days((1, -30), (2, 100)), ["-0.35", "0"])
    check(data, days((1, 50), (2, -90), (3, 100)), ["0", "-0.45", "0"])


def test_two_allowances_and_the_price():
    """50 + 50 and 20 paid. −40: 20 paid, 20 of the second; −40: 30 of the second, 10 of the first;
    60 s are included again."""
    both = [{"id": name, "quantity": 50, "refunds": "return", "priority": number}
            for number, name in enumerate("ab")]  # fmt: skip
    data = book({**SECOND, "setup": "0"}, allowances=both)
    done = check(data, days((1, 120), (2, -40), (3, -40), (4, 60)), ["0.2", "-0.2", "0", "0"])
    drawn = done.charges[["usage", "allowance", "allowance_units"]].dropna()
    assert [(u, a, n // 10**6) for u, a, n in drawn.itertuples(index=False)] == [
        (0, "a", 50), (0, "b", 50), (1, "b", -20), (2, "a", -10), (2, "b", -30),
        (3, "a", 10), (3, "b", 50),
    ]  # fmt: skip
    assert done.allowances["left"].tolist() == [0, 0]


def test_begun_minutes_come_back_as_they_were_billed():
    minute = {"price": "0.10", "per": "minute", "initial": 60, "step": 60}
    data = included(minute, quantity=2, unit="minute")
    # 61 s take both; 61 s cost two minutes; back come two paid ones, then one of the included.
    frame = days((1, 61), (2, 61), (3, -61), (4, -30), (5, 30))
    check(data, frame, ["0", "0.2", "-0.2", "0", "0"])


def test_a_flat_rate_and_its_fee():
    """What a flat rate covered gives nothing back; five seconds that nobody used cost 0.05; a fee
    that is charged all the same comes back."""
    data = book({**SECOND, "setup": "0"}, allowances=[{"id": "f", "flat": True,
                "refunds": "return"}])  # fmt: skip
    check(data, days((1, 60), (2, -60), (3, -5)), ["0", "0", "-0.05"])
    check(included(setup="charged"), days((1, 60), (2, -60)), ["0.05", "-0.05"])


def test_what_came_back_rolls_over():
    """January: 100 − 50 = 50 used, 50 move on: 150 of 160 s in February."""
    data = included({**SECOND, "setup": "0"}, rollover={"periods": 1})
    frame = usage(("2026-01-10T11:00:00", 100), ("2026-01-12T11:00:00", -50),
                  ("2026-02-10T11:00:00", 160))  # fmt: skip
    check(data, frame, ["0", "0", "0.1"])


def test_a_refund_of_what_an_earlier_run_drew():
    """80 s were drawn before; 30 come back: 50 are left, and ten of 60 s to pay."""
    frame = days((5, -30), (6, 60))
    earlier, first = TariffBook(included()), days((1, 80))
    balance = rate(earlier, first).allowances
    spent = balance[["allowance", "holder"]].assign(day="2026-03-01", units=80_000_000, money=0)
    check(included(), frame, ["0", "0.15"], spent=spent)


def test_it_is_told():
    data, frame = TariffBook(included()), days((1, 60), (2, -20))
    told = explain(data, frame, 1)
    assert told.facts("given_back") == [
        {"allowance": "a", "used": "20", "after": "60", "unit": "second"}
    ]
    assert "20 s zurückgegeben, danach 60" in told.text("de")


@pytest.mark.parametrize("other", [{"records": 3}, {"uses": [{"each": 1}], "unit": "credit"}])
def test_only_plain_units_come_back(other):
    with pytest.raises(BookError) as refused:
        TariffBook(included(**other))
    assert refused.value.problems[0].field == "refunds"


def walked(sizes, room):
    """(what each record takes of an allowance of ``room``) second by second."""
    taken, stack = [], []
    for size in sizes:
        before = sum(stack)
        for _ in range(abs(size)):
            if size > 0:
                stack.append(sum(stack) < room)
            elif stack:
                stack.pop()
        taken.append(sum(stack) - before)
    return taken


@worlds.tried(60)
@given(st.lists(st.integers(-40, 40).filter(bool), min_size=1, max_size=9),
       st.randoms(use_true_random=False))  # fmt: skip
def test_as_if_units_were_stacked(sizes, random):
    """Whatever comes and goes: each record takes and returns what a stack of seconds would, the
    balance is never overdrawn, and the order of arrival says nothing."""
    data = TariffBook(included(quantity=50))
    rows = list(enumerate(sizes, 1))
    done = rate(data, days(*rows))
    found = done.charges.groupby("usage")["allowance_units"].sum() // 10**6
    assert found.tolist() == walked(sizes, 50)
    (balance,) = done.allowances.to_dict("records")
    assert balance["used"] == sum(found) * 10**6 and 0 <= balance["left"] <= balance["granted"]
    random.shuffle(rows)
    assert rate(data, days(*rows)).total() == done.total()
