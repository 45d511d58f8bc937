# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of cells to prices by prefix; every fault with its line.

>>> from .tables import open_table
>>> text = '''Destination;Prefix;Price;Increment
... Germany;49;0,0120;60/1
... Germany mobile;"4915, 4916";0,0890;60/60
... France;33x;0,01;60/1'''
>>> deck = read(open_table("deck.csv", text.encode()), 1, ["label", "prefix", "price", "increment"],
...             Dialect(decimal=","))
>>> [(row.line, row.prefix, row.label, str(row.terms.price)) for row in deck.rows]
[(2, '49', 'Germany', '0.012'), (3, '4915', 'Germany mobile', '0.089'), \
(3, '4916', 'Germany mobile', '0.089')]
>>> deck.faults
[Fault(line=4, code='bad-prefix', value='33x', more='')]
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

from . import values
from .headings import REQUIRED
from .prefixes import expand
from .tables import Cell, Table
from .terms import ZERO, Bad, Fault, Key, Row, Terms, Unreadable
from .values import Dialect

#: Prefixes that a deck may have, ranges taken apart.
MAX_PREFIXES = 500_000
#: Faults that are kept; what is above is only counted.
MAX_FAULTS = 2_000
_LABEL_LENGTH = 200


@dataclasses.dataclass
class Deck:
    """``repeated``: prefixes that stand there again with the same price."""

    rows: list[Row] = dataclasses.field(default_factory=list)
    faults: list[Fault] = dataclasses.field(default_factory=list)
    lines: int = 0
    faulty: int = 0
    repeated: int = 0

    @property
    def good(self) -> bool:
        return not self.faulty


def read(table: Table, heading: int, meanings: Sequence[str | None], dialect: Dialect) -> Deck:
    """All lines below the line ``heading``, by the ``meanings`` of the columns.

    :raises Unreadable: for what concerns the file as a whole
    """
    columns = {meaning: at for at, meaning in enumerate(meanings) if meaning}
    for meaning in REQUIRED:
        if meaning not in columns:
            raise Unreadable("no-column", meaning)
    if "per" in columns and "unit" not in columns:
        raise Unreadable("unit-column")
    reader = _Reader(columns, dialect)
    for line, cells in table.rows():
        if line > heading:
            reader.line(line, cells, len(meanings))
    return reader.deck


