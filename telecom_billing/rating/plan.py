# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff version made ready for one service: from a number and an instant to a rate.

All rates whose zones share a prefix form a *cell*; a cell with bands has a schedule that picks
the rate by time. Prefixes lead to cells through one :class:`~.zone_map.ZoneMap`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from .bands import Band
from .clock import Clock
from .digits import NumberColumn
from .rates import Rate
from .schedule import Schedule
from .tariffs import LAST, Version, Zone
from .zone_map import ZoneMaps

#: Service, direction and origin (see :mod:`~.origins`) of records that see the same rates.
Kind = tuple[str, str, tuple[str, ...]]
#: What an origin weighs more than any weight of a rate.
_NEARER = 10**10


class Cell(NamedTuple):
    """Rates that compete for the same numbers, and the schedule (None: the first always wins)."""

    rates: tuple[int, ...]
    schedule: Schedule | None


class Grid(NamedTuple):
    """Rates and zones of cells (rows; the last one for "no cell") by the winner of a schedule
    (columns; the first one for "no band"), flattened; ``mine``: the cells that are in it."""

    schedule: Schedule | None
    width: int
    rate: np.ndarray
    zone: np.ndarray
    mine: np.ndarray

    def places(self, cells: np.ndarray, started: np.ndarray) -> np.ndarray:
        """Where to look for cells (-1 = none) at instants."""
        if self.schedule is None:
            return cells * self.width
        return cells * self.width + (self.schedule.winner_at(started) + 1)


class Found(NamedTuple):
    """Per row: rate (or -1), zone and prefix it came by (or -1), the cell that answered, whether
    a zone matched, and (None unless a rate splits at band borders) the instant until which the
    rate holds at least."""

    rate: np.ndarray
    zone: np.ndarray
    prefix: np.ndarray
    cell: np.ndarray
    matched: np.ndarray
    until: np.ndarray | None


