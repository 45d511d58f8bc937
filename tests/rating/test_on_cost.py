# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices on the cost that a record states: resold calls at the carrier's price plus a margin."""

import pytest

from telecom_billing.rating import BookError, TariffBook, explain, rate

from .build import NOON, book, usage
from .hand import check

MARGIN = {"on": "cost", "price": "1.1", "setup": "0.05"}


def costs(*amounts, **columns):
    """Calls of a minute with a stated cost (text, None: none)."""
    stated = [None if one is None else round(one * 10**6) for one in amounts]
    frame = usage(*((NOON, 60, {"cost": one}) for one in stated), **columns)
    frame["cost"] = frame["cost"].astype("Int64")
    return frame


def test_a_margin_and_a_fee():
    """1.00 × 1.1 + 0.05; −0.50 give back 0.60; nothing costs nothing; without a cost no price.
    What the tariff says of increments is for calls."""
    calls = {"initial": 60, "step": 60, "per": "minute", "unit": "second"}
    data = book(MARGIN, tariff=calls)
    done = check(data, costs(1, -0.5, None, 0), ["1.15", "-0.6", "no-cost", "0"])
    assert "A cost of 1 EUR at 1.1 for each EUR" in explain(TariffBook(data), costs(1), 0).text()
    assert "1,1 × Kosten" in explain(TariffBook(data), costs(1), 0).text("de")
    assert done.charges["billed"].tolist() == [1_000_000, -500_000, 0, 0]


@pytest.mark.parametrize(
    ("own", "cost", "expected"),
    [
        ({"minimum": "0.50", "maximum": "2"}, 0.1, "0.5"),
        ({"minimum": "0.50", "maximum": "2"}, 3, "2"),
        # 0.366666 + 0.05, up to the cent.
        ({"decimals": 2, "rounding": "up"}, 0.333333, "0.42"),
        # Of the first 1.00 a fifth more, of the rest a twentieth: 1.20 + 1.5 × 1.05 + 0.05.
        ({"price": None, "steps": [{"to": 1, "price": "1.2", "rounding": "none"},
                                   {"price": "1.05", "rounding": "none"}]}, 2.5, "2.825"),
        ({"service": "voice", "free": "0.20"}, 1, "0.93"),
    ],
)  # fmt: skip
def test_with_other_properties(own, cost, expected):
    check(book({**MARGIN, **own}), costs(cost), [expected])


def test_beside_prices_by_time_and_below_a_rebate():
    """Premium numbers at cost, others by the minute; a list above takes half off both."""
    zones = [{"id": 1, "prefixes": ["49900"]}, {"id": 2, "prefixes": ["49"]}]
    half = {"id": 8, "versions": [{"id": 1, "rates": [{"id": 1, "factor": "0.5"}]}]}
    data = book(MARGIN, {"zone": 2, "price": "0.10", "per": "minute"}, zones=zones,
                tariffs=[half])  # fmt: skip
    frame = costs(1, 1)
    frame["b_number"] = ["49900123", "4930123"]
    check(data, frame, ["1.15", "0.1"])
    data["lines"] = [{"id": 10, "price_lists": [8]}]
    check(data, frame, ["0.6", "0.05"])


def test_a_turnover_limit_and_tiers_of_a_month():
    tiers = {"id": "t", "unit": "amount", "steps": [{"to": 2, "factor": "1"},
             {"from": 2, "factor": "0.5"}]}  # fmt: skip
    data = book({"on": "cost", "price": "1"}, tiers=[tiers],
                limits=[{"id": "l", "amount": "3", "then": "free"}])  # fmt: skip
    # 1.50; 0.50 + 0.50; of 1.50 what the limit left.
    check(data, costs(1.5, 1.5, 3), ["1.5", "1", "0.5"])


def test_another_currency_and_none_at_all():
    data = book({"on": "cost", "price": "1"})
    check(data, costs(1, currency="USD"), ["wrong-currency"])
    check(data, costs(1, currency="EUR"), ["1"])
    frame = usage((NOON, 60))
    assert rate(TariffBook(data), frame).charges["reason"].tolist() == ["no-cost"]
    assert "der aber keine nennt" in explain(TariffBook(data), frame, 0).text("de")


OTHERS = ({"unit": "minute"}, {"months": "days"}, {"together": {"by": "sum"}},
          {"conference": {"by": "leg"}})  # fmt: skip


@pytest.mark.parametrize("other", OTHERS)
def test_what_does_not_go_with_it(other):
    with pytest.raises(BookError) as refused:
        TariffBook(book({**MARGIN, **other}))
    assert refused.value.problems[0].field == next(iter(other))
