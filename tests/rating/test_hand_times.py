# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bands, borders, holidays and clocks, with results worked out by hand; times are UTC."""

import pytest

from telecom_billing.rating import BookError, TariffBook

from .build import book, usage
from .hand import check

SECOND = {"per": 1, "step": 1}


def banded(bands, prices, split, tariff=None, **sections):
    """A rate a band (None: for all other hours) at a price a second."""
    rates = [
        {"price": price, **SECOND, **({"band": band} if band else {})}
        for band, price in prices.items()
    ]
    return book(*rates, bands=bands, tariff={"split": split, **(tariff or {})}, **sections)


#: Berlin on Tuesday, 10 March 2026 (winter time: UTC + 1).
THREE = [
    {"id": "morning", "from": "06:00", "to": "08:00"},
    {"id": "day", "from": "08:00", "to": "18:00"},
    {"id": "evening", "from": "18:00", "to": "22:00"},
]
THREE_PRICES = {"morning": "0.01", "day": "0.02", "evening": "0.04", None: "0.001"}


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        # From 07:59:50 local for 36,020 s: 10 s morning, ten hours day, 10 s evening.
        ("start", "360.2"),  # 36,020 × 0.01
        ("exact", "720.5"),  # 10 × 0.01 + 36,000 × 0.02 + 10 × 0.04
        ("increment", "720.5"),  # seconds begin where bands do
    ],
)
def test_a_call_over_three_bands(split, expected):
    data = banded(THREE, THREE_PRICES, split)
    check(data, usage(("2026-03-10T06:59:50", 36_020)), [expected])


@pytest.mark.parametrize(
    ("split", "more", "expected"),
    [
        # 07:59:30 local, 90 s, minutes: at start: two minutes of morning, 2 × 0.60.
        ("start", {}, "1.2"),
        # Two minutes are billed, 07:59:30 to 08:01:30: half a minute morning, 1.5 day.
        ("exact", {}, "2.1"),  # 0.30 + 1.5 × 1.20
        # Each part for itself: 30 s → a minute of morning, 60 s → a minute of day.
        ("exact", {"round_quantity": "fragment"}, "1.8"),
        # The minute that begins at 07:59:30 is morning's, the one at 08:00:30 day's.
        ("increment", {}, "1.8"),
    ],
)
def test_minutes_at_a_border(split, more, expected):
    rates = [
        {"price": price, "per": "minute", "initial": 60, "step": 60, "band": band}
        for band, price in (("morning", "0.60"), ("day", "1.20"))
    ]
    data = book(*rates, bands=THREE, tariff={"split": split, **more})
    check(data, usage(("2026-03-10T06:59:30", 90)), [expected])


def test_the_part_is_rounded_and_the_setup_is_once():
    """10.5 s morning 0.105 → 0.11, 9.5 s day 0.19; setup 0.05 of the rate at the start."""
    rates = [
        {"price": "0.01", "per": 1, "band": "morning", "setup": "0.05"},
        {"price": "0.02", "per": 1, "band": "day", "setup": "0.09"},
    ]
    data = book(*rates, bands=THREE, tariff={"split": "exact", "round_at": "part", "decimals": 2})
    check(data, usage(("2026-03-10T06:59:49.500", 20)), ["0.35"])


def test_a_night_belongs_to_the_day_on_which_it_began():
    """Thursday's night of 2026 begins at 22:00 on 31 December and ends at 06:00 on 1 January."""
    bands = [{"id": "night", "weekdays": [4], "years": [2026], "from": "22:00", "to": "06:00"}]
    data = banded(bands, {"night": "0.01", None: "0.05"}, "start")
    frame = usage(
        ("2026-12-31T20:59:59", 10),  # 21:59:59 local
        ("2026-12-31T21:00:00", 10),  # Thursday 22:00
        ("2026-12-31T23:30:00", 10),  # New Year, 00:30 local
        ("2027-01-01T04:59:59", 10),  # 05:59:59
        ("2027-01-01T05:00:00", 10),  # 06:00
        ("2027-01-01T21:00:00", 10),  # Friday 22:00
        ("2025-12-31T23:30:00", 10),  # Wednesday's night
    )
    check(data, frame, ["0.5", "0.1", "0.1", "0.1", "0.5", "0.5", "0.5"])


def test_over_midnight_on_new_year():
    """From 23:59:30 local for 60 s; 1 January is a holiday: 30 × 0.05 + 30 × 0.01."""
    bands = [{"id": "holiday", "calendar": "de", "holidays": "only"}]
    data = banded(bands, {"holiday": "0.01", None: "0.05"}, "exact",
                  calendars=[{"id": "de", "country": "DE"}])  # fmt: skip
    check(data, usage(("2026-12-31T22:59:30", 60)), ["1.8"])


