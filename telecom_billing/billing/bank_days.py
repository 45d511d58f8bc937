# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days on which euro payments are settled (the closing days of the T2 system, since 2002)."""

from __future__ import annotations

import datetime

from dateutil.easter import easter

DAY = datetime.timedelta(days=1)
#: (month, day) closed every year: New Year, Labour Day, Christmas, the day after.
CLOSED = {(1, 1), (5, 1), (12, 25), (12, 26)}


def is_open(day: datetime.date) -> bool:
    """Whether euro payments are settled on ``day``.

    >>> is_open(datetime.date(2026, 4, 3)), is_open(datetime.date(2026, 4, 7))  # Good Friday
    (False, True)
    """
    if day.weekday() >= 5 or (day.month, day.day) in CLOSED:
        return False
    sunday = easter(day.year)
    return day not in (sunday - 2 * DAY, sunday + DAY)


def at_or_after(day: datetime.date) -> datetime.date:
    """``day``, or the next day that is open.

    >>> at_or_after(datetime.date(2026, 12, 25))
    datetime.date(2026, 12, 28)
    """
    while not is_open(day):
        day += DAY
    return day


def earliest_debit(today: datetime.date, lead: int = 1) -> datetime.date:
    """The first day a debit handed in ``today`` can fall due: ``lead`` open days later.

    >>> earliest_debit(datetime.date(2026, 11, 20))  # a Friday
    datetime.date(2026, 11, 23)
    """
    day = today
    for _step in range(lead):
        day = at_or_after(day + DAY)
    return day
