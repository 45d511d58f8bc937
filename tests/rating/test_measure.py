# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole units before anything else, and calls too short to count."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import BookError, TariffBook
from telecom_billing.rating.measure import WHOLES, to_whole
from telecom_billing.rating.money import MICRO

from . import worlds
from .build import NOON, book, charges, price, prices, usage

SECONDS = {"price": "0.01", "step": 1, "setup": "0.05"}


@pytest.mark.parametrize(
    ("whole", "expected"),
    # 60.4 s as 61, 60 and 60 whole seconds at 0.01, and 0.05; without the rule: begun seconds.
    [("up", "0.66"), ("down", "0.65"), ("half_up", "0.65"), (None, "0.66")],
)
def test_whole_seconds_first(whole, expected):
    rate = SECONDS | ({"whole": whole} if whole else {})
    assert price(book(rate), "60.4") == Decimal(expected)
    found = charges(book(rate), usage((NOON, "60.4")))
    assert found["quantity"].tolist() == [60_400_000], "what was used is reported"


def test_half_seconds_go_up():
    assert price(book(SECONDS | {"whole": "half_up"}), "60.5") == Decimal("0.66")


def test_in_the_rates_own_unit():
    minutes = {"price": "0.10", "unit": "minute", "whole": "down"}
    # 119 s are one whole minute.
    assert price(book(minutes), 119) == Decimal("0.10")


def test_less_than_a_unit_is_nothing():
    assert price(book(SECONDS | {"whole": "down"}), "0.9") == 0
    assert price(book(SECONDS | {"whole": "down", "setup_on_zero": True}), "0.9") == Decimal("0.05")


def test_too_short_to_count():
    rate = SECONDS | {"ignore_below": 6}
    frame = usage((NOON, 5), (NOON, 6), (NOON, 0))
    assert prices(book(rate), frame) == [0, Decimal("0.11"), 0]
    found = charges(book(rate), frame)
    assert found["quantity"].tolist() == [5 * MICRO, 6 * MICRO, 0]
    assert found["billed"].tolist() == [0, 6 * MICRO, 0]


def test_allowances_see_what_is_counted():
    data = book(SECONDS | {"whole": "up", "ignore_below": 3}, allowances=[{"id": "a",
                "quantity": 61}])  # fmt: skip
    frame = usage((NOON, "2.5"), (NOON, "2"), ("2026-03-10T11:01:00", "60.2"))
    # 2.5 s count as 3; 2 s as none; of 61 s the 58 s that are left are free: 3 s and no setup …
    found = charges(data, frame)
    assert found.groupby("usage")["allowance_units"].sum().tolist() == [3 * MICRO, 0, 58 * MICRO]
    assert found.groupby("usage")["quantity"].sum().tolist() == [2_500_000, 2 * MICRO, 60_200_000]
    # … is waived only where all is covered: 3 × 0.01 + 0.05.
    assert prices(data, frame) == [0, 0, Decimal("0.08")]


def test_for_all_rates_of_a_tariff():
    data = book(SECONDS, {**SECONDS, "zone": 2}, tariff={"whole": "down"},
                zones=[{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["33"]}])  # fmt: skip
    frame = usage((NOON, "1.9"), (NOON, "2.9", {"b_number": "331"}), (NOON, "-1.9"))
    assert prices(data, frame) == [Decimal("0.06"), Decimal("0.07"), Decimal("-0.06")]
    assert charges(data, frame)["quantity"].tolist() == [1_900_000, 2_900_000, -1_900_000]


@pytest.mark.parametrize("property_", [{"whole": "down"}, {"ignore_below": 5}])
def test_not_beside_a_conference(property_):
    rate = {"zone": None, "price": "1", "conference": {"by": "session"}} | property_
    with pytest.raises(BookError) as refused:
        TariffBook(book(rate))
    assert next(iter(property_)) in str(refused.value)


@worlds.tried(100)
@given(st.integers(0, 10**9), st.integers(1, 10**8), st.sampled_from(WHOLES))
def test_never_a_whole_unit_away(size, grain, how):
    (found,) = to_whole(np.array([size]), grain, how).tolist()
    assert found % grain == 0 and abs(found - size) < grain
    assert {"up": found >= size, "down": found <= size}.get(how, 2 * abs(found - size) <= grain)
