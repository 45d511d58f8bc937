# SPDX-License-Identifier: AGPL-3.0-or-later
"""Allowances in money: an amount per period that is used up by what the units would have cost.

Measured in units, the money buys units at the rate's own price from the first step on, whole
intervals where intervals are charged in full; the excess is a record of its own. Measured in money,
the price of the record is reduced by what is left.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .allowances import Allowance
from .context import Context
from .money import MICRO, round_fraction
from .steps import Piece, pieces

if TYPE_CHECKING:
    from .cover import Cover


class MoneyCover:
    """One allowance over rows of which some (or all) are measured in money."""

    def __init__(self, context: Context, found: Cover, allowance: Allowance) -> None:
        self.context, self.found, self.allowance = context, found, allowance

    def cover(
        self, rows: np.ndarray, balance: np.ndarray, sizes: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw rows, in order, on balances of money: (units covered, money used), millionths."""
        left = [Fraction(size, MICRO) for size in sizes.tolist()]
        units = np.zeros(len(rows), dtype=np.int64)
        spent = np.zeros(len(rows), dtype=np.int64)
        booked = [Fraction(0)] * len(sizes)
        for place, (row, number) in enumerate(zip(rows.tolist(), balance.tolist(), strict=True)):
            if left[number] <= 0:
                continue
            if self.allowance.measure == "money" or row in self.found.owed:
                used = self._reduce(row, left[number])
            else:
                units[place], used = self._buy(row, left[number])
            left[number] -= used
            # Rounded as a running sum, so that the rows of a balance add up to what it gave.
            before = round_fraction(booked[number], 6, "half_up")
            booked[number] += used
            spent[place] = int((round_fraction(booked[number], 6, "half_up") - before) * MICRO)
        return units, spent

    def wanted(self, rows: np.ndarray) -> np.ndarray:
        """How many units each row asks a balance of units for."""
        found = self.found
        asked = found.left[rows]
        if not found.owed:
            return asked
        for place, row in enumerate(rows.tolist()):
            if row in found.owed:
                asked[place] = bought(self._pieces(row), found.owed[row])[0]
        return asked

    def pay(self, rows: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Reduce rows measured in money by the price of units; returns units of the other rows."""
        found = self.found
        if not found.owed:
            return units
        rest = units.copy()
        draws = []
        for place, row in enumerate(rows.tolist()):
            if row not in found.owed or not units[place]:
                continue
            own = self.context.book.rates[self.context.rate[row]]
            asked = bought(self._pieces(row), found.owed[row])[0]
            if units[place] >= asked:
                found.owed[row] = Fraction(0)
            else:
                worth = sum((p.price for p in pieces(own, 0, int(units[place]))), Fraction(0))
                found.owed[row] = max(found.owed[row] - worth, Fraction(0))
            draws.append(place)
        rest[draws] = 0
        return rest

    def _reduce(self, row: int, left: Fraction) -> Fraction:
        found = self.found
        if row not in found.owed:
            found.owed[row] = self.context.amount(
                row, int(found.size[row]), int(found.head[row]), int(found.cut[row])
            )
        used = min(found.owed[row], left)
        found.owed[row] -= used
        return used

    def _buy(self, row: int, left: Fraction) -> tuple[int, Fraction]:
        found = self.found
        units, used = bought(self._pieces(row), left)
        if found.tail[row]:
            found.cut[row] += units
        else:
            found.head[row] += units
            found.size[row] -= units
        return units, used

    def _pieces(self, row: int) -> list[Piece]:
        """What is left of a record, as pieces of its rate."""
        found = self.found
        own = self.context.book.rates[self.context.rate[row]]
        whole = pieces(own, 0, max(int(found.size[row]) - own.free, 0))
        if not found.tail[row]:
            return whole
        kept, covered = [], int(found.cut[row])
        for piece in whole:
            taken = min(covered, piece.billed)
            covered -= taken
            if piece.billed > taken:
                cut = piece.cut(piece.billed - taken)
                # Rounded already: from here on billed units are bought in proportion.
                step = replace(cut.step, rounding="none")
                kept.append(replace(cut, step=step, used=cut.billed))
        return kept


def bought(found: list[Piece], money: Fraction) -> tuple[int, Fraction]:
    """(units that ``money`` buys of these pieces, from the front; what they cost).

    >>> from .rates import Step
    >>> piece = Piece(Step(0, None, 30, Fraction(1, 2)), 0, 100, 120, Fraction(2))
    >>> bought([piece], Fraction("1.2"))
    (60, Fraction(1, 1))
    """
    units, used = 0, Fraction(0)
    for piece in found:
        if piece.price <= money - used:
            units += piece.used
            used += piece.price
            continue
        step, left = piece.step, money - used - piece.fee
        if step.flat or left < 0:
            break
        if step.rounding == "none":
            price = piece.price - piece.fee
            share = Fraction(piece.used) * left / price
            return units + int(share), used + piece.fee + price * int(share) / piece.used
        intervals = int(left / step.price)
        if not intervals:
            break
        spent = used + piece.fee + intervals * step.price
        return units + min(intervals * step.interval, piece.used), spent
    return units, used
