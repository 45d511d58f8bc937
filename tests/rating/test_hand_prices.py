# SPDX-License-Identifier: AGPL-3.0-or-later
"""Price lists as strangers would write them, with results worked out by hand.

Times are UTC; Berlin is one hour ahead in winter, two in summer.
"""

import pytest

from .build import book, usage
from .hand import check

NOON = "2026-03-10T11:00:00"
MINUTE = {"price": "0.10", "per": "minute", "initial": 60, "step": 60}


def priced(rate, *quantities, **sections):
    """One rate, some records at noon."""
    return book(rate, **sections), usage(*((NOON, one) for one in quantities))


@pytest.mark.parametrize(
    ("rate", "quantities", "expected"),
    [
        # 61 s are two minutes: 2 × 0.10. 60 s are one, 0 s none.
        pytest.param(MINUTE, [61, 60, 0], ["0.2", "0.1", "0"], id="full minutes"),
        # 31 s: 30 and one step of 6 = 36 s; 36/60 × 0.12 = 0.072. 1 s: 30/60 × 0.12 = 0.06.
        pytest.param({"price": "0.12", "per": "minute", "initial": 30, "step": 6},
                     [31, 1], ["0.072", "0.06"], id="30/6"),
        # The first minute 0.50, then 15 s = 2 × 10 s at 0.06/min = 0.01 each.
        pytest.param({"price": "0.06", "per": "minute", "price_initial": "0.50", "initial": 60,
                      "step": 10}, [75, 60, 61], ["0.52", "0.5", "0.51"], id="a dearer opening"),
        # 0.07 for 60 s at begun seconds: 61 s × 0.07/60 = 0.0711666… → six places 0.071167.
        pytest.param({"price": "0.07", "per": 60, "step": 1}, [61], ["0.071167"], id="seconds"),
        # No increments: 90.5 s × 0.06/60 = 0.0905.
        pytest.param({"price": "0.06", "per": "minute"}, ["90.5"], ["0.0905"], id="in proportion"),
        # 0.05 + 0.10; nothing for zero seconds.
        pytest.param({**MINUTE, "setup": "0.05"}, [1, 0], ["0.15", "0"], id="setup fee"),
        pytest.param({**MINUTE, "setup": "0.05", "setup_on_zero": True}, [1, 0],
                     ["0.15", "0.05"], id="setup fee for attempts"),
        # 90 − 30 free = 60 s = one minute. 30 s: all free. 91 s: two minutes.
        pytest.param({**MINUTE, "free": 30}, [90, 30, 91], ["0.1", "0", "0.2"], id="free seconds"),
        # 0.10 < 0.15 is raised; 0.60 is cut at 0.50; zero seconds cost nothing.
        pytest.param({**MINUTE, "minimum": "0.15", "maximum": "0.50"}, [5, 360, 120, 0],
                     ["0.15", "0.5", "0.2", "0"], id="bounds"),
        # Setup included: 0.45 + 0.10 = 0.55 → 0.50.
        pytest.param({**MINUTE, "setup": "0.45", "maximum": "0.50"}, [5], ["0.5"],
                     id="cap includes setup"),
        pytest.param({**MINUTE, "maximum": "0.50", "maximum_then": "disconnect"}, [600], ["1"],
                     id="a cap that disconnects is not rating's"),
        # A credit of 0.02 a minute: 2 × −0.02.
        pytest.param({**MINUTE, "price": "-0.02"}, [61], ["-0.04"], id="credit"),
        # −0.015 to two places: half up is away from zero, as merchants do.
        pytest.param({**MINUTE, "price": "-0.015", "decimals": 2}, [60], ["-0.02"],
                     id="credit rounded"),
        pytest.param({**MINUTE, "price": "-0.015", "decimals": 2, "rounding": "half_even"}, [60],
                     ["-0.02"], id="credit half even"),
        pytest.param({**MINUTE, "price": "0.025", "decimals": 2, "rounding": "half_even"},
                     [60, 180], ["0.02", "0.08"], id="half even"),
        # 0.011 away from zero = 0.02, towards zero 0.01; −0.011 = −0.02 and −0.01.
        pytest.param({**MINUTE, "price": "0.011", "decimals": 2, "rounding": "up"}, [60],
                     ["0.02"], id="up"),
        pytest.param({**MINUTE, "price": "-0.011", "decimals": 2, "rounding": "up"}, [60],
                     ["-0.02"], id="up below zero"),
        pytest.param({**MINUTE, "price": "-0.011", "decimals": 2, "rounding": "down"}, [60],
                     ["-0.01"], id="down below zero"),
        # Increments by name: a minute, then seconds; 90 s of 0.60/min are 0.90, 30 s are 0.60.
        pytest.param({"price": "0.60", "per": "minute", "initial": "minute", "step": "second"},
                     [90, 30], ["0.90", "0.60"], id="increments by the name of a unit"),
        # Rates in minutes, increments of a second (1/60 min): 61 s of 0.60/min are 0.61.
        pytest.param({"unit": "minute", "price": "0.60", "step": "second"}, [61], ["0.61"],
                     id="increments smaller than the unit"),
        # 0.30 a begun minute up to the hour, 0.10 after it: 3,660 s = 60 × 0.30 + 0.10.
        pytest.param({"steps": [{"to": 3600, "interval": "minute", "price": "0.30"},
                                {"interval": "minute", "price": "0.10"}]}, [3660], ["18.10"],
                     id="intervals by the name of a unit"),
        # 0.4 → 0, 0.5 → 1 at no places.
        pytest.param({"price": "0.1", "per": 1, "step": 1, "decimals": 0}, [4, 5], ["0", "1"],
                     id="whole units of money"),
        # One second of 0.01/min: 0.000166666667 at twelve places.
        pytest.param({"price": "0.01", "per": "minute", "step": 1, "decimals": 12}, [1],
                     ["0.000166666667"], id="twelve places"),
        # Left as it is to be rounded on the invoice: still twelve places.
        pytest.param({"price": "0.01", "per": "minute", "step": 1, "round_at": "invoice"}, [1],
                     ["0.000166666667"], id="rounded on the invoice"),
        # A refund of 61 s: −(0.05 + 2 × 0.10).
        pytest.param({**MINUTE, "setup": "0.05"}, [-61], ["-0.25"], id="refund"),
        # 5.2 pieces at 1.00 + 3 begun above 3 at 0.50 (5.2 − 3 = 2.2).
        pytest.param({"price": "0.01", "per": 1,
                      "extras": [{"above": "3", "each": "1", "price": "0.50"}]}, ["5.2", 3],
                     ["1.552", "0.03"], id="fee per extra unit"),
        # Whole seconds first: 0.4 s → 0 (no setup), 59.5 → 60, 60.4 → 60.
        pytest.param({**MINUTE, "setup": "0.05", "whole": "half_up"}, ["0.4", "59.5", "60.4"],
                     ["0", "0.15", "0.15"], id="whole seconds"),
        # Below 5 s nothing at all; from 5 s on everything.
        pytest.param({**MINUTE, "setup": "0.05", "ignore_below": 5}, ["4.9", 5], ["0", "0.15"],
                     id="too short to count"),
    ],
)  # fmt: skip
def test_one_rate(rate, quantities, expected):
    check(*priced(rate, *quantities), expected)


