# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of a period that are priced as one: their maximum, latest, sum or different ones.

Storage costs what its highest value or its mean says, a line what its 95th percentile says, seats
what the last count says, active users once each. One record bears the quantity of all (of a maximum
or a percentile the one that reached it, of the latest the last, else the first), the others cost
nothing. Increments, steps, fees, allowances, tiers see that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .money import MICRO
from .periods import KINDS, Period
from .reasons import NUMBER
from .schema import Node
from .usage import MAX_QUANTITY

if TYPE_CHECKING:
    from .book import TariffBook
    from .context import Context

BY = ("maximum", "latest", "sum", "unique", "mean", "percentile")
SHARES = ("line", "contract", "customer")
#: Columns of the usage whose different values may be counted.
OF = ("participant", "conference", "a_number", "b_number", "destination", "key")


@dataclass(frozen=True)
class Together:
    """``by``: what of the records counts; ``of``: the column whose values are told apart; ``at``:
    the part of the records (0 to 1) that is not above the percentile."""

    by: str
    share: str
    period: str
    begins: int
    of: str
    at: Fraction = Fraction(1)

    @classmethod
    def read(cls, rate: Node) -> Together | None:
        """The field ``together`` of a rate."""
        if not rate.has("together"):
            return None
        node = Node.of(rate.data["together"], f"{rate.where}, together", rate.problems)
        node.only("by", "share", "period", "begins", "of", "at")
        if not node.has("by"):
            node.fault("by", "is missing", f"Choose one of: {', '.join(BY)}.", None)
        by = node.choice("by", BY, "sum") or "sum"
        if node.has("of") and by != "unique":
            node.fault("of", "is for 'unique' only", "Leave it out, or set 'by' to unique.")
        at = node.amount("at")
        if (by == "percentile") != (at is not None) or (at is not None and not 0 < at <= 100):
            node.fault(
                "at",
                "goes with 'percentile', above 0 and up to 100",
                "Write 95 for the value that 95 of 100 records do not exceed.",
                node.data.get("at"),
            )
        for name in ("conference", "whole", "ignore_below", "months"):
            if rate.has(name):
                rate.fault(
                    name,
                    "stands beside a price of several records together",
                    "Take one of the two out.",
                )
        return cls(
            by,
            node.choice("share", SHARES, "line") or "line",
            node.choice("period", KINDS, "month") or "month",
            node.whole("begins", 1, 1, 28) or 1,
            node.choice("of", OF, "participant") or "participant",
            (at or Fraction(100)) / 100,
        )


def put_together(context: Context) -> dict[int, int]:
    """Give one row of each group the group's quantity, in place; returns the row that bears each
    other one."""
    book, found = context.book, context.found
    if not any(rate.together for rate in book.listed_rates):
        return {}
    bearer: dict[int, int] = {}
    own = np.array([*(rate.together is not None for rate in book.rates), False])
    rows = np.flatnonzero(own[found.rate] & context.found_by_rate)
    listed = np.array([book.origin(number) for number in range(len(book.rates))])
    context.quantity = context.quantity.copy()
    # A version that continues another has the same rates: their periods run through.
    same: dict[tuple[int, str, str], int] = {}
    first = np.arange(len(book.rates))
    for number in np.unique(listed[found.rate[rows]]).tolist():
        first[number] = same.setdefault(_identity(book, number), number)
    listed = first[listed]
    for number in np.unique(listed[found.rate[rows]]).tolist():
        mine = rows[listed[found.rate[rows]] == number]
        _of_rate(context, number, mine[np.argsort(context.rank[mine], kind="stable")], bearer)
    return bearer


def _identity(book: TariffBook, number: int) -> tuple[int, str, str]:
    """What a rate has in common with its like in versions that continue one another."""
    version = book.versions[book.rate_version[number]]
    known = {str(one.id): one for one in book.tariff_list[version.tariff].versions}
    seen = {str(version.id)}
    while version.continues is not None and str(version.continues) not in seen:
        version = known[str(version.continues)]
        seen.add(str(version.id))
    return version.tariff, str(version.id), str(book.listed_rates[number].id)


def _of_rate(context: Context, number: int, rows: np.ndarray, bearer: dict[int, int]) -> None:
    """The groups of one rate; ``rows`` in order."""
    rule = context.book.listed_rates[number].together
    assert rule is not None
    codes, values = context.usage.codes(rule.share)
    if not values and rule.share == "line":
        codes, _ = context.usage.codes("contract")
    rows = rows[codes[rows] >= 0]
    clock = context.book.tariff_of(number).clock
    periods = Period(rule.period, rule.begins, clock).number(context.usage.started[rows])
    size = context.quantity[rows]
    if context.sign is not None:
        size = size * context.sign[rows]
    if not rows.size:
        return
    group = codes[rows] * (int(periods.max()) - int(periods.min()) + 1) + periods - periods.min()
    order = np.argsort(group, kind="stable")
    rows, size, group = rows[order], size[order], group[order]
    first = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    counts = np.diff(np.append(first, len(group)))
    place, total = first, size[first]
    if rule.by in ("maximum", "percentile"):
        # Of a percentile the highest records are left out, as many as lie above it.
        above = counts - np.array([-(-int(one) * rule.at // 1) for one in counts], dtype=np.int64)
        place = _highest(group, size)[first + above]
        total = size[place]
    elif rule.by == "latest":
        place = first + counts - 1
        total = size[place]
    elif rule.by in ("sum", "mean"):
        room = len(size) * int(np.abs(size).max()) < 1 << 61
        total = np.add.reduceat(size if room else size.astype(object), first)
        if rule.by == "mean":
            # To the nearest millionth; a half counts up.
            total = (2 * total + counts) // (2 * counts)
    elif rule.by == "unique":
        value = context.usage.codes(rule.of)[0][rows]
        total = _different(group, value, first) * MICRO
    bears = rows[place]
    wide = np.array([abs(one) > MAX_QUANTITY for one in total.tolist()], dtype=bool)
    context.found.reason[bears[wide]] = NUMBER["bad-quantity"]
    total = np.where(wide, 0, total).astype(np.int64)
    context.quantity[rows] = 0
    context.quantity[bears] = np.abs(total)
    if context.sign is not None:
        context.sign[rows] = 1
        context.sign[bears] = np.where(total < 0, -1, 1)
    of_row = np.repeat(bears, counts)
    other = rows != of_row
    bearer.update(zip(rows[other].tolist(), of_row[other].tolist(), strict=True))


def _highest(group: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Places by group, the highest size of each first, equal ones as they stand."""
    return np.lexsort((-size, group))


def _different(group: np.ndarray, value: np.ndarray, first: np.ndarray) -> np.ndarray:
    """How many values (codes, -1 = none) each group has.

    >>> _different(np.array([7, 7, 7, 9]), np.array([1, 0, 1, -1]), np.array([0, 3]))
    array([2, 0])
    """
    order = np.lexsort((value, group))
    mine, told = group[order], value[order]
    fresh = np.append(True, (mine[1:] != mine[:-1]) | (told[1:] != told[:-1])) & (told >= 0)
    return np.add.reduceat(fresh.astype(np.int64), first)
