# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a deck says: prices by prefix, in exact numbers."""

from __future__ import annotations

import dataclasses
import datetime
import typing
from decimal import Decimal

ZERO = Decimal(0)
#: ITU-T E.164: at most fifteen digits with country code.
MAX_DIGITS = 15
#: Decimal places that prices, and units, are kept with.
PRICE_PLACES, UNIT_PLACES = 8, 6
#: Digits before the decimal sign that a price, or a number of units, may have.
WHOLE_DIGITS = 8


class Key(typing.NamedTuple):
    """Which usage a price is for; ``service`` "" = any, ``band`` = its code, "" = always.

    ``origin``: from where is called, "" = from anywhere. No row of a deck says one, so prices for
    certain callers stay beside what a deck says.
    """

    service: str = "voice"
    direction: str = "out"
    band: str = ""
    origin: str = ""

    @property
    def scope(self) -> tuple[str, str, str]:
        """A deck's rows for a prefix replace all that is there for their scope."""
        return self.service, self.direction, self.origin


class Terms(typing.NamedTuple):
    """A price and what goes with it; money in the currency, increments in ``unit``."""

    price: Decimal
    per: Decimal = Decimal(60)
    unit: str = "second"
    initial: Decimal = ZERO
    step: Decimal = ZERO
    setup: Decimal = ZERO
    minimum: Decimal = ZERO
    maximum: Decimal = ZERO
    free: Decimal = ZERO
    price_initial: Decimal = ZERO
    weight: int = 0
    flat: bool = False


class Special(typing.NamedTuple):
    """A price that no line of a deck can say (steps, factors, …): ``rate`` is its record's id."""

    rate: int


#: Everything that a zone costs.
Prices = dict[Key, "Terms | Special"]


@dataclasses.dataclass(frozen=True)
class Row:
    """One prefix of a line; ``begin``, ``end``: first and last day, None = without bound."""

    line: int
    prefix: str
    label: str | None
    key: Key
    terms: Terms
    begin: datetime.date | None = None
    end: datetime.date | None = None


class Fault(typing.NamedTuple):
    """A line that cannot be used. ``code`` is one of :data:`FAULTS`."""

    line: int
    code: str
    value: str
    more: str = ""


class Bad(ValueError):
    """A cell that cannot be used: :class:`Fault` without its line."""

    def __init__(self, code: str, value: object, more: str = ""):
        super().__init__(f"{code}: {value}")
        self.code, self.value, self.more = code, str(value), more


class Unreadable(ValueError):
    """The file as a whole cannot be used; ``code`` is one of :data:`UNREADABLE`."""

    def __init__(self, code: str, value: object = ""):
        super().__init__(f"{code}: {value}")
        self.code, self.value = code, str(value)


#: Reasons of faults; whoever shows them has a sentence and a remedy for each.
FAULTS = (
    "bad-date", "bad-direction", "bad-increment", "bad-number", "bad-prefix", "bad-unit",
    "blank-in-prefix", "damaged", "date-order", "end-before-begin", "error-cell", "extra-cells",
    "formula", "leading-zero", "minimum-above-maximum", "negative", "no-prefix", "no-price",
    "other-currency", "places", "range", "thousands", "too-large", "too-long", "twice",
    "unknown-band",
)  # fmt: skip
UNREADABLE = (
    "damaged-file", "empty", "encoding", "no-column", "no-sheet", "no-table",
    "old-spreadsheet", "too-big", "too-many", "unit-column",
)  # fmt: skip