#: 1.20 a minute in full for the first, 10 s at 0.06/min to the fifth, then seconds at 0.03/min.
FALLING = [
    {"from": 0, "to": 60, "interval": 60, "price": "1.2", "per": 60},
    {"from": 60, "to": 300, "interval": 10, "price": "0.06", "per": 60},
    {"from": 300, "interval": 1, "price": "0.03", "per": 60},
]
#: Begun halves of a minute to 45 s, then seconds.
UNEVEN = [
    {"from": 0, "to": 45, "interval": 30, "price": "0.30"},
    {"from": 45, "interval": 1, "price": "0.01"},
]
ENDING = [
    {"from": 0, "to": 10, "interval": 1, "price": "0.10"},
    {"from": 10, "to": 20, "interval": 1, "price": "0.05"},
]


@pytest.mark.parametrize(
    ("rate", "quantities", "expected"),
    [
        # 400 s: 1.20 + 24 × 0.01 + 100 × 0.0005 = 1.49. 61 s: 1.20 + one begun ten = 1.21.
        pytest.param({"steps": FALLING}, [400, 61], ["1.49", "1.21"], id="changing increments"),
        # 50 s: two halves of a minute reach to 60 s. 61 s: one second more.
        pytest.param({"steps": UNEVEN}, [50, 61], ["0.6", "0.61"], id="an increment runs over"),
        # Each step for itself: 45 s are two begun halves (0.60), 5 s more 0.05.
        pytest.param({"steps": UNEVEN, "round_quantity": "step"}, [50], ["0.65"],
                     id="each step rounds"),
        pytest.param({"steps": [{"interval": 60, "price": "0.10", "rounding": "none"}]}, [90],
                     ["0.15"], id="a part interval in proportion"),
        pytest.param({"steps": [{"interval": 60, "price": "0.10", "rounding": "down"}]},
                     [119, 59], ["0.1", "0"], id="only full intervals"),
        # 25: 10 × 0.10 + 10 × 0.05, and 5 beyond.
        pytest.param({"steps": ENDING, "beyond": "free"}, [25], ["1.5"], id="beyond is free"),
        pytest.param({"steps": ENDING, "beyond": "last"}, [25], ["1.75"], id="at the last price"),
        pytest.param({"steps": ENDING, "beyond": "refuse"}, [25, 20], ["beyond-steps", "1.5"],
                     id="beyond is refused"),
        # All units at the reached step's price; the border belongs to the step below.
        pytest.param({"steps": ENDING, "beyond": "last", "mode": "volume"}, [10, 11, 25],
                     ["1", "0.55", "1.25"], id="volume"),
        # 5.00 for the first 100 whatever they are, then 0.02 each.
        pytest.param({"steps": [{"to": 100, "price": "5", "flat": True},
                                {"price": "0.02"}]}, [1, 100, 110], ["5", "5", "5.2"],
                     id="a flat step"),
        # 2.00 for entering the second step, beside its price: 10 × 0.10 + 2.00 + 5 × 0.05.
        pytest.param({"steps": [{"to": 10, "price": "0.10"}, {"price": "0.05", "setup": "2"}]},
                     [10, 15], ["1", "3.25"], id="a fee for a step"),
        # Packages of 100 at 3.00, the begun one in full, the first 50 free: 51 → 1, 151 → 2.
        pytest.param({"free": 50, "steps": [{"interval": 100, "price": "3"}]}, [50, 51, 151],
                     ["0", "3", "6"], id="packages after free units"),
        # Rounded by step to the cent, up: 1.20; 10 × 0.0055… no: 61 s = 1.20 + 0.01.
        # 301 s: 1.20 + 24 × 0.01 + 0.0005 → 0.01 up = 1.45.
        pytest.param({"steps": FALLING, "round_at": "step", "decimals": 2, "rounding": "up"},
                     [301], ["1.45"], id="each step's share rounded"),
    ],
)  # fmt: skip
def test_steps(rate, quantities, expected):
    check(*priced({"unit": "second", **rate}, *quantities), expected)


