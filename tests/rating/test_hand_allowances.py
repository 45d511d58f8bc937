# SPDX-License-Identifier: AGPL-3.0-or-later
"""Allowances alone and beside other properties, with results worked out by hand; times are UTC."""

import pytest

from telecom_billing.rating import TariffBook, rate

from .build import book, usage
from .hand import check

MINUTE = {"price": "0.10", "per": "minute", "initial": 60, "step": 60, "service": "voice"}
SMS = {"price": "0.09", "unit": "piece", "service": "sms"}


def days(*rows, **columns):
    """(day of March 2026, quantity[, columns]) at noon."""
    return usage(*((f"2026-03-{day:02}T11:00:00", *more) for day, *more in rows), **columns)


def test_partial_coverage_in_billed_units():
    """100 s included: 61 s are 120 billed: all 100 go, 20/60 of a minute stay to pay."""
    data = book(MINUTE, allowances=[{"id": "a", "quantity": 100}])
    # 0.10 × 20/60 = 0.033333
    check(data, days((1, 61), (2, 1)), ["0.033333", "0.1"])


def test_partial_coverage_as_used():
    """Exact: 61 s use 61 of 100; the next 61 s take the last 39, 22 s are a record: a minute."""
    data = book(MINUTE, allowances=[{"id": "a", "quantity": 100, "count": "exact"}])
    check(data, days((1, 61), (2, 61), (3, 1)), ["0", "0.1", "0.1"])


def test_setup_beside_an_allowance():
    """Entirely covered: no setup, or the setup alone; partly covered: the setup is due."""
    rate_ = {**MINUTE, "setup": "0.05"}
    for how, first in (("waived", "0"), ("charged", "0.05")):
        data = book(rate_, allowances=[{"id": "a", "quantity": 3, "unit": "minute", "setup": how}])
        # The third call: one minute covered, one to pay: 0.10 + 0.05.
        check(data, days((1, 60), (2, 60), (3, 120)), [first, first, "0.15"])


def test_a_covered_part_of_a_longer_call_pays_no_setup():
    """The fee stands at the first part, covered or not."""
    rate_ = {**MINUTE, "setup": "0.05"}
    free = {"id": "a", "quantity": 3, "unit": "minute", "setup": "charged"}
    data = book(rate_, allowances=[free], limits=[{"id": "l", "amount": "0.08", "then": "free"}])
    frame = days((1, 60), (2, 60, {"continuation": True}), (3, 60))
    frame["continuation"] = frame["continuation"].astype("boolean")
    # The limit leaves 0.03 of the third call's fee.
    check(data, frame, ["0.05", "0", "0.03"])


def test_minimum_and_maximum_of_what_is_left():
    """A minimum of 0.30 holds for what is left to pay of a call, not for a covered one."""
    data = book({**MINUTE, "minimum": "0.30"}, allowances=[{"id": "a", "quantity": 120}])
    check(data, days((1, 60), (2, 90)), ["0", "0.3"])


def test_order_by_priority_services_and_zones():
    """Mobile minutes first use the mobile pack, then the general one; messages have their own."""
    zones = [{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["4915"]}]
    data = book(
        MINUTE, {**MINUTE, "zone": 2, "price": "0.20"}, SMS, zones=zones,
        allowances=[
            {"id": "all", "quantity": 2, "unit": "minute", "services": ["voice"], "priority": 9},
            {"id": "mobile", "quantity": 1, "unit": "minute", "zones": [2], "priority": 1},
            {"id": "texts", "quantity": 1, "unit": "piece", "services": ["sms"]},
        ],
    )  # fmt: skip
    sms = {"service": "sms", "unit": "piece"}
    mobile = {"b_number": "491511234"}
    frame = days((1, 120, mobile), (2, 60), (3, 60, mobile), (4, 1, sms), (5, 1, sms))
    # 1: one from mobile, one from all. 2: the last of all. 3: nothing left: 0.20.
    check(data, frame, ["0", "0", "0.2", "0", "0.09"])


def test_late_arrival_changes_nothing():
    data = book(MINUTE, allowances=[{"id": "a", "quantity": 2, "unit": "minute"}])
    check(data, days((3, 60), (2, 60), (1, 60)), ["0.1", "0", "0"])


def test_rollover_with_expiry_and_a_ceiling():
    """10 minutes a month. January uses 4: 6 roll over, at most 5 may. February uses 3 of the old
    ones: 2 of January expire in March, 10 of February (at most 5) roll over: 15 in March."""
    allowance = {"id": "a", "quantity": 10, "unit": "minute",
                 "rollover": {"periods": 1, "use": "first", "maximum": "5"}}  # fmt: skip
    data = book(MINUTE, allowances=[allowance])
    frame = usage(
        ("2026-01-10T11:00:00", 4 * 60), ("2026-02-10T11:00:00", 3 * 60),
        ("2026-03-10T11:00:00", 16 * 60),
    )  # fmt: skip
    check(data, frame, ["0", "0", "0.1"])


