# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices for the rows of a run: the common ones by the table, the others one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .blocks import blocks
from .context import Context
from .cover import Cover
from .money import INT64_MAX, split_pico
from .parts import Cells, NoRate
from .reasons import NUMBER
from .record import Segment, billed_units, price
from .steps import BeyondSteps
from .tiering import Tiered
from .usage import MAX_QUANTITY


@dataclass
class Prices:
    """One priced segment a row, unless the row stands in ``own``; ``shown``: rows that have one.

    ``quantity`` and ``billed`` in millionths of the base unit, ``price`` in millionths, ``rest`` in
    millionths of a millionth. ``rate`` and ``quantity`` may be columns of others: put new ones in
    their place, change nothing in them.
    """

    rate: np.ndarray
    quantity: np.ndarray
    billed: np.ndarray
    price: np.ndarray
    rest: np.ndarray
    shown: np.ndarray
    own: dict[int, list[Segment]] = field(default_factory=dict)

    @classmethod
    def empty(cls, rate: np.ndarray, quantity: np.ndarray) -> Prices:
        rows = len(rate)
        billed, price = np.zeros((2, rows), dtype=np.int64)
        rest = np.zeros(rows, dtype=np.int64)
        return cls(rate, quantity, billed, price, rest, np.ones(rows, dtype=bool))

    def put_sign(self, sign: np.ndarray | None) -> None:
        """Turn the rows of negative quantities into the negative of what they would cost."""
        if sign is None:
            return
        self.quantity = self.quantity * sign
        for column in (self.billed, self.price, self.rest):
            column *= sign
        for row, segments in self.own.items():
            for one in segments if sign[row] < 0 else ():
                one.used, one.billed = -one.used, -one.billed
                one.price, one.rest = -one.price, -one.rest

    def lower(self, row: int, allowed: int) -> None:
        """Lower the price of a row to ``allowed``, from its last segment backwards."""
        segments = self.own.get(row)
        if segments is None:
            self.price[row], self.rest[row] = allowed, 0
            return
        for segment in segments:
            segment.price = min(segment.price, allowed)
            segment.rest = 0
            allowed -= segment.price

    def totals(self) -> np.ndarray:
        """Price of each row over all its segments, in millionths."""
        totals = self.price.copy()
        for row, segments in self.own.items():
            totals[row] = sum(segment.price for segment in segments)
        return totals


