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

import numpy as np

from .allowances import Allowance
from .balances import draw
from .context import Context
from .grants import entitled, grants, validity_of
from .lots import Ledger
from .money_cover import MoneyCover

#: Tells the billed units of what is left of rows.
Billed = Callable[[np.ndarray, "Cover"], np.ndarray]


@dataclass(frozen=True)
class Draw:
    """What rows got from one allowance: units (millionths) and money (millionths), in the order of
    consumption, and the balance (number) that each drew on, with its size."""

    allowance: int
    rows: np.ndarray
    units: np.ndarray
    money: np.ndarray
    balance: np.ndarray
    granted: np.ndarray

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

    @classmethod
    def of(cls, quantity: np.ndarray) -> Cover:
        rows = len(quantity)

        def zeros(kind: type = np.int64) -> np.ndarray:
            return np.zeros(rows, dtype=kind)

        return cls(quantity.copy(), zeros(), zeros(bool), zeros(), zeros(), zeros(bool))

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
    found = Cover.of(context.quantity)
    order = sorted(range(len(context.book.allowance_list)), key=context.book.allowance_priority)
    for number in order:
        allowance = context.book.allowance_list[number]
        mask = allowance.selector.mask(context, context.priceable)
        if allowance.money is None:
            mask &= context.book.rates_in(allowance.unit)[context.rate]
        left = found.left
        mask &= left > 0
        for row, owed in found.owed.items():
            mask[row] &= owed > 0
        rows = np.flatnonzero(mask)
        rows = rows[np.argsort(context.rank[rows], kind="stable")]
        _work_off(number, allowance, context, found, ledger, rows, billed, span)
    return found


def _work_off(
    number: int,
    allowance: Allowance,
    context: Context,
    found: Cover,
    ledger: Ledger,
    rows: np.ndarray,
    billed: Billed,
    span: tuple[int, int] | None,
) -> None:
    codes, names = allowance.selector.holders(context)
    rows = rows[codes[rows] >= 0]
    period = allowance.selector.period
    periods = period.number(context.usage.started[rows])
    if allowance.count == "billed" and allowance.money is None:
        fresh = rows[~found.tail[rows]]
        fresh = fresh[[row not in found.owed for row in fresh]] if found.owed else fresh
        found.total[fresh] = billed(fresh, found)
        found.tail[fresh] = True
    balances = _Balances(codes[rows], names, periods)
    _add_idle(balances, allowance, context, ledger, span)
    granted = grants(allowance, context, rows, balances.of_row, balances.holders, balances.periods)
    before = balances.before = ledger.before(allowance, balances.holders, balances.periods)
    rolls = allowance.rollover is not None
    sizes = balances.sizes = [
        size if rolls else max(size - int(taken), Fraction(0))
        for size, taken in zip(granted, before, strict=True)
    ]
    money = MoneyCover(context, found, allowance)
    if allowance.money is not None:
        units, spent = money.cover(rows, balances.of_row, sizes)
        ledger.book(
            allowance, balances.holders, np.array(balances.periods), np.array(balances.periods),
            np.array([int(size) for size in granted], dtype=np.int64),
            balances.sums(spent) + before,
        )  # fmt: skip
    else:
        wanted = money.wanted(rows)
        units = np.zeros(len(rows), dtype=np.int64)
        for period_ in sorted(set(balances.periods)) if allowance.rollover else (None,):
            _draw_period(allowance, ledger, balances, sizes, wanted, units, period_)
        spent = np.zeros(len(rows), dtype=np.int64)
        _take(found, rows, money.pay(rows, units))
    touched = (units > 0) | (spent > 0)
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
                np.array([int(size) for size in balances.sizes], dtype=np.int64)[held],
            )
        )


def _take(found: Cover, rows: np.ndarray, units: np.ndarray) -> None:
    """Take covered units off the front of records."""
    tail = found.tail[rows]
    found.cut[rows[tail]] += units[tail]
    own = ~tail
    found.head[rows[own]] += units[own]
    found.size[rows[own]] -= units[own]


