# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns as PostgreSQL's binary COPY reads them, a whole frame at a time.

A row is a count of fields, and for each field its length (-1 for NULL) and its bytes. So rows whose
fields have the same lengths are records of one numpy type: rows are grouped by lengths, and each
group is written column by column, with no loop over rows. Meant for tables of numbers with few
texts; where texts differ from row to row, :func:`~.copying.as_csv` is the better way.

Format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

from __future__ import annotations

import datetime
import typing

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..rating.money import carried

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
#: 2000-01-01, where PostgreSQL's clock begins, in microseconds of Unix time.
_EPOCH = 946_684_800_000_000
_FIRST_DAY = datetime.date(2000, 1, 1)
_MICRO = 1_000_000
#: Rows that are put together at a time: what the processor's cache holds.
_BLOCK = 2_000
#: Combinations of lengths up to which they are counted without a look at which occur.
_MANY = 1 << 40
#: Digits of a ``numeric`` have the base 10,000.
_BASE = 10_000


class Column:
    """``lengths``: the lengths in bytes that fields have, -1 for NULL; ``which``: place therein of
    each row's, None where there is but one."""

    lengths: list[int]
    which: np.ndarray | None = None

    def _nulls(self, length: int, mask: np.ndarray | None) -> None:
        self.lengths = [length]
        if mask is not None and mask.any():
            self.lengths, self.which = [length, -1], mask

    def kind(self, length: int) -> typing.Any:
        """numpy's type of a field of that length."""
        raise AssertionError

    def values(self, rows: typing.Any, length: int) -> np.ndarray:
        """The fields of some rows, all of that length."""
        raise AssertionError


class Integers(Column):
    """``bytes_`` = 2, 4, 8: smallint, integer, bigint. NULL where ``mask`` is true."""

    def __init__(self, values: np.ndarray, bytes_: int, mask: np.ndarray | None = None):
        self._values, self._kind = values, f">i{bytes_}"
        self._nulls(bytes_, mask)

    def kind(self, length: int) -> str:
        return self._kind

    def values(self, rows, length: int) -> np.ndarray:
        return self._values[rows]


def ids(values: np.ndarray, bytes_: int = 4) -> Integers:
    """Record ids, 0 for none."""
    return Integers(values, bytes_, values == 0)


def moments(micros: np.ndarray) -> Integers:
    """``timestamp``: microseconds of Unix time."""
    return Integers(micros - _EPOCH, 8)


def days(day: datetime.date, count: int) -> Integers:
    """``date``: the same day in so many rows."""
    return Integers(np.broadcast_to((day - _FIRST_DAY).days, count), 4)


