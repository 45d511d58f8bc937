# SPDX-License-Identifier: AGPL-3.0-or-later
"""Allowances, tiers and limits together: the core and a plain second implementation agree, and so
does the arithmetic over the explanation."""

from fractions import Fraction

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import TariffBook, explain, rate

from . import worlds
from .build import book, usage
from .hand import added, close, decimal, found
from .household import Household

shares = st.sampled_from(["line", "contract"])
prices = st.sampled_from(["0", "0.01", "0.0123", "0.5"])


@st.composite
def rates(draw):
    rate_ = {"price": draw(prices), "initial": draw(st.sampled_from([1, 10, 60])),
             "step": draw(st.sampled_from([1, 6, 60])), "setup": draw(prices)}  # fmt: skip
    if draw(st.booleans()):
        rate_["minimum"] = draw(st.sampled_from(["0.02", "0.3"]))
    if draw(st.booleans()):
        rate_["maximum"] = draw(st.sampled_from(["0.4", "1.5"]))
    return rate_


@st.composite
def allowances(draw, money):
    one = {"share": draw(shares), "priority": draw(st.integers(0, 3)),
           "setup": draw(st.sampled_from(["waived", "charged"]))}  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        one["records"] = draw(st.integers(1, 3))
    if money:
        return {**one, "money": draw(st.sampled_from(["0.07", "0.9"])), "measure": "money",
                "priority": 9}  # fmt: skip
    if draw(st.integers(0, 5)) == 0:
        return {**one, "flat": True, "records": draw(st.integers(1, 2))}
    one["quantity"] = draw(st.integers(1, 300))
    one["count"] = draw(st.sampled_from(["billed", "exact"]))
    if one["count"] == "exact" and draw(st.booleans()):
        one["step"] = draw(st.sampled_from([7, 60]))
    return one


@st.composite
def tiers(draw):
    def priced():
        step = draw(
            st.sampled_from(
                [{"factor": "0.5"}, {"factor": "1"}, {"price": "0.004"},
                 {"price": "0.3", "interval": 50}, {"price": "0.2", "interval": 7}]
            )
        )  # fmt: skip
        fee = {"setup": "0.25"} if draw(st.integers(0, 2)) == 0 else {}
        return {**step, **fee}

    border = draw(st.integers(1, 400))
    steps = [{"from": 0, "to": border, **priced()}, {"from": border, **priced()}]
    return {"share": draw(shares), "mode": draw(st.sampled_from(["graduated", "volume"])),
            "steps": steps}  # fmt: skip


@st.composite
def households(draw):
    money = draw(st.booleans())
    many = draw(st.lists(allowances(False), max_size=3))
    many += draw(st.lists(allowances(True), max_size=2)) if money else []
    limit = None
    if draw(st.booleans()):
        limit = {"amount": draw(st.sampled_from(["0.1", "1"])), "share": draw(shares),
                 "then": draw(st.sampled_from(["alert", "free", "refuse"]))}  # fmt: skip
    # What money has paid counts in no tier; the two together are another story.
    step = draw(st.none() | tiers()) if not money else None
    return Household(draw(rates()), many, step, limit)


def book_of(house):
    sections = {
        "allowances": [{"id": f"a{n}", **one} for n, one in enumerate(house.allowances)],
        "tiers": [{"id": "t", **house.tiers}] if house.tiers else [],
        "limits": [{"id": "l", **house.limit}] if house.limit else [],
    }
    return book({"per": 1, "decimals": 4, **house.rate}, **sections)


calls = st.lists(
    st.tuples(st.sampled_from([1, 2]), st.integers(0, 200) | st.sampled_from([60, 61, 120])),
    min_size=1,
    max_size=7,
)


def frame_of(some):
    return usage(
        *(
            (pd.Timestamp("2026-03-02") + pd.Timedelta(hours=n), seconds, {"line": line})
            for n, (line, seconds) in enumerate(some)
        )
    )


def shown(price):
    return price if isinstance(price, str) else decimal(price)


@worlds.tried(300)
@given(households(), calls)
def test_what_records_share(house, some):
    done = rate(TariffBook(book_of(house)), frame_of(some))
    assert found(done.charges, len(some)) == [shown(one) for one in house.charge(some)]


@worlds.tried(60)
@given(households(), calls)
def test_the_explanation_adds_up(house, some):
    data = TariffBook(book_of(house))
    frame = frame_of(some)
    wanted = house.charge(some)
    for row, price in enumerate(wanted):
        told = explain(data, frame, row)
        if isinstance(price, Fraction):
            assert close(added(told, data), price), told.text()


def test_the_comparison_notices():
    house = Household({"price": "0.01", "initial": 1, "step": 1, "setup": "0"},
                      [{"quantity": 10}])  # fmt: skip
    assert [shown(one) for one in house.charge([(1, 30)])] == ["0.2"]
    other = book_of(Household(house.rate, [{"quantity": 11}]))
    assert found(rate(TariffBook(other), frame_of([(1, 30)])).charges, 1) == ["0.19"]
