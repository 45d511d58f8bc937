# SPDX-License-Identifier: AGPL-3.0-or-later
"""Properties that meet in one record or month, with results worked out by hand; times are UTC."""

from .build import NOON, book, usage
from .hand import check

SECOND = {"per": 1, "step": 1}
MINUTE = {"price": "0.10", "per": "minute", "initial": 60, "step": 60}


def days(*rows, **columns):
    """(day of March 2026, quantity[, columns]) at noon."""
    return usage(*((f"2026-03-{day:02}T11:00:00", *more) for day, *more in rows), **columns)


def test_a_cap_a_setup_fee_and_the_parts_of_a_long_call():
    """0.30 + 5 × 0.10 = 0.80 → 0.60; the part that continues pays no fee: 0.50."""
    data = book({**MINUTE, "setup": "0.30", "maximum": "0.60"})
    frame = usage((NOON, 300), (NOON, 300, {"continuation": True}))
    frame["continuation"] = frame["continuation"].astype("boolean")
    check(data, frame, ["0.6", "0.5"])


def test_a_weekend_a_clock_change_and_a_cut():
    """Clocks jump from 02:00 to 03:00 on Sunday, 29 March 2026. From Saturday 23:59:50 for three
    hours and 20 s, until 04:00:10: 10 s of Saturday at 0.02, two hours of Sunday's night at 0.01,
    and from 03:00 an hour and 10 s of its morning at 0.03."""
    bands = [
        {"id": "night", "weekdays": [7], "from": "00:00", "to": "03:00"},
        {"id": "morning", "weekdays": [7], "from": "03:00", "to": "12:00"},
    ]
    data = book(
        {"price": "0.01", **SECOND, "band": "night"},
        {"price": "0.03", **SECOND, "band": "morning"},
        {"price": "0.02", **SECOND}, bands=bands, tariff={"split": "exact"},
    )  # fmt: skip
    # 0.20 + 7,200 × 0.01 + 3,610 × 0.03 = 0.20 + 72 + 108.30.
    check(data, usage(("2026-03-28T22:59:50", 10_820)), ["180.5"])


def test_free_seconds_an_allowance_and_a_fee_for_length():
    """10 s free; of 130 s 120 are billed: two minutes, of which one is included: 0.10 and 0.50 for
    each begun minute above 120 s of the record."""
    data = book({**MINUTE, "free": 10, "extras": [{"above": 120, "each": 60, "price": "0.50"}]},
                allowances=[{"id": "a", "quantity": 60}])  # fmt: skip
    check(data, days((1, 130)), ["0.6"])


def test_an_override_an_allowance_and_a_tier():
    """A list gives 20 % off; 60 s are included; of the rest the first 120 s of the month cost half:
    300 s: 240 left: 120 × 0.01 × 0.8 × 0.5 + 120 × 0.008 = 0.48 + 0.96."""
    off = {"id": 8, "versions": [{"id": 81, "rates": [{"id": 1, "factor": "0.8"}]}]}
    data = book(
        {"price": "0.01", **SECOND}, tariffs=[off], lines=[{"id": 10, "price_lists": [8]}],
        allowances=[{"id": "a", "quantity": 60}],
        tiers=[{"id": "t", "steps": [{"to": 120, "factor": "0.5"}, {"from": 120, "factor": "1"}]}],
    )  # fmt: skip
    check(data, days((1, 300)), ["1.44"])


def test_refunds_touch_neither_allowance_nor_tier_but_the_limit():
    """−100 s give back 1.00; the limit of 1.50 then has room for 0.50 + 1.00."""
    data = book(
        {"price": "0.01", **SECOND}, allowances=[{"id": "a", "quantity": 50}],
        tiers=[{"id": "t", "steps": [{"to": 100, "factor": "1"}, {"from": 100, "factor": "0.5"}]}],
        limits=[{"id": "l", "amount": "1.50", "then": "free"}],
    )  # fmt: skip
    # 150 s: 50 included, 100 at 0.01. Back 1.00. 200 s at half: 1.00. 300 s: 3.00 → 1.50 − 1.00.
    frame = days((1, 150), (2, -100), (3, 200), (4, 300))
    check(data, frame, ["1", "-1", "1", "0.5"])


