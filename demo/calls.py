# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who calls whom and when: the traffic of the made-up provider, before it becomes files."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import random
import zoneinfo

from .people import Customer, Number
from .places import ABROAD, MOBILE, NATIONAL, PLACES, SERVICE, Place

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")

# Destinations by habit, in hundredths: national, mobile, abroad, service; the rest are SMS.
MIX = {
    "home": (58, 27, 6, 9),
    "abroad": (30, 18, 47, 5),
    "mobile": (22, 40, 5, 3),
    "office": (62, 26, 8, 4),
    "callcenter": (55, 44, 0, 1),
    "pbx": (60, 28, 8, 4),
}
# Weight of each hour of the local day and of each weekday, Monday first.
AT_WORK = (0,) * 7 + (3, 8, 12, 12, 11, 7, 8, 11, 11, 9, 6, 2, 1) + (0,) * 4
AT_HOME = (1,) + (0,) * 5 + (1, 2, 3, 4, 5, 5, 5, 4, 4, 5, 6, 8, 10, 12, 11, 8, 4, 2)
WEEK_AT_WORK = (10, 10, 10, 10, 8, 1, 0)
WEEK_AT_HOME = (8, 8, 8, 8, 9, 11, 12)
# Lengths in seconds: a bucket is picked by weight, then any second of it.
LENGTHS = ((3, 0, 0), (22, 1, 29), (30, 30, 119), (27, 120, 359), (14, 360, 1199), (4, 1200, 5400))
SHORT = ((3, 0, 0), (60, 1, 119), (37, 120, 479))  # services that are charged by the minute


@dataclasses.dataclass
class Call:
    """One usage record before a source writes it down. ``start`` is UTC, in whole seconds."""

    source: str
    customer: str
    service: str
    start: dt.datetime
    seconds: int
    place: Place | None = None
    a: str = ""
    b: str = ""
    account: str = ""
    conference: str = ""
    participant: str = ""
    answered: bool = True
    direction: str = "out"


class Dice:
    """The few draws the generator needs, made of ``random()`` alone, which no version changes."""

    def __init__(self, *seed):
        self._random = random.Random("/".join(map(str, seed)))

    def below(self, limit: int) -> int:
        """A number of 0 to limit less one."""
        return int(self._random.random() * limit)

    def one_of(self, things):
        """One of a sequence, all alike."""
        return things[self.below(len(things))]

    def weighted(self, weights) -> int:
        """The index of a weight."""
        pick = self.below(sum(weights))
        for index, weight in enumerate(weights):
            pick -= weight
            if pick < 0:
                return index
        raise AssertionError("weights without a sum")

    def length(self, buckets=LENGTHS) -> int:
        """Seconds of a call."""
        _, low, high = buckets[self.weighted([bucket[0] for bucket in buckets])]
        return low + self.below(high - low + 1)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0):
    """A moment by the clock of Berlin, as UTC."""
    clock = dt.datetime(year, month, day, hour, minute, second, tzinfo=BERLIN)
    return clock.astimezone(dt.timezone.utc)


