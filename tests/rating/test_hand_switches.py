# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calls as switches, exchanges and pipelines price them, with results worked out by hand.

Times are UTC; Berlin is one hour ahead in winter, two in summer.
"""

import pytest

from .build import NOON, book, usage
from .by_day import days
from .hand import check

MINUTE = {"per": "minute", "price": "0.05"}


def once(rate, *quantities, **columns):
    """A rate, and a record of each quantity at noon."""
    return book(rate), usage(*((NOON, one) for one in quantities), **columns)


@pytest.mark.parametrize(
    ("rate", "quantities", "expected"),
    [
        # A first block of 30 s, then by 6: 45 s are 48: 0.04.
        pytest.param({**MINUTE, "initial": 30, "step": 6}, (45, 20, 30), ["0.04", "0.025", "0.025"],
                     id="first block and increments"),
        # 30, then steps of 20: 120 s are 130, 60 s are 70; six cents a minute.
        pytest.param({"per": 60, "price": "0.06", "initial": 30, "step": 20}, (120, 60),
                     ["0.13", "0.07"], id="30/20"),
        # 5 s and then half minutes, ten seconds free, two cents to connect.
        pytest.param({"per": 60, "price": "0.2", "initial": 5, "step": 30, "free": 10,
                      "setup": "0.02"}, (15, 16, 10), ["0.036667", "0.136667", "0.02"],
                     id="free seconds before the first interval"),
        # First minute 1.00, next 0.12 a minute by 15 s; a call of nothing has no charge.
        pytest.param({"per": 60, "price": "0.12", "price_initial": "1", "initial": 60, "step": 15},
                     (0, 1, 61, 76), ["0", "1", "1.03", "1.06"], id="first and next price"),
        # 3 s of grace: shorter ones are no calls; the whole counts from there on.
        pytest.param({"per": 60, "price": "0.6", "step": 1, "ignore_below": "3.000001"}, (3, 4),
                     ["0", "0.04"], id="grace"),
        # Milliseconds up to a second: 59.001 s are 60, 0.4 s one.
        pytest.param({"per": 60, "price": "0.6", "step": 1, "whole": "up"}, ("59.001", "0.4"),
                     ["0.6", "0.01"], id="whole seconds, up"),
        pytest.param({"per": 60, "price": "0.6", "step": 1, "whole": "down"}, ("59.999", "0.4"),
                     ["0.59", "0"], id="whole seconds, down"),
        # Up at two places, of 0.0125 a minute: 61 s by seconds: 0.012708… → 0.02.
        pytest.param({"per": 60, "price": "0.0125", "step": 1, "rounding": "up", "decimals": 2},
                     (61, 0), ["0.02", "0"], id="charged up to the cent"),
        pytest.param({"per": 60, "price": "0.0125", "step": 1, "rounding": "down", "decimals": 2},
                     (61, 48), ["0.01", "0.01"], id="down to the cent"),
        # Units of 0.12 for each begun 26 s, as an exchange's pulses count them.
        pytest.param({"steps": [{"interval": 26, "price": "0.12"}]}, (26, 27, 78), ["0.12", "0.24",
                     "0.36"], id="pulses"),
        # The first pulse at once, the further ones when they are complete.
        pytest.param({"setup": "0.12", "steps": [{"interval": 26, "price": "0.12",
                      "rounding": "down"}]}, (25, 26, 51), ["0.12", "0.24", "0.24"],
                     id="pulses when they are complete"),
        # At least a minute of price, 0.99, then by the second at 1.98 a minute.
        pytest.param({"per": 60, "price": "1.98", "step": 1, "minimum": "0.99"}, (10, 30, 31),
                     ["0.99", "0.99", "1.023"], id="a minimum charge"),
        # Half hours of a conference line at 6.00.
        pytest.param({"unit": "minute", "steps": [{"interval": 30, "price": "6"}]}, (1800, 1801),
                     ["6", "12"], id="half hours"),
        # The first three minutes 0.35 in all, then 0.07 a begun one.
        pytest.param({"unit": "minute", "steps": [{"to": 3, "price": "0.35", "flat": True},
                      {"price": "0.07"}]}, (1, 180, 181), ["0.35", "0.35", "0.42"],
                     id="the first minutes as a whole"),
        # 5,000 calls of one second at a price far below a millionth.
        pytest.param({"price": "0.00000025", "decimals": 9}, (1, 5000), ["0.00000025", "0.00125"],
                     id="a quarter of a millionth"),
    ],
)  # fmt: skip
def test_one_call(rate, quantities, expected):
    check(*once(rate, *quantities), expected)


@pytest.mark.parametrize(
    ("mode", "quantities", "expected"),
    [
        # By minutes: to the first at 1.00, above all of it at 0.10, past 999,999 s nothing at all.
        pytest.param("volume", (1, 60, 61, 119, 999_999, 1_000_000),
                     ["1", "1", "0.2", "0.2", "1666.7", "0"], id="threshold"),
        pytest.param("graduated", (1, 60, 61, 119, 999_999, 1_500_000),
                     ["1", "1", "1.1", "1.1", "1667.6", "1667.6"], id="tiered"),
    ],
)  # fmt: skip
def test_beats_of_a_price_model_that_ends(mode, quantities, expected):
    steps = [{"to": 60, "interval": 60, "price": "1"},
             {"to": 999_999, "interval": 60, "price": "0.1"}]  # fmt: skip
    model = {"mode": mode, "steps": steps, "beyond": "free", "round_quantity": "step"}
    check(*once(model, *quantities), expected)


def test_events_of_whole_units():
    """2.654 events are two; what goes past the model is not rated."""
    model = {"unit": "piece", "whole": "down", "steps": [{"to": 999_999, "price": "1"}],
             "beyond": "free"}  # fmt: skip
    check(*once(model, "2.654", 61, 1_500_000, unit="piece"), ["2", "61", "999999"])


PEAK = [{"id": "peak", "weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "19:00"}]


@pytest.mark.parametrize(
    ("tariff", "expected"),
    [
        # 62 s, one of them peak. Beats of 60 s at 2.00 a minute, off peak of 30 s at 1.00.
        # The beat that begins in the peak is peak: 2.00; two seconds are left: 0.50.
        ({"split": "increment"}, "2.5"),
        # Each part for itself: 60 s of peak, 61 → 90 s off peak.
        ({"split": "exact", "round_quantity": "fragment"}, "3.5"),
        ({"split": "start"}, "4"),
        ({"split": "end"}, "1.5"),
        # Beats of the start: 120 s; one second of them is peak.
        ({"split": "exact"}, "2.016667"),
    ],
)
def test_a_beat_over_a_border(tariff, expected):
    rates = [{"price": "2", "per": 60, "step": 60, "band": "peak"},
             {"price": "1", "per": 60, "step": 30}]  # fmt: skip
    data = book(*rates, bands=PEAK, tariff=tariff)
    check(data, usage(("2026-03-10T17:59:59", 62)), [expected])


@pytest.mark.parametrize(
    ("split", "per", "expected"),
    [
        # 10 s at 0.02 and 20 s at 0.01, and the fee of the day, 1.00, or of each, 1.00 + 0.50.
        ("exact", "record", "1.4"), ("exact", "part", "1.9"), ("increment", "part", "1.9"),
        ("start", "part", "1.6"), ("end", "part", "0.8"),
    ],
)  # fmt: skip
def test_a_fee_for_each_part(split, per, expected):
    rates = [{"price": "0.02", "step": 1, "band": "peak", "setup": "1"},
             {"price": "0.01", "step": 1, "setup": "0.5"}]  # fmt: skip
    data = book(*rates, bands=PEAK, tariff={"split": split, "setup_per": per})
    check(data, usage(("2026-03-10T17:59:50", 30)), [expected])


def test_a_fee_for_the_part_that_an_allowance_left():
    """The day's ten seconds are included: the evening's fee and 20 s; with half the price above
    five seconds of the month: 0.5 + 5 × 0.01 + 15 × 0.005."""
    rates = [{"price": "0.02", "step": 1, "band": "peak", "setup": "1"},
             {"price": "0.01", "step": 1, "setup": "0.5"}]  # fmt: skip
    data = book(*rates, bands=PEAK, tariff={"split": "exact", "setup_per": "part"},
                allowances=[{"id": "a", "quantity": 10}])  # fmt: skip
    frame = usage(("2026-03-10T17:59:50", 30))
    check(data, frame, ["0.7"])
    data["tiers"] = [{"id": "t", "steps": [{"to": 5, "factor": "1"}, {"from": 5, "factor": "0.5"}]}]
    check(data, frame, ["0.625"])


#: Night 0.01, day 0.02 a second, by begun minutes of which the first second decides.
NIGHTS = [{"id": "night", "from": "21:00", "to": "03:00"}]


@pytest.mark.parametrize(
    ("split", "start", "seconds", "expected"),
    [
        # 29 March 2026, clocks go from 02:00 to 03:00: night ends at 02:00, an hour is not there.
        ("exact", "2026-03-29T00:30:00", 3600, "54"),  # 1,800 × 0.01 + 1,800 × 0.02
        ("start", "2026-03-29T00:30:00", 3600, "36"),
        ("end", "2026-03-29T00:30:00", 3600, "72"),
        # 25 October: 02:00 to 03:00 comes twice. From 00:30 CEST, four hours, 00:30 to 03:30 CET.
        ("exact", "2026-10-24T22:30:00", 14_400, "162"),  # 12,600 × 0.01 + 1,800 × 0.02
        ("increment", "2026-10-24T22:30:00", 14_400, "162"),
        ("end", "2026-10-24T22:30:00", 14_400, "288"),
        # The whole night, from 20:59:59 for nine hours: 1 s, seven hours of night, 7,199 s of day.
        ("exact", "2026-10-24T18:59:59", 32_400, "396"),
    ],
)
def test_nights_on_which_clocks_change(split, start, seconds, expected):
    rates = [{"price": "0.01", "step": 1, "band": "night"}, {"price": "0.02", "step": 1}]
    check(book(*rates, bands=NIGHTS, tariff={"split": split}), usage((start, seconds)), [expected])


def test_free_weekend_minutes_over_a_month_s_end():
    """60 minutes a month on weekends. Saturday 31 January, 23:30 for an hour: it began in January,
    whose minutes it uses up; on Sunday February's are there."""
    data = book(
        {**MINUTE, "initial": 60, "step": 60},
        bands=[{"id": "we", "weekdays": [6, 7]}],
        allowances=[{"id": "a", "quantity": 60, "unit": "minute", "bands": ["we"]}],
    )
    frame = usage(("2026-01-31T22:30:00", 3600), ("2026-01-31T22:45:00", 60),
                  ("2026-02-01T11:00:00", 3660), ("2026-02-02T11:00:00", 60))  # fmt: skip
    check(data, frame, ["0", "0.05", "0.05", "0.05"])


