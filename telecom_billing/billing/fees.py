# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fees by calendar days: which days are due, which were billed, and what a part of a month costs.

A :class:`Span` is a range of days, both ends inclusive. What a contract line owes is the
difference between two sets of days: those it should have paid for and those it was billed. So a
second start finds nothing to do, a late contract is caught up, and the days after an early end
come back as a credit.
"""

from __future__ import annotations

import calendar
import datetime
import fractions
import typing

DAY = datetime.timedelta(days=1)
#: Months a fee covers, by the recurrence words of the contract module.
MONTHS = {"monthly": 1, "monthlylastday": 1, "quarterly": 3, "semesterly": 6, "yearly": 12}


class Span(typing.NamedTuple):
    """Days from ``first`` to ``last``, both inclusive."""

    first: datetime.date
    last: datetime.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def month_end(day: datetime.date) -> datetime.date:
    """The last day of the month.

    >>> month_end(datetime.date(2028, 2, 3))
    datetime.date(2028, 2, 29)
    """
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The first day of the month that lies ``months`` after the one of ``day``."""
    count = day.year * 12 + day.month - 1 + months
    return datetime.date(count // 12, count % 12 + 1, 1)


def horizon(
    start: datetime.date, period: datetime.date, months: int, in_advance: bool
) -> datetime.date:
    """The last day that a run for the month ``period`` bills of a line that began at ``start``.

    Fees in advance reach to the end of the next month, fees in arrears to the end of the run's.
    A fee for several months is due as a whole when its block begins; blocks are counted from the
    month of ``start``. Before the first block is due, the day before ``start`` is returned.

    >>> start = datetime.date(2026, 1, 15)
    >>> horizon(start, datetime.date(2026, 1, 1), 1, True)
    datetime.date(2026, 2, 28)
    >>> horizon(start, datetime.date(2026, 1, 1), 12, True)
    datetime.date(2026, 12, 31)
    >>> horizon(start, datetime.date(2026, 1, 1), 3, False)
    datetime.date(2026, 1, 14)
    >>> horizon(start, datetime.date(2026, 3, 1), 3, False)
    datetime.date(2026, 3, 31)
    """
    due = add_months(period, 1 if in_advance else 0)
    elapsed = (due.year - start.year) * 12 + due.month - start.month
    blocks = (elapsed // months + 1) if in_advance else (elapsed + 1) // months
    if elapsed < 0 or blocks <= 0:
        return start - DAY
    return add_months(start, blocks * months) - DAY


def subtract(wanted: Span | None, covered: typing.Iterable[Span]) -> list[Span]:
    """The days of ``wanted`` that are in none of ``covered``, as spans in order.

    >>> day = lambda d: datetime.date(2026, 1, d)
    >>> [(s.first.day, s.last.day) for s in
    ...  subtract(Span(day(1), day(31)), [Span(day(5), day(9)), Span(day(20), day(31))])]
    [(1, 4), (10, 19)]
    """
    if wanted is None:
        return []
    rest, at = [], wanted.first
    for span in sorted(covered):
        if span.last < at or span.first > wanted.last:
            continue
        if span.first > at:
            rest.append(Span(at, span.first - DAY))
        at = max(at, span.last + DAY)
    if at <= wanted.last:
        rest.append(Span(at, wanted.last))
    return rest


def overlap(span: Span, other: Span | None) -> Span | None:
    """The days both have, or None."""
    if other is None:
        return None
    first, last = max(span.first, other.first), min(span.last, other.last)
    return Span(first, last) if first <= last else None


def blocks(span: Span, start: datetime.date, months: int) -> list[Span]:
    """``span`` cut where the blocks of ``months`` months, counted from ``start``'s, meet.

    >>> [str(s.last) for s in blocks(
    ...     Span(datetime.date(2026, 1, 15), datetime.date(2026, 3, 31)),
    ...     datetime.date(2026, 1, 15), 1)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    cut, first = [], span.first
    while first <= span.last:
        elapsed = (first.year - start.year) * 12 + first.month - start.month
        end = add_months(start, (elapsed // months + 1) * months) - DAY
        cut.append(Span(first, min(end, span.last)))
        first = end + DAY
    return cut


def share(span: Span, months: int) -> fractions.Fraction:
    """The part of a fee for ``months`` months that the days of ``span`` cost.

    Each calendar month weighs the same, and each of its days equally within it; so February is
    no cheaper than March, and the 29th is a day like others in a leap year.

    >>> share(Span(datetime.date(2026, 11, 10), datetime.date(2026, 11, 30)), 1)
    Fraction(7, 10)
    >>> share(Span(datetime.date(2028, 2, 29), datetime.date(2028, 2, 29)), 1)
    Fraction(1, 29)
    >>> share(Span(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)), 12)
    Fraction(1, 1)
    """
    total = fractions.Fraction(0)
    for piece in blocks(span, span.first, 1):
        total += fractions.Fraction(piece.days, month_end(piece.first).day)
    return total / months
