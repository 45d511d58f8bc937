# SPDX-License-Identifier: AGPL-3.0-or-later
"""Price lists that change the price below them: factors, surcharges, both, in stacks."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import BookError, TariffBook, explain, rate

from . import worlds
from .build import NOON, book, usage
from .hand import check

SECOND = {"price": "0.01", "per": 1, "step": 1}
MINUTE = {"price": "0.10", "per": "minute", "initial": 60, "step": 60, "setup": "0.05"}


def above(rate, *lists, quantities=(61,), **columns):
    """A rate below price lists of one rate each, and a record of each quantity."""
    listed = [
        {"id": 20 + number, "versions": [{"id": 1, "rates": [{"id": 1, **own}]}]}
        for number, own in enumerate(lists)
    ]
    mine = [{"id": 10, "price_lists": [20 + number for number in range(len(lists))]}]
    frame = usage(*((NOON, one) for one in quantities), **columns)
    return book(rate, tariffs=listed, lines=mine), frame


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        # 3.2 cents a minute more: two begun minutes at 0.132 and the fee below, 0.05.
        pytest.param([{"add": "0.032", "per": "minute"}], "0.314", id="a surcharge by the minute"),
        pytest.param([{"add": "0.001"}], "0.37", id="by the second: 2 × 60 × 0.001 more"),
        # 10 % and a cent a minute: 2 × (0.11 + 0.01) + 0.05.
        pytest.param([{"factor": "1.1", "add": "0.01", "per": 60}], "0.29", id="margin and amount"),
        # From below: × 1.1 + 0.01 = 0.12, then + 0.032.
        pytest.param([{"add": "0.032", "per": 60}, {"factor": "1.1", "add": "0.01", "per": 60}],
                     "0.354", id="the one further down first"),
        pytest.param([{"factor": "1.1", "add": "0.01", "per": 60}, {"add": "0.032", "per": 60}],
                     "0.3604", id="the other way round: (0.132) × 1.1 + 0.01 = 0.1552"),
        # The amount below zero: a rebate of two cents a minute; the fee of the list replaces 0.05.
        pytest.param([{"add": "-0.02", "per": 60, "setup": "0.3"}], "0.46", id="a rebate"),
        # 10 % and then 5 % off what is left: 2 × 0.0855.
        pytest.param([{"factor": "0.95"}, {"factor": "0.9"}], "0.221", id="rebates in a cascade"),
        pytest.param([{"factor": "0", "setup": "0"}], "0", id="nothing is left"),
        # Cut at what the list above allows: 0.25 → 0.2.
        pytest.param([{"factor": "1", "maximum": "0.2"}], "0.2", id="only a bound"),
    ],
)  # fmt: skip
def test_above_a_price_by_minutes(lists, expected):
    data, frame = above(MINUTE, *lists)
    check(data, frame, [expected])


@pytest.mark.parametrize(
    ("rate", "quantities", "expected"),
    [
        # 60 s cost 1.00 as a whole, then 0.40 + 0.016 a begun half minute.
        pytest.param({"steps": [{"to": 60, "price": "1", "flat": True},
                                {"interval": 30, "price": "0.4"}]}, (61, 30), ["1.416", "1"],
                     id="a flat step stays"),
        pytest.param({"price": "0.60", "per": "minute"}, ("30.5",), ["0.321266667"],
                     id="in proportion: 30.5/60 × 0.632"),
        pytest.param({"price": "0.10", "per": 60, "price_initial": "0.5", "initial": 60,
                      "step": 6}, (66,), ["0.5452"], id="opening 0.532, six seconds at 0.132"),
        pytest.param({**SECOND, "free": 20}, (61, 20), ["0.431866667", "0"], id="41 s"),
        pytest.param(SECOND, (-61,), ["-0.642533333"], id="a refund gives it back"),
    ],
)  # fmt: skip
def test_a_surcharge_on_other_prices(rate, quantities, expected):
    rounded = {"decimals": 9, **rate}
    data, frame = above(rounded, {"add": "0.032", "per": "minute"}, quantities=quantities)
    check(data, frame, expected)


def test_what_counts_something_else_has_no_surcharge():
    data, frame = above({"service": "sms", "unit": "piece", "price": "0.1"},
                        {"add": "0.03", "per": "minute"}, quantities=(2,), service="sms",
                        unit="piece")  # fmt: skip
    check(data, frame, ["0.2"])
    assert not explain(TariffBook(data), frame, 0).facts("added")


def test_a_surcharge_for_callers_from_elsewhere_in_a_band_and_after_an_allowance():
    """Callers from 44 pay two cents a minute more; ten seconds are included. 17:59:50 local for
    70 s: of the day's ten seconds all are covered, 60 s of the evening at (0.06 + 0.02)/60."""
    rates = [{"price": "0.12", "per": "minute", "step": 1, "band": "day"},
             {"price": "0.06", "per": "minute", "step": 1}]  # fmt: skip
    more = {"id": 20, "versions": [{"id": 1, "rates": [
        {"id": 1, "origin": "uk", "add": "0.02", "per": "minute"},
        {"id": 2, "factor": "1"}]}]}  # fmt: skip
    data = book(*rates, tariff={"split": "exact"}, tariffs=[more],
                bands=[{"id": "day", "from": "08:00", "to": "18:00"}],
                zones=[{"id": 1, "prefixes": ["49"]}, {"id": "uk", "prefixes": ["44"]}],
                lines=[{"id": 10, "price_lists": [20]}],
                allowances=[{"id": "a", "quantity": 10, "count": "exact"}])  # fmt: skip
    frame = usage(("2026-03-10T16:59:50", 70, {"a_number": "4420123"}),
                  ("2026-03-10T16:59:50", 60, {"a_number": "493099"}))  # fmt: skip
    # The second: 10 s at 0.002, 50 s at 0.001.
    check(data, frame, ["0.08", "0.07"])


