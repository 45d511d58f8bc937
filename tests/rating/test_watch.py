# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spending limits and minimum turnovers."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import TariffBook, rate

from . import worlds
from .build import book, prices, reasons, usage

EURO = {"price": "1"}


def calls(*units, **columns):
    rows = [(f"2026-03-10T{8 + n:02d}:00:00", one) for n, one in enumerate(units)]
    return usage(*rows, **columns)


def limit(amount="10", **more):
    return {"id": "l", "name": "airbag", "amount": amount, **more}


def run(data, frame, **options):
    return rate(TariffBook(data), frame, **options)


def test_thresholds_are_reported_with_the_record_that_reached_them():
    data = book(EURO, limits=[limit(thresholds=["0.8", "1"])])
    found = run(data, calls(5, 3, 1, 4))
    assert found.charges["price"].sum() == 13_000_000
    columns = ["limit", "holder", "threshold", "spent", "usage"]
    assert found.alerts[columns].values.tolist() == [
        ["l", "10", 800_000, 8_000_000, 1],
        ["l", "10", 1_000_000, 13_000_000, 3],
    ]
    assert found.alerts["reached_at"].dt.hour.tolist() == [9, 11]


def test_what_exceeds_is_free():
    found = run(book(EURO, limits=[limit(then="free")]), calls(7, 5, 2))
    assert found.charges["price"].tolist() == [7_000_000, 3_000_000, 0]


def test_later_records_are_refused():
    found = run(book(EURO, limits=[limit(then="refuse")]), calls(7, 5, 2)).charges
    assert found["price"].tolist() == [7_000_000, 5_000_000, 0]
    assert found["reason"].tolist()[2] == "limit-reached"
    assert "airbag" in found["message"][2]


def test_what_exceeds_is_cut_from_the_last_segment():
    rates = [{**EURO, "step": 1, "band": "day"}, {**EURO, "step": 1}]
    data = book(*rates, bands=[{"id": "day", "from": "08:00"}], tariff={"split": "exact"},
                limits=[limit("15", then="free")])  # fmt: skip
    # Ten seconds before eight, ten after.
    found = run(data, usage(("2026-03-10T06:59:50", 20))).charges
    assert found["price"].tolist() == [10_000_000, 5_000_000]


def test_refunds_lower_what_was_spent():
    data = book(EURO, limits=[limit(then="free")])
    assert run(data, calls(8, -4, 5)).charges["price"].tolist() == [
        8_000_000,
        -4_000_000,
        5_000_000,
    ]


def test_limits_renew_and_are_shared_as_they_say():
    data = book(EURO, limits=[limit(then="free", share="contract")])
    frame = calls(7, 7)
    frame["line"] = [10, 11]
    assert run(data, frame).charges["price"].tolist() == [7_000_000, 3_000_000]
    data["limits"][0]["share"] = "line"
    assert run(data, frame).charges["price"].tolist() == [7_000_000, 7_000_000]
    data["limits"][0]["period"] = "day"
    later = usage(("2026-03-10T08:00:00", 10), ("2026-03-11T08:00:00", 10))
    assert run(data, later).charges["price"].tolist() == [10_000_000, 10_000_000]


@worlds.tried(150)
@given(
    st.lists(st.tuples(st.integers(-6, 12), st.sampled_from([10, 11])), min_size=1, max_size=12),
    st.sampled_from(["alert", "free", "refuse"]),
    st.sampled_from(["line", "contract"]),
    st.sets(st.sampled_from(["0.5", "0.8", "1"])),
)
def test_a_limit_alone_is_as_beside_one_that_nobody_reaches(calls_of, then, share, parts):
    """A single limit goes a shorter way."""
    own = limit("15", then=then, share=share, thresholds=sorted(parts))
    far = limit("1000000", thresholds=["1"]) | {"id": "far", "name": "far"}
    rows = [
        (f"2026-03-10T{8 + place:02d}:00:00", units, {"line": line})
        for place, (units, line) in enumerate(calls_of)
    ]
    alone, beside = (run(book(EURO, limits=limits), usage(*rows)) for limits in ([own], [own, far]))
    columns = ["price", "reason"]
    assert alone.charges[columns].equals(beside.charges[columns])
    assert alone.alerts.equals(beside.alerts)


def test_order_does_not_matter():
    data = book(EURO, limits=[limit(then="free", thresholds=["0.5"])])
    frame = calls(7, 5, 2)
    one, other = run(data, frame), run(data, frame.iloc[::-1].reset_index(drop=True))
    assert one.charges["price"].tolist() == other.charges["price"].tolist()[::-1]
    assert one.alerts["reached_at"].tolist() == other.alerts["reached_at"].tolist()


def minimum(**more):
    return {"id": "m", "amount": "25", **more}


def test_what_is_missing_to_the_minimum():
    found = run(book(EURO, minimums=[minimum()]), calls(7, 5)).topups
    assert found[["minimum", "holder", "required", "turnover", "topup"]].values.tolist() == [
        ["m", "10", 25_000_000, 12_000_000, 13_000_000]
    ]
    found = run(book(EURO, minimums=[minimum()]), calls(30)).topups
    assert found["topup"].tolist() == [0]


def test_a_partial_month_needs_less():
    # From 17 March: 15 of 31 days of 31.00.
    data = book(EURO, minimums=[minimum(amount="31", prorate=True)],
                lines=[{"id": 10, "valid_from": "2026-03-17"}])  # fmt: skip
    frame = usage(("2026-03-20T08:00:00", 5))
    assert run(data, frame).topups[["required", "topup"]].values.tolist() == [
        [15_000_000, 10_000_000]
    ]


def test_lines_without_usage_are_named_by_the_book():
    data = book(EURO, minimums=[minimum(tariffs=[7])],
                lines=[{"id": 10, "tariff": 7}, {"id": 11, "tariff": 7}, {"id": 12}])  # fmt: skip
    assert run(data, calls(7)).topups[["holder", "topup"]].values.tolist() == [
        ["10", 18_000_000],
        ["11", 25_000_000],
    ]
    span = (dt.date(2026, 2, 1), dt.date(2026, 3, 31))
    found = run(data, calls(7).iloc[:0], span=span).topups
    assert len(found) == 4


@pytest.mark.parametrize("selector, turnover", [({"services": ["sms"]}, []), ({}, [7_000_000])])
def test_what_counts(selector, turnover):
    found = run(book(EURO, minimums=[minimum(**selector)]), calls(7)).topups
    assert found["turnover"].tolist() == turnover


def test_what_is_refused_uses_no_allowance():
    """Line 10 reaches its limit; the minute that its next call would have taken is line 11's."""
    data = book(
        {"price": "0.10", "per": "minute", "step": 60},
        allowances=[{"id": "a", "quantity": 60, "share": "contract", "period": "day"}],
        limits=[{"id": "l", "amount": "0.2", "then": "refuse", "share": "line"}],
    )
    frame = usage(
        ("2026-03-10T08:00:00", 180),  # one minute free, two at 0.10: the limit is reached
        ("2026-03-11T08:00:00", 60),  # refused, although the day's minute is there
        ("2026-03-11T09:00:00", 60, {"line": 11}),
    )
    found = rate(TariffBook(data), frame)
    assert reasons(data, frame) == [None, None, "limit-reached", None]
    assert prices(data, frame) == [Decimal("0.2"), 0, 0]
    assert found.charges["allowance_units"].sum() == found.allowances["used"].sum()
