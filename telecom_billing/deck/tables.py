# SPDX-License-Identifier: AGPL-3.0-or-later
"""A deck's file as rows of cells, whatever it was saved by.

>>> table = open_table("deck.csv", "Prefix;Preis\\r\\n49;0,01\\r\\n".encode("cp1252"))
>>> list(table.rows()), table.delimiter
([(1, ['Prefix', 'Preis']), (2, ['49', '0,01'])], ';')
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import datetime
import io
import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal

from .terms import Unreadable

#: Bytes of a file, and of a text in it.
MAX_BYTES = 64 * 1024 * 1024
DELIMITERS = (";", "\t", ",", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Texts that a spreadsheet takes for a formula; written, and read, behind an apostrophe.
FORMULA_SIGNS = ("=", "+", "-", "@")


class Formula(str):
    """A cell of a spreadsheet that is computed."""


class Broken(str):
    """A cell of a spreadsheet whose computation failed, ``#REF!``."""


Cell = str | Decimal | datetime.date


@dataclasses.dataclass
class Table:
    """``rows()``: (line, cells), lines from 1, empty ones left out; starts anew at each call."""

    rows: Callable[[], Iterator[tuple[int, list[Cell]]]]
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()

    def head(self, count: int) -> list[tuple[int, list[Cell]]]:
        """The first ``count`` rows that are not empty."""
        return list(itertools.islice(self.rows(), count))


def open_table(name: str, content: bytes, sheet: str | None = None) -> Table:
    """The table of a file; :class:`~.terms.Unreadable` if it is none.

    :param sheet: of a spreadsheet, else its first one
    """
    if len(content) > MAX_BYTES:
        raise Unreadable("too-big", f"{len(content) >> 20} MB")
    if not content.strip():
        raise Unreadable("empty", name)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old-spreadsheet", name)
    if content.startswith(b"PK"):
        from . import spreadsheet

        return spreadsheet.open_sheet(content, sheet)
    text, encoding = _decode(content)
    delimiter = _delimiter(text)
    return Table(lambda: _lines(text, delimiter), encoding, delimiter)


def is_empty(cells: list[Cell]) -> bool:
    return all(isinstance(cell, str) and not cell for cell in cells)


def _decode(content: bytes) -> tuple[str, str]:
    encodings = [name for bom, name in _BOMS if content.startswith(bom)] or ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text, encoding.removesuffix("-sig")
    raise Unreadable("encoding", ", ".join(encodings))


def _delimiter(text: str) -> str:
    """The separator by which most of the first lines have as many cells as each other."""
    from .headings import propose

    best, chosen = (-1, -1, -1), DELIMITERS[0]
    sample = "\n".join(text[:20_000].splitlines()[:30])
    for delimiter in DELIMITERS:
        rows = [cells for _line, cells in _lines(sample, delimiter)]
        known = max((sum(map(bool, propose(cells))) for cells in rows), default=0)
        widths = [len(cells) for cells in rows if len(cells) > 1]
        score = (known, max(map(widths.count, widths), default=0), sum(widths))
        if score > best:
            best, chosen = score, delimiter
    return chosen


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable("damaged-file", f"{before + 1}: {error}") from error
        line, before = before + 1, reader.line_num
        row: list[Cell] = [_plain(cell) for cell in cells]
        if not is_empty(row):
            yield line, row


def _plain(cell: str) -> str:
    """A cell's text without what spreadsheets put around it.

    >>> _plain(' ="0049" '), _plain("'=x"), _plain("=1+1").__class__.__name__
    ('0049', '=x', 'Formula')
    """
    cell = cell.replace("\N{NO-BREAK SPACE}", " ").strip()
    if cell.startswith("'") and cell[1:2] in FORMULA_SIGNS:
        return cell[1:]
    if cell.startswith("="):
        if len(cell) > 3 and cell.startswith('="') and cell.endswith('"'):
            return cell[2:-1].strip()
        return Formula(cell)
    return cell
