# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much each balance holds: the grant, times what was booked and who shares it, prorated."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .allowances import ENDLESS, Allowance
from .belonging import entitled, whole
from .book import TariffBook
from .context import Context
from .money import decimal_text
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
    for number, (holder, period) in enumerate(zip(holders, periods, strict=True)):
        size = base * int(times[number])
        if allowance.per_member:
            size *= members(context.book, allowance.selector, holder)
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


def members(book: TariffBook, selector: Selector, holder: str) -> int:
    """How many lines share a holder's balance; at least one."""
    if selector.share == "pool":
        inside = book.pool_members(holder)
        named = set(inside["line"])
        for name, line in book.lines.items():
            customer = whole(book, line).customer
            if line.contract in inside["contract"] or customer in inside["customer"]:
                named.add(name)
        count = len(named)
    elif selector.share == "line":
        count = 1
    else:
        lines = ((name, whole(book, own)) for name, own in book.lines.items())
        count = sum(
            getattr(line, selector.share) == holder and entitled(selector, name, line)
            for name, line in lines
        )
    return max(count, 1)


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
