# SPDX-License-Identifier: AGPL-3.0-or-later
"""Usage from a CSV file as people and spreadsheets write one, or a sentence that says why not.

Commas, semicolons, tabs or bars part the fields; a byte order mark, empty lines and blanks around
fields mean nothing. Where a comma does not part the fields it may be the decimal sign. Whatever
could be read in two ways is refused with its line.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import datetime as dt
import gc
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .money import INT64_MAX, MICRO, to_micro
from .usage import COLUMNS, UsageError

_SEPARATORS = ",;\t|"
_QUANTITIES = ("quantity",)
_MONEY = ("price", "cost")
NUMBERS = ("a_number", "b_number")
#: Whole numbers of so many digits fit into a frame and need no closer look.
_FEW_DIGITS = 12
_TRUE = ("1", "true", "yes", "y", "wahr", "ja", "j")
_FALSE = ("", "0", "false", "no", "n", "falsch", "nein")
_SHORTENED = re.compile(r"[0-9][.,][0-9]+[eE]\+[0-9]+")
#: Between the digits of a number with "+"; nothing else is taken out of it.
_BETWEEN_DIGITS = str.maketrans("", "", "+ \u00a0-/().")


def read_csv(path: str | Path) -> pd.DataFrame:
    """A usage frame from a CSV file; :class:`UsageError` with the line where it cannot be read."""
    text = _decoded(Path(path).read_bytes())
    lines, columns, separator = _fields(text)
    comma = separator != ","
    frame: dict[str, pd.Series] = {}
    for name, fields in columns.items():
        if name in _QUANTITIES:
            frame[name] = _series(fields, lines, name, lambda one: _quantity(one, comma), "Int64")
        elif name in _MONEY:
            frame[name] = _series(fields, lines, name, lambda one: _money(one, comma), "Int64")
        elif name == "started_at":
            frame[name] = instants(fields, lines)
        elif name == "continuation":
            frame[name] = _series(fields, lines, name, _truth, "boolean").fillna(False).astype(bool)
        elif name in NUMBERS:
            _refuse_shortened(fields, lines, name)
            frame[name] = pd.Series([digits(one) for one in fields], dtype="string")
        else:
            frame[name] = _series(fields, lines, name, str, "string")
    return pd.DataFrame(frame)


#: How files begin that are no text, and what to do with them.
_OTHER_FILES = {
    b"PK\x03\x04": "is a workbook or an archive; save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "is an old workbook; save the sheet as CSV",
    b"\x1f\x8b": "is compressed; unpack it",
    b"PAR1": "is Parquet; give it the ending .parquet",
    b"%PDF": "is a PDF; ask for the records as CSV",
}


def _decoded(content: bytes) -> str:
    for begins, remedy in _OTHER_FILES.items():
        if content.startswith(begins):
            raise UsageError(f"the usage file {remedy}")
    if content.lstrip()[:1] in (b"{", b"["):
        raise UsageError("the usage file looks like JSON; usage comes as CSV or Parquet")
    encoding = "utf-8"
    if content.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"usage line {line} is no {encoding.upper()}; save it as UTF-8") from None


def _fields(text: str) -> tuple[list[int], dict[str, list[str]], str]:
    """(line of each record, fields of each column, what parts them)."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        # What spreadsheets write on top to say what parts the fields.
        separator = first.strip()[4]
        text = text.replace(first, "", 1)
    with _without_collecting():
        names, lines, values = _even(text, separator) or _uneven(text, separator)
    if not names:
        raise UsageError("usage has no header; begin the file with the names of its columns")
    names = [name.lower() if name.lower() in COLUMNS else name for name in names]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise UsageError(f"usage has two columns {name!r}; take one out or rename it")
    return lines, {n: v for n, v in zip(names, values, strict=True) if n}, separator


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """A million short lists live at once: the collector would walk over them again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _even(text: str, separator: str) -> tuple[list[str], Sequence[int], list[list[str]]] | None:
    """(header, line of each record, fields of each column) of a file without empty lines, breaks
    within fields or lines of another length; None of any other."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        return None
    if not rows or reader.line_num != len(rows) or {len(row) for row in rows} != {len(rows[0])}:
        return None
    names = [name.strip() for name in rows[0]]
    columns = [[field.strip() for field in column] for column in zip(*rows[1:], strict=True)]
    if not any(names) or not all(any(fields) for fields in zip(*columns, strict=True)):
        return None
    return names, range(2, len(rows) + 1), columns or [[] for _ in names]


