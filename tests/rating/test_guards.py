# SPDX-License-Identifier: AGPL-3.0-or-later
"""Legal limits: free numbers, highest prices, longest increments, by number, service and date."""

import pytest

from telecom_billing.rating import BookError, TariffBook

from .build import NOON, book, charges, reasons, usage

PREMIUM = {"id": "premium", "name": "0900", "prefixes": ["49900"], "per_minute": "3.00",
           "per_call": "30.00", "longest_increment": 60, "tax_included": True}  # fmt: skip
CALL = {"b_number": "4990012345"}


def one(rate, guard=PREMIUM, seconds=60, tariff=None, **columns):
    """The reason (or price) of one premium call."""
    data = book({"per": "minute", **rate}, guards=[guard], tariff=tariff or {"tax_included": True})
    frame = usage((NOON, seconds, {**CALL, **columns}))
    found = reasons(data, frame)[0]
    return found or charges(data, frame)["price"].sum() / 1_000_000


@pytest.mark.parametrize(
    "rate, seconds, expected",
    [
        ({"price": "3.00", "step": 60}, 61, 6),
        ({"price": "3.01", "step": 60}, 60, "cap-per-minute"),
        ({"price": "0.0501", "per": 1}, 60, "cap-per-minute"),
        ({"price": "3.00", "step": 61}, 61, "cap-increment"),
        ({"price": "3.00", "initial": 61, "step": 1}, 61, "cap-increment"),
        ({"setup": "30.00"}, 600, 30),
        ({"setup": "30.01"}, 600, "cap-per-call"),
        # Only by time: bound by the minute, not by the call.
        ({"price": "3.00", "step": 60}, 1200, 60),
        # Mixed: 10 + 8 · 2.50 = 30 is allowed, 10 + 9 · 2.50 is not, unless the tariff stops there.
        ({"price": "2.50", "step": 60, "setup": "10"}, 480, 30),
        ({"price": "2.50", "step": 60, "setup": "10"}, 540, "cap-per-call"),
        ({"price": "2.50", "step": 60, "setup": "10", "maximum": "30"}, 540, 30),
        ({"price": "2.50", "step": 60, "minimum": "31"}, 60, "cap-per-call"),
        ({"steps": [{"price": "31", "flat": True}]}, 60, "cap-per-call"),
    ],
)
def test_premium_numbers(rate, seconds, expected):
    assert one(rate, seconds=seconds) == expected


def test_tax_is_put_on_before_comparing():
    net = {"tax_included": False, "tax_rate": "0.19"}
    # 2.52 · 1.19 = 2.9988; 2.53 · 1.19 = 3.0107.
    assert one({"price": "2.52"}, tariff=net) == 2.52
    assert one({"price": "2.53"}, tariff=net) == "cap-per-minute"
    # The guard's own rate where the tariff states none.
    guard = {**PREMIUM, "tax_rate": "0.19"}
    assert one({"price": "2.53"}, guard, tariff={"tax_included": False}) == "cap-per-minute"
    # A limit before tax against a price with tax: 0.226 / 1.19 = 0.18992.
    roaming = {**PREMIUM, "per_minute": "0.19", "tax_included": False, "tax_rate": "0.19"}
    assert one({"price": "0.226"}, roaming) == 0.226
    assert one({"price": "0.227"}, roaming) == "cap-per-minute"


@pytest.mark.parametrize(
    "increments, expected",
    [((30, 1), 0.19), ((1, 1), 0.19), ((60, 1), "cap-increment"), ((30, 2), "cap-increment")],
)
def test_first_and_later_increments(increments, expected):
    guard = {"id": "roaming", "prefixes": ["49"], "longest_initial": 30, "longest_step": 1}
    initial, step = increments
    assert one({"price": "0.19", "initial": initial, "step": step}, guard) == expected


def test_free_numbers_cost_nothing():
    guard = {"id": "free", "prefixes": ["49800", "49110"], "free": True}
    data = book({"price": "1", "setup": "5"}, guards=[guard])
    frame = usage((NOON, 60, {"b_number": "498001234"}), (NOON, 60, {"b_number": "49110"}),
                  (NOON, 60, {"b_number": "4930"}))  # fmt: skip
    assert charges(data, frame)["price"].tolist() == [0, 0, 65_000_000]


def test_free_numbers_need_no_price():
    guard = {"id": "free", "prefixes": ["00800"], "free": True}
    data = book({"price": "1"}, guards=[guard])
    found = charges(data, usage((NOON, 60, {"b_number": "008001234"})))
    assert found["reason"].isna().all() and found["price"].tolist() == [0]
    assert found["rate"].isna().all() and found["tariff"].isna().all()