def test_rollover_used_last():
    """The new grant first: February's 10 are used up, of January's 6 one, five expire."""
    allowance = {"id": "a", "quantity": 10, "unit": "minute",
                 "rollover": {"periods": 1, "use": "last"}}  # fmt: skip
    data = book(MINUTE, allowances=[allowance])
    frame = usage(
        ("2026-01-10T11:00:00", 4 * 60), ("2026-02-10T11:00:00", 11 * 60),
        ("2026-03-10T11:00:00", 11 * 60),
    )  # fmt: skip
    check(data, frame, ["0", "0", "0.1"])


def test_prorated_first_month_that_rolls_over():
    """Begins on 17 March: 15 of 31 days of 310 minutes = 150. 149 are used, 1 rolls over: 311 in
    April, of which 312 are asked."""
    allowance = {"id": "a", "lines": [10], "quantity": 310, "unit": "minute", "prorate": True,
                 "rollover": {"periods": 1}}  # fmt: skip
    data = book(MINUTE, allowances=[allowance],
                lines=[{"id": 10, "contract": 1, "valid_from": "2026-03-17"}])  # fmt: skip
    frame = usage(("2026-03-20T11:00:00", 149 * 60), ("2026-04-02T11:00:00", 312 * 60))
    check(data, frame, ["0", "0.1"])


def test_a_pool_of_two_lines_and_its_grants():
    """100 s for each of two lines; one uses 170 of them, the other the last 30."""
    seconds = {"price": "0.01", "per": 1, "step": 1}
    pools = [{"id": "p", "lines": ["x", "y"]}]
    allowance = {"id": "a", "pools": ["p"], "quantity": 100, "per_member": True}
    data = book(seconds, pools=pools, allowances=[allowance])
    frame = days((1, 170, {"line": "x"}), (2, 50, {"line": "y"}), (2, 5, {"line": "z"}))
    check(data, frame, ["0", "0.2", "0.05"])


def test_an_option_booked_twice_from_the_16th():
    """2 × 60 minutes, April's half: 16 to 30 April are 15 of 30 days: 60 in all."""
    data = book(
        MINUTE,
        options=[{"id": "o"}],
        lines=[{"id": 10, "contract": 1, "options": [
            {"option": "o", "quantity": 2, "valid_from": "2026-04-16"}]}],
        allowances=[{"id": "a", "options": ["o"], "quantity": 60, "unit": "minute",
                     "prorate": True}],
    )  # fmt: skip
    frame = usage(
        ("2026-04-10T10:00:00", 60), ("2026-04-20T10:00:00", 59 * 60), ("2026-04-21T10:00:00", 120)
    )
    check(data, frame, ["0.1", "0", "0.1"])


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        # 1.00 buys ten begun minutes: 630 s are eleven minutes, 30 s stay: one minute.
        ({"measure": "units"}, ["0.1", "0.1"]),
        # 1.00 off the price of 1.10.
        ({"measure": "money"}, ["0.1", "0.1"]),
    ],
)
def test_money(more, expected):
    data = book(MINUTE, allowances=[{"id": "a", "money": "1.00", **more}])
    check(data, days((1, 630), (2, 10)), expected)


def test_money_for_two_records_and_its_rest():
    """0.25 off 0.10, off 0.10, then 0.05 off 0.10."""
    data = book(MINUTE, allowances=[{"id": "a", "money": "0.25", "measure": "money"}])
    check(data, days((1, 60), (2, 60), (3, 60), (4, 60)), ["0", "0", "0.05", "0.1"])


def test_flat_for_a_zone_and_free_numbers_use_nothing():
    data = book(
        MINUTE, {**MINUTE, "zone": 2, "price": "0.20"},
        zones=[{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["4915"]}],
        allowances=[{"id": "f", "flat": True, "zones": [1], "fair_use": "10", "unit": "minute"},
                    {"id": "a", "quantity": 1, "unit": "minute", "zones": [2]}],
        guards=[{"id": "g", "prefixes": ["49800"], "free": True}],
    )  # fmt: skip
    mobile = {"b_number": "491511234"}
    frame = days((1, 36_000), (2, 120, mobile), (3, 600, {"b_number": "498001234"}))
    done = check(data, frame, ["0", "0.2", "0"])
    assert done.charges.loc[done.charges["usage"] == 2, "allowance"].isna().all()


