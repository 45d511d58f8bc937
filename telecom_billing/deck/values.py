# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cells to numbers and dates, by what was declared; never by what they look like.

>>> number("0,0120", ","), amount("1,9 ct", Dialect(decimal=",", cents=True))
(Decimal('0.012'), Decimal('0.019'))
>>> number("1.234,50", ",")
Traceback (most recent call last):
telecom_billing.deck.terms.Bad: thousands: 1.234,50
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from decimal import Decimal

from .tables import Broken, Cell, Formula
from .terms import PRICE_PLACES, UNIT_PLACES, WHOLE_DIGITS, ZERO, Bad

#: Signs of money → ISO 4217.
SIGNS = {"€": "EUR", "EURO": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "FR.": "CHF"}
CENTS = ("CT", "CENT", "CENTS", "¢", "CT.")
#: Units as decks name them → (unit of the rate, units in it).
UNITS = {
    "second": ("second", 1), "seconds": ("second", 1), "sec": ("second", 1), "s": ("second", 1),
    "sekunde": ("second", 1), "sekunden": ("second", 1), "sek": ("second", 1),
    "minute": ("second", 60), "minutes": ("second", 60), "min": ("second", 60),
    "minuten": ("second", 60), "hour": ("second", 3600), "hours": ("second", 3600),
    "stunde": ("second", 3600), "h": ("second", 3600), "piece": ("piece", 1), "sms": ("piece", 1),
    "message": ("piece", 1), "nachricht": ("piece", 1), "stück": ("piece", 1),
}  # fmt: skip
FLAT_WORDS = ("included", "inclusive", "inklusive", "inkl", "inkl.", "enthalten", "flat")
DIRECTIONS = {
    "out": "out", "outgoing": "out", "outbound": "out", "ausgehend": "out", "in": "in",
    "incoming": "in", "inbound": "in", "eingehend": "in", "transfer": "transfer",
    "transferred": "transfer", "weitergeleitet": "transfer", "any": "any", "beliebig": "any",
}  # fmt: skip
_NUMBER = re.compile(
    r"([^0-9\s.,+\-−]*)\s*([+\-−]?)\s*([0-9][0-9.,' ]*|[.,][0-9]+)\s*([^0-9\s.,]*\.?)"
)
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_INCREMENT = re.compile(
    r"\s*([0-9.,]+)\s*(?:[/:+;|-]\s*([0-9.,]+))?\s*(?:s|sec|sek|sekunden)?\.?\s*"
)


@dataclasses.dataclass(frozen=True)
class Dialect:
    """What a file does not say of itself, as a person declared it.

    :ivar decimal: "," or "."; the other one, and blanks, are not accepted as thousands separators
    :ivar cents: money is in hundredths of the currency
    :ivar day_first: of dates with slashes; None: they are refused
    :ivar unit, per: the price is for ``per`` units, where no column says otherwise
    :ivar initial, step, setup: where no column, or an empty cell, says otherwise
    :ivar bands: name or code, in small letters → code
    """

    decimal: str = "."
    cents: bool = False
    day_first: bool | None = None
    currency: str = "EUR"
    unit: str = "second"
    per: Decimal = Decimal(60)
    initial: Decimal = ZERO
    step: Decimal = ZERO
    setup: Decimal = ZERO
    service: str = "voice"
    direction: str = "out"
    bands: Mapping[str, str] = dataclasses.field(default_factory=dict)


def plain(cell: Cell) -> str:
    """A cell as text, without what only looks like one."""
    if isinstance(cell, Formula):
        raise Bad("formula", cell)
    if isinstance(cell, Broken):
        raise Bad("error-cell", cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell).strip()


def number(cell: Cell, decimal: str, places: int = UNIT_PLACES) -> Decimal:
    """A number that is not negative, without anything beside it."""
    if isinstance(cell, datetime.date):
        raise Bad("damaged", cell)
    if isinstance(cell, Decimal):
        return _within(cell, cell, places)
    text = plain(cell)
    if _SCIENTIFIC.fullmatch(text):
        raise Bad("damaged", text)
    return _within(_digits(text, text, decimal), text, places)


