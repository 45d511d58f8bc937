# SPDX-License-Identifier: AGPL-3.0-or-later
"""Times of day between Odoo's hours (a number) and text; plain functions."""

from __future__ import annotations


def to_clock(hours: float) -> str:
    """Odoo's hours as ``HH:MM``, or ``HH:MM:SS`` where there are seconds.

    >>> to_clock(8.0), to_clock(18.5), to_clock(24.0), to_clock(0.0125)
    ('08:00', '18:30', '24:00', '00:00:45')
    """
    seconds = round((hours or 0) * 3600)
    minutes, seconds = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def to_hours(text: str) -> float:
    """The reverse of :func:`to_clock`.

    >>> to_hours("18:30"), to_hours("24:00"), to_clock(to_hours("00:00:45"))
    (18.5, 24.0, '00:00:45')
    """
    parts = [int(part) for part in text.split(":")] + [0, 0]
    return (parts[0] * 3600 + parts[1] * 60 + parts[2]) / 3600
