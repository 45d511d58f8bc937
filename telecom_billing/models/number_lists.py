# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of numbers and days as people type them, and as a tariff book states them."""

from __future__ import annotations

import re
from typing import Any


def numbers(text: str | None) -> list:
    """``1, 7-9`` → the numbers; what is none stays a text, for the rating core to refuse.

    >>> numbers("1, 7-9"), numbers(""), numbers("May")
    ([1, 7, 8, 9], [], ['May'])
    """
    found: list = []
    for part in _parts(text):
        if span := re.fullmatch(r"(\d{1,4})\s*-\s*(\d{1,4})", part):
            found += range(int(span[1]), int(span[2]) + 1)
        else:
            found.append(int(part) if part.isdigit() else part)
    return found


def dates(text: str | None) -> list[str]:
    """Days, each as typed.

    >>> dates("2026-12-24, 2026-12-31")
    ['2026-12-24', '2026-12-31']
    """
    return _parts(text)


def spans(text: str | None) -> list:
    """Days, and pairs of first and last day.

    >>> spans("2026-12-24..2026-12-26, 2027-01-01")
    [['2026-12-24', '2026-12-26'], '2027-01-01']
    """
    return [
        [end.strip() for end in part.split("..")] if ".." in part else part for part in _parts(text)
    ]


def hours(text: str | None) -> list:
    """Pairs of times of day; what is no pair stays a text, for the rating core to refuse.

    >>> hours("8:00-12:00, 13 – 17:30"), hours(""), hours("noon")
    ([['08:00', '12:00'], ['13:00', '17:30']], [], ['noon'])
    """
    found: list = []
    for part in _parts(text):
        ends = [_clock(end.strip()) for end in re.split("[-–]", part)]
        found.append(ends if len(ends) == 2 else part)
    return found


def hours_text(values: Any) -> str | bool:
    """The inverse of :func:`hours`.

    >>> hours_text([["08:00", "12:00"], ["13:00", "17:30"]]), hours_text(None)
    ('08:00-12:00, 13:00-17:30', False)
    """
    return ", ".join("-".join(map(str, pair)) for pair in values or []) or False


def text(values: Any) -> str | bool:
    """The inverse: a book's list as people type it.

    >>> text([1, 7]), text([["2026-12-24", "2026-12-26"], "2027-01-01"]), text(None)
    ('1, 7', '2026-12-24..2026-12-26, 2027-01-01', False)
    """
    if values is None or values == []:
        return False
    listed = [values] if isinstance(values, (int, str)) else values
    return ", ".join(
        "..".join(map(str, one)) if isinstance(one, (list, tuple)) else str(one) for one in listed
    )


def _clock(text: str) -> str:
    """``8`` and ``8:00`` as ``08:00``; anything else as it is."""
    whole = re.fullmatch(r"(\d{1,2})(:\d\d(?::\d\d)?)?", text)
    return f"{int(whole[1]):02d}{whole[2] or ':00'}" if whole else text


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]+", text or "") if part.strip()]
