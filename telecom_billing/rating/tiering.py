# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers at work: which tier each record falls into, by what its holder used before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .book import TariffBook
from .context import Context
from .room import check_sums
from .settled import Settled
from .tiers import Cut, Tiers


@dataclass
class Tiered:
    """``rate``: the rate of each row after tiers; ``cuts``: for rows that need the exact way, from
    front to back."""

    rate: np.ndarray
    cuts: dict[int, list[Cut]] = field(default_factory=dict)

    def of(self, row: int, book: TariffBook) -> list[Cut] | None:
        """The tiers of a row: as it was cut, or the one that its rate was derived for."""
        if row in self.cuts:
            return self.cuts[row]
        how, _ = book.derived_from.get(int(self.rate[row]), ((), -1))
        return [Cut(1, int(how[1]), int(how[2]), 1)] if how and how[0] == "tier" else None


def tiered(
    context: Context,
    billed: Callable[[np.ndarray], np.ndarray],
    amounts: Callable[[np.ndarray], np.ndarray],
    fast: np.ndarray,
    settled: Settled,
) -> Tiered:
    """Find the tier of every record.

    ``billed`` and ``amounts`` tell the billed units and the price (millionths, before tiers) of
    rows; ``fast``: rows that a derived rate can price; ``settled``: what holders had before.
    """
    result = Tiered(context.rate.copy())
    done = np.zeros(context.rows, dtype=bool)
    for number, tiers in enumerate(context.book.tier_list):
        returns = tiers.refunds == "tier" and context.sign is not None
        among = context.found_by_rate if returns else context.priceable
        mask = tiers.selector.mask(context, among) & ~done
        if tiers.on == "money":
            mask &= context.in_currency(tiers.selector, None)
        else:
            mask &= context.book.rates_in(tiers.unit)[context.rate]
        rows = np.flatnonzero(mask)
        codes, names = tiers.selector.holders(context)
        rows = rows[codes[rows] >= 0]
        units = billed(rows)
        rows, units = rows[units > 0], units[units > 0]
        if not rows.size:
            continue
        done[rows] = True
        order = np.argsort(context.rank[rows], kind="stable")
        rows, units = rows[order], units[order]
        size = units if tiers.on == "quantity" else np.maximum(amounts(rows), 0)
        period = tiers.selector.period.number(context.usage.started[rows])
        group = codes[rows] * (int(period.max()) - int(period.min()) + 1) + period - period.min()
        check_sums(group, size, f"sums of tier set {tiers.name or tiers.id}")
        back = context.sign[rows] < 0 if returns else None  # type: ignore[index]
        before, total = _running(group, size if back is None else np.where(back, -size, size))
        earlier = _earlier(tiers, settled, codes[rows], names, period)
        before, total = before + earlier, total + earlier
        if back is not None:
            # A refund takes the last units of the sum back: it ends where it stands.
            before, total = np.where(back, before - size, before), np.maximum(total, 0)
        starts = np.array([step.start for step in tiers.steps], dtype=np.int64)
        if tiers.mode == "volume":
            # The border itself still belongs to the tier below, as for steps of a rate.
            low = np.maximum(np.searchsorted(starts, total, side="left") - 1, 0)
            high = low
        else:
            # What goes below nothing at all costs what the first units cost.
            low = np.maximum(np.searchsorted(starts, before, side="right") - 1, 0)
            last = before + np.maximum(size, 1) - 1
            high = np.maximum(np.searchsorted(starts, last, side="right") - 1, 0)
        staged = np.array([step.staged for step in tiers.steps], dtype=bool)
        exact = ~fast[rows] | staged[low]
        quick = (low == high) & ~exact
        for tier in np.unique(low[quick]):
            _put(context, result, number, int(tier), rows[quick & (low == tier)])
        base = starts if tiers.mode == "graduated" else np.zeros_like(starts)
        for place in np.flatnonzero((low == high) & exact):
            begun = max(int(before[place]) - int(base[low[place]]), 0)
            result.cuts[int(rows[place])] = [Cut(int(units[place]), number, int(low[place]), begun)]
        for place in np.flatnonzero(low != high):
            result.cuts[int(rows[place])] = _cut(
                number, starts, int(before[place]), int(size[place]), int(units[place])
            )
    return result


def _earlier(
    tiers: Tiers, settled: Settled, codes: np.ndarray, names: list[str], period: np.ndarray
) -> np.ndarray:
    """What the holder of each row had in its period before any of the rows."""
    back = tiers.refunds == "tier"
    unit = tiers.unit if tiers.on == "quantity" else None
    known = settled.sums(tiers.selector, unit, refunds=back)
    if not known:
        return np.zeros(len(codes), dtype=np.int64)
    had = {
        whose: one.units if tiers.on == "quantity" else tiers.listed(max(one.money, 0))
        for whose, one in known.items()
    }
    pairs = zip(codes.tolist(), period.tolist(), strict=True)
    return np.array([had.get((names[code], number), 0) for code, number in pairs], dtype=np.int64)


def _running(group: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(sum of the group before each row, sum of the whole group), rows in order."""
    order = np.argsort(group, kind="stable")
    sums = np.cumsum(size[order])
    first = np.flatnonzero(np.append(True, np.diff(group[order]) != 0))
    counts = np.diff(np.append(first, len(group)))
    base = sums[first] - size[order][first]
    totals = np.append(sums[first[1:] - 1], sums[-1]) - base
    before, total = np.empty_like(size), np.empty_like(size)
    before[order] = sums - size[order] - np.repeat(base, counts)
    total[order] = np.repeat(totals, counts)
    return before, total


def _put(context: Context, result: Tiered, number: int, tier: int, inside: np.ndarray) -> None:
    """Rows wholly inside one tier."""
    book = context.book
    for base in np.unique(context.rate[inside]):
        derived = book.derive_tier(number, tier, int(base))
        result.rate[inside[context.rate[inside] == base]] = derived


def _cut(number: int, starts: np.ndarray, before: int, size: int, units: int) -> list[Cut]:
    """A record over several tiers: its billed units in each, in proportion for money."""
    cuts = []
    done, position = 0, before
    for tier in range(len(starts)):
        end = int(starts[tier + 1]) if tier + 1 < len(starts) else before + size
        end = min(end, before + size)
        if end <= position:
            continue
        until = units * (end - before) // size
        cuts.append(Cut(until - done, number, tier, max(position - int(starts[tier]), 0)))
        done, position = until, end
    return cuts
