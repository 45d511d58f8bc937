# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bands: when in the week, the day and the year a price holds.

A band says on which days it holds and from which local time to which; one that ends at or before
its beginning runs over midnight and belongs to the day on which it began. Public holidays come
from the `holidays` package by country and subdivision, with days added and removed by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .clock import DAY, SECOND
from .schema import Node

HOLIDAYS = ("ignore", "exclude", "include", "only")
_EPOCH = dt.date(1970, 1, 1)


def day_number(day: dt.date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


@dataclass
class Calendar:
    """Public holidays of a region. The package is asked once a year of usage."""

    id: Any
    country: str | None
    subdivision: str | None
    added: frozenset[dt.date]
    removed: frozenset[dt.date]
    _years: dict[int, frozenset[dt.date]] = field(default_factory=dict)

    @classmethod
    def read(cls, node: Node) -> Calendar:
        node.only("id", "name", "country", "subdivision", "add", "remove")
        days = {name: _days(node, name) for name in ("add", "remove")}
        calendar = cls(
            node.id(),
            node.text("country"),
            node.text("subdivision"),
            frozenset(days["add"]),
            frozenset(days["remove"]),
        )
        if calendar.country:
            try:
                calendar.days(2026)
            except (NotImplementedError, KeyError, ImportError) as error:
                node.fault(
                    "country" if not calendar.subdivision else "subdivision",
                    f"has no known holidays ({error})",
                    "Use ISO 3166 codes such as DE and BY, and install the package 'holidays'.",
                )
                calendar.country = None
        return calendar

    def days(self, year: int) -> frozenset[dt.date]:
        """All holidays of one year."""
        if year not in self._years:
            found: set[dt.date] = set()
            if self.country:
                import holidays

                found = set(
                    holidays.country_holidays(
                        self.country, subdiv=self.subdivision, years=year
                    ).keys()
                )
            found |= {day for day in self.added if day.year == year}
            self._years[year] = frozenset(found - self.removed)
        return self._years[year]

    def mask(self, first: int, count: int) -> np.ndarray:
        """For ``count`` days from day ``first`` (since 1970): is it a holiday?"""
        mask = np.zeros(count, dtype=bool)
        last_day = _EPOCH + dt.timedelta(days=first + count - 1)
        for year in range((_EPOCH + dt.timedelta(days=first)).year, last_day.year + 1):
            for day in self.days(year):
                if 0 <= day_number(day) - first < count:
                    mask[day_number(day) - first] = True
        return mask


@dataclass(frozen=True)
class Band:
    """One band; ``begin`` and ``end`` in microseconds of the local day, ``end`` up to 24:00."""

    id: Any
    name: str | None
    calendar: Calendar | None
    weekdays: frozenset[int]
    holidays: str
    months: frozenset[int]
    month_days: frozenset[int]
    years: frozenset[int]
    dates: tuple[tuple[int, int], ...]
    begin: int
    end: int
    #: Further times of the day, as (begin, end).
    more: tuple[tuple[int, int], ...] = ()

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """All times of the day, as (begin, end); one that ends at or before its beginning runs
        over midnight."""
        return ((self.begin, self.end), *self.more)

    @classmethod
    def read(cls, node: Node, calendars: Mapping[Any, Calendar]) -> Band:
        node.only(
            "id", "name", "calendar", "weekdays", "holidays", "months", "month_days", "years",
            "dates", "from", "to", "times",
        )  # fmt: skip
        first, *more = _times(node) or [(_time(node, "from", 0), _time(node, "to", DAY) or DAY)]
        calendar = None
        if node.has("calendar"):
            calendar = calendars.get(node.id("calendar"))
            if calendar is None:
                node.fault("calendar", "is unknown", "Add it to 'calendars' of the book.")
        holidays = node.choice("holidays", HOLIDAYS, "ignore") or "ignore"
        if holidays != "ignore" and calendar is None:
            node.fault("holidays", "needs a calendar", "Name one in 'calendar'.")
            holidays = "ignore"
        return cls(
            node.id(),
            node.text("name"),
            calendar,
            _numbers(node, "weekdays", 1, 7),
            holidays,
            _numbers(node, "months", 1, 12),
            _numbers(node, "month_days", 1, 31),
            _numbers(node, "years", 1970, 2150),
            _ranges(node),
            *first,
            tuple(more),
        )

    def day_mask(self, first: int, count: int) -> np.ndarray:
        """For ``count`` days from day ``first`` (since 1970): does the band begin on it?"""
        days = np.arange(first, first + count)
        mask = np.ones(count, dtype=bool)
        if self.weekdays:
            # 1970-01-01 was a Thursday (ISO weekday 4).
            mask &= np.isin((days + 3) % 7 + 1, list(self.weekdays))
        if self.holidays != "ignore" and self.calendar is not None:
            holiday = self.calendar.mask(first, count)
            if self.holidays == "include":
                mask |= holiday
            elif self.holidays == "exclude":
                mask &= ~holiday
            else:
                mask &= holiday
        if self.months or self.month_days or self.years:
            stamps = days.astype("datetime64[D]")
            months = stamps.astype("datetime64[M]")
            years = stamps.astype("datetime64[Y]")
            if self.months:
                number = (months - years.astype("datetime64[M]")).astype(int) + 1
                mask &= np.isin(number, list(self.months))
            if self.month_days:
                number = (stamps - months.astype("datetime64[D]")).astype(int) + 1
                mask &= np.isin(number, list(self.month_days))
            if self.years:
                mask &= np.isin(years.astype(int) + 1970, list(self.years))
        if self.dates:
            listed = np.zeros(count, dtype=bool)
            for low, high in self.dates:
                listed |= (days >= low) & (days <= high)
            mask &= listed
        return mask


def _numbers(node: Node, name: str, low: int, high: int) -> frozenset[int]:
    found = node.list(name)
    if node.data.get(name) == []:
        node.fault(name, "is an empty list", "Name at least one, or leave it out for all.")
    for number in found:
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            node.fault(name, f"holds {number!r}", f"Use whole numbers from {low} to {high}.", found)
            return frozenset()
    return frozenset(found)


def _time(node: Node, name: str, default: int) -> int:
    """Microseconds of the day of a text "HH:MM" or "HH:MM:SS"."""
    text = node.text(name)
    if text is None:
        return default
    parts = text.split(":")
    if 2 <= len(parts) <= 3 and all(part.isdigit() and len(part) == 2 for part in parts):
        hours, minutes, seconds = [*map(int, parts), 0][:3]
        total = (hours * 3600 + minutes * 60 + seconds) * SECOND
        if minutes < 60 and seconds < 60 and total <= DAY:
            return total
    node.fault(name, "is no time of day", "Write it like 08:00 or 18:30:00, at most 24:00.")
    return default


def _times(node: Node) -> list[tuple[int, int]]:
    """The times of the day of a band that has several: pairs ["08:00", "12:00"]."""
    found = []
    if node.data.get("times") == []:
        node.fault("times", "is an empty list", "Name at least one, or leave it out for all.")
    if node.has("times") and (node.has("from") or node.has("to")):
        node.fault("times", "stands beside 'from'", "Use one of the two.")
    for value in node.list("times"):
        if not isinstance(value, list) or len(value) != 2:
            node.fault("times", f"holds {value!r}", "Use pairs of times [from, to].", value)
            continue
        pair = Node({"from": value[0], "to": value[1]}, f"{node.where}, times", node.problems)
        found.append((_time(pair, "from", 0), _time(pair, "to", DAY) or DAY))
    return found


def _days(node: Node, name: str) -> list[dt.date]:
    found = []
    for value in node.list(name):
        try:
            found.append(dt.date.fromisoformat(value))
        except (ValueError, TypeError):
            node.fault(name, f"holds {value!r}, no date", "Write dates like 2026-12-24.", value)
    return found


def _ranges(node: Node) -> tuple[tuple[int, int], ...]:
    """Dates of a band: single days or pairs [first, last]."""
    ranges = []
    if node.data.get("dates") == []:
        node.fault("dates", "is an empty list", "Name at least one, or leave it out for all.")
    for value in node.list("dates"):
        pair = value if isinstance(value, list) else [value, value]
        try:
            first, last = (day_number(dt.date.fromisoformat(day)) for day in pair)
        except (ValueError, TypeError):
            node.fault(
                "dates", f"holds {value!r}", "Use dates or pairs of dates [first, last].", value
            )
            continue
        if first > last:
            node.fault("dates", f"holds {value!r}", "Put the earlier date first.", value)
            continue
        ranges.append((first, last))
    return tuple(ranges)
