# SPDX-License-Identifier: AGPL-3.0-or-later
"""Allowances: who is covered, in which order, what is left and what it costs."""

import itertools

import pandas as pd
import pytest

from telecom_billing.rating import TariffBook, rate

from .build import NOON, book, charges, price, prices, usage

MINUTES = {"price": "0.10", "per": "minute", "initial": 60, "step": 60, "service": "voice"}


def inclusive(minutes=100, **more):
    return {"id": "a", "quantity": minutes, "unit": "minute", **more}


def calls(*seconds, **columns):
    """Calls an hour apart."""
    return usage(*[(f"2026-03-10T{8 + n:02d}:00:00", s) for n, s in enumerate(seconds)], **columns)


def split_of(data, frame):
    """(allowance, covered units, price) of every segment."""
    found = charges(data, frame)
    return [
        (None if pd.isna(name) else name, units // 1_000_000, cost)
        for name, units, cost in zip(
            found["allowance"], found["allowance_units"], found["price"], strict=True
        )
    ]


def test_inside_over_the_edge_and_beyond():
    # Three minutes: 61 s take two, the next call of three takes one and pays two, the third pays.
    data = book(MINUTES, allowances=[inclusive(3)])
    assert split_of(data, calls(61, 170, 10)) == [
        ("a", 120, 0),
        ("a", 60, 0),
        (None, 0, 200_000),
        (None, 0, 100_000),
    ]


def test_a_record_uses_what_it_has_whatever_is_deducted():
    # 61, 170 and 10 s: 120 s are deducted of the first, 60 of the second, whose rest is 110.
    data = book(MINUTES, allowances=[inclusive(3)])
    found = charges(data, calls(61, 170, 10))
    assert (found["quantity"] // 1_000_000).tolist() == [61, 60, 110, 10]
    assert (found["billed"] // 1_000_000).tolist() == [0, 0, 120, 60]
    exact = charges(book(MINUTES, allowances=[inclusive(3, count="exact")]), calls(100, 170))
    assert (exact["quantity"] // 1_000_000).tolist() == [100, 80, 90]
    two = book(MINUTES, allowances=[inclusive(1, id="b"), inclusive(1, id="c")])
    found = charges(two, calls(230))  # four minutes billed, 110 s beyond the second
    assert (found["quantity"] // 1_000_000).tolist() == [60, 60, 110]


def test_counted_as_used_the_excess_is_a_call_of_its_own():
    # 100 s used of 180; 80 left for 170 s: 90 s remain, two minutes.
    data = book(MINUTES, allowances=[inclusive(3, count="exact")])
    assert split_of(data, calls(100, 170)) == [("a", 100, 0), ("a", 80, 0), (None, 0, 200_000)]


def test_the_tail_is_not_rounded_again():
    # 60/60: 90 s are 120; 30 s of allowance leave 90 s at 0.10 a minute.
    data = book(MINUTES, allowances=[inclusive("0.5")])
    assert split_of(data, calls(90)) == [("a", 30, 0), (None, 0, 150_000)]


def test_several_allowances_by_priority_then_by_the_list():
    late = inclusive(1, id="late", priority=5)
    data = book(MINUTES, allowances=[late, inclusive(1, id="b"), inclusive(1, id="c")])
    assert split_of(data, calls(230)) == [
        ("b", 60, 0),
        ("c", 60, 0),
        ("late", 60, 0),
        (None, 0, 100_000),
    ]


def test_flat_covers_everything():
    data = book(MINUTES, allowances=[{"id": "f", "flat": True}])
    assert split_of(data, calls(90, 90_000))[1] == ("f", 90_000, 0)
    found = rate(TariffBook(data), calls(90, 90)).allowances
    assert found[["used", "left"]].values.tolist() == [[240_000_000, 0]]


@pytest.mark.parametrize(
    "selector, covered",
    [
        ({"services": ["voice"]}, True),
        ({"services": ["sms"]}, False),
        ({"zones": [1]}, True),
        ({"zones": [2]}, False),
        ({"rates": [1]}, True),
        ({"rates": [2]}, False),
        ({"lines": [10]}, True),
        ({"lines": [11]}, False),
        ({"contracts": [1]}, True),
        ({"contracts": [1], "lines": [11]}, False),
        ({"customers": ["c"]}, True),
        ({"customers": ["d"]}, False),
        ({"tariffs": [7]}, True),
        ({"options": ["o"]}, True),
        ({"options": ["p"]}, False),
        ({"pools": ["q"]}, True),
        ({"pools": ["r"]}, False),
        ({"valid_from": "2026-03-10"}, True),
        ({"valid_to": "2026-03-10"}, False),
        ({"bands": ["day"]}, True),
        ({"bands": ["past"]}, False),
    ],
)
def test_who_and_what(selector, covered):
    data = book(
        MINUTES,
        zones=[{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["43"]}],
        bands=[{"id": "day"}, {"id": "past", "years": [1999]}],
        options=[{"id": "o"}, {"id": "p"}],
        pools=[{"id": "q", "pools": ["s"]}, {"id": "s", "lines": [10]}, {"id": "r", "lines": [11]}],
        allowances=[inclusive(**selector)],
    )
    assert price(data, 60, options="o", customer="c") == (
        0 if covered else price(book(MINUTES), 60)
    )


def test_a_unit_of_another_kind_covers_nothing():
    data = book(MINUTES, allowances=[{"id": "a", "quantity": 100, "unit": "MB"}])
    assert str(price(data, 60)) == "0.1"


def test_an_option_holds_for_its_time():
    options = [{"option": "o", "valid_from": "2026-03-10", "valid_to": "2026-03-11"}]
    data = book(MINUTES, options=[{"id": "o"}], allowances=[inclusive(options=["o"])],
                lines=[{"id": 10, "options": options}])  # fmt: skip
    frame = usage(
        ("2026-03-09T22:59:00", 60), ("2026-03-10T12:00:00", 60), ("2026-03-11T00:00:00", 60)
    )
    assert [str(one) for one in prices(data, frame)] == ["0.1", "0", "0.1"]


def test_an_option_booked_twice_gives_twice():
    data = book(MINUTES, options=[{"id": "o"}], allowances=[inclusive(1, options=["o"])],
                lines=[{"id": 10, "options": [{"option": "o", "quantity": 2}]}])  # fmt: skip
    assert [str(one) for one in prices(data, calls(60, 60, 60))] == ["0", "0", "0.1"]


def test_each_line_its_own_or_one_for_all():
    frame = calls(60, 60)
    frame["line"] = [10, 11]
    assert [str(p) for p in prices(book(MINUTES, allowances=[inclusive(1)]), frame)] == ["0", "0"]
    for share in ("contract", "customer"):
        shared = book(MINUTES, allowances=[inclusive(1, share=share)])
        assert [str(p) for p in prices(shared, frame.assign(customer=5))] == ["0", "0.1"]


def test_a_pool_over_contracts():
    data = book(
        MINUTES,
        pools=[{"id": "p", "contracts": [1, 2]}],
        lines=[{"id": 10, "contract": 1}, {"id": 11, "contract": 2}, {"id": 12, "contract": 3}],
        allowances=[inclusive(1, pools=["p"], per_member=True)],
    )
    frame = calls(60, 60, 60, 60)
    frame["line"], frame["contract"] = [10, 11, 12, 10], [1, 2, 3, 1]
    # Two lines are members: two minutes.
    assert [str(one) for one in prices(data, frame)] == ["0", "0", "0.1", "0.1"]


def test_setup_is_waived_or_charged():
    rate_ = {**MINUTES, "setup": "0.05"}
    waived = book(rate_, allowances=[inclusive(1)])
    assert [str(one) for one in prices(waived, calls(60, 60))] == ["0", "0.15"]
    charged = book(rate_, allowances=[inclusive(1, setup="charged")])
    assert [str(one) for one in prices(charged, calls(60, 60))] == ["0.05", "0.15"]
    # Partly covered: the setup is due either way.
    assert str(price(waived, 120)) == "0.15"


def test_periods_renew():
    data = book(MINUTES, allowances=[inclusive(1, period="month", begins=15)])
    frame = usage(*[(f"2026-03-{day}T12:00:00", 60) for day in (14, 15, 16)])
    assert [str(one) for one in prices(data, frame)] == ["0", "0", "0.1"]
    data = book(MINUTES, allowances=[inclusive(1, period="once")])
    assert [str(one) for one in prices(data, frame)] == ["0", "0.1", "0.1"]
    data = book(MINUTES, allowances=[inclusive(1, period="week")])
    # The 14th is a Saturday, the 16th a Monday.
    assert [str(one) for one in prices(data, frame)] == ["0", "0.1", "0"]


def test_a_partial_month_gives_its_share():
    # Active from 17 March: 15 of 31 days of 62 minutes = 30 minutes.
    data = book(MINUTES, allowances=[inclusive(62, prorate=True)],
                lines=[{"id": 10, "contract": 1, "valid_from": "2026-03-17"}])  # fmt: skip
    found = rate(TariffBook(data), usage(("2026-03-20T12:00:00", 60))).allowances
    assert found["granted"].tolist() == [30 * 60_000_000]
    # 10/31 of a minute, rounded down to the millionth of a second: 19.354838.
    data["allowances"][0]["quantity"] = 1
    data["lines"][0]["valid_from"] = "2026-03-22"
    found = rate(TariffBook(data), usage(("2026-03-25T12:00:00", 60))).allowances
    assert found["granted"].tolist() == [19_354_838]


def test_refunds_free_numbers_and_given_prices_leave_allowances_alone():
    guard = {"id": "g", "prefixes": ["49800"], "free": True}
    data = book(MINUTES, allowances=[inclusive(100)], guards=[guard])
    frame = usage(
        (NOON, -60), (NOON, 60, {"b_number": "49800123"}), (NOON, 60, {"price": 5})
    )  # fmt: skip
    frame["price"] = frame["price"].astype("Int64") if "price" in frame else None
    found = rate(TariffBook(data), frame)
    assert found.charges["allowance"].isna().all()
    assert found.charges["price"].tolist() == [-100_000, 0, 5]
    assert found.allowances["used"].tolist() == []


def test_balances_are_reported():
    data = book(MINUTES, allowances=[inclusive(3)])
    found = rate(TariffBook(data), calls(61, 30)).allowances
    assert found[["allowance", "share", "holder", "granted", "used", "left"]].values.tolist() == [
        ["a", "line", "10", 180_000_000, 180_000_000, 0]
    ]
    assert found["period"].dt.strftime("%F").tolist() == ["2026-03-01"]


def test_order_is_by_start_or_as_delivered():
    data = book(MINUTES, allowances=[inclusive(1)])
    frame = calls(60, 60).iloc[::-1].reset_index(drop=True)
    assert [str(one) for one in prices(data, frame)] == ["0.1", "0"]
    data["order"] = "arrival"
    assert [str(one) for one in prices(data, frame)] == ["0", "0.1"]


def test_records_that_start_together_are_told_apart_by_their_key():
    data = book(MINUTES, allowances=[inclusive(1)])
    rows = [(NOON, 60, {"key": key}) for key in (b"\x02", b"\x01", b"\x03")]
    found = [str(one) for one in prices(data, usage(*rows))]
    assert found == ["0.1", "0", "0.1"]
    assert [str(one) for one in prices(data, usage(*rows[::-1]))] == found[::-1]


def test_records_that_start_together_are_told_apart_by_what_they_say():
    """Whoever came first: of numbers the smaller, of equal ones the shorter call, NA before all."""
    data = book(MINUTES, allowances=[inclusive(2)])
    said = [("4930222222", 60), ("4930111111", 120), ("4930111111", 60)]
    rows = [
        (NOON, seconds, {"b_number": number, "arrival": place, "participant": None})
        for place, (number, seconds) in enumerate(said)
    ]
    for order in itertools.permutations(range(3)):
        frame = usage(*(rows[place] for place in order))
        found = dict(zip(order, map(str, prices(data, frame)), strict=True))
        # Two minutes: the number …111's short call has one, its long call the other.
        assert [found[place] for place in range(3)] == ["0.1", "0.1", "0"]


def test_records_that_say_the_same_are_told_apart_by_their_arrival():
    data = book(MINUTES, allowances=[inclusive(1)])
    rows = [(NOON, 60, {"arrival": arrival}) for arrival in (10, 9, 11)]
    assert [str(one) for one in prices(data, usage(*rows))] == ["0.1", "0", "0.1"]


def test_covered_part_of_a_call_over_a_band_border():
    # 07:59:00 to 08:01:00; one minute is covered, so what is left is the day's minute.
    bands = [{"id": "day", "from": "08:00", "to": "18:00"}]
    rates = [{**MINUTES, "price": "0.60", "step": 1, "initial": 1, "band": "day"},
             {**MINUTES, "step": 1, "initial": 1}]  # fmt: skip
    for count in ("exact", "billed"):
        data = book(*rates, bands=bands, tariff={"split": "exact"},
                    allowances=[inclusive(1, count=count)])  # fmt: skip
        found = charges(data, usage(("2026-03-02T06:59:00", 120)))
        assert found[["rate", "price"]].values.tolist() == [[2, 0], [1, 600_000]]