def _uneven(text: str, separator: str) -> tuple[list[str], Sequence[int], list[list[str]]]:
    """The same of any file, record by record; :class:`UsageError` with the line of the first that
    is shorter or longer than the header."""
    names: list[str] = []
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, fields in _records(text, separator):
        if not names:
            names = fields
            continue
        if len(fields) != len(names):
            raise UsageError(
                f"usage line {line} has {len(fields)} fields, the header {len(names)}; "
                "correct the file"
            )
        lines.append(line)
        rows.append(fields)
    return names, lines, [list(one) for one in zip(*rows, strict=True)] or [[] for _ in names]


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(line, fields without blanks around them) of each record that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for fields in reader:
            fields = [field.strip() for field in fields]
            if any(fields):
                yield reader.line_num, fields
    except csv.Error as error:
        raise UsageError(f"usage line {reader.line_num}: {error}; correct the file") from None


def _series(
    fields: list[str], lines: list[int], name: str, read: Callable[[str], Any], kind: str
) -> pd.Series:
    # Most values stand in many lines: each is read once.
    places, texts = pd.factorize(np.array(fields, dtype=object))
    values = []
    for number, text in enumerate(texts):
        try:
            values.append(pd.NA if not text else read(text))
        except ValueError as error:
            line = lines[int(np.argmax(places == number))]
            raise UsageError(f"usage line {line}, {name}: {error}; correct the file") from None
    return pd.Series(pd.array(values, dtype=kind).take(places))


def _millionths(text: str, comma: bool) -> Any:
    """Millionths of a number; NA of one that no frame can hold (the record gets its reason)."""
    if text.isdecimal() and text.isascii() and len(text) <= _FEW_DIGITS:
        return int(text) * MICRO
    if comma and "," in text:
        if "." in text or text.count(",") > 1:
            raise ValueError(f"{text!r} has two signs between digits; write it like '1234,5'")
        text = text.replace(",", ".")
    value = to_micro(text)
    return value if abs(value) <= INT64_MAX else pd.NA


def _quantity(text: str, comma: bool) -> Any:
    try:
        return _millionths(text, comma)
    except ValueError as error:
        if ":" in text:
            raise ValueError(f"{text!r} is a time of day; write the length in units, 61") from None
        raise ValueError(str(error).replace("'0.19'", "'61' or '35.5'")) from None


def _money(text: str, comma: bool) -> int:
    value = _millionths(text, comma)
    if value is pd.NA:
        raise ValueError(f"{text!r} is too much money")
    return value


def _truth(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"{text!r} is neither true nor false; write true or false")


def _refuse_shortened(fields: list[str], lines: Sequence[int], name: str) -> None:
    """Refuse a number of which a spreadsheet kept the first digits only: 4,93012E+11."""
    for line, text in zip(lines, fields, strict=True):
        if "+" in text[1:] and _SHORTENED.fullmatch(text):
            raise UsageError(
                f"usage line {line}, {name}: {text!r} was shortened by a spreadsheet; save the "
                "column as text"
            )


def digits(text: str) -> str | None:
    """A number as digits where it is written with "+"; anything else as it stands."""
    if text.startswith("+"):
        bare = text.translate(_BETWEEN_DIGITS)
        return bare if bare.isdecimal() and bare.isascii() else text
    return text or None


def instants(texts: Sequence[str | None], places: Sequence[int], place: str = "line") -> pd.Series:
    """Times in UTC without zone, NaT of what is empty; ``places`` are where the texts stand."""
    with contextlib.suppress(ValueError, OverflowError):
        found = pd.to_datetime(pd.Series(texts, dtype="object"), utc=True, format="ISO8601")
        return found.dt.tz_localize(None).astype("datetime64[us]")
    values: list[dt.datetime | None] = []
    for number, text in zip(places, texts, strict=True):
        try:
            values.append(_instant(text) if text else None)
        except (ValueError, OverflowError):
            raise UsageError(
                f"usage {place} {number}, started_at: {text!r} is no time; "
                "write it like 2026-01-31T08:00:00Z"
            ) from None
    return pd.Series(values, dtype="datetime64[us]")


def _instant(text: str) -> dt.datetime:
    """One time, also of years that nanoseconds do not reach."""
    try:
        when = pd.to_datetime(text, utc=True, format="ISO8601").to_pydatetime()
    except ValueError:
        # Python 3.10 does not read a trailing Z.
        when = dt.datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    if when.tzinfo is None:
        return when
    return when.astimezone(dt.timezone.utc).replace(tzinfo=None)