def test_a_weekend_pack_for_a_price_without_bands():
    """The record is in the band when it begins in it, also where its price knows no bands."""
    data = book(
        MINUTE,
        bands=[{"id": "weekend", "weekdays": [6, 7]}],
        allowances=[{"id": "a", "quantity": 5, "unit": "minute", "bands": ["weekend"]}],
    )
    # 7 and 8 March are Saturday and Sunday. 23:30 UTC on Friday is Saturday in Berlin.
    frame = usage(
        ("2026-03-06T11:00:00", 60), ("2026-03-06T23:30:00", 60), ("2026-03-07T11:00:00", 60),
        ("2026-03-08T23:30:00", 60),
    )  # fmt: skip
    check(data, frame, ["0.1", "0", "0", "0.1"])


def test_band_split_beside_an_allowance_and_a_minimum():
    """Ten seconds are included. From 17:59:50 for 30 s: they cover the ten of the day, 20 s of
    the evening are left at 0.02, and raised to the minimum of the rate at the start."""
    second = {"per": 1, "step": 1}
    data = book(
        {**second, "price": "0.05", "band": "day", "minimum": "0.50"},
        {**second, "price": "0.02", "band": "evening"},
        bands=[{"id": "day", "from": "08:00", "to": "18:00"},
               {"id": "evening", "from": "18:00", "to": "22:00"}],
        tariff={"split": "exact"},
        allowances=[{"id": "a", "quantity": 10, "count": "exact"}],
    )  # fmt: skip
    frame = usage(("2026-03-10T16:59:50", 30), ("2026-03-11T16:59:50", 30))
    # The second call: 10 × 0.05 + 20 × 0.02 = 0.90.
    check(data, frame, ["0.5", "0.9"])


def test_periods_of_allowances():
    """One minute a period; two calls in the same one, the third in the next."""
    for period, begins, same, following in (
        ("day", 1, ("2026-03-10T05:00:00", "2026-03-10T22:59:59"), "2026-03-10T23:00:00"),
        ("week", 1, ("2026-03-09T05:00:00", "2026-03-15T22:00:00"), "2026-03-15T23:00:00"),
        ("month", 15, ("2026-02-15T05:00:00", "2026-03-14T22:00:00"), "2026-03-14T23:00:00"),
        ("quarter", 1, ("2026-01-01T05:00:00", "2026-03-31T21:00:00"), "2026-03-31T22:00:00"),
        ("year", 1, ("2026-01-01T05:00:00", "2026-12-31T22:00:00"), "2026-12-31T23:00:00"),
    ):
        own = {"period": period, "begins": begins}
        data = book(MINUTE, allowances=[{"id": "a", "quantity": 1, "unit": "minute", **own}])
        check(data, usage(*((one, 60) for one in (*same, following))), ["0", "0.1", "0"])


def test_allowances_of_a_contract_and_of_a_customer():
    for share in ("contract", "customer"):
        data = book(MINUTE, allowances=[
            {"id": "a", "quantity": 2, "unit": "minute", "share": share}])  # fmt: skip
        frame = days((1, 60, {"line": 1}), (2, 60, {"line": 2}), (3, 60, {"line": 1}),
                     customer="k")  # fmt: skip
        check(data, frame, ["0", "0", "0.1"])


def test_a_flat_for_whatever_is_measured_and_one_for_seconds():
    frame = days((1, 60), (2, 1, {"service": "sms", "unit": "piece"}))
    for more, expected in (({}, ["0", "0"]), ({"unit": "minute"}, ["0", "0.09"]),
                           ({"services": ["sms"]}, ["0.1", "0"])):  # fmt: skip
        check(book(MINUTE, SMS, allowances=[{"id": "a", "flat": True, **more}]), frame, expected)


def test_more_than_fair_use_is_told_and_costs_nothing():
    """100 s are fair: the second call reaches them."""
    data = book(MINUTE, allowances=[{"id": "a", "flat": True, "fair_use": 100, "unit": "second"}])
    done = check(data, days((1, 60), (2, 60), (3, 60)), ["0", "0", "0"])
    (told,) = done.alerts.to_dict("records")
    assert (told["kind"], told["limit"], told["usage"]) == ("fair-use", "a", 1)
    assert (told["amount"], told["spent"]) == (100_000_000, 120_000_000)