def month_of(customer: Customer, year: int, month: int, dice: Dice, divisor: int = 1) -> list[Call]:
    """Ordinary calls of a customer in a month, in no order; ``divisor`` thins them out."""
    first, last = _served(customer, year, month)
    if first > last:
        return []
    if customer.habit == "conference":
        return _sessions(customer, year, month, dice, 58 // divisor)
    days = calendar.monthrange(year, month)[1]
    count = customer.calls * (last - first + 1) // days // divisor
    return [_call(customer, year, month, first, last, dice) for _ in range(count)]


def _served(customer: Customer, year: int, month: int) -> tuple[int, int]:
    """First and last day of the month on which the customer has a contract."""
    days = calendar.monthrange(year, month)[1]
    month_first, month_last = dt.date(year, month, 1), dt.date(year, month, days)
    start = max(dt.date.fromisoformat(customer.start), month_first)
    end = min(dt.date.fromisoformat(customer.end), month_last) if customer.end else month_last
    if start > month_last or end < month_first:
        return 1, 0
    return start.day, end.day


def _moment(year: int, month: int, first: int, last: int, at_work: bool, dice: Dice):
    weights = WEEK_AT_WORK if at_work else WEEK_AT_HOME
    day = first + dice.weighted(
        [weights[dt.date(year, month, day).weekday()] + 1 for day in range(first, last + 1)]
    )
    hour = dice.weighted(AT_WORK if at_work else AT_HOME)
    return local(year, month, day, hour, dice.below(60), dice.below(60))


def _call(customer: Customer, year: int, month: int, first: int, last: int, dice: Dice) -> Call:
    at_work = customer.kind == "business"
    kind = dice.weighted((*MIX[customer.habit], 100 - sum(MIX[customer.habit])))
    place = PLACES[dice.one_of((NATIONAL, MOBILE, ABROAD, SERVICE, MOBILE)[kind])]
    number = dice.one_of([n for line in customer.lines for n in line.numbers])
    text = kind == 4
    short = place.code in SERVICE
    call = Call(
        source=_source(customer, number, kind),
        customer=customer.key,
        service="sms" if text else "voice",
        start=_moment(year, month, first, last, at_work, dice),
        seconds=0 if text else dice.length(SHORT if short else LENGTHS),
        place=place,
        b=place.number(dice.below(1000)),
    )
    if number.source:
        call.account, call.a = number.text, str(20 + dice.below(15))
        call.answered = call.seconds > 0
    else:
        call.a = caller(number, dice)
    return call


def _source(customer: Customer, number: Number, kind: int) -> str:
    if number.source:
        return number.source
    return "alpentel" if number.kind == "msisdn" or kind == 2 else "rheintel"


def caller(number: Number, dice: Dice) -> str:
    """The calling number of a line: itself, or one of its extensions.

    >>> caller(Number("block", "+49 69 90009", "250", "299"), Dice(1)).startswith("4969900092")
    True
    """
    if number.kind == "head":
        # 4 and 8 never lead: below 4940669691 the branch 14 belongs to somebody else.
        digits = 12 - len(number.stem)
        free = "".join(dice.one_of("0123567") for _ in range(digits))
        return number.stem + free
    if number.range_from:
        low, high = int(number.range_from), int(number.range_to)
        return f"{number.stem}{low + dice.below(high - low + 1):0{len(number.range_from)}d}"
    return number.stem


def _sessions(customer: Customer, year: int, month: int, dice: Dice, sessions: int) -> list[Call]:
    """A conference customer's month: participants' legs, some of whom drop out and rejoin."""
    rooms = [number.text for line in customer.lines for number in line.numbers]
    days = calendar.monthrange(year, month)[1]
    legs = []
    for session in range(sessions):
        begin = _moment(year, month, 1, days, True, dice)
        length = 600 + dice.below(4800)
        room = dice.one_of(rooms)
        for guest in range(3 + dice.below(25)):
            late = dice.below(240)
            place = PLACES[dice.one_of((*NATIONAL, *MOBILE))]
            leg = Call(
                source="bridge",
                customer=customer.key,
                service="conference",
                start=begin + dt.timedelta(seconds=late),
                seconds=max(0, length - late - dice.below(300)),
                a=place.number(dice.below(1000)),
                account=room,
                conference=f"{year}{month:02d}-{session + 1:03d}",
                participant=f"T{guest + 1:02d}",
            )
            if dice.below(12) == 0:  # the line broke; the guest dialled in again
                again = dataclasses.replace(leg)
                leg.seconds //= 3
                again.start = leg.start + dt.timedelta(seconds=leg.seconds + 40)
                again.seconds = max(0, again.seconds - leg.seconds - 40)
                legs.append(again)
            legs.append(leg)
    return legs
