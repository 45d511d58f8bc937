# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers, limits and minimum turnovers over a period, with results worked out by hand."""

import datetime as dt

import pytest

from telecom_billing.rating import TariffBook, rate

from .build import book, usage
from .by_day import MINUTE, TIERS, days
from .hand import check


def test_graduated_over_calls():
    """Two minutes a call: 0.20; 0.10 + 0.06; 0.06 + 0.05; 0.10."""
    data = book(MINUTE, tiers=[TIERS])
    frame = days((1, 61), (2, 120), (3, 90), (4, 120))
    check(data, frame, ["0.2", "0.16", "0.11", "0.1"])
    # The order of arrival says nothing.
    check(data, frame.iloc[[3, 1, 0, 2]].reset_index(drop=True), ["0.1", "0.16", "0.2", "0.11"])


def test_setup_fees_stay():
    data = book({**MINUTE, "setup": "0.05"}, tiers=[TIERS])
    # 0.05 + 3 × 0.10 + 2 × 0.06 + 1 × 0.05
    check(data, days((1, 360)), ["0.52"])


@pytest.mark.parametrize(
    ("minutes", "expected"),
    # All at the reached tier: to 3 at 0.10, to 5 at 0.06, then at 0.05; borders belong below.
    [((1, 2), ["0.1", "0.2"]), ((2, 2), ["0.12", "0.12"]), ((3, 2), ["0.18", "0.12"]),
     ((4, 2), ["0.2", "0.1"])],
)  # fmt: skip
def test_volume_over_calls(minutes, expected):
    data = book(MINUTE, tiers=[{**TIERS, "mode": "volume"}])
    check(data, days(*((day, 60 * one) for day, one in enumerate(minutes, 1))), expected)


def test_volume_of_two_lines_in_a_pool_with_a_latecomer():
    """Three, two and one minute of a customer's two lines: six in all, at 0.05."""
    data = book(MINUTE, tiers=[{**TIERS, "mode": "volume", "pools": ["p"]}],
                pools=[{"id": "p", "customers": ["k"]}])  # fmt: skip
    frame = days((2, 180, {"line": "a"}), (3, 120, {"line": "b"}), (1, 60, {"line": "a"}),
                 (1, 60, {"line": "z", "customer": "other"}), customer="k")  # fmt: skip
    check(data, frame, ["0.15", "0.1", "0.05", "0.1"])


def test_tiers_on_money():
    """To 0.25 in full, what lies beyond at 90 %: 0.20; then 0.05 + 0.15 × 0.9."""
    tiers = {"id": "t", "on": "money", "steps": [
        {"from": 0, "to": "0.25", "factor": "1"}, {"from": "0.25", "factor": "0.9"}]}  # fmt: skip
    data = book({**MINUTE, "round_at": "invoice"}, tiers=[tiers])
    check(data, days((1, 120), (2, 120), (3, 60)), ["0.2", "0.185", "0.09"])


def test_tiers_by_messages_data_and_bands():
    zones = [{"id": 1, "prefixes": ["49"]}]
    texts = {
        "id": "s",
        "services": ["sms"],
        "unit": "piece",
        "steps": [{"from": 0, "to": 2, "price": "0.09"}, {"from": 2, "price": "0.05"}],
    }
    volume = {"id": "d", "services": ["data"], "unit": "MB", "mode": "volume", "period": "day",
              "steps": [{"from": 0, "to": 10, "price": "0.02", "per": "MB"},
                        {"from": 10, "price": "0.01", "per": "MB"}]}  # fmt: skip
    data = book(
        {"service": "sms", "unit": "piece", "price": "0.10"},
        {"service": "data", "unit": "MB", "price": "1"},
        zones=zones, tiers=[texts, volume],
    )  # fmt: skip
    sms, megabytes = {"service": "sms", "unit": "piece"}, {"service": "data", "unit": "MB"}
    frame = days((1, 3, sms), (1, 6, megabytes), (1, 6, megabytes), (2, 6, megabytes))
    # 2 × 0.09 + 0.05; the day's 12 MB at 0.01; the next day's 6 at 0.02.
    check(data, frame, ["0.23", "0.06", "0.06", "0.12"])


