# SPDX-License-Identifier: AGPL-3.0-or-later
"""Allowances at work: which part of each record they cover.

Allowances are taken one after the other by priority, each over all its records in order. That
gives the same as going record by record, since what an allowance is asked for depends only on those
before it; and it works on whole columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from .allowances import Allowance
from .balances import draw_back, draw_whole
from .context import Context
from .grants import fitting
from .holdings import Holdings
from .lots import Ledger
from .money import INT64_MAX, MICRO
from .money_cover import MoneyCover
from .room import check_sums
from .uses import Counted

#: Tells the billed units of what is left of rows.
Billed = Callable[[np.ndarray, "Cover"], np.ndarray]


@dataclass(frozen=True)
class Draw:
    """What rows got from one allowance: units (millionths of its own) and money (millionths), in
    the order of consumption, and the balance (number) that each drew on, with its size.
    ``covered``: the units of the rows themselves."""

    allowance: int
    rows: np.ndarray
    units: np.ndarray
    money: np.ndarray
    balance: np.ndarray
    granted: np.ndarray
    covered: np.ndarray

    def before(self, row: int) -> tuple[int, int] | None:
        """(what the balance held before a row, what the row took), None if it took nothing."""
        (places,) = np.nonzero(self.rows == row)
        if not len(places):
            return None
        place = int(places[0])
        amounts = self.money if self.money.any() else self.units
        same = self.balance[:place] == self.balance[place]
        return int(self.granted[place]) - int(amounts[:place][same].sum()), int(amounts[place])


@dataclass
class Cover:
    """What allowances leave of each record.

    ``size``: units still to price, as a record of its own; ``head``: units in front of them that
    are covered; ``tail``: rows measured in billed units, of which ``cut`` are covered; ``owed``:
    rows measured in money, and how much of it is left to pay; ``setup``: rows whose setup is
    charged although they are covered entirely.
    """

    size: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    cut: np.ndarray
    total: np.ndarray
    setup: np.ndarray
    owed: dict[int, Fraction] = field(default_factory=dict)
    draws: list[Draw] = field(default_factory=list)
    #: Flat rates used more than is fair: rows of ``Rated.alerts``.
    fair_use: list[tuple[Any, ...]] = field(default_factory=list)

    @classmethod
    def of(cls, quantity: np.ndarray) -> Cover:
        """Nothing covered yet; ``quantity`` is taken as it is."""
        rows = len(quantity)

        def zeros(kind: type = np.int64) -> np.ndarray:
            return np.zeros(rows, dtype=kind)

        return cls(quantity, zeros(), zeros(bool), zeros(), zeros(), zeros(bool))

    @property
    def left(self) -> np.ndarray:
        """Units of each record that are not covered, in the measure it has taken on."""
        return np.where(self.tail, self.total - self.cut, self.size)


def cover(
    context: Context,
    ledger: Ledger,
    billed: Billed,
    span: tuple[int, int] | None,
) -> Cover:
    """Work all allowances off. ``billed`` tells the billed units of rows; ``span``: first and last
    local day for which balances are wanted even without usage."""
    found = Cover.of(context.quantity.copy())
    order = sorted(range(len(context.book.allowance_list)), key=context.book.allowance_priority)
    for number in order:
        allowance = context.book.allowance_list[number]
        counted = None
        returns = allowance.refunds == "return" and context.sign is not None
        among = context.found_by_rate if returns else context.priceable
        mask = allowance.selector.mask(context, among)
        if allowance.money is not None:
            mask &= context.in_currency(allowance.selector, allowance.currency)
        elif allowance.uses:
            counted = Counted.of(allowance.uses, context, mask)
            mask &= counted.use >= 0
        elif allowance.unit is not None:
            mask &= context.book.rates_in(allowance.unit)[context.rate]
        left = found.left
        mask &= left > 0
        for row, owed in found.owed.items():
            mask[row] &= owed > 0
        rows = np.flatnonzero(mask)
        rows = rows[np.argsort(context.rank[rows], kind="stable")]
        _work_off(number, allowance, context, found, ledger, rows, counted, billed, span)
    return found


def _work_off(
    number: int,
    allowance: Allowance,
    context: Context,
    found: Cover,
    ledger: Ledger,
    rows: np.ndarray,
    counted: Counted | None,
    billed: Billed,
    span: tuple[int, int] | None,
) -> None:
    codes, names = allowance.selector.holders(context)
    rows = rows[codes[rows] >= 0]
    period = allowance.selector.period
    periods = period.number(context.usage.started[rows])
    if allowance.records is not None:
        kept = ledger.first(allowance, codes[rows], names, periods)
        rows, periods = rows[kept], periods[kept]
    if allowance.count == "billed" and allowance.money is None:
        fresh = rows[~found.tail[rows]]
        fresh = fresh[[row not in found.owed for row in fresh]] if found.owed else fresh
        found.total[fresh] = billed(fresh, found)
        found.tail[fresh] = True
    balances = Holdings(codes[rows], names, periods)
    granted = balances.fill(allowance, context, ledger, rows, span)
    money = MoneyCover(context, found, allowance)
    covered = None
    if allowance.money is not None:
        units, spent = money.cover(rows, balances.of_row, balances.sizes)
        every = np.array(balances.periods, dtype=np.int64)
        used = balances.sums(spent) + balances.before
        ledger.book(allowance, balances.holders, every, every, granted, used)
    else:
        wanted = asked = money.wanted(rows)
        lots = None
        if counted is not None:
            wanted, lots = counted.wanted(rows, asked), counted.lots(rows)
        if allowance.step is not None:
            wanted = -(-wanted // allowance.step) * allowance.step
        if allowance.flat:
            # It has no end, so a frame's integers are all that it may add up to.
            check_sums(
                np.append(balances.of_row, np.arange(len(balances))),
                np.append(wanted, balances.before),
                f"sums of allowance {allowance.name or allowance.id}",
                INT64_MAX,
            )
        units = np.zeros(len(rows), dtype=np.int64)
        back = None
        if allowance.refunds == "return" and context.sign is not None:
            back = context.sign[rows] < 0
        for period_ in sorted(set(balances.periods)) if allowance.rollover else (None,):
            _draw_period(allowance, ledger, balances, wanted, units, lots, back, period_)
        spent = np.zeros(len(rows), dtype=np.int64)
        if counted is not None:
            covered = counted.covered(rows, asked, wanted, units)
        _take(found, rows, money.pay(rows, np.abs(units) if covered is None else covered))
    touched = (units != 0) | (spent > 0)
    if allowance.fair_use is not None:
        found.fair_use += _beyond_fair_use(allowance, context, balances, rows, units)
    if allowance.setup == "charged":
        found.setup[rows[touched]] = True
    if touched.any():
        held = balances.of_row[touched]
        found.draws.append(
            Draw(
                number,
                rows[touched],
                units[touched],
                spent[touched],
                held,
                balances.sizes[held],
                (np.abs(units) if covered is None else covered)[touched],
            )
        )


def _beyond_fair_use(
    allowance: Allowance, context: Context, balances: Holdings, rows: np.ndarray, units: np.ndarray
) -> list[tuple[Any, ...]]:
    """The record of each balance with which its use became more than fair."""
    assert allowance.fair_use is not None
    order = np.argsort(balances.of_row, kind="stable")
    drawn = pd.Series(units[order]).groupby(balances.of_row[order]).cumsum().to_numpy()
    after = drawn + balances.before[balances.of_row[order]]
    reached = (after >= allowance.fair_use) & (after - units[order] < allowance.fair_use)
    period = allowance.selector.period
    found = []
    for place in np.flatnonzero(reached):
        row, number = int(rows[order[place]]), int(balances.of_row[order[place]])
        found.append(
            (
                "fair-use",
                allowance.id,
                allowance.selector.share,
                balances.holders[number],
                period.start(balances.periods[number]),
                MICRO,
                allowance.fair_use,
                int(after[place]),
                row,
                context.usage.started[row],
            )
        )
    return found


def _take(found: Cover, rows: np.ndarray, units: np.ndarray) -> None:
    """Take covered units off the front of records."""
    # Increments of an allowance may use up more than the record has.
    taken = np.minimum(units, found.left[rows])
    tail = found.tail[rows]
    found.cut[rows[tail]] += taken[tail]
    own = ~tail
    found.head[rows[own]] += taken[own]
    found.size[rows[own]] -= taken[own]


def _draw_period(
    allowance: Allowance,
    ledger: Ledger,
    balances: Holdings,
    wanted: np.ndarray,
    units: np.ndarray,
    lots: np.ndarray | None,
    back: np.ndarray | None,
    period: int | None,
) -> None:
    """Draw the rows of one period (None: of all, where nothing rolls over); ``back``: rows that
    give units back, None where no row does."""
    if period is None:
        held = balances.sizes + balances.before
        if back is None and allowance.flat:
            units[:] = wanted
        elif back is None:
            units[:] = draw_whole(balances.of_row, wanted, balances.sizes, lots)
        else:
            units[:] = draw_back(balances.of_row, wanted, back, held, balances.before)
        used = balances.sums(units) + balances.before
        every = np.array(balances.periods, dtype=np.int64)
        ledger.book(allowance, balances.holders, every, every, held, used)
        return
    numbers = [i for i, one in enumerate(balances.periods) if one == period]
    holders, sizes = balances.holders, balances.sizes
    carried = {i: ledger.lots(allowance, holders[i], period, int(sizes[i])) for i in numbers}
    granted = np.zeros(len(sizes), dtype=np.int64)
    for i, each in carried.items():
        all_of_it = fitting(allowance, sum(lot.granted for lot in each))
        granted[i] = max(all_of_it - int(balances.before[i]), 0)
        sizes[i] = granted[i]
    rows = np.flatnonzero(np.isin(balances.of_row, numbers))
    mine = balances.of_row[rows]
    if back is None:
        own = None if lots is None else lots[rows]
        units[rows] = draw_whole(mine, wanted[rows], granted, own)
    else:
        held = granted + balances.before
        units[rows] = draw_back(mine, wanted[rows], back[rows], held, balances.before)
    used = balances.sums(units) + balances.before
    for i, each in carried.items():
        ledger.spend(allowance, balances.holders[i], period, each, int(used[i]))