def test_holidays_of_a_region_and_by_hand():
    """Epiphany is one in Bavaria, not in Berlin; 24 December by hand, 1 May taken away."""
    calendars = [
        {"id": "by", "country": "DE", "subdivision": "BY", "add": ["2026-12-24"],
         "remove": ["2026-05-01"]},
        {"id": "be", "country": "DE", "subdivision": "BE"},
    ]  # fmt: skip

    def charged(calendar):
        bands = [{"id": "off", "weekdays": [6, 7], "calendar": calendar, "holidays": "include"}]
        return banded(bands, {"off": "0.01", None: "0.05"}, "start", calendars=calendars)

    frame = usage(*((f"2026-{day}T11:00:00", 10) for day in (
        "01-06", "12-24", "05-01", "03-07", "03-09")))  # fmt: skip
    check(charged("by"), frame, ["0.1", "0.1", "0.5", "0.1", "0.5"])
    check(charged("be"), frame, ["0.5", "0.5", "0.1", "0.1", "0.5"])


@pytest.mark.parametrize(
    ("start", "seconds", "expected"),
    [
        # Spring: 01:59:50 is followed by 03:00:00. Night until 03:00: 10 s, then 10 s of day.
        ("2026-03-29T00:59:50", 20, "0.3"),
        # Autumn: 02:00 to 03:00 comes twice: from 01:59:50 CEST two hours and 20 s: 10 s + 7200 s
        # of night, then 10 s of day.
        ("2026-10-24T23:59:50", 7220, "72.3"),
    ],
)
def test_clock_changes(start, seconds, expected):
    bands = [{"id": "night", "from": "00:00", "to": "03:00"}]
    data = banded(bands, {"night": "0.01", None: "0.02"}, "exact")
    check(data, usage((start, seconds)), [expected])


def test_days_of_a_call_that_lasts_two():
    """30 hours from Saturday 20:00 local: 4 h + 24 h weekend, then 2 h of Monday."""
    bands = [{"id": "weekend", "weekdays": [6, 7]}]
    data = banded(bands, {"weekend": "0.01", None: "0.03"}, "exact")
    # 100,800 × 0.01 + 7,200 × 0.03 = 1,008 + 216.
    check(data, usage(("2026-03-07T19:00:00", 108_000)), ["1224"])


def test_leap_day_and_the_31st():
    bands = [
        {"id": "leap", "months": [2], "month_days": [29]},
        {"id": "last", "month_days": [31]},
        {"id": "advent", "dates": [["2026-12-24", "2026-12-26"], "2026-12-06"]},
    ]
    data = banded(bands, {"leap": "0.01", "last": "0.02", "advent": "0.03", None: "0.1"}, "start")
    frame = usage(*((f"{day}T11:00:00", 10) for day in (
        "2028-02-29", "2027-03-01", "2026-01-31", "2026-12-25", "2026-12-06", "2026-12-27")),
    )  # fmt: skip
    check(data, frame, ["0.1", "1", "0.2", "0.3", "0.3", "1"])


def test_weights_beat_the_later_beginning():
    bands = [{"id": "day", "from": "08:00", "to": "18:00"}, {"id": "noon", "from": "12:00",
             "to": "13:00"}]  # fmt: skip
    frame = usage(("2026-03-10T11:30:00", 10), ("2026-03-10T09:00:00", 10))
    plain = banded(bands, {"day": "0.02", "noon": "0.01"}, "start")
    check(plain, frame, ["0.1", "0.2"])
    plain["tariffs"][0]["versions"][0]["rates"][0]["weight"] = 5
    check(plain, frame, ["0.2", "0.2"])


def test_gaps():
    """Mobile has a price by day only; at night either a reason, or the shorter prefix answers."""
    zones = [{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["4915"]}]
    rates = [{"price": "0.01", **SECOND}, {"price": "0.05", **SECOND, "zone": 2, "band": "day"}]
    frame = usage(("2026-03-10T11:00:00", 10), ("2026-03-10T20:00:00", 10), b_number="4915112345")
    for gap, answer in (("suspense", "no-rate"), ("shorter", "0.1")):
        data = book(*rates, zones=zones, bands=THREE, tariff={"gap": gap})
        check(data, frame, ["0.5", answer])


def test_data_is_priced_by_its_start():
    data = banded(THREE, {"morning": "0.01", "day": "0.02"}, "exact", tariff={"unit": "byte"})
    check(data, usage(("2026-03-10T06:59:59", 100), unit="byte"), ["1"])


def test_free_seconds_shift_the_time_of_what_is_priced():
    """15 s free from 07:59:50 leave 08:00:05 on: 5 s of day."""
    data = banded(THREE, {"morning": "0.01", "day": "0.02"}, "exact", tariff={})
    for one in data["tariffs"][0]["versions"][0]["rates"]:
        one["free"] = 15
    check(data, usage(("2026-03-10T06:59:50", 20)), ["0.1"])