def _draw_period(
    allowance: Allowance,
    ledger: Ledger,
    balances: _Balances,
    sizes: list[Fraction],
    wanted: np.ndarray,
    units: np.ndarray,
    period: int | None,
) -> None:
    """Draw the rows of one period (None: of all, where nothing rolls over)."""
    if period is None:
        granted = np.array([int(size) for size in sizes], dtype=np.int64)
        units[:] = draw(balances.of_row, wanted, granted)
        used = balances.sums(units) + balances.before
        every = np.array(balances.periods, dtype=np.int64)
        ledger.book(allowance, balances.holders, every, every, granted + balances.before, used)
        return
    numbers = [i for i, one in enumerate(balances.periods) if one == period]
    lots = {i: ledger.lots(allowance, balances.holders[i], period, int(sizes[i])) for i in numbers}
    granted = np.zeros(len(sizes), dtype=np.int64)
    for i, each in lots.items():
        granted[i] = max(sum(lot.granted for lot in each) - int(balances.before[i]), 0)
        balances.sizes[i] = Fraction(int(granted[i]))
    rows = np.flatnonzero(np.isin(balances.of_row, numbers))
    units[rows] = draw(balances.of_row[rows], wanted[rows], granted)
    used = balances.sums(units) + balances.before
    for i, each in lots.items():
        ledger.spend(allowance, balances.holders[i], period, each, int(used[i]))


class _Balances:
    """The balances (holder × period) that rows draw on."""

    def __init__(self, codes: np.ndarray, names: list[str], periods: np.ndarray) -> None:
        low = int(periods.min()) if len(periods) else 0
        width = int(periods.max()) - low + 1 if len(periods) else 1
        unique, place = np.unique(codes * width + periods - low, return_inverse=True)
        self.of_row = place.reshape(-1).astype(np.int64)
        #: What each balance holds, rolled-over lots included once they are known.
        self.sizes: list[Fraction] = []
        #: What earlier records drew on each balance.
        self.before = np.zeros(0, dtype=np.int64)
        self.holders = [names[int(one) // width] for one in unique]
        self.periods = [int(one) % width + low for one in unique]

    def sums(self, units: np.ndarray) -> np.ndarray:
        """What each balance gave, exactly."""
        total = np.zeros(len(self.holders), dtype=np.int64)
        np.add.at(total, self.of_row, units)
        return total

    def add(self, holder: str, period: int) -> None:
        """A balance that no row draws on."""
        self.holders.append(holder)
        self.periods.append(period)


def _add_idle(
    balances: _Balances,
    allowance: Allowance,
    context: Context,
    ledger: Ledger,
    span: tuple[int, int] | None,
) -> None:
    """Balances without usage, where they matter: a span was asked for, or something rolls over."""
    wanted = _periods(allowance, context, ledger, span)
    if not wanted:
        return
    selector = allowance.selector
    holders = dict.fromkeys([*balances.holders, *ledger.holders(allowance)])
    if selector.share == "pool":
        holders.update(dict.fromkeys(selector.who["pools"]))
    else:
        for name, line in context.book.lines.items():
            if entitled(selector, name, line):
                holder = name if selector.share == "line" else getattr(line, selector.share)
                if holder is not None:
                    holders[holder] = None
    present = set(zip(balances.holders, balances.periods, strict=True))
    for holder in holders:
        valid = validity_of(context.book, selector, holder)
        for one in wanted:
            if (holder, one) not in present and selector.period.covered(one, *valid)[0]:
                balances.add(holder, one)


def _periods(
    allowance: Allowance, context: Context, ledger: Ledger, span: tuple[int, int] | None
) -> list[int]:
    """Periods in which balances matter even without usage."""
    period = allowance.selector.period
    found: list[int] = []
    if span is not None:
        found += period.of_day(np.array(span, dtype=np.int64)).tolist()
    if allowance.rollover is not None:
        started = context.usage.started[~context.usage.bad_start]
        if len(started):
            found += period.number(np.array([started.min(), started.max()])).tolist()
        if found and ledger.until(allowance) is not None:
            # The months between the last run and this one granted something, too.
            found.append(min(int(ledger.until(allowance) or 0) + 1, *found))
    return list(range(min(found), max(found) + 1)) if found else []