class Numerics(Column):
    """``numeric``: millionths to 6 places, with ``rest`` (millionths of a millionth, of any sign)
    to 12 places. ``micro`` may be Python's integers, where 64 bits do not hold them."""

    def __init__(
        self, micro: np.ndarray, rest: np.ndarray | None = None, mask: np.ndarray | None = None
    ):
        exact = rest is not None and rest.any()
        if exact:
            micro, rest = carried(micro, rest)
        negative = (micro < 0) | (rest < 0) if exact else micro < 0
        wide = np.abs(micro)
        whole = (wide // _MICRO).astype(np.int64, copy=False)
        part = (wide % _MICRO).astype(np.int64, copy=False)
        digits = [part // 100, part % 100 * 100]
        if exact:
            small = np.abs(rest)
            digits = [part // 100, part % 100 * 100 + small // 10_000, small % 10_000]
        before: list[np.ndarray] = []
        highest = int(whole.max(initial=0))
        while highest or not before:
            before.insert(0, whole % _BASE)
            whole, highest = whole // _BASE, highest // _BASE
        # Number of digits, weight of the first, sign, places shown; then the digits.
        digits = [*before, *digits]
        self._table = np.empty((len(micro), 4 + len(digits)), dtype=">i2")
        self._table[:, :2] = len(digits), len(before) - 1
        self._table[:, 2] = np.where(negative, 0x4000, 0)
        self._table[:, 3] = 12 if exact else 6
        for place, column in enumerate(digits, 4):
            self._table[:, place] = column
        self._nulls(2 * self._table.shape[1], mask)

    def kind(self, length: int) -> tuple:
        return (">i2", (length // 2,))

    def values(self, rows, length: int) -> np.ndarray:
        return self._table[rows]


class Texts(Column):
    """``varchar``; NUL characters, which PostgreSQL cannot store, become U+FFFD."""

    def __init__(self, column: pa.Array):
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        self._codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        listed = coded.dictionary.to_pylist()
        known = [text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode() for text in listed]
        self._texts = np.array([*known, b""], dtype=object)
        self.lengths, places = np.unique([*map(len, known), -1], return_inverse=True)
        self.lengths = self.lengths.tolist()
        self.which = places.reshape(-1)[self._codes]

    def kind(self, length: int) -> str:
        return f"S{length}"

    def values(self, rows, length: int) -> np.ndarray:
        codes = self._codes[rows]
        if not len(codes):
            return np.array([], dtype=f"S{length}")
        first = codes[0]
        if (codes == first).all():
            return np.array(self._texts[first])
        return self._texts[codes].astype(f"S{length}")


def rows(columns: typing.Sequence[Column], count: int) -> bytes:
    """``count`` rows of these columns, to be read by ``COPY … WITH (FORMAT binary)``.

    The rows come group by group, in their order within each.
    """
    return b"".join(
        [_HEADER, *(record.data for _rows, record in _records(columns, count)), _TRAILER]
    )


class Draft:
    """Rows of which all is known but one column of integers, which is filled in later.

    :param columns: by name, in the order of the rows
    :param later: the column, of 4 bytes; what is NULL in it stays NULL
    """

    def __init__(self, columns: dict[str, Column], count: int, later: str):
        self.columns, self.count = tuple(columns), count
        field = f"value{self.columns.index(later)}"
        self._places = np.full(count, -1, dtype=np.int64)
        self._rows = bytearray(_HEADER)
        for chosen, record in _records(list(columns.values()), count):
            if field in record.dtype.names:
                offset = record.dtype.fields[field][1]
                first = len(self._rows) + offset
                self._places[chosen] = first + record.itemsize * np.arange(len(chosen))
            # Grows in place: pieces to be joined would be the whole once more.
            self._rows += record.data
        self._rows += _TRAILER

    def filled(self, values: np.ndarray) -> bytearray:
        """The rows with these values (count,) in the column; the next call changes the same."""
        known = np.flatnonzero(self._places >= 0)
        written = values[known].astype(">i4").view(np.uint8).reshape(-1, 4)
        whole = np.frombuffer(self._rows, dtype=np.uint8)
        whole[self._places[known, None] + np.arange(4)] = written
        return self._rows


def _records(columns: typing.Sequence[Column], count: int) -> typing.Iterator[tuple]:
    """(which rows, they themselves as an array) group by group, a block at a time."""
    for chosen, lengths in _groups(columns, count):
        kinds: list[tuple] = [("fields", ">i2")]
        for place, (column, length) in enumerate(zip(columns, lengths, strict=True)):
            kinds.append((f"length{place}", ">i4"))
            if length > 0:
                kinds.append((f"value{place}", column.kind(length)))
        empty = np.zeros(1, dtype=kinds)
        empty["fields"] = len(columns)
        for place, length in enumerate(lengths):
            empty[f"length{place}"] = length
        written = [
            (f"value{place}", column, length)
            for place, (column, length) in enumerate(zip(columns, lengths, strict=True))
            if length > 0
        ]
        for begin in range(0, len(chosen), _BLOCK):
            block = chosen[begin : begin + _BLOCK]
            record = np.repeat(empty, len(block))
            for name, column, length in written:
                record[name] = column.values(block, length)
            yield block, record


def _groups(columns: typing.Sequence[Column], count: int) -> typing.Iterator[tuple]:
    """(rows, lengths of their fields) of rows that are alike in all lengths."""
    if not count:
        return
    code, kinds = np.zeros(count, dtype=np.int64), 1
    for column in columns:
        if column.which is not None:
            code = code * len(column.lengths) + column.which
            kinds *= len(column.lengths)
            if kinds > _MANY:
                code, seen = pd.factorize(code)
                kinds = len(seen)
    code, seen = pd.factorize(code)
    order = np.argsort(code.astype(np.int16 if len(seen) < 1 << 15 else np.int64), kind="stable")
    borders = np.flatnonzero(np.diff(code[order])) + 1
    for chosen in np.split(order, borders):
        first = chosen[0]
        yield (
            chosen,
            [
                column.lengths[0 if column.which is None else int(column.which[first])]
                for column in columns
            ],
        )
