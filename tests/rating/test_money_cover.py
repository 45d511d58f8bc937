# SPDX-License-Identifier: AGPL-3.0-or-later
"""Allowances in money."""

from telecom_billing.rating import TariffBook, rate

from .build import book, charges, prices, usage

SECONDS = {"price": "0.10", "step": 1}


def calls(*seconds):
    return usage(*[(f"2026-03-10T{8 + n:02d}:00:00", s) for n, s in enumerate(seconds)])


def budget(money="2", **more):
    return {"id": "m", "money": money, **more}


def parts(data, frame):
    found = charges(data, frame)
    return list(
        zip(
            found["allowance_units"] // 1_000_000,
            found["allowance_money"],
            found["price"],
            strict=True,
        )
    )


def test_money_buys_units_at_the_rates_price():
    # 2.00 buys 20 s of 0.10; the rest is a call of its own.
    data = book(SECONDS, allowances=[budget()])
    assert parts(data, calls(15, 15)) == [(15, 1_500_000, 0), (5, 500_000, 0), (0, 0, 1_000_000)]


def test_money_buys_whole_intervals():
    # 30 s cost 0.50: 1.20 buys two of them, 0.20 stays.
    data = book({"price": "0.50", "per": 30, "step": 30}, allowances=[budget("1.20")])
    found = rate(TariffBook(data), calls(100, 10))
    assert parts(data, calls(100, 10)) == [(60, 1_000_000, 0), (0, 0, 1_000_000), (0, 0, 500_000)]
    assert found.allowances[["granted", "used", "left", "unit"]].values.tolist() == [
        [1_200_000, 1_000_000, 200_000, "money"]
    ]


def test_money_off_the_price():
    # 100 s = 4 · 30 s · 0.50 = 2.00 − 1.20 = 0.80, setup 0.10 included: 0.90.
    data = book({"price": "0.50", "per": 30, "step": 30, "setup": "0.10"},
                allowances=[budget("1.20", measure="money")])  # fmt: skip
    assert [str(one) for one in prices(data, calls(100, 10))] == ["0.9", "0.6"]
    data["allowances"][0]["money"] = "2.50"
    # 2.10 − 2.10 = 0; 0.60 − 0.40 = 0.20.
    assert [str(one) for one in prices(data, calls(100, 10))] == ["0", "0.2"]


def test_units_after_money():
    # 60 s = 6.00; 2.00 off leaves 4.00; 30 s of units are worth 3.00: 1.00 to pay.
    units = {"id": "u", "quantity": 30, "unit": "second", "priority": 2, "count": "exact"}
    data = book(SECONDS, allowances=[budget(measure="money"), units])
    assert [str(one) for one in prices(data, calls(60))] == ["1"]
    assert rate(TariffBook(data), calls(60)).allowances["used"].tolist() == [2_000_000, 30_000_000]


def test_money_after_units():
    # 10 s of units, then 2.00 for 20 s, 30 s to pay.
    units = {"id": "u", "quantity": 10, "unit": "second", "priority": -1, "count": "exact"}
    data = book(SECONDS, allowances=[budget(), units])
    assert [str(one) for one in prices(data, calls(60))] == ["3"]


def test_money_after_billed_units():
    # 30/30: 50 s are 60 s; 30 s covered; 2.00 buys 20 s of the tail; 10 s · 0.10 to pay.
    units = {"id": "u", "quantity": 30, "unit": "second", "priority": -1}
    data = book({"price": "3", "per": 30, "step": 30}, allowances=[budget(), units])
    assert [str(one) for one in prices(data, calls(50))] == ["1"]


def test_thirds_of_a_cent_add_up():
    # Three calls of a third of a cent each use a cent.
    data = book({"price": "0.01", "per": 3, "step": 1}, allowances=[budget("0.01")])
    found = charges(data, calls(1, 1, 1))
    assert found["allowance_money"].tolist() == [3_333, 3_334, 3_333]
    assert found["price"].sum() == 0