def test_guards_hold_for_their_time_and_service():
    old = {**PREMIUM, "id": "old", "per_minute": "2.00", "valid_to": "2026-03-10"}
    new = {**PREMIUM, "id": "new", "valid_from": "2026-03-10", "services": ["voice"]}
    data = book({"price": "2.50", "per": "minute"}, guards=[old, new])
    frame = usage(("2026-03-09T22:59:59", 60, CALL), ("2026-03-09T23:00:00", 60, CALL))
    assert reasons(data, frame) == ["cap-per-minute", None]
    data["guards"][0]["services"] = ["sms"]
    assert reasons(data, frame) == [None, None]


def test_the_longest_prefix_that_holds_binds():
    wide = {"id": "wide", "prefixes": ["49"], "per_minute": "1.00"}
    narrow = {**PREMIUM, "valid_from": "2027-01-01"}
    assert one({"price": "2.00"}, wide) == "cap-per-minute"
    data = book({"price": "2.00", "per": "minute"}, guards=[wide, PREMIUM])
    assert reasons(data, usage((NOON, 60, CALL))) == [None]
    data = book({"price": "2.00", "per": "minute"}, guards=[wide, narrow])
    assert reasons(data, usage((NOON, 60, CALL))) == ["cap-per-minute"]


def test_a_breach_names_the_limit():
    data = book({"price": "3.01", "per": "minute"}, guards=[PREMIUM])
    assert "3.00" in charges(data, usage((NOON, 60, CALL)))["message"][0]


def test_incoming_calls_are_not_bound():
    data = book({"price": "5", "per": "minute", "direction": "in"}, guards=[PREMIUM])
    frame = usage((NOON, 60, {"direction": "in", "a_number": "4990012345"}))
    assert reasons(data, frame) == [None]


# --- kinds of customers --------------------------------------------------------------------------

EU = {"id": "eu", "prefixes": ["33", "43"], "but": ["33899"], "kinds": ["private"],
      "services": ["voice", "sms"], "per_minute": "0.19", "per_message": "0.06",
      "tax_rate": "0.19"}  # fmt: skip
KINDS = {"private": {"customers": [1, 2]}, "own-choice": {"contracts": ["chosen"]}}


def abroad(rate, *calls, **sections):
    """Reasons of calls (column dictionaries) to France under one guard for consumers."""
    data = book({"zone": None, **rate}, guards=[EU], kinds=KINDS, **sections)
    frame = usage(*((NOON, 60, {"b_number": "33123456", "customer": 1, **one}) for one in calls))
    return reasons(data, frame)


def test_a_limit_for_consumers():
    calls = ({}, {"customer": 2}, {"customer": 3}, {"contract": "chosen"}, {"b_number": "4930"},
             {"b_number": "33899123"})  # fmt: skip
    high = ["cap-per-minute", "cap-per-minute", None, None, None, None]
    assert abroad({"price": "0.20", "per": "minute"}, *calls) == high
    assert abroad({"price": "0.19", "per": "minute"}, *calls) == [None] * 6
    # 0.2261 with 19 % is 0.19 without.
    taxed = {"tariff": {"tax_included": True, "tax_rate": "0.19"}}
    assert abroad({"price": "0.2261", "per": "minute"}, {}, **taxed) == [None]
    assert abroad({"price": "0.2262", "per": "minute"}, {}, **taxed) == ["cap-per-minute"]


def test_the_record_may_say_what_its_customer_is():
    dear = {"price": "0.20", "per": "minute"}
    calls = ({"kind": "business"}, {"kind": "private", "customer": 9}, {"kind": None})
    assert abroad(dear, *calls) == [None, "cap-per-minute", "cap-per-minute"]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ({"price": "0.06"}, None),
        ({"price": "0.0601"}, "cap-per-message"),
        ({"price": "0.05", "setup": "0.02"}, "cap-per-message"),
        ({"price": "0.05", "minimum": "0.07"}, "cap-per-message"),
        ({"steps": [{"to": 1, "flat": True, "price": "0.07"}, {"price": "0"}]}, "cap-per-message"),
    ],
)
def test_a_limit_per_message(rate, expected):
    sms = {"service": "sms", "unit": "piece"}
    assert abroad({**rate, **sms}, sms) == [expected]


def test_limits_for_different_customers_do_not_overlap():
    other = {**EU, "id": "b2b", "kinds": ["business"], "per_minute": "0.30"}
    data = book({"price": "0.20", "per": "minute", "zone": None}, guards=[EU, other], kinds=KINDS)
    frame = usage((NOON, 60), (NOON, 60, {"kind": "business"}), b_number="33123456", customer=1)
    assert reasons(data, frame) == ["cap-per-minute", None]
    data["guards"][1]["kinds"] = ["private", "business"]
    with pytest.raises(BookError, match="bound by guard eu at the same time"):
        TariffBook(data)


