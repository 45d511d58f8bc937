# SPDX-License-Identifier: AGPL-3.0-or-later
"""XLSX to rows of cells, without trusting the file.

A workbook is a zip of XML: what it would unpack to is known before anything is unpacked (and
zipfile reads no more than that), and no part may declare entities.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal

from .tables import Broken, Cell, Formula, Table, is_empty
from .terms import Unreadable

#: Bytes that a workbook may unpack to; 50,000 lines of ten columns take about 30 million.
MAX_UNPACKED = 256 * 1024 * 1024
MAX_PARTS = 1_000
MAX_COLUMNS = 200
#: A spreadsheet shows, and computes with, fifteen digits.
_DIGITS = 15


def open_sheet(content: bytes, sheet: str | None) -> Table:
    """The table of one sheet, the first if none is named."""
    _refuse_bombs(content)
    book = _load(content)
    names = tuple(one.title for one in book.worksheets)
    book.close()
    if not names or (sheet and sheet not in names):
        raise Unreadable("no-sheet", sheet or "")
    chosen = sheet or names[0]
    return Table(lambda: _rows(content, chosen), sheets=names)


def _refuse_bombs(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > MAX_UNPACKED or len(parts) > MAX_PARTS:
                raise Unreadable("too-big", f"{size >> 20} MB")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        if b"<!" in file.read(1000).replace(b"<!--", b""):
                            raise Unreadable("damaged-file", part.filename)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("damaged-file", error) from error


def _load(content: bytes):
    import openpyxl

    try:
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    except Exception as error:  # openpyxl lets zipfile's, XML's and its own errors through
        raise Unreadable("damaged-file", error) from error


def _rows(content: bytes, sheet: str) -> Iterator[tuple[int, list[Cell]]]:
    book = _load(content)
    try:
        page = book[sheet]
        page.reset_dimensions()  # what the file says of its size need not be true
        for line, cells in enumerate(page.iter_rows(max_col=MAX_COLUMNS), 1):
            row = [_cell(cell) for cell in cells]
            while row and row[-1] == "":
                row.pop()
            if row and not is_empty(row):
                yield line, row
    except Unreadable:
        raise
    except Exception as error:  # as above: damaged parts show when they are read
        raise Unreadable("damaged-file", error) from error
    finally:
        book.close()


def _cell(cell) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Formula(value)
    if cell.data_type == "e":
        return Broken(value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):  # 0.1 + 0.2 is 0.3 on the screen, and so it is here
        return Decimal(f"{value:.{_DIGITS}g}")
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    return str(value).replace("\N{NO-BREAK SPACE}", " ").strip()
