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
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .money import INT64_MAX, to_micro
from .usage import COLUMNS, UsageError

_SEPARATORS = ",;\t|"
_QUANTITIES = ("quantity",)
_MONEY = ("price", "cost")
_NUMBERS = ("a_number", "b_number")
_TRUE = ("1", "true", "yes", "y", "wahr", "ja", "j")
_FALSE = ("", "0", "false", "no", "n", "falsch", "nein")
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
            frame[name] = _series(fields, lines, name, lambda one: _millionths(one, comma), "Int64")
        elif name in _MONEY:
            frame[name] = _series(fields, lines, name, lambda one: _money(one, comma), "Int64")
        elif name == "started_at":
            frame[name] = instants(fields, lines)
        elif name == "continuation":
            frame[name] = _series(fields, lines, name, _truth, "boolean").fillna(False).astype(bool)
        elif name in _NUMBERS:
            frame[name] = pd.Series([_digits(one) for one in fields], dtype="string")
        else:
            frame[name] = pd.Series([one or None for one in fields], dtype="string")
    return pd.DataFrame(frame)


def _decoded(content: bytes) -> str:
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
    if not names:
        raise UsageError("usage has no header; begin the file with the names of its columns")
    names = [name.lower() if name.lower() in COLUMNS else name for name in names]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise UsageError(f"usage has two columns {name!r}; take one out or rename it")
    values = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return lines, {n: list(v) for n, v in zip(names, values, strict=True) if n}, separator


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
    values = []
    for line, text in zip(lines, fields, strict=True):
        try:
            values.append(pd.NA if not text else read(text))
        except ValueError as error:
            raise UsageError(f"usage line {line}, {name}: {error}; correct the file") from None
    return pd.Series(values, dtype=kind)


def _millionths(text: str, comma: bool) -> Any:
    """Millionths of a number; NA of one that no frame can hold (the record gets its reason)."""
    if comma and "," in text:
        if "." in text or text.count(",") > 1:
            raise ValueError(f"{text!r} has two signs between digits; write it like '1234,5'")
        text = text.replace(",", ".")
    value = to_micro(text)
    return value if abs(value) <= INT64_MAX else pd.NA


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


def _digits(text: str) -> str | None:
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