@pytest.mark.parametrize("count", ["billed", "exact"])
def test_money_pays_for_what_units_left(count):
    """60 of 90 s are included; 0.30 of the money goes for the rest, and 0.70 are there for others,
    whichever way units are counted."""
    second = {"price": "0.01", "per": 1, "step": 1}
    data = book(second, allowances=[
        {"id": "u", "quantity": 60, "count": count, "priority": 1},
        {"id": "m", "money": "1.00", "measure": "money", "priority": 2}])  # fmt: skip
    done = check(data, days((1, 90), (2, 80)), ["0", "0.1"])
    used = done.charges.groupby("usage")["allowance_money"].sum().tolist()
    assert used == [300_000, 700_000]


def test_the_first_three_calls_are_free():
    """A contract's three calls a month, by their start; messages are none of them."""
    free = {"id": "a", "flat": True, "records": 3, "services": ["voice"], "share": "contract"}
    data = book(MINUTE, SMS, allowances=[free])
    sms = {"service": "sms", "unit": "piece"}
    frame = usage(
        ("2026-03-04T11:00:00", 60), ("2026-03-01T11:00:00", 600), ("2026-03-02T11:00:00", 60),
        ("2026-03-01T12:00:00", 1, sms), ("2026-03-03T11:00:00", 61, {"line": 11}),
        ("2026-04-01T11:00:00", 60),
    )  # fmt: skip
    check(data, frame, ["0.1", "0", "0", "0.09", "0", "0"])


def test_units_or_records_whichever_ends_first():
    """100 s for at most two calls: 60 + 40 of 60; the third has nothing."""
    second = {"price": "0.01", "per": 1, "step": 1}
    data = book(second, allowances=[{"id": "a", "quantity": 100, "records": 2}])
    check(data, days((1, 60), (2, 60), (3, 60)), ["0", "0.2", "0.6"])
    check(data, days((1, 10), (2, 10), (3, 10)), ["0", "0", "0.1"])


def test_increments_of_the_allowance_s_own():
    """Inclusive minutes by begun ones, seconds after them: 61 s use two of three minutes, 30 s the
    third; the next 61 s cost 0.61."""
    second = {"price": "0.01", "per": 1, "step": 1}
    data = book(second, allowances=[
        {"id": "a", "quantity": 3, "unit": "minute", "count": "exact", "step": 1}])  # fmt: skip
    done = check(data, days((1, 61), (2, 30), (3, 61)), ["0", "0", "0.61"])
    (balance,) = done.allowances.to_dict("records")
    assert (balance["used"], balance["left"]) == (180_000_000, 0)
    # What was used is reported as it was.
    assert done.charges["quantity"].tolist() == [61_000_000, 30_000_000, 61_000_000]


def test_a_rest_that_is_smaller_than_a_step():
    """90 s: the first call's begun minute leaves 30 s, which cover half a minute of the second."""
    second = {"price": "0.01", "per": 1, "step": 1}
    data = book(second, allowances=[{"id": "a", "quantity": 90, "count": "exact", "step": 60}])
    check(data, days((1, 10), (2, 50)), ["0", "0.2"])


def test_refused_records_use_nothing():
    """The call beyond the steps is refused; its minutes are there for the next."""
    data = book(
        {"steps": [{"to": 120, "interval": 60, "price": "0.10"}], "beyond": "refuse"},
        allowances=[{"id": "a", "quantity": 60}],
    )
    check(data, days((1, 181), (2, 60)), ["beyond-steps", "0"])


def test_balances_add_up():
    data = TariffBook(book(MINUTE, allowances=[{"id": "a", "quantity": 100}]))
    done = rate(data, days((1, 61), (2, 60)))
    (balance,) = done.allowances.to_dict("records")
    assert (balance["granted"], balance["used"], balance["left"]) == (100_000_000, 100_000_000, 0)


@pytest.mark.parametrize("share", ["pool", "contract"])
def test_a_grant_for_each_line_counts_those_of_the_period(share):
    """100 s a line: x alone in March, x and y from April on; z was over in February.

    March: 100 of 120 s are covered, 20 cost 0.20. April: 200 of 210 s, 10 cost 0.10.
    """
    allowance = {"id": "a", "quantity": 100, "per_member": True, "share": share}
    seconds = {"price": "0.01", "per": 1, "step": 1}
    data = book(
        seconds,
        pools=[{"id": "p", "lines": ["x", "y", "z"]}],
        lines=[{"id": "x", "contract": 1},
               {"id": "y", "contract": 1, "valid_from": "2026-04-10"},
               {"id": "z", "contract": 1, "valid_to": "2026-03-01"}],
        allowances=[allowance | ({"pools": ["p"]} if share == "pool" else {})],
    )  # fmt: skip
    frame = usage(("2026-03-20T11:00:00", 120), ("2026-04-02T11:00:00", 210), line="x")
    check(data, frame, ["0.2", "0.1"])
