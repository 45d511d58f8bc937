# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of several bands holds at each of millions of instants.

Days on which the same bands hold are one class; the times at which bands begin and end cut the
day into slots; a small table (class × slot) names the winner. So an instant costs two look-ups,
however many bands, holidays and dates there are.

Of the bands that hold, the heavier wins; of equal weight the one that began later in the day; then
the one listed first.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np

from .bands import Band
from .clock import DAY, Clock

#: A month of seconds, or a decade of minutes.
_MOST_TICKS = 1 << 23


class Schedule:
    """Bands in competition. ``None`` among ``bands`` stands for "always"."""

    def __init__(self, bands: Sequence[Band | None], weights: Sequence[int], clock: Clock) -> None:
        self.clock = clock
        # (weight, began, position, band, first and last time of day, days back to its beginning)
        pieces: list[tuple[int, int, int, Band | None, int, int, int]] = []
        for position, (band, weight) in enumerate(zip(bands, weights, strict=True)):
            if band is None:
                pieces.append((weight, -DAY - 1, position, None, 0, DAY, 0))
                continue
            for begin, end in band.windows:
                if begin < end:
                    pieces.append((weight, begin, position, band, begin, end, 0))
                else:
                    pieces.append((weight, begin, position, band, begin, DAY, 0))
                    pieces.append((weight, begin - DAY, position, band, 0, end, 1))
        self._pieces = sorted(pieces, key=lambda p: (-p[0], -p[1], p[2]))
        borders = {0, *(p[4] for p in pieces), *(p[5] for p in pieces)} - {DAY}
        self._borders = np.array(sorted(borders), dtype=np.int64)
        self._first = 0
        self._class = np.array([], dtype=np.int16)
        self._winner = np.empty((0, len(borders)), dtype=np.int16)
        # The same by instant: one entry a tick, from the instant `_origin` on.
        self._tick = self._origin = 1
        self._ticks = np.array([], dtype=np.int64)

    def winner_at(self, utc: np.ndarray) -> np.ndarray:
        """Position of the band that holds at each instant (UTC), -1 where none does; int64.

        Bands begin and end, and clocks change, on full quarters of an hour or the like: a table
        with one entry for each such tick of the asked span answers with a single look.
        """
        if not len(utc):
            return np.empty(0, dtype=np.int64)
        low, high = int(utc.min()), int(utc.max())
        known = self._origin <= low and high < self._origin + self._tick * len(self._ticks)
        if not known and not self._lay_ticks(low, high):
            return self.winner(self.clock.local(utc)).astype(np.int64)
        return self._ticks[(utc - self._origin) // self._tick]

    def _lay_ticks(self, low: int, high: int) -> bool:
        """Make the table for a span; False if it would be too large."""
        low, high = low // DAY * DAY, (high // DAY + 1) * DAY
        offsets, changes = self.clock.span(low, high)
        tick = gcd(DAY, *map(int, self._borders), *offsets, *changes)
        if (high - low) // tick > _MOST_TICKS:
            return False
        self._tick, self._origin = tick, low
        self._ticks = self.winner(
            self.clock.local(np.arange(low, high, tick, dtype=np.int64))
        ).astype(np.int64)
        return True

    def winner(self, local: np.ndarray) -> np.ndarray:
        """Position of the band that holds at each local time, -1 where none does; int16."""
        day, slot, _ = self._slots(local)
        return self._winner[self._class[day], slot]

    def winner_until(self, local: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The winner, and the local time until which it holds at least (no clock change)."""
        day, slot, midnight = self._slots(local)
        ends = np.append(self._borders[1:], DAY)
        return self._winner[self._class[day], slot], midnight + ends[slot]

    def _slots(self, local: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        day = local // DAY
        if len(day):
            self._cover(int(day.min()), int(day.max()))
        midnight = day * DAY
        slot = np.searchsorted(self._borders, local - midnight, side="right") - 1
        return day - self._first, slot, midnight

    def _cover(self, low: int, high: int) -> None:
        last = self._first + len(self._class) - 1
        if len(self._class) and self._first <= low and high <= last:
            return
        first = min(low, self._first) if len(self._class) else low
        count = max(high, last) - first + 1 if len(self._class) else high - first + 1
        held = np.zeros((len(self._pieces), count), dtype=bool)
        for row, (_, _, _, band, _, _, back) in enumerate(self._pieces):
            held[row] = True if band is None else band.day_mask(first - back, count)
        classes, self._class = np.unique(held.T, axis=0, return_inverse=True)
        self._class = self._class.reshape(-1).astype(np.int16)
        self._first = first
        self._winner = np.full((len(classes), len(self._borders)), -1, dtype=np.int16)
        for number, holding in enumerate(classes):
            for slot, time in enumerate(self._borders):
                for piece, holds in zip(self._pieces, holding, strict=True):
                    if holds and piece[4] <= time < piece[5]:
                        self._winner[number, slot] = piece[2]
                        break