KIB = {"service": "data", "unit": "KiB", "price": "0.02", "per": "MiB", "step": 10}


@pytest.mark.parametrize(
    ("rate", "columns", "quantities", "expected"),
    [
        # 12,345 bytes begin the second step of 10 KiB (10,240): 20/1024 × 0.02 = 0.000390625.
        pytest.param({**KIB, "decimals": 9}, {"service": "data", "unit": "byte"}, [12345],
                     ["0.000390625"], id="KiB steps, bytes delivered"),
        # 1.5 GB by thousands = 1500 MB × 0.01.
        pytest.param({"service": "data", "unit": "MB", "price": "0.01", "step": 1},
                     {"service": "data", "unit": "GB"}, ["1.5"], ["15"], id="MB, GB delivered"),
        # 10^9 bytes in MiB: 953.67… → 954 × 0.01.
        pytest.param({"service": "data", "unit": "MiB", "price": "0.01", "step": 1},
                     {"service": "data", "unit": "GB"}, [1], ["9.54"], id="MiB, GB delivered"),
        pytest.param({"service": "sms", "unit": "piece", "price": "0.07"},
                     {"service": "sms", "unit": "piece"}, [3], ["0.21"], id="messages"),
        pytest.param({"service": "sms", "unit": "piece", "price": "0.07"},
                     {"service": "sms", "unit": "second"}, [3], ["wrong-unit"], id="wrong unit"),
        pytest.param({"service": "hosting", "unit": "day", "price": "0.50", "step": 1},
                     {"service": "hosting", "unit": "hour"}, [25], ["1"], id="days, hours given"),
        pytest.param({"service": "parking", "unit": "bay", "price": "2.5"},
                     {"service": "parking", "unit": "bay"}, [2], ["5"], id="a unit of one's own"),
        # 3 % of what a transaction is worth and 0.25 each, at least 0.50 and at most 4.00:
        # 100 → 3.25, 5 → 0.40 → 0.50, 200 → 6.25 → 4.00.
        pytest.param({"service": "payment", "unit": "EUR", "price": "0.03", "setup": "0.25",
                      "minimum": "0.50", "maximum": "4"},
                     {"service": "payment", "unit": "EUR"}, [100, 5, 200], ["3.25", "0.5", "4"],
                     id="a share of money"),
    ],
)  # fmt: skip
def test_services_and_units(rate, columns, quantities, expected):
    data = book(rate)
    check(data, usage(*((NOON, one) for one in quantities), **columns), expected)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # From 17 January for 43 days, to 28 February: 15 of 31 days and all of February.
        ("days", "14.84"),  # 10 × (15/31 + 1) = 14.838…
        # Contract months from the 17th: one to 16 February, then 12 of 28 days.
        ("offsets", "14.29"),  # 10 × (1 + 12/28) = 14.285…
        # 15 thirtieths and a whole month.
        ("thirtieths", "15"),
    ],
)
def test_a_monthly_fee_for_some_days(rule, expected):
    fee = {"service": "fee", "unit": "day", "price": "10.00", "months": rule, "decimals": 2}
    # What the tariff states for its calls does not concern fees.
    data = book(fee, tariff={"per": "minute", "initial": 60, "step": 60})
    frame = usage(("2026-01-16T23:00:00", 43), service="fee", unit="day")
    check(data, frame, [expected])