class Plan:
    """The cells of one version for one service. ``rates`` are (position in the book, rate, how
    near its origin is to the callers: 0 where it names none)."""

    def __init__(
        self,
        version: Version,
        rates: Sequence[tuple[int, Rate, int]],
        zones: Mapping[str, tuple[int, Zone]],
        maps: ZoneMaps,
        bands: Mapping[str, Band],
        clock: Clock,
    ) -> None:
        self.gap = version.gap
        self._bands, self._clock = bands, clock
        self._schedules: dict[tuple[Any, ...], Schedule | None] = {}
        self._rates = {number: rate for number, rate, _ in rates}
        self._near = {number: near for number, _, near in rates}
        by_zone: dict[int, list[tuple[int, int, int]]] = {}
        by_name: dict[str, list[tuple[int, int]]] = {}
        everywhere: list[tuple[int, int]] = []
        order = count()
        for number, rate, _ in rates:
            if not rate.zones:
                everywhere.append((number, -1))
            for zone_id in rate.zones:
                position, zone = zones[str(zone_id)]
                by_zone.setdefault(position, []).append((next(order), number, position))
                for name in zone.destinations:
                    by_name.setdefault(name, []).append((number, position))
        shared = maps.of(by_zone)
        self.prefixes, self.index = shared.prefixes, shared.index
        # Many zones share the same rates: one cell serves them all.
        numbers: dict[tuple[tuple[int, int], ...], int] = {}
        self.cells: list[Cell] = []
        self._zones: list[tuple[int, ...]] = []

        def cell(members: list[tuple[int, int]]) -> int:
            signature = tuple(members)
            if signature not in numbers:
                numbers[signature] = len(self.cells)
                ordered, schedule = self._compete(members)
                self.cells.append(Cell(tuple(rate for rate, _ in ordered), schedule))
                self._zones.append(tuple(zone for _, zone in ordered))
            return numbers[signature]

        cells = []
        for group in shared.groups:
            ordered = sorted(member for position in group for member in by_zone[position])
            cells.append(cell([member[1:] for member in ordered]))
        self._cell_of_prefix = np.array([*cells, -1], dtype=np.int64)[shared.group]
        self._cell_of_name = {name: cell(members) for name, members in by_name.items()}
        self._everywhere = cell(everywhere) if everywhere else -1
        self._splits = any(rate.split not in ("start", "end") for _, rate, _ in rates)
        self._banded = [i for i, c in enumerate(self.cells) if c.schedule is not None]
        self._grids = self._make_grids()

    def find(
        self, numbers: NumberColumn, names: Sequence[str | None] | None, started: np.ndarray
    ) -> Found:
        """The rate that holds for each number (or destination name) at each instant (UTC)."""
        prefix = self.index.lookup(numbers)
        cells = self._cell_of_prefix[prefix]
        if names is not None and self._cell_of_name:
            for row in np.flatnonzero(prefix < 0):
                cells[row] = self._cell_of_name.get(names[row] or "", -1)
        if self._everywhere >= 0:
            cells = np.where(cells < 0, self._everywhere, cells)
        rate, zone = self._at(cells, started)
        missing = np.flatnonzero(rate < 0)
        matched = np.ones(len(started), dtype=bool)
        if missing.size:
            # A band's gap, or no zone at all; after every prefix stands the rate for anywhere.
            matched[missing] = cells[missing] >= 0
            # The longest prefix had no rate at this hour: a shorter one may, if agreed.
            missing = missing[matched[missing] & (cells[missing] != self._everywhere)]
            while self.gap == "shorter" and missing.size:
                upper = prefix[missing]
                upper = np.where(upper >= 0, self.index.parent[upper], -1)
                prefix[missing] = upper
                above = np.where(upper >= 0, self._cell_of_prefix[upper], self._everywhere)
                cells[missing] = above
                rate[missing], zone[missing] = self._at(above, started[missing])
                missing = missing[(rate[missing] < 0) & (upper >= 0)]
        if self._everywhere >= 0 or self._cell_of_name:
            prefix = np.where(zone >= 0, prefix, -1)
        return Found(rate, zone, prefix, cells, matched, self._until(cells, started))

    def _at(self, cells: np.ndarray, started: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(rate, zone) of cells at instants."""
        first = self._grids[0]
        if len(self._grids) == 1:
            place = first.places(cells, started)
            return first.rate[place], first.zone[place]
        rate = np.full(len(cells), -1, dtype=np.int64)
        zone = np.full(len(cells), -1, dtype=np.int64)
        for grid in self._grids:
            rows = np.flatnonzero(grid.mine[cells])
            if rows.size:
                place = grid.places(cells[rows], started[rows])
                rate[rows], zone[rows] = grid.rate[place], grid.zone[place]
        return rate, zone

    def _make_grids(self) -> list[Grid]:
        """One grid for each schedule; cells without one are in the first, always the same."""
        schedules: dict[int, Schedule] = {}
        for number in self._banded:
            schedule = self.cells[number].schedule
            assert schedule is not None
            schedules.setdefault(id(schedule), schedule)
        grids = []
        for place, schedule in enumerate(list(schedules.values()) or [None]):
            members = [
                number
                for number, cell in enumerate(self.cells)
                if cell.schedule is schedule or (cell.schedule is None and place == 0)
            ]
            banded = [number for number in members if self.cells[number].schedule is not None]
            width = 1 + max((len(self.cells[number].rates) for number in banded), default=0)
            rate = np.full((len(self.cells) + 1, width), -1, dtype=np.int64)
            zone = np.full((len(self.cells) + 1, width), -1, dtype=np.int64)
            for number in members:
                rates, zones = self.cells[number].rates, self._zones[number]
                if self.cells[number].schedule is None:
                    rate[number], zone[number] = rates[0], zones[0]
                else:
                    rate[number, 1 : len(rates) + 1] = rates
                    zone[number, 1 : len(rates) + 1] = zones
            mine = np.zeros(len(self.cells) + 1, dtype=bool)
            mine[members] = True
            grids.append(Grid(schedule, width, rate.reshape(-1), zone.reshape(-1), mine))
        return grids

    def _until(self, cells: np.ndarray, started: np.ndarray) -> np.ndarray | None:
        if not self._splits:
            return None
        until = np.full(len(started), LAST, dtype=np.int64)
        banded = np.isin(cells, self._banded)
        for schedule in {id(s): s for s in self._schedules.values() if s is not None}.values():
            members = [i for i in self._banded if self.cells[i].schedule is schedule]
            rows = np.flatnonzero(banded & np.isin(cells, members))
            utc = started[rows]
            local = self._clock.local(utc)
            _, ends = schedule.winner_until(local)
            until[rows] = np.minimum(utc + ends - local, self._clock.next_changes(utc))
        return until

    def zones_of(self, cell: int) -> tuple[int, ...]:
        """The zone (position or -1) behind each rate of a cell."""
        return self._zones[cell]

    def _compete(
        self, members: list[tuple[int, int]]
    ) -> tuple[list[tuple[int, int]], Schedule | None]:
        """Members of a cell in the order of its schedule; without bands the heaviest first."""
        # What is equal otherwise: a rate that names the service before one for all services.
        members = sorted(members, key=lambda member: not self._rates[member[0]].services)
        rates = [self._rates[number] for number, _ in members]
        near = [self._near[number] for number, _ in members]
        if all(rate.band is None for rate in rates):
            order = sorted(range(len(rates)), key=lambda i: (-near[i], -(rates[i].weight or 0)))
            return [members[i] for i in order], None
        bands = tuple(None if r.band is None else str(r.band) for r in rates)
        # A rate without a band serves the hours that no band claims, unless it states a weight.
        weights = tuple(
            (r.weight if r.weight is not None else (0 if r.band is not None else -1))
            + nearer * _NEARER
            for r, nearer in zip(rates, near, strict=True)
        )
        signature = (bands, weights)
        if signature not in self._schedules:
            self._schedules[signature] = Schedule(
                [None if band is None else self._bands[band] for band in bands],
                list(weights),
                self._clock,
            )
        return members, self._schedules[signature]