def test_other_time_zones():
    """08:00 in New York is 12:00 UTC in summer; the tariff's zone decides, not the book's."""
    data = banded(THREE, {"day": "0.02", None: "0.01"}, "start",
                  tariff={"timezone": "America/New_York"})  # fmt: skip
    frame = usage(("2026-07-01T11:59:59", 10), ("2026-07-01T12:00:00", 10))
    check(data, frame, ["0.1", "0.2"])


WEEKEND = {"id": "we", "weekdays": [6, 7]}


@pytest.mark.parametrize(
    "split, start, seconds, expected",
    [
        # Sunday 23:50 to Monday 00:10 local, weekend 0.01 a second, else 0.02.
        ("start", "2026-03-08 22:50", 1200, "12"),
        ("end", "2026-03-08 22:50", 1200, "24"),
        ("exact", "2026-03-08 22:50", 1200, "18"),
        # It ends as Monday begins: it was never in it; a microsecond more is.
        ("end", "2026-03-08 22:50", 600, "6"),
        ("end", "2026-03-08 22:50", "600.000001", "12.00000002"),
        ("end", "2026-03-08 22:50", 0, "0"),
        # Friday into the weekend, and a call over all of it into Monday.
        ("end", "2026-03-06 22:59", 120, "1.2"),
        ("end", "2026-03-06 22:59", 2 * 86_400 + 120, "3458.4"),
    ],
)
def test_the_price_of_the_end(split, start, seconds, expected):
    rates = [{"price": "0.02", "split": split, "decimals": 8},
             {"price": "0.01", "split": split, "band": "we", "decimals": 8}]  # fmt: skip
    check(book(*rates, bands=[WEEKEND]), usage((start, seconds)), [expected])


def test_the_price_of_the_end_below_a_discount_and_in_a_gap():
    """10 % off the price of the end; nobody has a price for working days; a refund gives back what
    the call cost."""
    ends = {"split": "end", "price": "0.02"}
    night = {"id": "n", "from": "20:00", "to": "06:00"}
    lists = [{"id": 8, "versions": [{"id": 81, "rates": [{"id": 1, "factor": "0.9"}]}]}]
    data = book({**ends, "band": "n"}, {**ends, "price": "0.03", "band": "we"},
                bands=[night, WEEKEND], tariffs=lists,
                contracts=[{"id": 1, "price_lists": [8]}])  # fmt: skip
    # Friday 23:59 + 120 s end at the weekend, which began after the night: 120 × 0.03 × 0.9.
    # Sunday 19:59 + 120 s end at night: 2.16; Monday 05:59 + 120 s end in no band.
    frame = usage(("2026-03-06 22:59", 120), ("2026-03-08 18:59", 120), ("2026-03-08 18:59", -120),
                  ("2026-03-08 12:00", 120), ("2026-03-09 04:59", 120))  # fmt: skip
    check(data, frame, ["3.24", "2.16", "-2.16", "3.24", "no-rate"])


def test_a_price_list_that_changes_during_a_call():
    """Until 31 March 0.01 a second, then 0.02: ten minutes before and ten after midnight."""
    until = {"id": "old", "dates": [["2026-01-01", "2026-03-31"]]}
    rates = [{"price": "0.02", "split": "exact"},
             {"price": "0.01", "split": "exact", "band": "old"}]  # fmt: skip
    check(book(*rates, bands=[until]), usage(("2026-03-31 21:50", 1200)), ["18"])


#: Mornings, afternoons and nights of working days.
OFFICE = {"id": "o", "weekdays": [1, 2, 3, 4, 5],
          "times": [["08:00", "12:00"], ["14:00", "18:00"], ["22:00", "02:00"]]}  # fmt: skip


@pytest.mark.parametrize(
    ("start", "seconds", "split", "expected"),
    [
        # Tuesday 10 March 2026; 0.02 a second in the band, else 0.01.
        ("2026-03-10T07:00:00", 10, "start", "0.2"),
        ("2026-03-10T11:00:00", 10, "start", "0.1"),
        ("2026-03-10T13:00:00", 10, "start", "0.2"),
        # From 11:59:50 to 14:00:10: 10 s, two hours, 10 s.
        ("2026-03-10T10:59:50", 7220, "exact", "72.4"),
        # Friday's night goes on to Saturday, 02:00; Saturday has none of its own.
        ("2026-03-14T00:59:55", 10, "exact", "0.15"),
        ("2026-03-14T21:30:00", 10, "start", "0.1"),
    ],
)
def test_a_band_of_several_times_of_the_day(start, seconds, split, expected):
    data = banded([OFFICE], {"o": "0.02", None: "0.01"}, split)
    check(data, usage((start, seconds)), [expected])


@pytest.mark.parametrize(
    "times", [[], [["08:00"]], ["08:00"], [["08:00", "25:00"]], [["08:00", 9]], "08:00"]
)
def test_times_that_are_none(times):
    with pytest.raises(BookError):
        TariffBook(book({"price": "1"}, bands=[{"id": "o", "times": times}]))
    with pytest.raises(BookError):
        TariffBook(book({"price": "1"}, bands=[{**OFFICE, "from": "08:00"}]))