def test_a_fee_credited_and_one_for_a_leap_month():
    fee = {"service": "fee", "unit": "day", "price": "29.00", "months": "days", "decimals": 2}
    frame = usage(("2028-02-01T11:00:00", 29), ("2028-02-29T11:00:00", 1),
                  ("2028-02-20T11:00:00", -10), service="fee", unit="day")  # fmt: skip
    # The whole of a month of 29 days; one of them; ten given back.
    check(book(fee), frame, ["29", "1", "-10"])


def test_prefixes_of_one_digit_and_of_fifteen():
    zones = [
        {"id": 1, "prefixes": ["4"]},
        {"id": 2, "prefixes": ["493012345678901"]},
        {"id": 3, "prefixes": ["49301234567890"]},
    ]
    data = book(
        {"price": "0.01", "zone": 1},
        {"price": "0.02", "zone": 2},
        {"price": "0.03", "zone": 3},
        zones=zones,
    )
    frame = usage(
        *((NOON, 10, {"b_number": one}) for one in (
            "4", "493012345678901", "493012345678902", "49301234567890", "4930123456789", "5",
            "49301234567890123",
        ))
    )  # fmt: skip
    # A number of more than fifteen digits is no E.164 number; its first fifteen decide.
    check(data, frame, ["0.1", "0.2", "0.3", "0.3", "0.1", "no-zone", "0.2"])


def test_a_service_rate_beats_one_for_all_services():
    data = book({"price": "1", "unit": "piece"}, {"price": "2", "unit": "piece", "service": "sms"})
    frame = usage((NOON, 1, {"service": "sms"}), (NOON, 1, {"service": "fax"}), unit="piece")
    check(data, frame, ["2", "1"])


