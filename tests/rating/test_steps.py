# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a quantity costs: increments, steps, fees, bounds, rounding; arithmetic in comments."""

from decimal import Decimal

import pytest

from .build import NOON, book, charges, price, prices, reasons, usage


def test_increments():
    # a/b: a + ceil(max(0, d − a) / b) · b; a price of one unit shows what is billed.
    billed = {
        (61, 60, 60): 120, (61, 60, 1): 61, (61, 60, 10): 70, (61, 1, 1): 61, (1, 300, 300): 300,
        (31, 30, 6): 36, (60, 60, 60): 60, (0, 60, 60): 0, ("0.5", 1, 1): 1,
        ("60.000001", 60, 60): 120,
    }  # fmt: skip
    for (seconds, initial, step), expected in billed.items():
        data = book({"price": "1", "initial": initial, "step": step})
        assert price(data, seconds) == expected


def test_price_and_increment_are_apart():
    # 100 s in steps of 6 = 102 s at 0.30 per 90 s = 0.34.
    assert str(price(book({"price": "0.30", "per": 90, "step": 6}), 100)) == "0.34"
    # In proportion: 100 s · 0.09 / 60 = 0.15.
    assert str(price(book({"price": "0.09", "per": "minute"}), 100)) == "0.15"


def test_a_price_of_its_own_for_the_first_increment():
    # 0.20 for the first minute, then 5 s · 0.06 / 60 = 0.005.
    data = book(
        {"price": "0.06", "price_initial": "0.20", "per": "minute", "initial": 60, "step": 1}
    )
    assert str(price(data, 65)) == "0.205"


STEPS = [
    {"from": 0, "to": 60, "interval": 40, "price": "1"},
    {"from": 60, "interval": 10, "price": "0.1"},
]


def test_an_increment_may_run_past_its_step():
    # Two intervals of 40 reach 80; 85 s: one more of 10. Per step: 2 for the first 60, 3 for 25.
    assert str(price(book({"steps": STEPS, "round_quantity": "record"}), 85)) == "2.1"
    assert str(price(book({"steps": STEPS, "round_quantity": "step"}), 85)) == "2.3"
    # Within the increment that ran over nothing more is due.
    assert str(price(book({"steps": STEPS, "round_quantity": "record"}), 75)) == "2"


@pytest.mark.parametrize("rounding, expected", [("up", "3"), ("none", "2.5"), ("down", "2")])
def test_rounding_of_the_quantity(rounding, expected):
    data = book({"steps": [{"interval": 10, "price": "1", "rounding": rounding}]})
    assert str(price(data, 25)) == expected


@pytest.mark.parametrize("beyond, expected", [("free", "6"), ("last", "10")])
def test_usage_past_the_last_step(beyond, expected):
    data = book({"steps": [{"to": 6, "price": "1"}], "beyond": beyond})
    assert Decimal(price(data, 10)) == Decimal(expected)


def test_usage_past_the_last_step_refused():
    data = book({"steps": [{"to": 6, "price": "1"}], "beyond": "refuse"})
    assert price(data, 6) == 6
    assert reasons(data, usage((NOON, "6.000001"))) == ["beyond-steps"]


def test_volume_prices_all_units_at_the_step_reached():
    steps = [{"to": 100, "price": "0.10"}, {"from": 100, "to": 500, "price": "0.08"},
             {"from": 500, "price": "0.05"}]  # fmt: skip
    data = book({"steps": steps, "mode": "volume"})
    assert [price(data, n) for n in (100, 101, 500, 501)] == [
        10,
        Decimal("8.08"),
        40,
        Decimal("25.05"),
    ]


def test_a_flat_step_costs_once():
    data = book(
        {"steps": [{"to": 60, "price": "0.50", "flat": True}, {"from": 60, "price": "0.01"}]}
    )
    assert [str(price(data, n)) for n in (1, 60, 70)] == ["0.5", "0.5", "0.6"]


def test_a_fee_for_entering_a_step():
    steps = [
        {"to": 60, "interval": 60, "price": "0.10", "setup": "0.05"},
        {"from": 60, "interval": 1, "price": "0.12", "per": 60, "setup": "0.40"},
    ]
    data = book({"steps": steps})
    # 0.10 + 0.05; one second more costs 0.40 and a sixtieth of 0.12 = 0.002.
    assert price(data, 60) == Decimal("0.15")
    assert price(data, 61) == Decimal("0.552")
    assert price(data, 0) == 0
    volume = book({"steps": steps, "mode": "volume"})
    # All 120 seconds at 0.12 a minute, and the fee of the step reached alone.
    assert price(volume, 120) == Decimal("0.64")
    assert price(volume, 60) == Decimal("0.15")
    # Over a band's border the step goes on: the fee is charged once.
    bands = [{"id": "b", "from": "12:00"}]
    split = book({"steps": steps}, {"steps": steps, "band": "b"}, bands=bands,
                 tariff={"split": "exact", "round_quantity": "fragment"})  # fmt: skip
    # 30 s before noon (a begun 60 s interval), 30 s after it (another), one fee of 0.05.
    assert price(split, 60, "2026-03-10T10:59:30") == Decimal("0.25")