def test_packages_of_the_period():
    """100 units at 5.00 a begun package: the record that begins one pays it."""
    step = {"interval": 100, "price": "5"}
    data = book({"price": "9", "unit": "piece"},
                tiers=[{"id": "t", "unit": "piece", "steps": [step]}])  # fmt: skip
    frame = days((1, 60), (2, 40), (3, 1), (4, 250), unit="piece")
    # 60 → the first; to 100: none; 101: the second; 351: the third and fourth.
    check(data, frame, ["5", "0", "5", "10"])


@pytest.mark.parametrize(
    ("rounding", "expected"),
    # 150 of packages of 100: full ones only; in proportion: 60 × 0.05, 90 × 0.05.
    [("down", ["0", "5"]), ("none", ["3", "4.5"])],
)
def test_packages_rounded_otherwise(rounding, expected):
    step = {"interval": 100, "price": "5", "rounding": rounding}
    data = book({"price": "9", "unit": "piece"},
                tiers=[{"id": "t", "unit": "piece", "steps": [step]}])  # fmt: skip
    check(data, days((1, 60), (2, 90), unit="piece"), expected)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        # 10.00 for the first tier and 1.00 a piece; 20.00 for the second and 0.50 a piece.
        # 4: 10 + 4. 4 more: 1 × 1 to five, then 20 + 3 × 0.50 = 22.50. 2 more: 1.
        ("graduated", ["14", "22.5", "1"]),
        # Ten in all: the second tier alone: 20 + 4 × 0.50, 2, 1.
        ("volume", ["22", "2", "1"]),
    ],
)
def test_a_fee_for_each_tier(mode, expected):
    steps = [
        {"from": 0, "to": 5, "price": "1", "setup": "10"},
        {"from": 5, "price": "0.50", "setup": "20"},
    ]
    data = book({"price": "9", "unit": "piece"},
                tiers=[{"id": "t", "unit": "piece", "mode": mode, "steps": steps}])  # fmt: skip
    check(data, days((1, 4), (2, 4), (3, 2), unit="piece"), expected)


def test_packages_after_others_and_increments_of_calls():
    """Minutes 1 to 3 at 0.10; from there packages of 5 minutes at 0.20: 61 s + 150 s are 2 + 3
    minutes: 0.20, then 0.10 + 0.20 for the first package; 5 more begin the second by one."""
    steps = [{"to": 3, "price": "0.10"}, {"from": 3, "interval": 5, "price": "0.20"}]
    data = book(MINUTE, tiers=[{"id": "t", "unit": "minute", "steps": steps}])
    check(data, days((1, 61), (2, 150), (3, 240)), ["0.2", "0.3", "0.2"])


def test_a_tier_s_price_that_the_table_cannot_hold():
    """The tier decides whichever way a record is priced: 7,000,000 / 7 × 987.654321987654."""
    tiers = [{"id": "t", "steps": [{"price": "987.654321987654", "per": "7"}]}]
    data = book({"price": "1", "per": 1, "step": 1}, tiers=tiers)
    check(data, days((1, 7_000_000)), ["987654321.987654"])


def test_tiers_after_an_allowance():
    """Two minutes are included; what is left counts: 3 at 0.10, then 0.06."""
    data = book(MINUTE, tiers=[TIERS],
                allowances=[{"id": "a", "quantity": 2, "unit": "minute"}])  # fmt: skip
    check(data, days((1, 180), (2, 180)), ["0.1", "0.26"])


def test_a_quarter_and_a_fiscal_year():
    """Quarters begin on 1 January, 1 April …, years on the 1st as well."""
    for period, second in (("quarter", "2026-04-01T11:00:00"), ("year", "2027-01-01T11:00:00")):
        data = book(MINUTE, tiers=[{**TIERS, "period": period}])
        frame = usage(("2026-01-02T11:00:00", 180), ("2026-03-31T11:00:00", 60), (second, 60))
        check(data, frame, ["0.3", "0.06", "0.1"])


