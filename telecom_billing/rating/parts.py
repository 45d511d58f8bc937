# SPDX-License-Identifier: AGPL-3.0-or-later
"""A record over time: which rate holds for which of its units.

``start``: the rate at the start holds for all. ``exact``: cut at the moment a band begins.
``increment``: an increment belongs to the band in which it begins, and the next band begins after
it. ``end``: the rate at the end, which :mod:`~.at_end` has found before. Positions count from the
record's start throughout, so steps go on over a border.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .book import TariffBook
from .rates import Rate
from .schedule import Schedule
from .steps import Piece, pieces


class NoRate(Exception):
    """No band holds at some moment of the record."""


@dataclass
class Part:
    """Pieces of a record under one rate (position in the book)."""

    rate: int
    zone: int
    begin: int
    pieces: list[Piece]


@dataclass(frozen=True)
class Cells:
    """Who answers at another moment of the record: a plan's cell."""

    rates: tuple[int, ...]
    zones: tuple[int, ...]
    schedule: Schedule | None

    def at(self, utc: int) -> tuple[int, int, int]:
        """(rate, zone, UTC instant until which they hold at least)."""
        assert self.schedule is not None
        clock = self.schedule.clock
        now = np.array([utc], dtype=np.int64)
        local = int(clock.local(now)[0])
        winner, until = self.schedule.winner_until(np.array([local], dtype=np.int64))
        end = utc + int(until[0]) - local
        end = min(end, int(clock.next_changes(now)[0]))
        if winner[0] < 0:
            raise NoRate
        return self.rates[winner[0]], self.zones[winner[0]], end


def split(
    book: TariffBook, rate: int, zone: int, cells: Cells | None, started: int, begin: int, end: int
) -> list[Part]:
    """The units from ``begin`` to ``end`` of a record that started at ``started``.

    Raises :class:`NoRate` and :class:`~.steps.BeyondSteps`.
    """
    own = book.rates[rate]
    alone = cells is None or cells.schedule is None
    if alone or own.split in ("start", "end") or own.unit != "second" or end <= begin:
        return [Part(rate, zone, begin, pieces(own, begin, end))]
    if own.split == "increment":
        return _by_increment(book, cells, started, begin, end)
    if own.round_quantity != "record":
        return [
            Part(number, place, low, pieces(book.rates[number], low, high))
            for number, place, low, high in _borders(cells, started, begin, end)
        ]
    billed = begin + sum(piece.billed for piece in pieces(own, begin, end))
    return [
        Part(
            number,
            place,
            low,
            _used_until(end, pieces(_proportional(book.rates[number]), low, high)),
        )
        for number, place, low, high in _borders(cells, started, begin, billed)
    ]


def _used_until(end: int, found: list[Piece]) -> list[Piece]:
    """The pieces of a rounded quantity; what lies past the record's end is billed, but not used."""
    return [replace(piece, used=min(piece.used, max(end - piece.position, 0))) for piece in found]


def _borders(cells: Cells, started: int, begin: int, end: int) -> list[tuple[int, int, int, int]]:
    """(rate, zone, from, to) in positions, one for each stretch under the same rate."""
    found: list[tuple[int, int, int, int]] = []
    position = begin
    while position < end:
        rate, zone, until = cells.at(started + position)
        high = min(end, until - started)
        if found and found[-1][0] == rate:
            found[-1] = (rate, zone, found[-1][2], high)
        else:
            found.append((rate, zone, position, high))
        position = high
    return found


def _by_increment(book: TariffBook, cells: Cells, started: int, begin: int, end: int) -> list[Part]:
    found: list[Part] = []
    position = begin
    while position < end:
        rate, zone, until = cells.at(started + position)
        high = min(end, until - started)
        cut = pieces(book.rates[rate], position, high)
        if found and found[-1].rate == rate:
            found[-1].pieces += cut
        else:
            found.append(Part(rate, zone, position, cut))
        last = cut[-1]
        position = max(high, last.position + last.billed)
    return found


def _proportional(rate: Rate) -> Rate:
    """The same prices without rounding of the quantity (it was rounded before)."""
    return replace(rate, steps=tuple(replace(step, rounding="none") for step in rate.steps))
