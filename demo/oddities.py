# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes wrong or is rare in a real month, planted on purpose so that nobody overlooks it."""

from __future__ import annotations

import dataclasses
import datetime as dt

from .calls import Call, Dice, local
from .people import Customer
from .places import PLACES

# Nobody's: free numbers of the Berlin and Frankfurt ranges, and a displayed foreign number.
STRANGERS = ("493023125499", "493023125498", "496990009460", "33199009999")

DIRTY = {
    "rheintel": ("truncated", "letters", "spreadsheet", "date"),
    "alpentel": ("encoding", "price", "truncated"),
    "pbx": ("letters", "truncated"),
    "bridge": ("letters",),
}


def planted(customers: dict[str, Customer], year: int, month: int) -> list[Call]:
    """Calls that test a border: of time, of price, of knowledge."""
    days = 30 if month == 9 else 31
    calls = [
        # over midnight: a private line in the evening, an office at night
        _call("1001", "494066969001", "berlin", local(year, month, 9, 23, 57, 10), 605),
        _call("2003", "496990009210", "hamburg", local(year, month, 17, 23, 59, 30), 95),
        # over the end of the month: belongs to the month in which it began
        _call("1003", "493023125003", "t-mobil", local(year, month, days, 23, 58, 0), 300),
        # the first minutes of a month by the clock are the last ones of the month before in UTC
        _call("1003", "493023125003", "koeln", local(year, month, 1, 0, 20, 0), 130),
        _call("2001", "494066969105", "t-mobil", local(year, month, 1, 0, 45, 0), 61),
        # over a border of the time bands, 18:00 and 08:00 on working days
        _call("2001", "494066969111", "berlin", local(year, month, 16, 17, 57, 30), 421),
        _call("2005", "493023125255", "o2", local(year, month, 22, 17, 59, 59), 62),
        _call("2016", "496990009440", "muenchen", local(year, month, 28, 7, 58, 0), 245),
        # rung for nothing
        _call("1002", "494066969002", "london", local(year, month, 5, 19, 0, 0), 0),
        _call("2004", "496990009266", "o2", local(year, month, 8, 10, 0, 0), 0),
        # a very long one
        _call("1016", "494066969016", "hamburg", local(year, month, 20, 14, 0, 0), 4 * 3600 + 1),
        # nested heads: ...14 is Taube's, ...1 is Holm's
        _call("2002", "494066969140", "frankfurt", local(year, month, 7, 11, 0, 0), 181),
        _call("2001", "494066969130", "frankfurt", local(year, month, 7, 11, 0, 0), 181),
        # no tariff has a zone for the satellite
        _call("2007", "494066969301", "satellite", local(year, month, 11, 12, 0, 0), 75),
        _call("1009", "498999998009", "satellite", local(year, month, 23, 21, 0, 0), 32),
    ]
    if month == 9:  # the private tariff changes with 15 September, 00:00 by the clock
        calls += [
            _call("1001", "494066969001", "o2", local(year, 9, 14, 23, 59, 50), 61),
            _call("1001", "494066969001", "o2", local(year, 9, 15, 0, 0, 0), 61),
            _call("1016", "494066969016", "t-mobil", local(year, 9, 15, 0, 30, 0), 119),
        ]
    for number, stranger in enumerate(STRANGERS):
        calls += [
            _call(
                "",
                stranger,
                ("berlin", "t-mobil", "london")[turn % 3],
                local(year, month, 3 + 6 * turn, 9 + number, 7 * turn, 11),
                45 + 50 * turn,
            )
            for turn in range(4)
        ]
    calls.append(
        Call(
            "pbx",
            "",
            "voice",
            local(year, month, 10, 15, 0, 0),
            90,
            PLACES["berlin"],
            a="31",
            b=PLACES["berlin"].number(77),
            account="nl-2099",
        )
    )
    calls += incoming(year, month)
    known = {*customers, ""}
    return [call for call in calls if call.customer in known]


def incoming(year: int, month: int) -> list[Call]:
    """Calls that K2017 answers, at a price, and one that comes to a mobile, for nothing."""
    callers = [PLACES[name] for name in ("berlin", "t-mobil", "london", "france")]
    answered = [
        Call(
            "alpentel",
            "2017",
            "voice",
            local(year, month, 1 + turn, 9 + turn % 8, 13, turn),
            17 + 43 * turn,
            callers[turn % 4],
            a=callers[turn % 4].number(turn),
            b="496990009500",
            direction="in",
        )
        for turn in range(24)
    ]
    private = dataclasses.replace(answered[0], customer="1025", b="491713920025")
    return [*answered, private]


def late(customers: dict[str, Customer], dice: Dice) -> list[Call]:
    """September calls that the carrier hands over in October."""
    reachable = [("1001", "494066969001"), ("2001", "494066969107"), ("2003", "496990009201")]
    return [
        _call(
            key,
            number,
            dice.one_of(("berlin", "t-mobil", "o2", "0180-5")),
            local(2026, 9, 2 + 3 * turn, 10, 5, turn),
            40 + 37 * turn,
        )
        for turn in range(9)
        for key, number in reachable[turn % 3 : turn % 3 + 1]
        if key in customers
    ]


def twin_messages(month: int) -> list[Call]:
    """Two messages of the same second to the same number: both were sent, both cost."""
    moment = local(2026, month, 19, 20, 15, 30)
    message = Call(
        "alpentel", "1011", "sms", moment, 0, PLACES["o2"], a="491713920011", b="4917604069060"
    )
    return [message, message]


def _call(key: str, a: str, place: str, start: dt.datetime, seconds: int) -> Call:
    where = PLACES[place]
    source = "alpentel" if place in ("london", "satellite") else "rheintel"
    return Call(source, key, "voice", start, seconds, where, a=a, b=where.number(seconds))
