# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calls over band borders, on ordinary days and on nights when clocks change."""

from .build import book, charges, usage

#: 0.60 a minute by day (08 to 18), 0.06 otherwise: a cent and a tenth of a cent a second.
DAY = {"price": "0.60", "per": "minute", "step": 1, "band": "day"}
NIGHT = {"price": "0.06", "per": "minute", "step": 1}
BANDS = [{"id": "day", "from": "08:00", "to": "18:00"}]


def parts(split, started, seconds, *rates, bands=BANDS, **tariff):
    data = book(*(rates or (DAY, NIGHT)), bands=bands, tariff={"split": split, **tariff})
    found = charges(data, usage((started, seconds)))
    return [
        (rate, billed // 1_000_000, price)
        for rate, billed, price in zip(found["rate"], found["billed"], found["price"], strict=True)
    ]


def test_three_ways_over_one_border():
    # 07:59:30 in Berlin (CET), two minutes.
    at = "2026-03-02T06:59:30"
    assert parts("start", at, 120) == [(2, 120, 120_000)]
    assert parts("exact", at, 120) == [(2, 30, 30_000), (1, 90, 900_000)]
    assert parts("increment", at, 120) == [(2, 30, 30_000), (1, 90, 900_000)]


def test_an_increment_begun_before_the_border_belongs_to_its_band():
    minutes = [{**DAY, "step": 60}, {**NIGHT, "step": 60}]
    at = "2026-03-02T06:59:30"
    # Increments begin at 07:59:30 (night) and 08:00:30 (day).
    assert parts("increment", at, 120, *minutes) == [(2, 60, 60_000), (1, 60, 600_000)]
    # Cut exactly, the whole rounded once: 90 s are 120 s, 30 of them at night.
    assert parts("exact", at, 90, *minutes) == [(2, 30, 30_000), (1, 90, 900_000)]
    # Cut exactly, each part rounded by itself: 60 s at night, 60 s by day.
    assert parts("exact", at, 90, *minutes, round_quantity="fragment") == [
        (2, 60, 60_000),
        (1, 60, 600_000),
    ]


def test_over_three_bands():
    bands = [*BANDS, {"id": "late", "from": "18:00", "to": "22:00"}]
    rates = [DAY, NIGHT, {**NIGHT, "price": "0.30", "band": "late"}]
    # 17:59:00 to 22:01:00: 60 s, 4 h at half a cent a second, 60 s.
    assert parts("exact", "2026-03-02T16:59:00", 14_520, *rates, bands=bands) == [
        (1, 60, 600_000),
        (3, 14_400, 72_000_000),
        (2, 60, 60_000),
    ]


def test_a_whole_day():
    # From 09:00 to 09:00: 9 h day, 14 h night, 1 h day.
    assert parts("exact", "2026-03-02T08:00:00", 86_400) == [
        (1, 32_400, 324_000_000),
        (2, 50_400, 50_400_000),
        (1, 3_600, 36_000_000),
    ]


def test_the_night_that_loses_an_hour():
    # 2026-03-29: from 01:30 CET, the clock jumps from 02:00 to 03:00. A band from 03:00 begins
    # after half an hour of real time.
    bands = [{"id": "day", "from": "03:00", "to": "18:00"}]
    assert parts("exact", "2026-03-29T00:30:00", 3_600, bands=bands) == [
        (2, 1_800, 1_800_000),
        (1, 1_800, 18_000_000),
    ]
    # One that lies within the lost hour never comes.
    bands = [{"id": "day", "from": "02:10", "to": "02:50"}]
    assert parts("exact", "2026-03-29T00:30:00", 3_600, bands=bands) == [(2, 3_600, 3_600_000)]


def test_the_night_that_repeats_an_hour():
    # 2026-10-25: 02:30 comes twice. A band from 02:00 to 03:00 holds two hours of real time.
    bands = [{"id": "day", "from": "02:00", "to": "03:00"}]
    assert parts("exact", "2026-10-24T23:30:00", 10_800, bands=bands) == [
        (2, 1_800, 1_800_000),
        (1, 7_200, 72_000_000),
        (2, 1_800, 1_800_000),
    ]
    # 02:15 to 02:30 holds in both: a quarter of an hour, three quarters not, a quarter again.
    bands = [{"id": "day", "from": "02:15", "to": "02:30"}]
    assert [one[:2] for one in parts("exact", "2026-10-25T00:15:00", 4_500, bands=bands)] == [
        (1, 900),
        (2, 2_700),
        (1, 900),
    ]


def test_midnight_on_new_year():
    bands = [{"id": "day", "months": [1], "month_days": [1]}]
    assert parts("exact", "2026-12-31T22:59:30", 60, bands=bands) == [
        (2, 30, 30_000),
        (1, 30, 300_000),
    ]


def test_leap_day():
    bands = [{"id": "day", "dates": ["2028-02-29"]}]
    assert parts("exact", "2028-02-28T22:59:59", 86_402, bands=bands) == [
        (2, 1, 1_000),
        (1, 86_400, 864_000_000),
        (2, 1, 1_000),
    ]


def test_no_length_no_parts():
    for split in ("start", "exact", "increment"):
        assert parts(split, "2026-03-02T06:59:30", 0) == [(2, 0, 0)]


def test_no_price_in_the_middle_of_a_call():
    data = book(DAY, bands=BANDS, tariff={"split": "exact"})
    found = charges(data, usage(("2026-03-02T16:59:30", 60)))
    assert found["reason"].tolist() == ["no-rate"]


def test_data_is_priced_by_its_start():
    rates = [{**DAY, "unit": "byte", "per": 1}, {**NIGHT, "unit": "byte", "per": 1}]
    data = book(*rates, bands=BANDS, tariff={"split": "increment"})
    found = charges(data, usage(("2026-03-02T06:59:59", 90), unit="byte"))
    assert found["price"].tolist() == [5_400_000]  # 90 · 0.06


def test_setup_and_bounds_are_of_the_whole_call():
    rates = [{**DAY, "setup": "9", "maximum": "9"}, {**NIGHT, "setup": "0.10", "maximum": "0.50"}]
    # 0.10 + 30 · 0.001 = 0.13, then 90 · 0.01 = 0.90, cut at 0.50.
    assert parts("exact", "2026-03-02T06:59:30", 120, *rates) == [
        (2, 30, 130_000),
        (1, 90, 370_000),
    ]


def test_segments_add_up_to_the_rounded_charge():
    # 30 s · 0.001 + 90 s · 0.01 = 0.93, rounded up to tenths: 1.0, of which 0.1 stands first.
    found = parts("exact", "2026-03-02T06:59:30", 120, rounding="up", decimals=1)
    assert [price for _, _, price in found] == [100_000, 900_000]


def test_parts_use_what_the_record_has_however_much_is_billed():
    minutes = [{**DAY, "step": 60}, {**NIGHT, "step": 60}]
    data = book(*minutes, bands=BANDS, tariff={"split": "exact"})
    found = charges(data, usage(("2026-03-02T06:59:30", 90)))
    # 90 s billed as 120 s: 30 s at night, and 60 of the 90 s billed by day were used.
    assert list(found["quantity"]) == [30_000_000, 60_000_000]
    assert list(found["billed"]) == [30_000_000, 90_000_000]