@pytest.mark.parametrize(
    "ways",
    [
        {"price": "0.1", "factor": "0.9"},
        {"price": "0.1", "flat": True},
        {"price": "0.1", "refuse": "not sold"},
        {"steps": [{"price": "1"}], "add": "2"},
        {"steps": [{"price": "1"}], "price": "1"},
        {"flat": True, "refuse": "not sold"},
    ],
)
def test_two_prices_at_once_are_refused(ways):
    with pytest.raises(BookError) as refused:
        TariffBook(book(ways))
    (fault,) = refused.value.problems
    assert fault.problem.startswith("stands beside '") and fault.remedy == "Use one of the two."


def test_a_zero_beside_what_costs_nothing_is_no_second_price():
    check(book({"price": "0.00", "flat": True}), usage((NOON, 60)), ["0"])


AMOUNTS = st.integers(-5000, 5000).map(lambda cents: str(Decimal(cents) / 10_000))


@worlds.tried(60)
@given(
    st.tuples(AMOUNTS, AMOUNTS, st.sampled_from(["0", "0.5", "1", "1.1"])),
    st.sampled_from([{}, {"step": 1}, {"initial": 60, "step": 60}, {"initial": 30, "step": 6}]),
    st.lists(st.integers(-4000, 4000), min_size=1, max_size=6),
)
def test_the_same_as_a_price_of_its_own(amounts, increments, seconds):
    """Whatever the increments: a list above that changes a price is that price."""
    price, more, factor = amounts
    below = {"price": price, "per": 60, **increments}
    own = {**below, "price": str(Decimal(price) * Decimal(factor) + Decimal(more))}
    changed, frame = above(below, {"factor": factor, "add": more, "per": 60}, quantities=seconds)
    expected = rate(TariffBook(book(own)), frame).charges
    found = rate(TariffBook(changed), frame).charges
    assert found["price"].tolist() == expected["price"].tolist()
    assert found["billed"].tolist() == expected["billed"].tolist()
