# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source should have delivered: when, how much, and in which order."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

DAY, WEEKDAY, WEEK, MONTH = "day", "weekday", "week", "month"

_LEAD = {
    DAY: dt.timedelta(hours=12),
    WEEKDAY: dt.timedelta(hours=12),
    WEEK: dt.timedelta(days=3, hours=12),
    MONTH: dt.timedelta(days=10),
}
"""How early a delivery may come and still count for the moment at which it is due."""

HISTORY = 8
"""Deliveries that say what is usual."""
ENOUGH = 3
"""With fewer of them nothing is said."""


@dataclass(frozen=True)
class Schedule:
    """When deliveries are due, by the wall clock of `zone`.

    `every`: day, weekday (Monday to Friday), week or month; `minute` of the day; `weekday` from 0
    for Monday; `day` of the month, the last one where the month is shorter.
    """

    every: str
    minute: int
    zone: ZoneInfo
    weekday: int = 0
    day: int = 1

    def dues(self, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
        """The moments (naive UTC) after one moment, up to and with another.

        >>> weekly = Schedule("week", 6 * 60, ZoneInfo("Europe/Berlin"), weekday=2)
        >>> weekly.dues(dt.datetime(2026, 9, 1), dt.datetime(2026, 9, 10))
        [datetime.datetime(2026, 9, 2, 4, 0), datetime.datetime(2026, 9, 9, 4, 0)]
        """
        found = []
        date = _local(after, self.zone).date() - dt.timedelta(days=1)
        last = _local(until, self.zone).date() + dt.timedelta(days=1)
        while date <= last:
            if self._falls_on(date):
                clock = dt.time(self.minute // 60, self.minute % 60, tzinfo=self.zone)
                moment = dt.datetime.combine(date, clock).astimezone(dt.timezone.utc)
                moment = moment.replace(tzinfo=None)
                if after < moment <= until:
                    found.append(moment)
            date += dt.timedelta(days=1)
        return found

    def next(self, after: dt.datetime) -> dt.datetime:
        """The first moment after this one."""
        return self.dues(after, after + dt.timedelta(days=40))[0]

    def _falls_on(self, date: dt.date) -> bool:
        if self.every == WEEKDAY:
            return date.weekday() < 5
        if self.every == WEEK:
            return date.weekday() == self.weekday
        if self.every == MONTH:
            return date.day == min(self.day, calendar.monthrange(date.year, date.month)[1])
        return True


@dataclass(frozen=True)
class Gap:
    """Deliveries that did not come: when they were due, how many of how many are missing."""

    due: dt.datetime
    missing: int
    overdue: bool  # the next delivery is due as well by now


def missing(
    schedule: Schedule, tolerance: dt.timedelta, since: dt.datetime, now: dt.datetime,
    arrivals: Iterable[dt.datetime], files: int = 1,
) -> list[Gap]:  # fmt: skip
    """What was due after `since` and did not come within the tolerance; all naive UTC.

    A delivery counts for the moment in whose time it arrives (a little before it, up to a little
    before the next). What a time has more than it needs makes up for an older gap: so a late one
    closes it, also when it comes together with the next.
    """
    dues = schedule.dues(since, now - tolerance)
    if not dues:
        return []
    lead = _LEAD[schedule.every]
    borders = [due - lead for due in dues] + [schedule.next(dues[-1]) - lead]
    counts = [0] * len(borders)  # the last one is of the time that is not over yet
    for moment in arrivals:
        at = sum(moment >= border for border in borders) - 1
        if at >= 0:
            counts[at] += 1
    spare = [max(count - files, 0) for count in counts]
    short = [max(files - count, 0) for count in counts]
    for at in range(len(dues)):
        for later in range(at + 1, len(counts)):
            used = min(short[at], spare[later])
            short[at] -= used
            spare[later] -= used
    return [
        Gap(due, short[at], schedule.next(due) + tolerance < now)
        for at, due in enumerate(dues)
        if short[at]
    ]


def usual(counts: Sequence[tuple[int, int]], weekday: int) -> int | None:
    """The average number of records of the latest deliveries; None while too few are known.

    `counts`: (weekday, records), the oldest first. Where there are enough of the same weekday,
    these are compared: on Sundays less is telephoned.

    >>> usual([(0, 100), (1, 100), (6, 10), (6, 12), (6, 8)], weekday=6)
    10
    """
    same = [records for day, records in counts if day == weekday][-HISTORY:]
    every = [records for _day, records in counts][-HISTORY:]
    chosen = same if len(same) >= ENOUGH else every
    return sum(chosen) // len(chosen) if len(chosen) >= ENOUGH else None


def sequence(numbers: Sequence[int], wrap: int = 0) -> tuple[list[int], list[int]]:
    """Numbers that are missing, and positions in `numbers` of those that were there before.

    `numbers` in the order of arrival; `wrap`: the number after which it begins again (at 0 or 1).

    >>> sequence([7, 8, 11, 9, 8])
    ([10], [4])
    >>> sequence([98, 99, 1], wrap=99)
    ([], [])
    """
    known: set[int] = set()
    repeated, highest = [], None
    for at, number in enumerate(numbers):
        if highest is None or not wrap:
            full = number
        else:
            turns = range(highest // wrap - 1, highest // wrap + 2)
            full = min((number + turn * wrap for turn in turns), key=lambda n: abs(n - highest))
        if full in known:
            repeated.append(at)
        known.add(full)
        highest = full if highest is None else max(highest, full)
    if not known:
        return [], []
    gaps = [number for number in range(min(known), max(known)) if number not in known]
    return [(number - 1) % wrap + 1 if wrap else number for number in gaps], repeated


def _local(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return moment.replace(tzinfo=dt.timezone.utc).astimezone(zone)