@pytest.mark.parametrize(
    ("rule", "start", "length", "expected"),
    [
        # 30.00 a month. February: 16 to 28 are 13 days.
        ("thirtieths", "2026-02-15T23:00:00", 13, "13"),
        ("days", "2026-02-15T23:00:00", 13, "13.93"),  # 13/28
        ("thirtieths", "2026-01-31T23:00:00", 28, "30"),
        # The 31st is no thirtieth of its own.
        ("thirtieths", "2026-03-30T22:00:00", 1, "1"),
        ("days", "2026-03-30T22:00:00", 1, "0.97"),
        # Months from 31 January: one ends on 27 February, the next on 30 March.
        ("offsets", "2026-01-30T23:00:00", 28, "30"),
        ("offsets", "2026-01-30T23:00:00", 59, "60"),
        ("offsets", "2028-01-30T23:00:00", 29, "30"),
        # 29 February of a leap year; from it twelve months to 27 February, and one of 29 days.
        ("days", "2028-02-28T23:00:00", 1, "1.03"),
        ("offsets", "2028-02-28T23:00:00", 366, "361.03"),
    ],
)
def test_fees_for_parts_of_months(rule, start, length, expected):
    fee = {"service": "fee", "unit": "day", "price": "30", "months": rule, "decimals": 2}
    check(book(fee), usage((start, length), service="fee", unit="day"), [expected])


