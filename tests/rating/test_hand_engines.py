# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other billing systems can say, said as a tariff book; numbers worked out by hand.

Each test is a shape of price list that some engine documents, with data of our own: if its owner
moved here, a thin translation of fields has to give the same money.
"""

import pytest

from telecom_billing.rating import TariffBook, least_cost, rate

from .build import NOON, book, usage
from .hand import check

SECOND = {"price": "0.01", "per": 1, "step": 1}


def days(*rows, **columns):
    """(day of March 2026, quantity[, columns]) at noon."""
    return usage(*((f"2026-03-{day:02}T11:00:00", *more) for day, *more in rows), **columns)


def once(rate_, *quantities, **columns):
    """A rate, and a record of each quantity at noon."""
    return book(rate_), usage(*((NOON, one) for one in quantities), **columns)


# --- soft switches: A2Billing, MagnusBilling, ASTPP, CDRTool, NGCP, PortaBilling -----------------


def test_blocks_of_the_whole_call_and_not_after_the_first():
    """First block 10 s, then the call's whole length to a multiple of 6: 11 → 12, 13 → 18, 8 → 10.

    The rest of the multiple in which the first block ends is a step of its own."""
    price = {"price": "0.06", "per": 60}
    steps = [{"to": 10, "interval": 10, **price}, {"to": 12, "interval": 2, **price},
             {"interval": 6, **price}]  # fmt: skip
    check(*once({"steps": steps}, 11, 13, 8, 18), ["0.012", "0.018", "0.01", "0.018"])


def test_three_stages_each_with_a_fee_and_then_a_rate():
    """0.10 to enter, a minute at 0.60 by 10 s; 0.05 for two minutes at 0.30 by 30 s; then 0.12 a
    minute by the second, connection 0.02: 200 s = 0.02 + 0.10 + 0.60 + 0.05 + 0.60 + 20 × 0.002."""
    steps = [
        {"to": 60, "interval": 10, "price": "0.60", "per": 60, "setup": "0.10"},
        {"to": 180, "interval": 30, "price": "0.30", "per": 60, "setup": "0.05"},
        {"interval": 1, "price": "0.12", "per": 60},
    ]
    # 65 s: 0.02 + 0.10 + 0.60 + 0.05 + one begun half minute 0.15.
    check(*once({"setup": "0.02", "steps": steps}, 200, 65, 5), ["1.41", "0.92", "0.22"])


def test_a_fee_for_ending_a_call_that_lasted():
    """0.07 more for calls of over two minutes."""
    fee = {"above": 120, "each": 10**9, "price": "0.07"}
    check(*once({**SECOND, "extras": [fee]}, 120, 121), ["1.2", "1.28"])


def test_included_seconds_grace_and_a_surcharge():
    """The first 20 s are free; calls up to 5 s are none; a list above adds 10 % to all of it."""
    plan = {"price": "0.60", "per": "minute", "initial": 30, "step": 6, "free": 20,
            "ignore_below": "5.000001", "setup": "0.05"}  # fmt: skip
    more = {"id": 8, "versions": [{"id": 81, "rates": [{"id": 1, "factor": "1.1"}]}]}
    data = book(plan, tariffs=[more], lines=[{"id": 10, "price_lists": [8]}])
    # 57 − 20 = 37 s: 30 + 2 × 6 = 42 s = 0.42; × 1.1 + 0.05 = 0.512.
    check(data, usage((NOON, 57), (NOON, 5), (NOON, 20)), ["0.512", "0", "0.05"])


def test_another_price_first_and_next():
    """90 s at 1.00 for the first minute in full, 0.20 a minute after it by 6 s: 1 + 5 × 0.02."""
    first = {"price": "0.20", "per": "minute", "price_initial": "1.00", "initial": 60, "step": 6}
    check(*once(first, 90, 10), ["1.1", "1"])


def test_peak_and_off_peak_intervals_of_their_own_and_free_time():
    """Peak until 20:00 by 60/30 at 0.06, then 50/20 at 0.03 a minute; 100 s a month are free.

    From 19:59:40 local: 60 s of peak, then 20 s steps off peak: 100 s = 60 + 2 × 20."""
    rates = [
        {"price": "0.06", "per": "minute", "initial": 60, "step": 30, "band": "peak"},
        {"price": "0.03", "per": "minute", "initial": 50, "step": 20},
    ]
    bands = [{"id": "peak", "from": "08:00", "to": "20:00"}]
    data = book(*rates, bands=bands, tariff={"split": "increment"})
    check(data, usage(("2026-03-10T18:59:40", 100)), ["0.08"])
    data["allowances"] = [{"id": "free", "quantity": 100}]
    # All 100 billed units are covered; the next call of 55 s off peak: 50 + 20 = 70 s.
    late = usage(("2026-03-10T18:59:40", 100), ("2026-03-11T20:00:00", 55))
    check(data, late, ["0", "0.035"])


# --- dial-up and telephone price lists -----------------------------------------------------------


def test_cheaper_after_an_hour_and_only_off_peak():
    """0.25 to connect; off peak 0.10 a minute, after an hour 0.08; 70 min from 20:00 local."""
    off = {"steps": [{"to": 3600, "price": "0.10", "per": 60}, {"price": "0.08", "per": 60}]}
    peak = {"price": "0.27", "per": 60, "step": 1, "band": "peak", "setup": "0.25"}
    bands = [{"id": "peak", "weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "16:00"}]
    data = book(peak, {**off, "setup": "0.25"}, bands=bands, tariff={"split": "exact"})
    # 0.25 + 6.00 + 0.80. From 15:30 local for 40 min: 0.25 + 8.10 + 10 × 0.10.
    frame = usage(("2026-03-10T19:00:00", 4200), ("2026-03-10T14:30:00", 2400))
    check(data, frame, ["7.05", "9.35"])


def test_minutes_by_the_time_at_which_they_begin_and_cheap_ones_after_five():
    """1.00 from 8 to 16, else 0.50 a begun minute; from the sixth on 0.20 at any time.

    From 15:57:30 for 7:10: 15:57, :58, :59 at 1.00, 16:00 and 16:01 at 0.50, three at 0.20."""

    def minutes(price):
        return [{"to": 300, "interval": 60, "price": price}, {"interval": 60, "price": "0.20"}]

    data = book({"steps": minutes("1.00"), "band": "day"}, {"steps": minutes("0.50")},
                bands=[{"id": "day", "from": "08:00", "to": "16:00"}],
                tariff={"split": "increment"})  # fmt: skip
    check(data, usage(("2026-03-10T14:57:30", 430)), ["4.6"])


# --- usage billing: Kill Bill, Lago, OpenMeter, Stripe, Chargebee, Zuora -------------------------


def tiered(mode, *steps, unit="piece"):
    tiers = {"id": "t", "unit": unit, "mode": mode, "steps": list(steps)}
    return book({"price": "0", "unit": unit}, tiers=[tiers])


@pytest.mark.parametrize(
    ("mode", "events", "total"),
    [
        # Blocks of 50 at 2.00 to 500, then of 500 at 1.00: 10 × 2 + 4 × 1 (1,600 begun in 4).
        ("graduated", [900, 1200], "24"),
        # Only the tier that is reached: 2,100 in five begun blocks of 500.
        ("volume", [900, 1200], "5"),
        ("volume", [400], "16"),
    ],
)
def test_blocks_in_all_tiers_or_in_the_top_tier(mode, events, total):
    data = tiered(mode, {"to": 500, "interval": 50, "price": "2"}, {"from": 500, "interval": 500,
                  "price": "1"})  # fmt: skip
    done = rate(TariffBook(data), days(*((n + 1, one) for n, one in enumerate(events)),
                                       unit="piece"))  # fmt: skip
    assert str(done.total()) == total


@pytest.mark.parametrize(
    ("count", "expected"),
    # 20.00 for the first ten and 0.30 each, 15.00 for the next ten and 0.20 each.
    [(0, "0"), (1, "20.3"), (10, "23"), (11, "38.2"), (20, "40")],
)
def test_a_flat_amount_in_each_graduated_tier(count, expected):
    data = tiered("graduated", {"to": 10, "price": "0.30", "setup": "20"},
                  {"from": 10, "price": "0.20", "setup": "15"})  # fmt: skip
    check(data, days((1, count), unit="piece"), [expected])
    # The same as steps of a rate, where the total comes as one record.
    steps = [{"to": 10, "price": "0.30", "setup": "20"}, {"price": "0.20", "setup": "15"}]
    check(*once({"unit": "piece", "steps": steps}, count, unit="piece"), [expected])


@pytest.mark.parametrize(("count", "expected"), [(1, "9"), (50, "58"), (51, "25.5"), (120, "100")])
def test_volume_with_a_flat_amount(count, expected):
    """To 50: 8 + 1 each; to 100: 0.50 each; above: 40 + 0.50 each."""
    data = tiered("volume", {"to": 50, "price": "1", "setup": "8"},
                  {"from": 50, "to": 100, "price": "0.50"},
                  {"from": 100, "price": "0.50", "setup": "40"})  # fmt: skip
    check(data, days((1, count), unit="piece"), [expected])


def test_a_price_for_whichever_stair_is_reached():
    """To 5: 30.00, to 20: 75.00 in all, whatever they are."""
    data = tiered("volume", {"to": 5, "price": "0", "setup": "30"},
                  {"from": 5, "price": "0", "setup": "75"})  # fmt: skip
    check(data, days((1, 3), (2, 2), unit="piece"), ["30", "0"])
    check(data, days((1, 3), (2, 3), unit="piece"), ["75", "0"])


@pytest.mark.parametrize(("rounding", "expected"), [("up", "12"), ("down", "8")])
def test_units_divided_and_rounded(rounding, expected):
    """2,500 calls of an interface, 4.00 a thousand."""
    data = tiered("graduated", {"interval": 1000, "price": "4", "rounding": rounding})
    done = rate(TariffBook(data), days((1, 1700), (2, 800), unit="piece"))
    assert str(done.total()) == expected


def test_packages_after_free_units_of_the_period():
    """The first 100 are free, then 6.00 for each begun 40: 90 + 30 + 40 = 160: 60 are two."""
    data = tiered("graduated", {"to": 100, "price": "0"}, {"from": 100, "interval": 40,
                  "price": "6"})  # fmt: skip
    check(data, days((1, 90), (2, 30), (3, 40), unit="piece"), ["0", "6", "6"])


PAYMENT = {"service": "payment", "unit": "EUR", "price": "0.02", "setup": "0.50"}
MONEY = {"service": "payment", "unit": "EUR"}


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        # 2 % and 0.50 of each: 100, 80, 300.
        (None, ["2.5", "2.1", "6.5"]),
        # The first two transactions are free.
        ({"flat": True, "records": 2}, ["0", "0", "6.5"]),
        # The first 150.00 are: of the second one 30 are left to pay, with its fee.
        ({"quantity": 150, "unit": "EUR", "count": "exact"}, ["0", "1.1", "6.5"]),
        # Whichever ends first.
        ({"quantity": 150, "unit": "EUR", "count": "exact", "records": 1}, ["0", "2.1", "6.5"]),
        ({"quantity": 150, "unit": "EUR", "count": "exact", "records": 9}, ["0", "1.1", "6.5"]),
    ],
)
def test_a_percentage_with_free_transactions(free, expected):
    data = book(PAYMENT, allowances=[{"id": "a", **free}] if free else [])
    check(data, days((1, 100), (2, 80), (3, 300), **MONEY), expected)


def test_a_graduated_percentage():
    """1 % to 1,000 and 5.00; then 0.5 % and 3.00: 800: 13; 400: 2 + 1 + 3."""
    data = book({**PAYMENT, "setup": "0"}, tiers=[{"id": "t", "unit": "EUR", "steps": [
        {"to": 1000, "price": "0.01", "setup": "5"},
        {"from": 1000, "price": "0.005", "setup": "3"}]}])  # fmt: skip
    check(data, days((1, 800), (2, 400), **MONEY), ["13", "6"])


def test_a_commitment_and_a_ceiling():
    """At least 20.00 and at most 25.00 a month."""
    data = book(SECOND, limits=[{"id": "l", "amount": "25", "then": "free"}],
                minimums=[{"id": "m", "amount": "20"}])  # fmt: skip
    low = check(data, days((1, 500), (2, 700)), ["5", "7"])
    assert low.topups["topup"].tolist() == [8_000_000]
    high = check(data, days((1, 2000), (2, 700)), ["20", "5"])
    assert high.topups["topup"].tolist() == [0]


def test_units_for_each_thing_that_was_booked():
    """Three seats with 10 messages each; the 32nd message costs."""
    data = book(
        {"service": "sms", "unit": "piece", "price": "0.10"},
        options=[{"id": "seat"}],
        contracts=[{"id": 1, "options": [{"option": "seat", "quantity": 3}]}],
        allowances=[{"id": "a", "options": ["seat"], "quantity": 10, "unit": "piece",
                     "share": "contract"}],
    )  # fmt: skip
    frame = days((1, 29, {"line": 1}), (2, 2, {"line": 2}), service="sms", unit="piece")
    check(data, frame, ["0", "0.1"])


# --- charging: CGRateS, BillRun, Oracle BRM ------------------------------------------------------


def test_units_before_money_of_two_who_share():
    """60 s for one destination, then 1.00 of shared money, then the price itself."""
    data = book(
        SECOND, {**SECOND, "zone": 2},
        zones=[{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["4915"]}],
        pools=[{"id": "p", "lines": ["a", "b"]}],
        allowances=[
            {"id": "units", "quantity": 60, "zones": [2], "lines": ["a"], "priority": 1},
            {"id": "money", "money": "1.00", "pools": ["p"], "measure": "money", "priority": 2},
        ],
    )  # fmt: skip
    mobile = {"line": "a", "b_number": "491511"}
    frame = days((1, 90, mobile), (2, 50, {"line": "b"}), (3, 40, {"line": "a"}))
    # 30 s are left of the first: 0.30; 0.50; of 0.40 the last 0.20 are covered.
    check(data, frame, ["0", "0", "0.2"])


def test_slots_a_connection_fee_and_a_cap():
    """0.20 at once; the first minute 0.40 in full, then 0.10 a minute by the second; at most 1.00,
    each charge up to four places."""
    steps = [{"to": 60, "interval": 60, "price": "0.40"}, {"interval": 1, "price": "0.10",
             "per": 60}]  # fmt: skip
    one = {"setup": "0.20", "maximum": "1.00", "rounding": "up", "decimals": 4, "steps": steps}
    # 67 s: 0.60 + 7/60 × 0.10 = 0.611666… → 0.6117. 400 s: 0.60 + 0.5666… is above 1.00.
    check(*once(one, 10, 67, 400), ["0.6", "0.6117", "1"])


def test_the_cheapest_carrier():
    """0.02 a minute by minutes against 0.03 by seconds: 61 s cost 0.04 and 0.0305."""
    lists = [
        {"id": 1, "versions": [{"id": 1, "rates": [
            {"id": 1, "price": "0.02", "per": 60, "step": 60}]}]},
        {"id": 2, "versions": [{"id": 2, "rates": [
            {"id": 1, "price": "0.03", "per": 60, "step": 1}]}]},
    ]  # fmt: skip
    data = {"format": 1, "tariffs": lists,
            "carriers": [{"id": "A", "tariff": 1}, {"id": "B", "tariff": 2}]}  # fmt: skip
    found = least_cost(TariffBook(data), usage((NOON, 61), (NOON, 60)))
    assert found["best"].tolist() == ["B", "A"]
    assert found["best_cost"].tolist() == [30_500, 20_000]


def test_a_discount_that_grows_with_the_turnover():
    """Of a customer's month: to 10.00 in full, to 20.00 with 10 %, then with 25 % off."""
    tiers = {"id": "t", "on": "money", "share": "customer", "steps": [
        {"to": 10, "factor": "1"}, {"from": 10, "to": 20, "factor": "0.9"},
        {"from": 20, "factor": "0.75"}]}  # fmt: skip
    data = book(SECOND, tiers=[tiers])
    frame = days((1, 800, {"line": 1}), (2, 700, {"line": 2}), (3, 900, {"line": 1}), customer="k")
    # 8; 2 + 5 × 0.9; 5 × 0.9 + 4 × 0.75.
    check(data, frame, ["8", "6.5", "7.5"])
