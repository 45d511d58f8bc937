# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a tariff book's plain data with errors a person can act on.

Each :class:`Node` wraps one record of the book and knows how to name itself ("tariff 7
'Business', version 71, rate 711"). Faults are collected, so that a price list with ten mistakes is
refused once with ten of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from .money import MICRO, exact

_MISSING = object()
#: Letters of a value in a sentence.
_LONGEST_SHOWN = 120
#: Quantities are int64 millionths of a base unit: of these, sums of a few fit as well.
MAX_UNITS = (1 << 61) // MICRO
#: The greatest price, amount or factor.
MAX_AMOUNT = 10**12


def short(value: Any) -> str:
    """A value as a sentence shows it: what is long loses its end.

    >>> short("1" * 200)[-4:], short(Decimal("0.5"))
    ("11…'", '0.5')
    """
    text = str(value) if isinstance(value, Decimal) else repr(value)
    if len(text) <= _LONGEST_SHOWN:
        return text
    return text[: _LONGEST_SHOWN - 2] + "…" + (text[-1] if text[-1] in "'\"]})" else "")


class Problem(NamedTuple):
    """One fault: where it is, which value, what is wrong, what to do."""

    record: str
    field: str
    value: Any
    problem: str
    remedy: str

    def __str__(self) -> str:
        shown = "" if self.value is _MISSING else f" = {short(self.value)}"
        return f"{self.record}: {self.field}{shown}: {self.problem}. {self.remedy}"


class BookError(ValueError):
    """A tariff book that must not be used; ``problems`` lists every fault found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        shown = "\n".join(str(problem) for problem in self.problems[:20])
        more = len(self.problems) - 20
        super().__init__(shown + (f"\n… and {more} more" if more > 0 else ""))


@dataclass
class Node:
    """One record of the book with typed readers; every reader reports instead of raising."""

    data: Mapping[str, Any]
    where: str
    problems: list[Problem]

    @classmethod
    def of(cls, value: Any, where: str, problems: list[Problem]) -> Node:
        if not isinstance(value, Mapping):
            problems.append(
                Problem(where, "record", value, "is not an object", "Write it as {…} with fields.")
            )
            value = {}
        return cls(value, where, problems)

    def fault(self, field: str, problem: str, remedy: str, value: Any = _MISSING) -> None:
        if value is _MISSING:
            value = self.data.get(field, _MISSING)
        self.problems.append(Problem(self.where, field, value, problem, remedy))

    def only(self, *known: str) -> None:
        """Report fields that nobody reads: a typing error must not become a default."""
        for field in self.data:
            if field not in known and not str(field).startswith(("_", "note")):
                self.fault(str(field), "is no field of this record", f"Known: {', '.join(known)}.")

    def has(self, field: str) -> bool:
        return self.data.get(field) is not None

    def id(self, field: str = "id", required: bool = True) -> Any:
        value = self.data.get(field)
        if value is None:
            if required:
                self.fault(field, "is missing", "Give it a whole number or a text.", None)
            return None
        if isinstance(value, bool) or not isinstance(value, (int, str)) or _broken(value):
            self.fault(field, "is no identifier", "Use a whole number or a text.")
            return None
        return value

    def text(self, field: str, default: str | None = None) -> str | None:
        value = self.data.get(field)
        if value is None:
            return default
        if not isinstance(value, str) or _broken(value):
            self.fault(field, "is no text", "Write it in quotes.")
            return default
        return value

    def flag(self, field: str, default: bool = False) -> bool:
        value = self.data.get(field, default)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(field, "is neither true nor false", "Write true or false.")
            return default
        return value

    def choice(self, field: str, options: Sequence[str], default: str | None) -> str | None:
        value = self.data.get(field)
        if value is None:
            return default
        if value not in options:
            self.fault(field, "is unknown", f"Choose one of: {', '.join(options)}.")
            return default
        return value

    def whole(self, field: str, default: int | None, low: int, high: int) -> int | None:
        value = self.data.get(field)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(field, f"is no whole number from {low} to {high}", "Correct the number.")
            return default
        return value

    def amount(
        self, field: str, default: Fraction | None = None, most: int = MAX_AMOUNT
    ) -> Fraction | None:
        """An exact amount of money or a factor, of either sign, of at most the size ``most``."""
        value = self.data.get(field)
        if value is None:
            return default
        try:
            found = exact(value)
        except ValueError as error:
            self.fault(field, str(error), "Write the number as text, for example '0.19'.")
            return default
        if abs(found) > most:
            self.fault(field, f"is beyond {most}", "Correct the number.")
            return default
        return found

    def quantity(
        self,
        field: str,
        default: Fraction | None = None,
        *,
        positive: bool = False,
        scale: int = 1,
    ) -> Fraction | None:
        """A quantity of units, not negative (``positive``: not zero), to six decimal places.

        ``scale``: how many base units one is; what a frame cannot hold in them is a fault (0: it
        is a border that nobody reaches).
        """
        value = self.amount(field, default, most=10**24)
        if value is None or field not in self.data:
            return value
        if value < 0 or (positive and value == 0):
            kind = "negative" if value < 0 else "zero"
            self.fault(field, f"is {kind}", "Write a number above zero, or leave the field out.")
            return default
        if (value * MICRO).denominator != 1:
            self.fault(field, "has more than six decimal places", "Round it to six places.")
            return default
        if value * scale > MAX_UNITS:
            self.fault(
                field,
                f"is more than {MAX_UNITS} base units",
                "Write less, or give the book units with a greater base (field 'units').",
            )
            return default
        return value

    def date(self, field: str) -> dt.date | None:
        value = self.data.get(field)
        if value is None:
            return None
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        try:
            return dt.date.fromisoformat(value)
        except (ValueError, TypeError):
            self.fault(field, "is no date", "Write it like 2026-01-31.")
            return None

    def instant(self, field: str) -> dt.datetime | dt.date | None:
        """A date (midnight in the tariff's time zone) or a date with time."""
        value = self.data.get(field)
        if value is None:
            return None
        if isinstance(value, dt.date):
            return value
        try:
            if isinstance(value, str) and len(value) == 10:
                return dt.date.fromisoformat(value)
            # Python 3.10 does not read a trailing Z.
            return dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
        except (ValueError, TypeError, AttributeError):
            self.fault(
                field, "is no date", "Write it like 2026-01-31 or 2026-01-31T08:00:00+01:00."
            )
            return None

    def mapping(self, field: str) -> Mapping[str, Any]:
        """An object whose fields are names of the book's own; empty where there is none."""
        value = self.data.get(field) or {}
        if isinstance(value, Mapping):
            return value
        self.fault(field, "is not an object", "Write it as {…} with fields.")
        return {}

    def list(self, field: str) -> list[Any]:
        value = self.data.get(field)
        if value is None:
            return []
        if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
            self.fault(field, "is no list", "Write it as […].")
            return []
        return list(value)

    def ids(self, field: str, *, empty: bool = False) -> list[Any]:
        """A list of identifiers; a single one may stand alone. ``empty``: none is an answer."""
        value = self.data.get(field)
        if value is None:
            return []
        found = [value] if isinstance(value, (int, str)) else self.list(field)
        if not found and not empty and self.data[field] == []:
            # Nobody can tell whether an empty list means nothing or everything.
            self.fault(field, "is an empty list", "Name at least one, or leave it out for all.")
        for entry in found:
            if isinstance(entry, bool) or not isinstance(entry, (int, str)):
                self.fault(field, "holds something that is no identifier", "Use numbers or texts.")
                return []
        return found

    def children(self, field: str, kind: str) -> Iterator[Node]:
        """The records in a list, each named after its kind, id and name."""
        for position, value in enumerate(self.list(field), 1):
            label = f"{kind} {position}"
            if isinstance(value, Mapping) and value.get("id") is not None:
                label = f"{kind} {value['id']}"
                if value.get("name"):
                    label += f" {str(value['name'])!r}"
            where = label if self.where == "book" else f"{self.where}, {label}"
            yield Node.of(value, where, self.problems)


def _broken(value: Any) -> bool:
    """A half of a pair of UTF-16 is no character: no file and no database takes it."""
    return (
        isinstance(value, str)
        and not value.isascii()
        and any("\ud800" <= letter <= "\udfff" for letter in value)
    )


def unique(nodes: Sequence[tuple[Any, Node]]) -> None:
    """Report identifiers that occur twice among (id, node) pairs."""
    seen: set[Any] = set()
    for key, node in nodes:
        if key is not None and key in seen:
            node.fault("id", "occurs twice", "Give each record of this kind an id of its own.")
        seen.add(key)
