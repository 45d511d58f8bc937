# SPDX-License-Identifier: AGPL-3.0-or-later
"""A version's prices as a deck that :mod:`~.reading` reads back as it was.

>>> terms = Terms(Decimal("0.02"), initial=Decimal(60), step=Decimal(1))
>>> text = as_csv([Stretch("49", "Germany", ((Key(), terms),))], Style("EUR", "de", decimal=","))
>>> print(text.decode("utf-8-sig").replace("\\r", ""))
Vorwahl;Ziel;Preis;Pro;Einheit;Ersttakt;Folgetakt;Verbindungsentgelt;Währung
49;Germany;0,02;60;second;60;1;0;EUR
<BLANKLINE>
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from .comparing import Stretch
from .tables import FORMULA_SIGNS, Cell
from .terms import ZERO, Key, Special, Terms
from .values import settled

#: Column → (English, German); those without a value in any line are left out but for these.
ALWAYS = ("prefix", "label", "price", "per", "unit", "initial", "step", "setup", "currency")
HEADINGS = {
    "prefix": ("Prefix", "Vorwahl"),
    "label": ("Destination", "Ziel"),
    "service": ("Service", "Dienst"),
    "direction": ("Direction", "Richtung"),
    "band": ("Time band", "Zeitfenster"),
    "weight": ("Weight", "Gewicht"),
    "price": ("Price", "Preis"),
    "per": ("Per", "Pro"),
    "unit": ("Unit", "Einheit"),
    "initial": ("First increment", "Ersttakt"),
    "step": ("Next increment", "Folgetakt"),
    "price_initial": ("Price of the first increment", "Preis des ersten Taktes"),
    "setup": ("Setup fee", "Verbindungsentgelt"),
    "minimum": ("Minimum charge", "Mindestentgelt"),
    "maximum": ("Maximum charge", "Höchstentgelt"),
    "free": ("Free units", "Freie Einheiten"),
    "begin": ("Valid from", "Gültig ab"),
    "end": ("Valid to", "Gültig bis"),
    "currency": ("Currency", "Währung"),
}
_FLAT = ("included", "inklusive")


@dataclasses.dataclass(frozen=True)
class Style:
    """``bands``: code → name as the deck shall show it."""

    currency: str
    language: str = "en"
    decimal: str = "."
    bands: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def place(self) -> int:
        return 1 if self.language == "de" else 0


def as_csv(stretches: Iterable[Stretch], style: Style) -> bytes:
    """UTF-8 with a mark, separated by semicolons where the decimal sign is a comma."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=";" if style.decimal == "," else ",")
    writer.writerows([_text(cell, style) for cell in row] for row in _table(stretches, style))
    return sink.getvalue().encode("utf-8-sig")


def as_xlsx(stretches: Iterable[Stretch], style: Style) -> bytes:
    """One sheet; prefixes are texts, so that no spreadsheet rounds them."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Preise" if style.place else "Prices")
    sheet.freeze_panes = "B2"
    table = _table(stretches, style)
    headings = []
    for at, heading in enumerate(next(table)):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(at + 1)].width = (
            30 if at == 1 else 16
        )
        headings.append(WriteOnlyCell(sheet, heading))
        headings[-1].font = Font(bold=True)
    sheet.append(headings)
    for row in table:
        sheet.append([_cell(WriteOnlyCell, sheet, cell) for cell in row])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _cell(make, sheet, value: Cell):
    if not isinstance(value, str):
        return value
    cell = make(sheet, value)
    cell.data_type = "s"  # "=1+1" is a name here, not a formula
    if value.isdecimal():
        cell.number_format = "@"
    return cell


def _table(stretches: Iterable[Stretch], style: Style) -> Iterator[list[Cell]]:
    """The headings, then a row for each price that a deck can say."""
    lines = [
        _line(one, key, terms, style)
        for one in stretches
        for key, terms in one.prices
        if not isinstance(terms, Special)
    ]
    plain = {"service": "voice", "direction": "out"}
    used = [
        name
        for name in HEADINGS
        if name in ALWAYS or any(line[name] != plain.get(name, "") for line in lines)
    ]
    yield [HEADINGS[name][style.place] for name in used]
    for line in lines:
        yield [line[name] for name in used]


def _line(one: Stretch, key: Key, terms: Terms, style: Style) -> dict[str, Cell]:
    initial, step = settled(terms.initial, terms.step)
    return {
        "prefix": one.prefix,
        "label": one.label,
        "service": key.service or "*",
        "direction": key.direction,
        "band": style.bands.get(key.band, key.band),
        "weight": Decimal(terms.weight) if terms.weight else "",
        "price": _FLAT[style.place] if terms.flat else terms.price,
        "per": terms.per,
        "unit": terms.unit,
        "initial": initial,
        "step": step,
        "price_initial": terms.price_initial or "",
        "setup": terms.setup,
        "minimum": terms.minimum or "",
        "maximum": terms.maximum or "",
        "free": terms.free or "",
        "begin": one.begin or "",
        "end": one.end or "",
        "currency": style.currency,
    }


def _text(cell: Cell, style: Style) -> str:
    if isinstance(cell, Decimal):
        return f"{cell or ZERO:f}".replace(".", style.decimal)
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell
    return cell.isoformat()