def test_gross_prices_a_cap_a_limit_and_a_refund():
    """1.19 a minute with tax, at most 5.00 a call, 8.00 a month; a call is given back."""
    data = book({"price": "1.19", "per": "minute", "initial": 60, "step": 60, "maximum": "5"},
                tariff={"tax_included": True, "tax_rate": "0.19"},
                limits=[{"id": "l", "amount": "8", "then": "free"}])  # fmt: skip
    frame = days((1, 120), (2, 600), (3, 120), (4, -600), (5, 240))
    # 2.38, 5, of 2.38 the last 0.62 → 8; back 5; of 4.76 all.
    check(data, frame, ["2.38", "5", "0.62", "-5", "4.76"])


def test_a_list_of_fallbacks_in_bands():
    """The own list knows only days; the heavier fallback sells mobiles, the lighter one all."""

    def of(number, *rates, **more):
        listed = [{"id": n, **one} for n, one in enumerate(rates)]
        return {"id": number, "versions": [{"id": 1, "rates": listed}], **more}

    day = [{"id": "day", "from": "08:00", "to": "18:00"}]
    data = {
        "format": 1, "bands": day,
        "zones": [{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["4915"]}],
        "tariffs": [
            of(7, {"zone": 1, "price": "0.01", "band": "day"},
               fallbacks=[{"tariff": 8, "weight": 1}, {"tariff": 9, "weight": 5}]),
            of(8, {"price": "0.5"}), of(9, {"zone": 2, "price": "0.2"}),
        ],
    }  # fmt: skip
    mobile = {"b_number": "491511"}
    frame = usage((NOON, 1), (NOON, 1, mobile), ("2026-03-10T20:00:00", 1),
                  ("2026-03-10T20:00:00", 1, mobile), (NOON, 1, {"b_number": "331"}))  # fmt: skip
    # By day 49 is the longest prefix of the own list, also for mobiles.
    check(data, frame, ["0.01", "0.01", "0.5", "0.2", "0.5"])
