# SPDX-License-Identifier: AGPL-3.0-or-later
"""Large numbers: the table steps aside where its integers would not fit."""

from decimal import Decimal

import pytest

from telecom_billing.rating import TariffBook

from .build import NOON, book, charges, price, usage

TERABYTE = 10**12


def test_a_petabyte_by_the_byte():
    # 10^12 bytes (10^18 millionths) at 0.05 per GB = 50.
    data = book({"unit": "byte", "price": "0.05", "per": "GB", "step": 1})
    assert price(data, TERABYTE, unit="byte") == 50


def test_prices_of_many_places_times_large_quantities():
    # 2 · 10^12 B · 0.000000123456789012 = 246,913.578024.
    data = book({"unit": "byte", "price": "0.000000123456789012", "step": 1, "decimals": 12})
    found = charges(data, usage((NOON, 2 * TERABYTE), unit="byte"))
    assert found[["price", "rest"]].values.tolist() == [[246_913_578_024, 0]]


def test_a_quantity_that_cannot_be_is_refused():
    data = book({"unit": "byte", "price": "1"})
    frame = usage((NOON, 1), (NOON, 1), unit="byte")
    frame["quantity"] = [(1 << 62), -(1 << 62)]
    assert charges(data, frame)["reason"].tolist() == ["bad-quantity"] * 2


def test_a_missing_quantity_is_refused():
    frame = usage((NOON, 1), (NOON, 1))
    frame["quantity"] = frame["quantity"].astype("Int64").mask([True, False])
    assert charges(book({"price": "1"}), frame)["reason"].tolist()[0] == "bad-quantity"


def test_minutes_that_would_not_fit_in_millionths_of_seconds():
    frame = usage((NOON, 1), unit="minute")
    frame["quantity"] = 1 << 60
    assert charges(book({"price": "1"}), frame)["reason"].tolist() == ["bad-quantity"]


@pytest.mark.parametrize("seconds", [1, 10**6, 10**9, 10**11])
def test_thirds_stay_exact(seconds):
    data = book({"price": "1", "per": 3, "decimals": 6})
    expected = (Decimal(seconds) / 3).quantize(Decimal("0.000001"))
    assert price(data, seconds) == expected.normalize()


def test_who_goes_which_way():
    """The common forms are priced by the table, the rare ones are not."""
    common = [
        {"price": "0.1"}, {"price": "0.1", "initial": 60, "step": 1, "setup": "0.2"},
        {"price": "0.1", "minimum": "1", "maximum": "2"}, {"flat": True},
        {"steps": [{"to": 60, "interval": 30, "price": "1"}, {"from": 60, "price": "2"}]},
        {"steps": [{"to": 6, "price": "1"}], "beyond": "free"},
        {"price": "0.1", "round_at": "invoice"}, {"price": "0.1", "round_at": "part"},
    ]  # fmt: skip
    rare = [
        {"steps": [{"price": "1"}], "mode": "volume"},
        {"price": "1", "extras": [{"price": "1"}]},
        {"steps": [{"to": 50, "interval": 30, "price": "1"}, {"from": 50, "price": "2"}]},
        {"price": "0.1", "setup": "0.00001", "round_at": "part", "decimals": 2},
        {"steps": [{"to": 6, "price": "1"}], "beyond": "refuse"},
    ]
    assert TariffBook(book(*common)).table.fast.tolist() == [True] * len(common)
    assert TariffBook(book(*rare)).table.fast.tolist() == [False] * len(rare)