def test_records_that_arrive_priced_count_for_limits_alone():
    data = book(
        {"price": "0.01", **SECOND}, allowances=[{"id": "a", "quantity": 100}],
        tiers=[{"id": "t", "steps": [{"to": 50, "factor": "1"}, {"from": 50, "factor": "0"}]}],
        limits=[{"id": "l", "amount": "0.60", "then": "free"}],
    )  # fmt: skip
    frame = days((1, 100, {"price": 400_000}), (2, 150), (3, 10))
    frame["price"] = frame["price"].astype("Int64")
    # 0.40 brought; 100 of 150 included, 50 at 0.01 = 0.50 → 0.20; then nothing.
    check(data, frame, ["0.4", "0.2", "0"])


def test_a_conference_draws_on_minutes():
    """Anna's two legs are ten minutes together, three of them included; Ben's two come after."""
    data = book(
        {"service": "conference", "price": "0.06", "per": "minute", "zone": None,
         "conference": {"by": "participant"}},
        allowances=[{"id": "a", "quantity": 4, "unit": "minute", "services": ["conference"]}],
    )  # fmt: skip
    frame = usage(
        ("2026-03-10T12:00:00", 300, {"participant": "anna"}),
        ("2026-03-10T12:10:00", 300, {"participant": "anna"}),
        ("2026-03-10T12:01:00", 120, {"participant": "ben"}),
        service="conference", conference="c", b_number=None,
    )  # fmt: skip
    # 10 − 4 = 6 minutes at 0.06; 2 × 0.06.
    check(data, frame, ["0.36", "0", "0.12"])


def test_flat_steps_in_a_band_with_a_minimum_and_rounding_up():
    """Day: 0.35 for the first three minutes as a whole, then 0.07 a minute in proportion; at least
    0.50, up to the cent. 250 s: 0.35 + 70/60 × 0.07 = 0.431666 → 0.50. 600 s: 0.35 + 0.49."""
    steps = [{"to": 180, "price": "0.35", "flat": True},
             {"interval": 60, "price": "0.07", "rounding": "none"}]  # fmt: skip
    data = book({"steps": steps, "minimum": "0.50", "band": "day", "rounding": "up",
                 "decimals": 2}, bands=[{"id": "day", "from": "08:00", "to": "18:00"}])  # fmt: skip
    check(data, days((1, 250), (2, 600), (3, 605)), ["0.5", "0.84", "0.85"])


def test_a_volume_tier_of_a_rate_after_an_allowance():
    """To 100 s 0.02 each, above 0.01 each for all. 150 s, of which 60 are included as used: 90 are
    a record of their own, at 0.02."""
    data = book({"mode": "volume", "steps": [{"to": 100, "price": "0.02"}, {"price": "0.01"}]},
                allowances=[{"id": "a", "quantity": 60, "count": "exact"}])  # fmt: skip
    check(data, days((1, 150), (2, 150)), ["1.8", "1.5"])


def test_a_leap_year_s_allowance_and_a_month_of_31_days():
    """366 minutes a year for one who begins on 1 March 2028: 306 of 366 days are 306 minutes."""
    data = book(
        MINUTE, lines=[{"id": 10, "contract": 1, "valid_from": "2028-03-01"}],
        allowances=[{"id": "a", "lines": [10], "quantity": 366, "unit": "minute",
                     "period": "year", "prorate": True}],
    )  # fmt: skip
    frame = usage(("2028-03-31T11:00:00", 305 * 60), ("2028-12-31T11:00:00", 120))
    check(data, frame, ["0", "0.1"])