def test_a_fee_is_not_shared_with_an_allowance():
    steps = [{"to": 60, "price": "0.01"}, {"from": 60, "price": "0.01", "setup": "0.40"}]
    half = book({"steps": steps}, allowances=[{"id": "a", "quantity": 90}])
    # 120 s, 90 of them free: 30 s at 0.01 and the fee.
    assert price(half, 120) == Decimal("0.70")
    money = book({"steps": steps}, allowances=[{"id": "a", "money": "0.80"}])
    # 0.80 buys 60 s for 0.60; the 0.20 left do not pay for entering the next step.
    assert price(money, 120) == Decimal("0.60")


def test_free_seconds_at_the_front():
    # 30 s free, then full minutes: 31 s = one minute of 0.14.
    data = book({"price": "0.14", "per": "minute", "step": 60, "free": 30})
    assert [str(price(data, n)) for n in (0, 30, 31, 91)] == ["0", "0", "0.14", "0.28"]


def test_setup_once_and_not_for_nothing():
    data = book({"price": "0.01", "setup": "0.05"})
    assert [str(price(data, n)) for n in (0, 3)] == ["0", "0.08"]
    data = book({"price": "0.01", "setup": "0.05", "setup_on_zero": True})
    assert str(price(data, 0)) == "0.05"


def test_no_setup_for_the_next_part_of_a_call():
    data = book({"price": "0.01", "setup": "0.05"})
    frame = usage((NOON, 3, {"continuation": False}), (NOON, 3, {"continuation": True}))
    assert [str(one) for one in prices(data, frame)] == ["0.08", "0.03"]


def test_minimum_and_maximum_contain_the_setup():
    data = book({"price": "0.01", "setup": "0.05", "minimum": "0.10", "maximum": "0.62"})
    assert [str(price(data, n)) for n in (0, 1, 20, 100)] == ["0", "0.1", "0.25", "0.62"]
    data = book({"price": "0.01", "maximum": "0.62", "maximum_then": "disconnect"})
    assert str(price(data, 100)) == "1"


def test_extras_above_a_quantity():
    # 7 participants: 7 · 0.10 + each begun 2 above 3 (two of them) · 0.50 = 1.70.
    data = book({"unit": "participant", "price": "0.10",
                 "extras": [{"above": 3, "each": 2, "price": "0.50"}]})  # fmt: skip
    assert str(price(data, 7, unit="participant")) == "1.7"
    assert str(price(data, 3, unit="participant")) == "0.3"


def test_negative_prices_are_credits():
    # Incoming calls that pay: −0.005 · 2 minutes.
    data = book({"price": "-0.005", "per": "minute", "step": 60})
    assert str(price(data, 61)) == "-0.01"


def test_negative_quantities_are_refunds():
    data = book({"price": "0.10", "per": "minute", "step": 60, "setup": "0.05"})
    found = charges(data, usage((NOON, -61)))
    assert found[["quantity", "billed", "price"]].values.tolist() == [
        [-61_000_000, -120_000_000, -250_000]
    ]


@pytest.mark.parametrize(
    "rounding, expected",
    [("half_up", ["0.13", "-0.13"]), ("half_even", ["0.12", "-0.12"]),
     ("up", ["0.13", "-0.13"]), ("down", ["0.12", "-0.12"])],
)  # fmt: skip
def test_rounding_of_the_charge(rounding, expected):
    for value, shown in zip(("0.125", "-0.125"), expected, strict=True):
        data = book({"price": value, "rounding": rounding, "decimals": 2})
        assert str(price(data, 1)) == shown


def test_rounding_at_every_level():
    # Two steps of 0.004 and 0.004, setup 0.004: rounded up to cents …
    steps = [{"to": 1, "price": "0.004"}, {"from": 1, "price": "0.004"}]
    shared = {"steps": steps, "setup": "0.004", "rounding": "up", "decimals": 2}
    # … each step: 0.01 + 0.01 + 0.004; the part: 0.01 + 0.004; the charge: 0.02; not at all: 0.012.
    for level, expected in (("step", "0.024"), ("part", "0.014"), ("charge", "0.02"),
                            ("position", "0.012"), ("invoice", "0.012")):  # fmt: skip
        assert str(price(book({**shared, "round_at": level}), 2)) == expected


def test_unrounded_charges_keep_twelve_places():
    # 1 s at 0.01 per minute = 0.000166666667 (twelve places): 167 millionths less a third.
    found = charges(
        book({"price": "0.01", "per": "minute", "round_at": "invoice"}), usage((NOON, 1))
    )
    assert found[["price", "rest"]].values.tolist() == [[167, -333_333]]


def test_flat_and_refused_rates():
    assert price(book({"flat": True}), 600) == 0
    data = book({"refuse": "number withdrawn"})
    found = charges(data, usage((NOON, 60)))
    assert found["reason"].tolist() == ["refused"]
    assert "number withdrawn" in found["message"][0]


def test_records_that_bring_their_price():
    data = book({"price": "0.10"})
    frame = usage((NOON, 60, {"price": 1_230_000, "b_number": "999"}), (NOON, 60, {"price": None}))
    frame["price"] = frame["price"].astype("Int64")
    found = charges(data, frame)
    assert found["price"].tolist() == [1_230_000, 6_000_000]
    assert found["rate"].isna().tolist() == [True, False]
    frame["currency"] = ["USD", None]
    assert reasons(data, frame) == ["wrong-currency", None]
    frame["contract"] = [None, 1]
    assert reasons(data, frame)[0] == "no-contract"
