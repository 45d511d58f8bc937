# SPDX-License-Identifier: AGPL-3.0-or-later
"""Billing periods: which one an instant falls into, in local time, and when it begins and ends.

Periods are numbered from 1970: days, weeks from Monday; months, quarters and years that begin on a
day of the month of one's choice. "once" is a single period without end.

>>> month = Period("month", 15, Clock("Europe/Berlin"))
>>> numbers = month.number(np.array([month.clock.utc(dt.datetime(2026, 3, 14, 23, 59)),
...                                  month.clock.utc(dt.datetime(2026, 3, 15, 0, 0))]))
>>> [str(month.start(int(n))) for n in numbers]
['2026-02-15', '2026-03-15']
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from .clock import DAY, Clock
from .schema import Node

KINDS = ("day", "week", "month", "quarter", "year", "once")
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Period:
    """A kind of period; ``begins``: day of the month (1 to 28) on which months and longer begin."""

    kind: str
    begins: int
    clock: Clock

    @classmethod
    def read(cls, node: Node, clock: Clock) -> Period:
        kind = node.choice("period", KINDS, "month") or "month"
        return cls(kind, node.whole("begins", 1, 1, 28) or 1, clock)

    def number(self, utc: np.ndarray) -> np.ndarray:
        """Number of the period of each instant (microseconds, UTC)."""
        if self.kind == "once":
            return np.zeros(len(utc), dtype=np.int64)
        return self.of_day(self.clock.local(utc) // DAY)

    def of_day(self, days: np.ndarray) -> np.ndarray:
        """Number of the period of each local day (days since 1970)."""
        if self.kind == "day":
            return days
        if self.kind == "week":
            return (days + 3) // 7
        if self.kind == "once":
            return np.zeros(len(days), dtype=np.int64)
        shifted = (days - (self.begins - 1)).astype("datetime64[D]")
        unit = "Y" if self.kind == "year" else "M"
        number = shifted.astype(f"datetime64[{unit}]").astype(np.int64)
        return number // 3 if self.kind == "quarter" else number

    def start(self, number: int) -> dt.date:
        """First local day of a period."""
        if self.kind == "day":
            return _EPOCH + dt.timedelta(days=number)
        if self.kind == "week":
            return _EPOCH + dt.timedelta(days=number * 7 - 3)
        if self.kind == "once":
            return _EPOCH
        if self.kind == "month":
            return dt.date(1970 + number // 12, number % 12 + 1, self.begins)
        if self.kind == "quarter":
            return dt.date(1970 + number // 4, number % 4 * 3 + 1, self.begins)
        return dt.date(1970 + number, 1, self.begins)

    def days(self, number: int) -> int:
        """Length of a period in days (0 for "once", which has no end)."""
        if self.kind == "once":
            return 0
        return (self.start(number + 1) - self.start(number)).days

    def covered(self, number: int, valid_from: int, valid_to: int) -> tuple[int, int]:
        """(days of the period inside a validity, days of the period); first day included."""
        total = self.days(number)
        if total == 0:
            return 1, 1
        first = self.start(number)
        low = max(self.clock.midnight(first), valid_from)
        high = min(self.clock.midnight(self.start(number + 1)), valid_to)
        if high <= low:
            return 0, total
        local = self.clock.local(np.array([low, high - 1], dtype=np.int64)) // DAY
        return int(local[1] - local[0]) + 1, total