class _Reader:
    def __init__(self, columns: dict[str, int], dialect: Dialect):
        self.columns = columns
        self.dialect = dialect
        self.deck = Deck()
        self.seen: dict[tuple, Row] = {}
        # the same few increments, dates and prices come again and again
        self.amount = _cached(lambda cell: values.amount(cell, dialect))
        self.increments = _cached(lambda cell: values.increments(cell, dialect.decimal))
        self.units = _cached(lambda cell: values.number(cell, dialect.decimal))
        self.date = _cached(lambda cell: values.date(cell, dialect.day_first))

    def line(self, line: int, cells: list[Cell], width: int) -> None:
        self.deck.lines += 1
        faults: list[Fault] = []

        def attempt(parse: Callable[[], Any], default: Any = None) -> Any:
            try:
                return parse()
            except Bad as bad:
                faults.append(Fault(line, bad.code, bad.value[:200], bad.more))
                return default

        if extra := [cell for cell in cells[width:] if cell != ""]:
            faults.append(Fault(line, "extra-cells", str(extra[0])[:200], str(width)))
        prefixes = attempt(
            lambda: expand(self.cell(cells, "prefix"), self.cell(cells, "country_code")), []
        )
        attempt(lambda: self.currency(cells))
        terms = attempt(lambda: self.terms(cells))
        key = attempt(lambda: self.key(cells))
        label = attempt(lambda: self.label(cells))
        begin = attempt(lambda: self.day(cells, "begin"))
        end = attempt(lambda: self.day(cells, "end"))
        if begin and end and end < begin:
            faults.append(Fault(line, "end-before-begin", str(end), str(begin)))
        if not faults:
            for prefix in prefixes:
                self.add(Row(line, prefix, label, key, terms, begin, end), faults)
        if faults:
            self.deck.faulty += 1
            self.deck.faults += faults[: max(0, MAX_FAULTS - len(self.deck.faults))]

    def add(self, row: Row, faults: list[Fault]) -> None:
        known = self.seen.setdefault((row.prefix, row.key, row.begin), row)
        if known is row:
            if len(self.deck.rows) >= MAX_PREFIXES:
                raise Unreadable("too-many", MAX_PREFIXES)
            self.deck.rows.append(row)
        elif (known.terms, known.label, known.end) == (row.terms, row.label, row.end):
            self.deck.repeated += 1
        else:
            faults.append(Fault(row.line, "twice", row.prefix, str(known.line)))

    def cell(self, cells: list[Cell], meaning: str) -> Cell:
        at = self.columns.get(meaning)
        return cells[at] if at is not None and at < len(cells) else ""

    def currency(self, cells: list[Cell]) -> None:
        text = values.plain(self.cell(cells, "currency")).upper()
        if text and values.SIGNS.get(text, text) != self.dialect.currency:
            raise Bad("other-currency", text, self.dialect.currency)

    def key(self, cells: list[Cell]) -> Key:
        service = values.plain(self.cell(cells, "service")) or self.dialect.service
        direction = values.plain(self.cell(cells, "direction")).lower() or self.dialect.direction
        if direction not in values.DIRECTIONS:
            raise Bad("bad-direction", direction)
        band = values.plain(self.cell(cells, "band"))
        if band and band.lower() not in self.dialect.bands:
            raise Bad("unknown-band", band)
        return Key(
            services(service),
            values.DIRECTIONS[direction],
            self.dialect.bands[band.lower()] if band else "",
        )

    def label(self, cells: list[Cell]) -> str | None:
        return " ".join(values.plain(self.cell(cells, "label")).split())[:_LABEL_LENGTH] or None

    def day(self, cells: list[Cell], meaning: str):
        cell = self.cell(cells, meaning)
        return None if cell == "" else self.date(cell)

    def terms(self, cells: list[Cell]) -> Terms:
        unit, per = self.unit(cells)
        initial, step = self.increment(cells)
        price, flat = self.price(cells)
        setup = self.cell(cells, "setup")
        found = Terms(
            price=price,
            per=per,
            unit=unit,
            initial=initial,
            step=step,
            setup=self.amount(setup) if setup != "" else self.dialect.setup,
            minimum=self.optional(self.amount, cells, "minimum"),
            maximum=self.optional(self.amount, cells, "maximum"),
            free=self.optional(self.units, cells, "free"),
            price_initial=self.optional(self.amount, cells, "price_initial"),
            weight=int(self.optional(self.units, cells, "weight")),
            flat=flat,
        )
        if found.maximum and found.minimum > found.maximum:
            raise Bad("minimum-above-maximum", found.minimum, str(found.maximum))
        return found

    def optional(self, parse, cells: list[Cell], meaning: str):
        cell = self.cell(cells, meaning)
        return ZERO if cell == "" else parse(cell)

    def price(self, cells: list[Cell]) -> tuple[Any, bool]:
        cell = self.cell(cells, "price")
        if cell == "":
            raise Bad("no-price", "")
        if isinstance(cell, str) and cell.lower() in values.FLAT_WORDS:
            return ZERO, True
        return self.amount(cell), False

    def unit(self, cells: list[Cell]) -> tuple[str, Any]:
        cell = self.cell(cells, "unit")
        if cell == "":
            return self.dialect.unit, self.dialect.per
        unit, factor = values.unit_of(cell)
        per = self.optional(self.units, cells, "per")
        return unit, (per or 1) * factor

    def increment(self, cells: list[Cell]) -> tuple[Any, Any]:
        cell = self.cell(cells, "increment")
        if cell != "":
            return self.increments(cell)
        given = [self.cell(cells, name) for name in ("initial", "step")]
        if given == ["", ""]:
            return values.settled(self.dialect.initial, self.dialect.step)
        return values.settled(*(ZERO if cell == "" else self.units(cell) for cell in given))


def services(text: str) -> str:
    """Several services in one order; "*" is any service.

    >>> services("SMS , voice"), services("*")
    ('sms, voice', '')
    """
    if text.strip() == "*":
        return ""
    return ", ".join(sorted(filter(None, (name.strip().lower() for name in text.split(",")))))


def _cached(parse: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
    """``parse``, each cell once; what is bad is parsed, and refused, again."""
    known = functools.lru_cache(maxsize=4096)(lambda kind, cell: parse(cell))
    return lambda cell: known(type(cell), cell)