def test_a_price_that_a_call_runs_into():
    """Cheap until 13:00, above the limit then; or above it in the second tier of the month."""
    wide = {"id": "wide", "prefixes": ["49"], "per_minute": "1.00"}
    cheap, dear = {"price": "0.50", "per": "minute"}, {"price": "1.50", "per": "minute"}
    data = book(cheap, {**dear, "band": "late"}, guards=[wide], tariff={"split": "exact"},
                bands=[{"id": "late", "from": "13:00", "to": "14:00"}])  # fmt: skip
    calls = (("2026-03-10T11:00:00", 60), ("2026-03-10T11:59:30", 60))
    assert reasons(data, usage(*calls)) == [None, "cap-per-minute"]
    steps = [{"to": 2, "factor": "1"}, {"from": 2, "to": 4, "price": "0.90"},
             {"from": 4, "price": "1.10"}]  # fmt: skip
    data = book(cheap, guards=[wide], tiers=[{"id": "t", "unit": "minute", "steps": steps}])
    frame = usage(*((f"2026-03-1{day}T11:00:00", 120) for day in (0, 1, 2)))
    assert reasons(data, frame) == [None, None, "cap-per-minute"]
    # A call over the border of tiers as well; and what is refused counts in none.
    assert reasons(data, usage(("2026-03-10T11:00:00", 300)))[0] == "cap-per-minute"


@pytest.mark.parametrize(
    ("cost", "seconds", "expected"),
    [
        # 1.00 and 10 %; 25 minutes may cost 75.00, one of them 30.00 as a call of its own.
        (1, 60, 1.1), (27, 60, 29.7), (28, 60, "cap-per-minute"), (68, 1500, 74.8),
        (69, 1500, "cap-per-minute"), (-28, 60, "cap-per-minute"),
    ],
)  # fmt: skip
def test_a_price_on_a_cost_is_bound_by_what_it_comes_to(cost, seconds, expected):
    data = book({"on": "cost", "price": "1.1"}, guards=[PREMIUM], tariff={"tax_included": True})
    frame = usage((NOON, seconds, {**CALL, "cost": cost * 10**6}))
    frame["cost"] = frame["cost"].astype("Int64")
    found = reasons(data, frame)[0]
    assert (found or charges(data, frame)["price"].sum() / 1_000_000) == expected


def test_messages_at_a_cost():
    """Two messages of at most 0.06 each."""
    guard = {"id": "sms", "prefixes": ["49"], "per_message": "0.06"}
    data = book({"on": "cost", "price": "1", "service": "sms"}, guards=[guard])
    rows = [(NOON, 2, {"cost": amount, "service": "sms", "unit": "piece"})
            for amount in (120_000, 120_001)]  # fmt: skip
    assert reasons(data, usage(*rows)) == [None, "cap-per-message"]


def test_a_price_that_arrives_is_bound_too():
    """31.00 for a minute is above what a minute and what a call may cost; a free number is free,
    whatever the record says, and whoever lists it."""
    free = {"id": "free", "prefixes": ["49800", "44800"], "free": True}
    data = book({"price": "1", "per": 60}, guards=[PREMIUM, free], tariff={"tax_included": True})
    frame = usage(
        (NOON, 60, {"b_number": "4990012345", "price": 31_000_000}),
        (NOON, 60, {"b_number": "4990012345", "price": 30_000_000}),
        (NOON, 60, {"b_number": "498001234", "price": 5_000_000}),
        (NOON, 60, {"b_number": "448001234", "price": 5_000_000}),
        (NOON, 60, {"b_number": "498001234", "price": None}),
    )
    frame["price"] = frame["price"].astype("Int64")
    found = charges(data, frame)
    assert found["reason"].astype("object").where(found["reason"].notna(), None).tolist() == [
        "cap-per-minute", None, None, None, None,
    ]  # fmt: skip
    assert found["price"].tolist() == [0, 30_000_000, 0, 0, 0]


def test_fees_of_parts_are_bound_as_a_call():
    """29.00 of the day and 29.00 of the evening into which the call runs."""
    bands = [{"id": "day", "from": "08:00", "to": "18:00"}]
    rates = [{"setup": "29", "band": "day"}, {"setup": "29"}]
    data = book(*rates, bands=bands, guards=[PREMIUM],
                tariff={"tax_included": True, "split": "exact", "setup_per": "part"})  # fmt: skip
    frame = usage((NOON, 60, CALL), ("2026-03-10T16:59:00", 120, CALL))
    assert reasons(data, frame) == [None, "cap-per-call"]
    # Whichever part has a fee; where none has, minutes are bound by the minute.
    dear = {"price": "2.90", "per": "minute"}
    of_parts = {"tax_included": True, "split": "exact", "setup_per": "part"}
    for later, wanted in (("0.50", [None, "cap-per-call"]), (None, [None] * 3)):
        rates = [{**dear, "band": "day"}, {**dear, "setup": later} if later else dear]
        data = book(*rates, bands=bands, guards=[PREMIUM], tariff=of_parts)
        frame = usage((NOON, 1200, CALL), ("2026-03-10T16:50:00", 1200, CALL))
        assert reasons(data, frame) == wanted
