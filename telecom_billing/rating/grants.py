# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much each balance holds: the grant, times what was booked and who shares it, prorated."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import numpy as np

from .allowances import ENDLESS, Allowance
from .belonging import entitled, whole
from .book import TariffBook
from .context import Context
from .money import decimal_text
from .parties import Party
from .schema import MAX_UNITS, BookError, Problem
from .selector import Selector
from .tariffs import FIRST, LAST


def grants(
    allowance: Allowance,
    context: Context,
    rows: np.ndarray,
    balance: np.ndarray,
    holders: list[str],
    periods: list[int],
) -> np.ndarray:
    """The size of each balance, in millionths of the unit (or of the currency), int64."""
    if allowance.flat:
        return np.full(len(holders), ENDLESS, dtype=np.int64)
    money = allowance.money
    base = Fraction(allowance.quantity) if money is None else money * 1_000_000
    times = _booked(allowance.selector, context, rows, balance, len(holders))
    if not (allowance.per_member or allowance.prorate):
        fitting(allowance, int(times.max(initial=0)) * int(base))
        return times * int(base)
    found = np.zeros(len(holders), dtype=np.int64)
    sharing = _Sharing(context.book, allowance.selector)
    for number, (holder, period) in enumerate(zip(holders, periods, strict=True)):
        size = base * int(times[number])
        if allowance.per_member:
            size *= sharing.members(holder, period)
        if allowance.prorate:
            days, total = allowance.selector.period.covered(
                period, *validity_of(context.book, allowance.selector, holder)
            )
            size = size * days / total
        found[number] = fitting(allowance, size.numerator // size.denominator)
    return found


def fitting(allowance: Allowance, size: int) -> int:
    """``size`` of a balance; :class:`~.schema.BookError` where a frame cannot hold it."""
    if size <= ENDLESS:
        return size
    problem = Problem(
        f"allowance {allowance.id}",
        "quantity",
        decimal_text(size),
        f"is more than {MAX_UNITS} base units",
        "Write less, or give the book units with a greater base (field 'units').",
    )
    raise BookError([problem])


def _booked(
    selector: Selector, context: Context, rows: np.ndarray, balance: np.ndarray, count: int
) -> np.ndarray:
    """How many times the option that grants it was booked, per balance."""
    factor = np.ones(count, dtype=np.int64)
    wanted = selector.who["options"]
    if not wanted:
        return factor
    for chain, terms in enumerate(context.chains.options):
        times = sum(term.quantity for term in terms if term.id in wanted)
        if times > 1:
            for number in np.unique(balance[context.chains.row[rows] == chain]):
                factor[number] = max(factor[number], times)
    return factor


class _Sharing:
    """Which lines share the balances of a selector, and from when to when."""

    def __init__(self, book: TariffBook, selector: Selector) -> None:
        self.book, self.selector = book, selector
        self.always: dict[str, int] = defaultdict(int)
        self.spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        if selector.share == "pool":
            return
        for name, own in book.lines.items():
            line = whole(book, own)
            if entitled(selector, name, line):
                self._add(getattr(line, selector.share, None) or "", own)

    def members(self, holder: str, period: int) -> int:
        """How many lines share a balance in a period; at least one.

        A line that ends before the period or begins after it is none of them, so who joins later
        changes nothing that was.
        """
        if self.selector.share == "line":
            return 1
        if self.selector.share == "pool" and holder not in self.always:
            self._add_pool(holder)
        inside = sum(
            self.selector.period.covered(period, low, high)[0] > 0
            for low, high in self.spans[holder]
        )
        return max(self.always[holder] + inside, 1)

    def _add(self, holder: str, line: Party) -> None:
        if line.valid_from <= FIRST and line.valid_to >= LAST:
            self.always[holder] += 1
        else:
            self.spans[holder].append((max(line.valid_from, FIRST), min(line.valid_to, LAST)))

    def _add_pool(self, pool: str) -> None:
        inside = self.book.pool_members(pool)
        # Lines of which the book tells nothing more are there always.
        self.always[pool] = len(inside["line"] - self.book.lines.keys())
        for name, own in self.book.lines.items():
            line = whole(self.book, own)
            if (
                name in inside["line"]
                or line.contract in inside["contract"]
                or line.customer in inside["customer"]
            ):
                self._add(pool, own)


def validity_of(book: TariffBook, selector: Selector, holder: str) -> tuple[int, int]:
    """From when to when a holder has it."""
    low, high = selector.valid_from, selector.valid_to
    party = {"line": book.lines, "contract": book.contracts}.get(selector.share, {}).get(holder)
    if party is not None:
        low, high = max(low, party.valid_from), min(high, party.valid_to)
        terms = [term for term in party.options if term.id in selector.who["options"]]
        if terms:
            low = max(low, min(term.valid_from for term in terms))
            high = min(high, max(term.valid_to for term in terms))
    return max(low, FIRST), min(high, LAST)
