# SPDX-License-Identifier: AGPL-3.0-or-later
"""What part of a recurring price a span of days is worth, exactly.

Three rules: by the days of each calendar month; by month offsets from a start (contract months);
by thirtieths. All count both the first and the last day.

>>> day = dt.date.fromisoformat
>>> calendar_months(day("2026-01-17"), day("2026-02-28"))
Fraction(46, 31)
>>> offset_months(day("2026-01-17"), day("2026-01-17"), day("2026-03-16"))
Fraction(2, 1)
>>> thirtieths(day("2026-02-18"), day("2026-02-28"))
Fraction(11, 30)
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .money import exact, round_fraction

RULES = ("days", "offsets", "thirtieths")


def calendar_months(first: dt.date, last: dt.date) -> Fraction:
    """Months from ``first`` to ``last``: each calendar month counts its covered part of days.

    Raises ``ValueError`` where ``last`` lies before ``first``.
    """
    _check(first, last)
    total = Fraction(0)
    month = first.replace(day=1)
    while month <= last:
        days = monthrange(month.year, month.month)[1]
        end = month.replace(day=days)
        covered = (min(end, last) - max(month, first)).days + 1
        total += Fraction(covered, days)
        month = end + dt.timedelta(days=1)
    return total


def add_months(start: dt.date, months: int) -> dt.date:
    """The same day some months later, or the month's last day where it has no such day.

    >>> add_months(dt.date(2026, 1, 31), 1), add_months(dt.date(2026, 1, 31), 2)
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def offset_months(start: dt.date, first: dt.date, last: dt.date) -> Fraction:
    """Months from ``first`` to ``last``, months beginning on the day of ``start``.

    A month that is covered in part counts its covered days by its own length.
    """
    _check(first, last)
    number = (first.year - start.year) * 12 + first.month - start.month
    if add_months(start, number) > first:
        number -= 1
    total = Fraction(0)
    while True:
        begin, end = add_months(start, number), add_months(start, number + 1)
        if begin > last:
            return total
        low, high = max(begin, first), min(end, last + dt.timedelta(days=1))
        total += Fraction((high - low).days, (end - begin).days)
        number += 1


def thirtieths(first: dt.date, last: dt.date) -> Fraction:
    """Months from ``first`` to ``last``, days being thirtieths, whole months one."""
    _check(first, last)
    total = Fraction(0)
    month = first.replace(day=1)
    while month <= last:
        end = month.replace(day=monthrange(month.year, month.month)[1])
        low, high = max(month, first), min(end, last)
        whole = low == month and high == end
        days = min((high - low).days + 1, 30)
        total += 1 if whole else Fraction(days, 30)
        month = end + dt.timedelta(days=1)
    return total


def in_months(first: dt.date, last: dt.date, rule: str, start: dt.date | None = None) -> Fraction:
    """Months from ``first`` to ``last`` by one of :data:`RULES`; ``start`` for "offsets".

    >>> in_months(dt.date(2026, 2, 18), dt.date(2026, 2, 28), "thirtieths")
    Fraction(11, 30)
    """
    if rule not in RULES:
        raise ValueError(f"proration rule {rule!r} is unknown; choose one of {', '.join(RULES)}")
    if rule == "days":
        return calendar_months(first, last)
    return (
        thirtieths(first, last)
        if rule == "thirtieths"
        else offset_months(start or first, first, last)
    )


def prorated(
    price: Any,
    first: dt.date,
    last: dt.date,
    *,
    rule: str = "days",
    start: dt.date | None = None,
    places: int = 2,
    rounding: str = "half_up",
) -> Decimal:
    """A monthly price for a span of days, rounded once; ``start`` for the rule "offsets".

    >>> prorated("29.90", dt.date(2026, 2, 18), dt.date(2026, 2, 28), rule="thirtieths")
    Decimal('10.96')
    """
    months = in_months(first, last, rule, start)
    amount = round_fraction(exact(price) * months, places, rounding)
    return Decimal(int(amount * 10**places)).scaleb(-places)


def by_thirtieths(price: Any, days: int, *, places: int = 2, rounding: str = "half_up") -> Decimal:
    """A monthly price for a number of days at one thirtieth each, rounded once.

    >>> by_thirtieths("29.90", 11)
    Decimal('10.96')
    """
    amount = round_fraction(exact(price) * days / 30, places, rounding)
    return Decimal(int(amount * 10**places)).scaleb(-places)


def _check(first: dt.date, last: dt.date) -> None:
    if last < first:
        raise ValueError(f"the last day {last} lies before the first {first}; exchange them")
