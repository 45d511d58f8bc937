# SPDX-License-Identifier: AGPL-3.0-or-later
"""UTC and local time for whole columns, clock changes included.

Instants are ``int64`` microseconds since 1970 in UTC, as in a frame's ``datetime64[us]``. The
rules come from the standard library's time zones; only the changes that lie in the asked span are
looked up.

>>> clock = Clock("Europe/Berlin")
>>> utc = np.array(["2026-03-29T00:59:59", "2026-03-29T01:00:00"], dtype="datetime64[us]")
>>> clock.local(utc.astype(np.int64)).astype("datetime64[us]").astype("datetime64[s]")
array(['2026-03-29T01:59:59', '2026-03-29T03:00:00'],
      dtype='datetime64[s]')
"""

from __future__ import annotations

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
#: Outside these years the rules of the nearest year hold.
_FIRST_YEAR, _LAST_YEAR = 1950, 2150


def micros(instant: dt.datetime) -> int:
    """Microseconds since 1970 of an instant (naive = UTC), exactly."""
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=dt.timezone.utc)
    delta = instant - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def instant(us: int) -> dt.datetime:
    """The instant (in UTC) of microseconds since 1970."""
    return _EPOCH + dt.timedelta(microseconds=int(us))


class Clock:
    """One time zone. ``ValueError`` for a name that the system does not know."""

    def __init__(self, name: str) -> None:
        try:
            self.zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"time zone {name!r} is unknown; write it like 'Europe/Berlin'"
            ) from None
        self.name = name
        self._years = (0, -1)
        self._changes = np.array([], dtype=np.int64)
        self._offsets = np.array([0], dtype=np.int64)

    def midnight(self, day: dt.date) -> int:
        """Microseconds in UTC at which a local day begins."""
        return micros(dt.datetime(day.year, day.month, day.day, tzinfo=self.zone))

    def utc(self, when: dt.date | dt.datetime) -> int:
        """Microseconds of a date (its local midnight) or a date with time (naive = local)."""
        if not isinstance(when, dt.datetime):
            return self.midnight(when)
        return micros(when if when.tzinfo else when.replace(tzinfo=self.zone))

    def local(self, utc: np.ndarray) -> np.ndarray:
        """Local wall time, as microseconds that read like UTC."""
        return utc + self.offsets(utc)

    def offsets(self, utc: np.ndarray) -> np.ndarray | np.int64:
        """Local time minus UTC at each instant; a single number where it never changes."""
        if len(utc) == 0:
            return np.int64(0)
        low, high = int(utc.min()), int(utc.max())
        self._cover(low, high)
        first, last = np.searchsorted(self._changes, [low, high], side="right")
        if first == last:
            return self._offsets[first]
        return self._offsets[np.searchsorted(self._changes, utc, side="right")]

    def span(self, low: int, high: int) -> tuple[list[int], list[int]]:
        """(the offsets that occur between two instants, the instants at which they change)."""
        self._cover(low, high)
        first, last = np.searchsorted(self._changes, [low, high], side="right")
        return self._offsets[first : last + 1].tolist(), self._changes[first:last].tolist()

    def next_changes(self, utc: np.ndarray) -> np.ndarray:
        """The first clock change after each instant; a far day where none is known."""
        if len(utc) == 0:
            return utc
        self._cover(int(utc.min()), int(utc.max()) + 730 * DAY)
        changes = np.append(self._changes, np.int64(1 << 62))
        return changes[np.searchsorted(self._changes, utc, side="right")]

    def _cover(self, low: int, high: int) -> None:
        first = min(max(instant(low).year - 1, _FIRST_YEAR), _LAST_YEAR)
        last = max(min(instant(high).year + 1, _LAST_YEAR), first)
        if self._years[0] <= first and last <= self._years[1]:
            return
        if self._years[1] >= self._years[0]:
            first, last = min(first, self._years[0]), max(last, self._years[1])
        self._years = (first, last)
        day = micros(dt.datetime(first, 1, 1))
        end = micros(dt.datetime(last + 1, 1, 1))
        changes, offsets = [], [self._offset(day)]
        while day < end:
            if self._offset(day + DAY) != offsets[-1]:
                before, after = day, day + DAY
                while after - before > SECOND:
                    middle = (before + after) // 2 // SECOND * SECOND
                    if self._offset(middle) == offsets[-1]:
                        before = middle
                    else:
                        after = middle
                changes.append(after)
                offsets.append(self._offset(after))
            day += DAY
        self._changes = np.array(changes, dtype=np.int64)
        self._offsets = np.array(offsets, dtype=np.int64)

    def shown(self, utc: int) -> str:
        """An instant for people, in local time; in UTC at the very ends of the calendar."""
        when = instant(utc)
        with contextlib.suppress(OverflowError):
            when = when.astimezone(self.zone)
        return when.strftime("%Y-%m-%d %H:%M:%S %Z")

    def _offset(self, utc: int) -> int:
        offset = instant(utc).astimezone(self.zone).utcoffset()
        return (offset.days * 86_400 + offset.seconds) * SECOND if offset else 0
