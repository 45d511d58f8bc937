# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers, limits and minimums go on from what was charged before, which is not charged again."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import TariffBook, explain, rate

from . import worlds
from .build import book
from .by_day import MINUTE, TIERS, days
from .hand import found
from .test_household import book_of, calls, frame_of, households


def charged(done, frame):
    """The charges as the next call wants to know them."""
    charges = done.charges[done.charges["reason"].isna()]
    rows = frame.iloc[charges["usage"]].reset_index(drop=True)
    known = [name for name in ("contract", "line", "customer", "tariff") if name in rows]
    return pd.DataFrame(
        {
            "started_at": rows["started_at"],
            **{name: rows[name] for name in known},
            "service": "voice",
            **{name: charges[name].array for name in ("zone", "band", "rate", "billed", "price")},
            "unit": "second",
        }
    )


def continued(data, first, late):
    """What late records cost after others were invoiced."""
    tariffs = TariffBook(data)
    before = rate(tariffs, first)
    done = rate(tariffs, late, settled=charged(before, first))
    return found(done.charges, len(late)), done


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        # Four minutes before: one more at 0.06, then at half the price.
        ({}, ["0.11"]),
        # Six in all: at half the price; what is invoiced stays.
        ({"mode": "volume"}, ["0.1"]),
        # A contract's sum; another zone's, service's, line's or tariff's is none.
        ({"share": "contract", "services": ["voice"], "zones": [1], "tariffs": [7]}, ["0.11"]),
        ({"lines": [10], "rates": [1], "valid_from": "2026-03-01"}, ["0.11"]),
        # Only the second call's two minutes count.
        ({"valid_from": "2026-03-06"}, ["0.16"]),
        ({"period": "day"}, ["0.2"]),
        ({"period": "quarter"}, ["0.11"]),
        ({"bands": ["noon"]}, ["0.11"]),
        ({"bands": ["night"]}, ["0.2"]),
        ({"pools": ["p"]}, ["0.11"]),
        ({"options": ["o"]}, ["0.11"]),
    ],
)
def test_tiers_go_on(more, expected):
    data = book(
        MINUTE,
        bands=[{"id": "noon", "from": "12:00", "to": "13:00"},
               {"id": "night", "from": "22:00", "to": "05:00"}],
        pools=[{"id": "p", "contracts": [1]}],
        options=[{"id": "o"}],
        contracts=[{"id": 1, "options": ["o"]}],
        tiers=[{**TIERS, **more}],
    )  # fmt: skip
    assert continued(data, days((5, 120), (6, 120)), days((7, 120)))[0] == expected


def test_another_line_s_sum_is_another():
    first = days((5, 120), (6, 120), line=11)
    assert continued(book(MINUTE, tiers=[TIERS]), first, days((7, 120)))[0] == ["0.2"]


@pytest.mark.parametrize(
    ("mode", "amount", "expected"),
    [
        # 0.50 listed became 0.25 + 0.25 × 0.9 = 0.475: the next 0.10 is beyond.
        ("graduated", 300, ["0.09"]),
        # 0.20 was listed and charged: 0.05 in full, 0.05 at 90 %.
        ("graduated", 120, ["0.095"]),
        # 0.50 listed became 0.45; 0.60 in all.
        ("volume", 300, ["0.09"]),
    ],
)
def test_money_is_counted_as_it_was_listed(mode, amount, expected):
    tiers = {"id": "t", "on": "money", "mode": mode, "steps": [
        {"from": 0, "to": "0.25", "factor": "1"}, {"from": "0.25", "factor": "0.9"}]}  # fmt: skip
    data = book(MINUTE, tiers=[tiers])
    assert continued(data, days((5, amount)), days((7, 60)))[0] == expected


def test_packages_and_fees_are_not_begun_again():
    step = {"interval": 5, "price": "1", "setup": "10"}
    data = book(MINUTE, tiers=[{"id": "t", "unit": "minute", "steps": [step]}])
    # 12 minutes before: three packages; to 15 they are paid, the 16th begins another.
    late = days((7, 180), (8, 60))
    assert continued(data, days((5, 720)), late)[0] == ["0", "1"]


@pytest.mark.parametrize(
    ("then", "expected"),
    [("free", ["0.05"]), ("refuse", ["0.1"]), ("alert", ["0.1"])],
)
def test_limits_go_on(then, expected):
    limit = {"id": "l", "amount": "0.25", "thresholds": ["0.5", "1"], "then": then}
    prices, done = continued(book(MINUTE, limits=[limit]), days((5, 120)), days((7, 60)))
    assert prices == expected
    # The half was reached before.
    assert done.alerts["threshold"].tolist() == [1_000_000]


def test_a_limit_that_was_reached_refuses():
    limit = {"id": "l", "amount": "0.20", "then": "refuse"}
    data = book(MINUTE, limits=[limit])
    assert continued(data, days((5, 120)), days((7, 60)))[0] == ["limit-reached"]


def test_minimums_count_it():
    data = book(MINUTE, minimums=[{"id": "m", "amount": "1"}])
    _prices, done = continued(data, days((5, 120)), days((7, 60)))
    assert done.topups["topup"].tolist() == [700_000]


def test_the_explanation_says_the_same():
    data = TariffBook(book(MINUTE, tiers=[TIERS]))
    first, late = days((5, 240)), days((7, 120))
    told = explain(data, late, 0, settled=charged(rate(data, first), first))
    assert [one["tier"] for one in told.facts("tier")] == [2, 3]
    assert told.facts("price")[0]["price"] == "0.11"


@worlds.tried(80)
@given(households(), calls, st.integers(0, 7))
def test_in_two_calls_as_in_one(house, some, cut):
    """Whatever was charged first, graduated tiers and limits go on as if it were one call."""
    house = replace(house, allowances=[])
    if house.tiers:
        house.tiers["mode"] = "graduated"
    data = book_of(house)
    whole = frame_of(some)
    first, late = whole.iloc[:cut], whole.iloc[cut:].reset_index(drop=True)
    tariffs = TariffBook(data)
    expected = found(rate(tariffs, whole).charges, len(some))
    before = rate(tariffs, first)
    after = rate(tariffs, late, settled=charged(before, first))
    assert found(before.charges, len(first)) + found(after.charges, len(late)) == expected
