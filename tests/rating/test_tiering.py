# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices that depend on the period's sum."""

import pandas as pd
import pytest

from telecom_billing.rating import TariffBook, rate

from .build import book, charges, prices, usage

MINUTES = {"price": "0.10", "per": "minute", "step": 60, "setup": "0.01"}
STEPS = [{"to": 10, "price": "0.08", "per": "minute"}, {"from": 10, "to": 20, "price": "0.05",
          "per": "minute"}, {"from": 20, "factor": "0.1"}]  # fmt: skip


def calls(*minutes, **columns):
    rows = [(f"2026-03-10T{8 + n:02d}:00:00", m * 60) for n, m in enumerate(minutes)]
    return usage(*rows, **columns)


def tiers(**more):
    return {"id": "t", "unit": "minute", "steps": STEPS, **more}


def texts(data, frame):
    return [str(one) for one in prices(data, frame)]


def test_each_unit_by_its_place():
    # 8 · 0.08; 2 · 0.08 + 3 · 0.05; 7 · 0.05 + 1 · 0.01; 2 · 0.01; setup 0.01 each.
    found = texts(book(MINUTES, tiers=[tiers()]), calls(8, 5, 8, 2))
    assert found == ["0.65", "0.32", "0.37", "0.03"]


def test_a_call_over_two_tiers_has_two_segments():
    found = charges(book(MINUTES, tiers=[tiers()]), calls(8, 5))
    assert (found["billed"] // 60_000_000).tolist() == [8, 2, 3]
    assert found["price"].tolist() == [650_000, 170_000, 150_000]
    assert found["rate"].tolist() == [1, 1, 1]


def test_a_call_over_three_tiers():
    # 10 · 0.08 + 10 · 0.05 + 5 · 0.01 + 0.01 = 1.36.
    assert texts(book(MINUTES, tiers=[tiers()]), calls(25)) == ["1.36"]


def test_volume_prices_everything_at_the_tier_reached():
    # 21 minutes in all: a tenth of the price for each.
    data = book(MINUTES, tiers=[tiers(mode="volume")])
    assert texts(data, calls(8, 5, 8)) == ["0.09", "0.06", "0.09"]
    # 20 minutes: the border itself belongs to the tier below.
    assert texts(data, calls(8, 12)) == ["0.41", "0.61"]


def test_tiers_on_money():
    # The first 1.00 in full, then half: 8 · 0.10 + 0.01 = 0.81; the next 0.51 has 0.19 in full.
    steps = [{"to": "1.00", "factor": "1"}, {"from": "1.00", "factor": "0.5"}]
    data = book({**MINUTES, "setup": "0"}, tiers=[{"id": "t", "on": "money", "steps": steps}])
    # 0.80; 0.20 + 0.15; 0.40.
    assert texts(data, calls(8, 5, 8)) == ["0.8", "0.35", "0.4"]
    data["tiers"][0]["mode"] = "volume"
    assert texts(data, calls(8, 5, 8)) == ["0.4", "0.25", "0.4"]


def test_periods_and_holders_count_apart():
    frame = calls(8, 8)
    data = book(MINUTES, tiers=[tiers()])
    assert texts(data, frame.assign(line=[10, 11])) == ["0.65", "0.65"]
    shared = book(MINUTES, tiers=[tiers(share="contract")])
    assert texts(shared, frame.assign(line=[10, 11])) == ["0.65", "0.47"]
    later = frame.assign(started_at=pd.to_datetime(["2026-03-10", "2026-04-10"]))
    assert texts(data, later.astype({"started_at": "datetime64[us]"})) == ["0.65", "0.65"]


def test_what_an_allowance_covers_does_not_count():
    inclusive = {"id": "a", "quantity": 8, "unit": "minute"}
    data = book(MINUTES, tiers=[tiers()], allowances=[inclusive])
    # 8 covered; 5 · 0.08; 5 · 0.08 + 3 · 0.05.
    assert texts(data, calls(8, 5, 8)) == ["0", "0.41", "0.56"]
    # A partly covered call: 2 of 10 minutes are left to price.
    assert texts(data, calls(10)) == ["0.17"]


def test_the_first_set_that_fits():
    sets = [tiers(id="s", services=["sms"]), tiers(id="v", services=["voice"])]
    assert texts(book(MINUTES, tiers=sets), calls(8)) == ["0.65"]


@pytest.mark.parametrize("way", ["fast", "exact"])
def test_both_ways(way):
    data = TariffBook(book(MINUTES, tiers=[tiers()]))
    if way == "exact":
        data.table.fast[:] = False
    found = rate(data, calls(8, 5, 8, 2)).charges.groupby("usage")["price"].sum()
    assert found.tolist() == [650_000, 320_000, 370_000, 30_000]


def test_over_a_band_border():
    bands = [{"id": "day", "from": "08:00"}]
    shared = {"per": "minute", "step": 60}
    rates = [{**shared, "price": "1", "band": "day"}, {**shared, "price": "0.2"}]
    steps = [{"to": 3, "factor": "1"}, {"from": 3, "factor": "0.5"}]
    data = book(*rates, bands=bands, tariff={"split": "exact"},
                tiers=[{"id": "t", "unit": "minute", "steps": steps}])  # fmt: skip
    # 07:58 to 08:02 in Berlin: 2 · 0.20 + 1 · 1 in full, 1 · 1 at half.
    assert texts(data, usage(("2026-03-10T06:58:00", 240))) == ["1.9"]