def test_versions_change_at_local_midnight():
    """Berlin's 1 April begins at 22:00 UTC on 31 March; the start decides for the whole call."""
    versions = [
        {"id": 1, "valid_to": "2026-04-01", "rates": [{"id": 1, "price": "0.01"}]},
        {"id": 2, "valid_from": "2026-04-01", "valid_to": "2026-05-01",
         "rates": [{"id": 1, "price": "0.02"}]},
    ]  # fmt: skip
    data = book(MINUTE, tariff={"versions": versions})
    frame = usage(
        ("2026-03-31T21:59:59", 100), ("2026-03-31T22:00:00", 100), ("2026-04-30T22:00:00", 1)
    )
    check(data, frame, ["1", "2", "no-version"])


def test_who_prices_first():
    """Individual list (weight), contract's list, option, tariff, fallbacks by weight, default."""

    def list_(number, zone, price, **more):
        return {"id": number, "versions": [{"id": number, "rates": [
            {"id": 1, "zone": zone, "price": price}]}], **more}  # fmt: skip

    zones = [{"id": n, "prefixes": [f"4{n}"]} for n in range(1, 8)]
    everything = {"id": 100, "prefixes": ["4"]}
    data = {
        "format": 1,
        "zones": [*zones, everything],
        "default_tariff": 6,
        "tariffs": [
            list_(1, 1, "1"),  # of the line, light
            {**list_(2, 100, "2"), "versions": [{"id": 2, "rates": [
                {"id": 1, "zones": [1, 2], "price": "2"}]}]},  # of the line, heavy
            list_(3, 3, "3"),  # of the contract
            list_(4, 4, "4", fallbacks=[{"tariff": 7, "weight": 1}, {"tariff": 5, "weight": 9}]),
            {**list_(5, 5, "5"), "versions": [{"id": 5, "rates": [
                {"id": 1, "zones": [5, 7], "price": "5"}]}]},
            list_(6, 100, "6"),
            list_(7, 7, "7"),
        ],
        "contracts": [{"id": "c", "price_lists": [3]}],
        "lines": [{"id": "l", "contract": "c", "price_lists": [
            {"tariff": 1, "weight": 1}, {"tariff": 2, "weight": 5}]}],
    }  # fmt: skip
    frame = usage(*((NOON, 1, {"b_number": f"4{n}0000"}) for n in range(1, 8)),
                  line="l", contract="c", tariff="4")  # fmt: skip
    check(data, frame, ["2", "2", "3", "4", "5", "6", "5"])


def test_overrides_by_factor_and_by_steps():
    """An option's list gives 10 % off the plan for 491, other steps for 492; 493 is the plan's."""
    zones = [{"id": n, "prefixes": [f"49{n}"]} for n in (1, 2, 3)]
    plan = {"price": "0.20", "per": "minute", "initial": 60, "step": 60, "setup": "0.05"}
    off = {"id": 8, "versions": [{"id": 81, "rates": [
        {"id": 1, "zone": 1, "factor": "0.9"},
        {"id": 2, "zone": 2, "price": "0.01", "per": "minute", "initial": 1, "step": 1},
    ]}]}  # fmt: skip
    data = book(*({**plan, "zone": n} for n in (1, 2, 3)), zones=zones, tariffs=[off],
                options=[{"id": "o", "price_list": 8}])  # fmt: skip
    frame = usage(*((NOON, 61, {"b_number": f"49{n}000"}) for n in (1, 2, 3)), options="o")
    # 2 × 0.20 × 0.9 + 0.05 (fees stay) = 0.41; 61/60 × 0.01 = 0.010167; 2 × 0.20 + 0.05 = 0.45.
    check(data, frame, ["0.41", "0.010167", "0.45"])


def test_refused_given_and_free_parts():
    zones = [{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["49900"]}]
    barred = {"zone": 2, "refuse": "premium numbers are barred"}
    data = book({**MINUTE, "setup": "0.05"}, barred, zones=zones)
    frame = usage(
        (NOON, 61, {"b_number": "49900123"}),
        (NOON, 61, {"price": 123_456}),
        (NOON, 61, {"continuation": True}),
        (NOON, 61),
    )
    frame["price"] = frame["price"].astype("Int64")
    frame["continuation"] = frame["continuation"].astype("boolean")
    check(data, frame, ["refused", "0.123456", "0.2", "0.25"])
