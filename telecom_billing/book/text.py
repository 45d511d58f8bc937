# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers between Odoo's fields and a tariff book's texts, exactly; ids that carry a date."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

#: Separates a record's id from the day on which this shape of it begins.
AT = "@"


class Inexact(ValueError):
    """A number with more decimal places than its field keeps."""


def as_list(record, name) -> list:
    """A list of the book; a single one may stand alone."""
    value = record.get(name)
    return [] if value is None else [value] if isinstance(value, (int, str)) else list(value)


def split_names(text: str | None) -> list[str]:
    """Names with commas between, such as services.

    >>> split_names("voice, sms,"), split_names(None)
    (['voice', 'sms'], [])
    """
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def to_text(value: float | None, places: int) -> str:
    """A stored number as text; the database holds ``places`` decimals, so the text is exact.

    >>> to_text(0.0139, 8), to_text(60.0, 6), to_text(-0.5, 8), to_text(0.0, 8)
    ('0.0139', '60', '-0.5', '0')
    """
    text = f"{value or 0:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def to_number(value: Any, places: int) -> float:
    """A book's number for a field with ``places`` decimals; :class:`Inexact` if it would lose any.

    >>> to_number("0.0139", 8), to_number(None, 8), to_number(60, 6)
    (0.0139, 0.0, 60.0)
    >>> to_number("0.123456789", 8)
    Traceback (most recent call last):
    odoo.addons.telecom_billing.book.text.Inexact: 0.123456789 has more than 8 decimal places
    """
    if value is None or value is False:
        return 0.0
    exact = Decimal(str(value))
    number = float(exact)
    if Decimal(to_text(number, places)) != exact:
        raise Inexact(f"{value} has more than {places} decimal places")
    return number


def plain_id(name: Any) -> int:
    """The record's id in an engine book's id: ``71`` or ``"71@2026-03-15"``.

    >>> plain_id(71), plain_id("71@2026-03-15")
    (71, 71)
    """
    return name if isinstance(name, int) else int(name.split(AT)[0])