def amount(cell: Cell, dialect: Dialect) -> Decimal:
    """An amount of money in the dialect's currency, which may stand beside it."""
    if isinstance(cell, (Decimal, datetime.date)):
        found = number(cell, dialect.decimal, PRICE_PLACES)
        return _within(found / 100, cell, PRICE_PLACES) if dialect.cents else found
    text = plain(cell)
    if _SCIENTIFIC.fullmatch(text.replace(" ", "")):
        raise Bad("damaged", text)
    match = _NUMBER.fullmatch(text)
    if not match:
        raise Bad("bad-number", text)
    before, sign, digits, after = match.groups()
    cents = dialect.cents
    for word in filter(None, (before.upper(), after.upper())):
        if word in CENTS and dialect.cents:
            continue
        if word in CENTS or SIGNS.get(word, word) != dialect.currency:
            known = word in SIGNS or re.fullmatch(r"[A-Z]{3}", word) or word in CENTS
            raise Bad("other-currency" if known else "bad-number", text, dialect.currency)
    found = _digits(digits.strip(), text, dialect.decimal)
    if sign in ("-", "−") and found:
        raise Bad("negative", text)
    return _within(found / 100 if cents else found, text, PRICE_PLACES)


def _digits(digits: str, text: str, decimal: str) -> Decimal:
    """Digits with at most one decimal sign."""
    if re.match(r"[-−]", digits):
        raise Bad("negative", text)
    other = "." if decimal == "," else ","
    if re.fullmatch(rf"[0-9]*(?:{re.escape(decimal)}[0-9]+)?", digits) and digits:
        return Decimal(digits.replace(decimal, "."))
    if re.fullmatch(_grouped(other, decimal), digits):
        raise Bad("thousands", text, decimal)
    raise Bad("bad-number", text, decimal)


def _grouped(other: str, decimal: str) -> str:
    """Numbers whose thousands are set apart."""
    return rf"[0-9]{{1,3}}(?:[ '{other}][0-9]{{3}})+(?:{re.escape(decimal)}[0-9]+)?"


def _within(value: Decimal, shown: object, places: int) -> Decimal:
    if value < 0:
        raise Bad("negative", shown)
    if value >= 10**WHOLE_DIGITS:
        raise Bad("too-large", shown)
    value = value.normalize() if value else ZERO
    exponent = int(value.as_tuple().exponent)
    if -exponent > places:
        raise Bad("places", shown, str(places))
    return value.quantize(1) if exponent > 0 else value


def increments(cell: Cell, decimal: str) -> tuple[Decimal, Decimal]:
    """``60/1`` → (60, 1); ``60`` → (60, 60).

    >>> increments("60/1", "."), increments("1-1", ","), increments("30", ",")
    ((Decimal('60'), Decimal('1')), (Decimal('1'), Decimal('1')), (Decimal('30'), Decimal('30')))
    """
    if isinstance(cell, datetime.date):
        raise Bad("damaged", cell)
    if isinstance(cell, Decimal):
        first = number(cell, decimal)
        return first, first
    text = plain(cell)
    match = _INCREMENT.fullmatch(text)
    if not match:
        raise Bad("bad-increment", text)
    first, second = match.groups()
    initial = number(first, decimal)
    return settled(initial, number(second, decimal) if second else initial)


def settled(initial: Decimal, step: Decimal) -> tuple[Decimal, Decimal]:
    """Increments as they act: one alone counts for both."""
    return initial or step, step or initial


def unit_of(cell: Cell) -> tuple[str, Decimal]:
    """(unit of the rate, how many of it): ``minute`` → ("second", 60)."""
    text = plain(cell).rstrip(".")
    if text.lower() in UNITS:
        unit, factor = UNITS[text.lower()]
        return unit, Decimal(factor)
    if not re.fullmatch(r"[^\W\d][\w-]{0,30}", text):
        raise Bad("bad-unit", text)
    return text, Decimal(1)


def date(cell: Cell, day_first: bool | None) -> datetime.date:
    """``2026-01-31``, ``31.01.2026``; with slashes only if their order was declared.

    >>> date("31.01.2026", None), date("02/01/2026", True)
    (datetime.date(2026, 1, 31), datetime.date(2026, 1, 2))
    """
    if isinstance(cell, datetime.date):
        return cell
    text = plain(cell)
    day_text = re.sub(r"[ T][0-9][0-9]?:[0-9][0-9].*$", "", text)
    parts = re.fullmatch(r"([0-9]{1,4})([-./])([0-9]{1,2})\2([0-9]{1,4})", day_text)
    if not parts:
        raise Bad("bad-date", text)
    first, sign, second, third = parts.groups()
    if len(first) == 4 and len(third) <= 2:
        year, month, day = first, second, third
    elif len(third) != 4 or len(first) > 2:
        raise Bad("bad-date", text)
    elif sign == ".":
        day, month, year = first, second, third
    elif day_first is None:
        raise Bad("date-order", text)
    else:
        day, month, year = (first, second, third) if day_first else (second, first, third)
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise Bad("bad-date", text) from None
