# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sizes that no int64 holds: a reason for the record, or a fault of the book; never a traceback."""

import pandas as pd
import pytest

from telecom_billing.rating import BookError, TariffBook, explain, rate
from telecom_billing.rating.usage import MAX_QUANTITY

from .build import book, usage

PRICE = {"price": "0.10", "per": "minute"}
NIGHT = {"id": "n", "from": "20:00", "to": "06:00"}
FAR = "9223372036854775807"


def one(rule, quantity, start="2026-03-10 11:00", columns=None, **sections):
    """(reason or None, price in millionths) of one record, which can be explained too."""
    data = TariffBook(book(*(rule if isinstance(rule, list) else [rule]), **sections))
    frame = usage((start, 0, columns or {}))
    frame["quantity"] = quantity
    found = rate(data, frame).charges
    assert explain(data, frame, 0).text("de")
    reason = found["reason"].iloc[0]
    return reason if isinstance(reason, str) else None, int(found["price"].sum())


@pytest.mark.parametrize("quantity", [MAX_QUANTITY, -MAX_QUANTITY])
def test_a_charge_that_no_frame_can_hold(quantity):
    """2.3 × 10^12 seconds at 0.10 a minute fit; at 10^12 a second they do not."""
    fits = -(-abs(quantity) // 60 // 10) * (1 if quantity > 0 else -1)
    reason, price = one({**PRICE, "round_at": "invoice"}, quantity)
    assert reason is None and abs(price - fits) <= 1
    assert one({"price": "999999999999"}, quantity) == ("bad-quantity", 0)
    tiers = [{"id": 1, "unit": "second", "steps": [{"price": "999999999999"}]}]
    assert one(PRICE, abs(quantity), tiers=tiers) == ("bad-quantity", 0)


def test_a_call_of_years_is_not_cut_by_bands_day_after_day():
    """2^32 - 1 seconds are what a source writes for "unknown"; at one price they are priced."""
    rules = [{**PRICE, "split": "exact"}, {**PRICE, "price": "0.05", "band": "n", "split": "exact"}]
    assert one(rules, (2**32 - 1) * 10**6, bands=[NIGHT]) == ("bad-quantity", 0)
    day = one(rules, 86_400 * 10**6, bands=[NIGHT])
    assert day == (None, (14 * 60 * 100_000) + (10 * 60 * 50_000))
    assert one(PRICE, (2**32 - 1) * 10**6)[0] is None


def test_a_month_s_price_for_more_days_than_the_calendar_has():
    fee = {"price": "10", "unit": "day", "months": "days"}
    money = {"allowances": [{"id": "m", "money": "1", "measure": "money"}]}
    for sections in ({}, money):
        assert one(fee, 10**13, columns={"unit": "day"}, **sections) == ("bad-quantity", 0)
    assert one(fee, 31 * 10**6, "2026-03-01 00:00", {"unit": "day"}, **money) == (None, 9_000_000)


def test_conferences_longer_than_can_be_counted():
    """A peak of two for 2 × 10^12 begun seconds."""
    rule = {"price": "1", "unit": "participant", "conference": {"by": "peak", "times": "1"}}
    legs = [("2026-03-10 11:00", 0, {"conference": "c", "participant": str(i)}) for i in range(2)]
    frame = usage(*legs)
    frame["quantity"] = 2 * 10**18
    assert rate(TariffBook(book(rule)), frame).charges["reason"].iloc[0] == "bad-quantity"


@pytest.mark.parametrize("start", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_the_ends_of_the_calendar(start, zone):
    frame = usage(("2026-03-10 11:00", 60))
    frame["started_at"] = pd.Series([start]).astype("datetime64[us]")
    data = TariffBook(book(PRICE, timezone=zone, allowances=[{"id": "a", "quantity": 1}]))
    assert rate(data, frame).charges["reason"].iloc[0] == "no-version"
    assert explain(data, frame, 0).text("en")


@pytest.mark.parametrize(
    "rule, sections, said",
    [
        ({"price": "9999999999999"}, {}, "rate 1: price"),
        ({**PRICE, "setup": FAR}, {}, "rate 1: setup"),
        ({**PRICE, "step": FAR}, {}, "rate 1: step"),
        ({**PRICE, "free": FAR}, {}, "rate 1: free"),
        (PRICE, {"allowances": [{"id": "a", "quantity": 20, "unit": "TB"}]}, "base units"),
        (PRICE, {"allowances": [{"id": "a", "money": FAR}]}, "allowance a: money"),
        (PRICE, {"limits": [{"id": "l", "amount": FAR}]}, "limit l: amount"),
        (PRICE, {"minimums": [{"id": "m", "amount": FAR}]}, "minimum m: amount"),
        (PRICE, {"units": ["KB"]}, "units"),
        (PRICE, {"kinds": ["private"]}, "kinds"),
        ({**PRICE, "id": "\ud800"}, {}, "no identifier"),
        ({**PRICE, "name": "\udfff"}, {}, "no text"),
    ],
)
def test_books_of_such_sizes_and_shapes(rule, sections, said):
    with pytest.raises(BookError, match=said):
        TariffBook(book(rule, **sections))


def test_borders_that_nobody_reaches_are_fine():
    """What others write for "without end"."""
    steps = [{"to": 60, "price": "1"}, {"from": 60, "to": FAR, "price": "2"}]
    assert one({"steps": steps, "beyond": "free"}, 61_000_000) == (None, 62_000_000)
    tiers = [{"id": "t", "steps": [{"to": FAR, "price": "1"}, {"from": FAR, "price": "2"}]}]
    assert one(PRICE, 61_000_000, tiers=tiers) == (None, 61_000_000)


def test_twenty_terabytes_in_units_of_a_greater_base():
    """30 TB used, 20 included: 10,000 GB at 0.01; and two of 2 TB are no 2.3 TB in bytes."""
    units = {"MB": {"of": "megabyte"}, "GB": {"of": "MB", "factor": 1000},
             "TB": {"of": "GB", "factor": 1000}}  # fmt: skip
    rule = {"service": "data", "unit": "GB", "price": "0.01"}
    allowances = [{"id": "a", "quantity": 20, "unit": "TB"}]
    columns = {"service": "data", "unit": "TB"}
    found = one(rule, 30 * 10**6, columns=columns, units=units, allowances=allowances)
    assert found == (None, 100_000_000)
    booked = {
        "allowances": [{"id": "a", "quantity": 2, "unit": "TB", "options": ["o"]}],
        "options": [{"id": "o"}],
        "contracts": [{"id": 1, "options": [{"option": "o", "quantity": 2}]}],
    }
    with pytest.raises(BookError, match=r"4000000000000.*base units"):
        one(rule, 10**6, columns={**columns, "unit": "GB"}, **booked)


def test_what_rolls_over_beyond_all_bounds():
    grant = {"id": "a", "quantity": 2, "unit": "TB", "rollover": {"periods": 3}}
    rule = {"service": "data", "unit": "GB", "price": "0.01"}
    frame = usage(*((f"2026-0{month}-10", 1, {"service": "data", "unit": "GB"})
                    for month in (1, 2, 3)))  # fmt: skip
    with pytest.raises(BookError, match="base units"):
        rate(TariffBook(book(rule, allowances=[grant])), frame)