def test_a_limit_and_what_follows():
    """0.20 and 0.20: the second reaches 0.30 by 0.10; alerts at 80 and 100 %."""
    limit = {"id": "l", "amount": "0.30", "thresholds": ["0.8", "1"]}
    frame = days((1, 120), (2, 120), (3, 60))
    for then, expected in (
        ("alert", ["0.2", "0.2", "0.1"]),
        ("free", ["0.2", "0.1", "0"]),
        ("refuse", ["0.2", "0.2", "limit-reached"]),
    ):
        done = check(book(MINUTE, limits=[{**limit, "then": then}]), frame, expected)
        told = [(one.usage, one.threshold) for one in done.alerts.itertuples()]
        assert told == [(1, 800_000), (1, 1_000_000)]


def test_limits_of_a_customer_a_day_and_a_service():
    limit = {"id": "l", "amount": "0.10", "then": "free", "share": "customer", "period": "day",
             "services": ["sms"]}  # fmt: skip
    data = book(MINUTE, {"service": "sms", "unit": "piece", "price": "0.07"}, limits=[limit])
    data["tariffs"][0]["versions"][0]["rates"][0]["service"] = "voice"
    sms = {"service": "sms", "unit": "piece"}
    frame = days((1, 60), (1, 1, sms), (1, 1, {**sms, "line": 11}), (1, 1, sms), (2, 1, sms),
                 customer="k")  # fmt: skip
    done = rate(TariffBook(data), frame)
    # The day's texts cost 0.10 in all, whoever of them comes first; the next day begins anew.
    assert done.charges["price"].iloc[[1, 2, 3]].sum() == 100_000
    assert done.charges["price"].iloc[[0, 4]].tolist() == [100_000, 70_000]


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        # A contract has lines in two currencies; 0.15 of either, and the other is left alone.
        (None, ["0.1", "0.1", "0.05", "0.1"]),
        ("EUR", ["0.1", "0.1", "0.05", "0.1"]),
        ("CHF", ["0.1", "0.1", "0.1", "0.05"]),
    ],
)
def test_limits_of_one_currency(currency, expected):
    other = {"id": 8, "currency": "CHF", "versions": [{"id": 81, "rates": [
        {"id": 1, "zone": 1, **MINUTE}]}]}  # fmt: skip
    limit = {"id": "l", "amount": "0.15", "then": "free", "share": "contract"}
    data = book(MINUTE, tariffs=[other],
                limits=[{**limit, **({"currency": currency} if currency else {})}])  # fmt: skip
    swiss = {"line": 11, "tariff": 8}
    frame = days((1, 60), (1, 60, swiss), (2, 60), (2, 60, swiss))
    check(data, frame, expected)
    data["limits"] = []
    data["minimums"] = [{"id": "m", "amount": "1", "share": "contract", "currency": "CHF"}]
    assert rate(TariffBook(data), frame).topups["turnover"].tolist() == [200_000]


def test_money_of_one_currency():
    """Inclusive francs pay no euros."""
    other = {"id": 8, "currency": "CHF", "versions": [{"id": 81, "rates": [
        {"id": 1, "zone": 1, **MINUTE}]}]}  # fmt: skip
    francs = {"id": "a", "money": "0.15", "measure": "money", "currency": "CHF"}
    data = book(MINUTE, tariffs=[other], allowances=[{**francs, "share": "contract"}])
    frame = days((1, 60), (1, 60, {"tariff": 8}), (2, 60, {"tariff": 8}))
    check(data, frame, ["0.1", "0", "0.05"])


def test_a_limit_lets_a_refused_record_s_minutes_be_used_by_others():
    """The limit is reached by the first; the second is refused and gives its minute back."""
    data = book(
        MINUTE, {**MINUTE, "zone": 2},
        zones=[{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["43"]}],
        limits=[{"id": "l", "amount": "0.10", "then": "refuse", "zones": [2]}],
        allowances=[{"id": "a", "quantity": 1, "unit": "minute", "priority": 1,
                     "valid_from": "2026-03-02"}],
    )  # fmt: skip
    abroad = {"b_number": "4312345"}
    check(data, days((1, 60, abroad), (2, 60, abroad), (3, 60)), ["0.1", "limit-reached", "0"])


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        # 25.00 a month, 0.20 of usage.
        ({}, (25_000_000, 24_800_000)),
        # The line begins on 17 March: 15 of 31 days: 25 × 15/31 = 12.096774.
        ({"prorate": True}, (12_096_774, 11_896_774)),
    ],
)
def test_what_a_minimum_falls_short(more, expected):
    data = book(MINUTE, minimums=[{"id": "m", "amount": "25.00", "lines": [10], **more}],
                lines=[{"id": 10, "contract": 1, "valid_from": "2026-03-17"}])  # fmt: skip
    done = rate(TariffBook(data), days((20, 120)))
    (row,) = done.topups.to_dict("records")
    assert (row["required"], row["topup"]) == expected


