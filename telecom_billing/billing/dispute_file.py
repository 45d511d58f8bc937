# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables as a file for the other side: XLSX with a sheet each, or CSV one below the other."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

MIMETYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}

Table = tuple[str, Sequence[str], Iterable[Sequence[Any]]]
"""Title, column heads, rows."""

SHEET_ROWS = 1_048_576
"""What a sheet can hold; further rows go to further sheets."""

#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(kind: str, path: Path, *tables_and_lang: Any) -> None:
    """Write tables (see :data:`Table`) and, as the last argument, the reader's language code."""
    *tables, lang = tables_and_lang
    if kind == "xlsx":
        _xlsx(path, tables)
    else:
        _csv(path, tables, ";" if lang.startswith("de") else ",", "," if lang[:2] == "de" else ".")


def _csv(path: Path, tables: Sequence[Table], delimiter: str, sign: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream, delimiter=delimiter)
        for number, (title, heads, rows) in enumerate(tables):
            if number:
                out.writerow([])
            out.writerow([title])
            out.writerow(heads)
            out.writerows([_text(cell, sign) for cell in row] for row in rows)


def _text(cell: Any, sign: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f").replace(".", sign)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ", "seconds")
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def _xlsx(path: Path, tables: Sequence[Table]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        money = book.add_format({"num_format": "0.000000"})
        for title, heads, rows in tables:
            sheet, at = _sheet(book, title, heads, bold), 1
            for row in rows:
                if at == SHEET_ROWS:
                    sheet, at = _sheet(book, title, heads, bold), 1
                for column, cell in enumerate(row):
                    if isinstance(cell, Decimal):
                        sheet.write_number(at, column, cell, money)
                    elif isinstance(cell, datetime.datetime):
                        sheet.write_datetime(at, column, cell.replace(tzinfo=None), moment)
                    elif isinstance(cell, int):
                        sheet.write_number(at, column, cell)
                    elif cell is not None:
                        sheet.write_string(at, column, str(cell))
                at += 1


def _sheet(book: Any, title: str, heads: Sequence[str], bold: Any) -> Any:
    taken = {sheet.get_name() for sheet in book.worksheets()}
    name = title[:31]
    if name in taken:
        name = f"{title[:27]} {len(taken) + 1}"
    sheet = book.add_worksheet(name)
    sheet.set_column(0, len(heads) - 1, 18)
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    return sheet
