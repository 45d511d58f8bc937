# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records that are priced by the band in which they end (``split``: ``end``).

Which price list, version and prefix answer is decided by the start, as for all; of the rates that
compete there the one whose band holds at the record's last moment prices the whole.
"""

from __future__ import annotations

import numpy as np

from .book import TariffBook
from .reasons import NUMBER
from .resolve import Resolved


def last_moment(started: np.ndarray, size: np.ndarray) -> np.ndarray:
    """UTC microseconds; a record that ends as a band begins was never in it."""
    return started + np.maximum(size - 1, 0)


def price_by_end(book: TariffBook, found: Resolved, started: np.ndarray, size: np.ndarray) -> None:
    """Give rows the rate of their end, in place; ``size`` in millionths of the base unit."""
    if not book.prices_by_end:
        return
    ending = [rate.split == "end" and rate.unit == "second" for rate in book.rates]
    rows = np.flatnonzero(np.array([*ending, False])[found.rate] & (found.reason == 0))
    ends = last_moment(started, size)
    groups: dict[tuple[object, ...], list[int]] = {}
    for row in rows.tolist():
        factors, base = book.factors_of(int(found.rate[row]))
        version, kind = book.rate_version[base], found.plan_key(row)
        groups.setdefault((version, kind, int(found.cell[row]), factors), []).append(row)
    for (version, kind, place, factors), members in groups.items():
        plan = book.plan(version, kind)  # type: ignore[arg-type]
        cell = plan.cells[place]  # type: ignore[index]
        if cell.schedule is None:
            continue
        zones = plan.zones_of(place)  # type: ignore[arg-type]
        winners = cell.schedule.winner_at(ends[members]).tolist()
        for row, winner in zip(members, winners, strict=True):
            if winner < 0:
                found.reason[row] = NUMBER["no-rate"]
                continue
            rate = cell.rates[winner]
            if book.rates[rate].relative:
                found.reason[row] = NUMBER["no-base-price"]
                continue
            found.rate[row] = book.derive(factors, rate) if factors else rate  # type: ignore[arg-type]
            found.zone[row] = zones[winner]