def test_a_minimum_of_somebody_without_usage():
    data = book(MINUTE, minimums=[{"id": "m", "amount": "5", "share": "contract"}],
                lines=[{"id": 10, "contract": 1}])  # fmt: skip
    done = rate(TariffBook(data), days((1, 60, {"contract": 2})),
                span=(dt.date(2026, 3, 1), dt.date(2026, 3, 31)))  # fmt: skip
    found = {row.holder: row.topup for row in done.topups.itertuples()}
    assert found == {"1": 5_000_000, "2": 4_900_000}


# --- conferences ---------------------------------------------------------------------------------


def conference(by, unit="second", **more):
    price = {"price": "0.06", "per": "minute"} if unit == "second" else {"price": "0.05"}
    return book({"service": "conference", "unit": unit, **price, "zone": None,
                 "conference": {"by": by, **more}})  # fmt: skip


def legs():
    """Anna from 12:00 for 10 min and again from 12:08 for 4 min; Ben from 12:05 for 10 min."""
    rows = [("12:00", 600, "anna"), ("12:08", 240, "anna"), ("12:05", 600, "ben")]
    return usage(*((f"2026-03-10T{start}:00", seconds, {"participant": who})
                   for start, seconds, who in rows),
                 service="conference", conference="c1", b_number=None)  # fmt: skip


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # Each leg: 10, 4 and 10 minutes at 0.06.
        (conference("leg"), ["0.6", "0.24", "0.6"]),
        # Anna 14 minutes on her first leg; Ben 10.
        (conference("participant"), ["0.84", "0", "0.6"]),
        (conference("participant", rejoin="sum"), ["0.84", "0", "0.6"]),
        # Anna from 12:00 to 12:12.
        (conference("participant", rejoin="merge"), ["0.72", "0", "0.6"]),
        # From 12:00 to 12:15.
        (conference("session"), ["0.9", "0", "0"]),
        # From 12:08 to 12:10 three legs at once: 3 × 0.05.
        (conference("peak", "participant"), ["0.15", "0", "0"]),
        # Times 15 minutes.
        (conference("peak", "participant", times="minute"), ["2.25", "0", "0"]),
    ],
)
def test_conferences(data, expected):
    check(data, legs(), expected)


def test_a_leg_without_a_conference():
    frame = legs()
    frame["conference"] = None
    check(conference("session"), frame, ["no-conference"] * 3)


DAY = {"id": "d", "amount": "0.50", "then": "free", "period": "day"}
MONTH = {"id": "m", "amount": "1", "then": "free"}


@pytest.mark.parametrize("limits", [[DAY, MONTH], [MONTH, DAY]])
def test_two_limits_whichever_is_listed_first(limits):
    """0.60 a day: the day leaves 0.50, of which the month counts 0.50 and not 0.60; on the third
    day it is full."""
    frame = days((5, 360), (6, 360), (7, 360))
    done = check(book(MINUTE, limits=limits), frame, ["0.5", "0.5", "0"])
    told = {(one.limit, one.usage, one.spent) for one in done.alerts.itertuples()}
    assert told == {("d", 0, 500_000), ("d", 1, 500_000), ("m", 1, 1_000_000)}


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_limit_refuses_no_other_counts(turned):
    """After 0.60 of calls of this line the next is refused; the customer's 1.00 has room for 0.40
    of the message after it."""
    line = {"id": "l", "amount": "0.6", "then": "refuse", "services": ["voice"]}
    customer = {"id": "c", "amount": "1", "then": "free", "share": "customer"}
    data = book(MINUTE, {"service": "sms", "unit": "piece", "price": "0.70"},
                limits=[customer, line] if turned else [line, customer])  # fmt: skip
    sms = {"service": "sms", "unit": "piece"}
    frame = days((5, 360), (6, 360), (7, 1, sms), customer=5)
    check(data, frame, ["0.6", "limit-reached", "0.4"])