class Pricer:
    """Prices rows of one context."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.book = context.book
        self.continuation = context.usage.flags("continuation")
        found, table = context.found, context.book.table
        fast = table.prices(found.rate, context.quantity)
        if found.until is not None:
            # Where the last increment ends may lie beyond the record, but it begins within it.
            fast &= context.usage.started + context.quantity <= found.until
        self.fast = fast

    def billed(self, rows: np.ndarray, cover: Cover) -> np.ndarray:
        """Billed units of what allowances left of rows (nothing yet cut from their tail)."""
        return self._billed(rows, cover.size)

    def _billed(self, rows: np.ndarray, size: np.ndarray) -> np.ndarray:
        units = np.zeros(len(rows), dtype=np.int64)
        fast = self.fast[rows]
        chosen = rows[fast]
        units[fast] = self.book.table.billed(self.context.rate[chosen], size[chosen])
        for place in np.flatnonzero(~fast):
            row = int(rows[place])
            try:
                found = billed_units(
                    self.book,
                    int(self.context.rate[row]),
                    int(self.context.zone[row]),
                    self.cells(row),
                    int(self.context.usage.started[row]),
                    int(size[row]),
                )
                units[place] = 0 if found > MAX_QUANTITY else found
            except (NoRate, BeyondSteps, OverflowError):
                # The row gets its reason when it is priced; no allowance is spent on it.
                units[place] = 0
        return units

    def amounts(self, rows: np.ndarray, cover: Cover) -> np.ndarray:
        """Price of what is left of rows, before tiers, in millionths."""
        fast = self.fast[rows] & (cover.cut[rows] == 0)
        found = np.zeros(len(rows), dtype=np.int64)
        chosen = rows[fast]
        rate = self.context.rate[chosen]
        found[fast] = self.book.table.charge(rate, cover.size[chosen], self._no_setup(chosen))[0]
        for place in np.flatnonzero(~fast):
            segments = self._exact(int(rows[place]), cover, None)
            found[place] = sum(segment.price for segment in segments or [])
        return found

    def price(self, cover: Cover, tiers: Tiered, rows: np.ndarray | None) -> Prices:
        """Price ``rows`` (None: all); a row that cannot be priced gets its reason."""
        context = self.context
        used = context.quantity - cover.head if cover.draws else context.quantity
        found = Prices.empty(tiers.rate, used)
        special = self._special(cover, tiers)
        same = tiers.rate is context.rate and not self.book.allowance_list
        slow: list[np.ndarray] = []
        for part in blocks(rows, context.rows):
            fast = self.fast[part]
            if not same:
                # A tier's rate may differ from the row's own.
                fast = fast & self.book.table.prices(tiers.rate[part], cover.size[part])
            if special is not None:
                fast = fast & ~special[part]
            chosen = part
            if not fast.all():
                chosen = (
                    np.arange(context.rows)[part][fast] if isinstance(part, slice) else part[fast]
                )
                slow.append(np.setdiff1d(np.arange(context.rows)[part], chosen, assume_unique=True))
            self._charge(found, chosen, tiers.rate[chosen], cover.size[chosen])
        left = np.concatenate(slow) if slow else np.empty(0, dtype=np.int64)
        covered = self._covered(cover)
        if covered is not None:
            self._put_covered(left[covered[left]], cover, found)
            left = left[~covered[left]]
        for row in left.tolist():
            segments = self._exact(row, cover, tiers)
            if segments is not None:
                found.own[row] = segments
        return found

    def _charge(
        self, found: Prices, rows: slice | np.ndarray, rate: np.ndarray, size: np.ndarray
    ) -> None:
        cost, rest, billed = self.book.table.charge(rate, size, self._no_setup(rows))
        found.price[rows], found.billed[rows] = cost, billed
        if rest is not None:
            found.rest[rows] = rest

    def _special(self, cover: Cover, tiers: Tiered) -> np.ndarray | None:
        """Rows that need another way: measured in billed units or money, cut, or covered."""
        if not (cover.draws or tiers.cuts):
            return None
        special = cover.cut > 0
        special[[*tiers.cuts, *cover.owed]] = True
        covered = self._covered(cover)
        return special if covered is None else special | covered

    def cells(self, row: int) -> Cells | None:
        """The competing rates around the rate of a row, or None if no band is involved."""
        found = self.context.found
        number = int(found.rate[row])
        factors, base = self.book.factors_of(number)
        plan = self.book.plan(self.book.rate_version[base], found.plan_key(row))
        cell = plan.cells[found.cell[row]]
        if cell.schedule is None:
            return None
        rates = cell.rates
        if factors:
            rates = tuple(self.book.derive(factors, one) for one in rates)
        return Cells(rates, plan.zones_of(int(found.cell[row])), cell.schedule)

    def exact_amount(self, row: int, size: int, begin: int, covered: int) -> Fraction:
        """The exact price of what is left of a row.

        ``size``: units as a record of its own, ``begin``: units before them; ``covered``: billed
        units of it that are covered.
        """
        return price(
            self.book,
            int(self.context.rate[row]),
            int(self.context.zone[row]),
            self.cells(row),
            int(self.context.usage.started[row]),
            size,
            begin=begin,
            covered=covered,
            setup=self.continuation is None or not bool(self.continuation[row]),
        ).amount

    def _covered(self, cover: Cover) -> np.ndarray | None:
        """Rows covered to the last unit (None: there are none)."""
        if not cover.draws:
            return None
        drawn = np.zeros(self.context.rows, dtype=bool)
        for draw in cover.draws:
            drawn[draw.rows] = True
        owing = list(cover.owed)
        drawn[owing] &= np.array([cover.owed[row] == 0 for row in owing], dtype=bool)
        return drawn & (cover.left == 0)

    def _no_setup(self, rows: np.ndarray | slice) -> np.ndarray | None:
        return None if self.continuation is None else self.continuation[rows]

    def _put_covered(self, rows: np.ndarray, cover: Cover, found: Prices) -> None:
        """Rows with nothing left to price: no segment, unless the setup fee is charged."""
        found.quantity[rows] = 0
        found.shown[rows] = cover.setup[rows]
        for row in rows[cover.setup[rows]].tolist():
            setup = self.book.rates[self.context.rate[row]].setup or Fraction(0)
            if self.continuation is None or not self.continuation[row]:
                found.price[row], found.rest[row] = split_pico(setup)

    def _exact(self, row: int, cover: Cover, tiers: Tiered | None) -> list[Segment] | None:
        context = self.context
        try:
            answer = price(
                self.book,
                int(context.rate[row]),
                int(context.zone[row]),
                self.cells(row),
                int(context.usage.started[row]),
                int(cover.size[row]),
                begin=int(cover.head[row]),
                covered=int(cover.cut[row]),
                setup=self.continuation is None or not bool(self.continuation[row]),
                tiers=None if tiers is None else tiers.of(row, self.book),
                owed=cover.owed.get(row),
            )
        except (NoRate, BeyondSteps) as problem:
            context.found.reason[row] = NUMBER[
                "no-rate" if isinstance(problem, NoRate) else "beyond-steps"
            ]
            return None
        except OverflowError:
            context.found.reason[row] = NUMBER["bad-quantity"]
            return None
        if any(abs(one.price) > MAX_QUANTITY or one.billed > INT64_MAX for one in answer.segments):
            # Neither a frame nor an invoice can hold it.
            context.found.reason[row] = NUMBER["bad-quantity"]
            return None
        return answer.segments
