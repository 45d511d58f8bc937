# SPDX-License-Identifier: AGPL-3.0-or-later
"""Frames into tables by COPY.

Arrow writes the CSV, PostgreSQL reads it: no Python loop over rows, no value passes a float.
"""

from __future__ import annotations

import contextlib
import io
import typing

import numpy as np
import pandas as pd
import psycopg2.extensions
import pyarrow as pa
import pyarrow.compute as pc
from odoo.tools import SQL
from pyarrow import csv

#: Bytes that psycopg2 reads at a time. It takes Python's lock for each piece, and would wait for
#: the thread that prices the next shard as often.
PIECE = 1 << 22

_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), dtype="S2")


@contextlib.contextmanager
def blocking() -> typing.Iterator[None]:
    """Without psycopg2's wait callback (gevent's), which COPY does not get along with."""
    callback = psycopg2.extensions.get_wait_callback()
    psycopg2.extensions.set_wait_callback(None)
    try:
        yield
    finally:
        psycopg2.extensions.set_wait_callback(callback)


def integers(cr, query: SQL, columns: int) -> np.ndarray:
    """The rows of a query (also UPDATE … RETURNING) whose columns are of type ``integer`` and never
    NULL; (rows, columns).

    They come in one piece. Row by row psycopg2 would let go of Python's lock each time, and wait
    for the thread that prices the next shard to give it back.
    """
    names = [SQL.identifier(f"c{place}") for place in range(columns)]
    cr.execute(
        SQL(
            "WITH found (%s) AS (%s) SELECT string_agg(%s, '') FROM found",
            SQL(", ").join(names),
            query,
            SQL(" || ").join(SQL("int4send(%s)", name) for name in names),
        )
    )
    (found,) = cr.fetchone()
    return np.frombuffer(found or b"", dtype=">i4").reshape(-1, columns).astype(np.int64)


def read(cr, query: SQL, columns: dict[str, pa.DataType]) -> pa.Table:
    """The rows of a query as a table, without an object for each value. Empty texts are NULL.

    :param columns: name and type of each column, in the order of the query
    """
    sink = io.BytesIO()
    with blocking():
        cr.copy_expert(f"COPY ({cr.mogrify(query).decode()}) TO STDOUT WITH (FORMAT csv)", sink)
    if not sink.tell():  # Arrow takes no empty file
        return pa.schema(list(columns.items())).empty_table()
    return csv.read_csv(
        pa.py_buffer(sink.getbuffer()),
        read_options=csv.ReadOptions(column_names=list(columns)),
        convert_options=csv.ConvertOptions(
            column_types=columns, strings_can_be_null=True, null_values=[""]
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True),
    )


@contextlib.contextmanager
def by_index(cr, table: str) -> typing.Iterator[None]:
    """Look the rows of a new table up in ``table`` by its index.

    PostgreSQL would count on what it believes of a table that nobody has counted yet, and rather
    go through it once for each row. So it is counted, if it has grown much since the last time.
    """
    cr.execute(
        SQL(
            "SELECT reltuples < 1 OR relpages < pg_relation_size(oid) / 16384 FROM pg_class"
            " WHERE oid = %s::regclass",
            table,
        )
    )
    if cr.fetchone()[0]:
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    others = ("enable_hashjoin", "enable_mergejoin")
    for name in others:
        cr.execute(SQL("SET LOCAL %s = off", SQL.identifier(name)))
    yield  # after an error nothing can be set, nor need it be: the transaction is over
    for name in others:
        cr.execute(SQL("SET LOCAL %s TO DEFAULT", SQL.identifier(name)))


def copy(cr, table: str, data: pa.Table) -> int:
    """COPY the rows of ``data`` into ``table``, column by name; returns how many there were."""
    if data.num_rows:
        copy_csv(cr, table, data.column_names, as_csv(data))
    return data.num_rows


def as_csv(data: pa.Table) -> bytes:
    """The rows as COPY reads them: missing values are empty, empty texts are quoted.

    NUL characters, which PostgreSQL cannot store, become U+FFFD.
    """
    if any(not len(chunk) for column in data.columns for chunk in column.chunks):
        data = data.combine_chunks()  # Arrow writes rubbish for a table with empty pieces
    sink = pa.BufferOutputStream()
    csv.write_csv(data, sink, csv.WriteOptions(include_header=False))
    text = sink.getvalue().to_pybytes()
    if b"\x00" in text:
        text = text.replace(b"\x00", "\N{REPLACEMENT CHARACTER}".encode())
    return text


def copy_csv(cr, table: str, columns: typing.Iterable[str], text: bytes) -> None:
    """COPY what :func:`as_csv` wrote."""
    _copy(cr, table, columns, text, SQL("csv"))


def copy_binary(cr, table: str, columns: typing.Iterable[str], rows: bytes | bytearray) -> None:
    """COPY what ``binary.rows`` wrote."""
    _copy(cr, table, columns, rows, SQL("binary"))


def _copy(
    cr, table: str, columns: typing.Iterable[str], data: bytes | bytearray, form: SQL
) -> None:
    statement = SQL(
        "COPY %s (%s) FROM STDIN WITH (FORMAT %s)",
        SQL.identifier(table),
        SQL(", ").join(SQL.identifier(name) for name in columns),
        form,
    )
    with blocking():
        cr.copy_expert(statement.code, _Pieces(data), PIECE)


class _Pieces:
    """A file of what is in memory. ``BytesIO`` would copy all of what may change."""

    def __init__(self, data: bytes | bytearray):
        self._rest = memoryview(data)

    def read(self, size: int) -> bytes:
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)


def constant(value: object, rows: int) -> pa.Array:
    """A column that holds one value."""
    return pa.repeat(pa.scalar(value), rows)


def text(column: pd.Series) -> pa.Array | pa.ChunkedArray:
    """A string column; missing values become NULL, empty strings stay empty strings."""
    return pa.array(column, from_pandas=True, type=pa.large_string())


def micro(column: pd.Series) -> pa.Array:
    """Integers of a millionth as exact decimals with six places."""
    mask = column.isna().to_numpy()
    low = column.fillna(0).to_numpy(dtype="int64")
    words = np.empty((len(low), 2), dtype="int64")
    words[:, 0] = low
    words[:, 1] = low >> 63  # sign, so that both words are one little-endian int128
    wide = pa.Array.from_buffers(
        pa.decimal128(38, 6), len(low), [None, pa.py_buffer(words.tobytes())]
    )
    return pc.if_else(pa.array(mask), pa.scalar(None, wide.type), wide)


def uuids(keys: np.ndarray) -> pa.Array:
    """16-byte keys (n,) as the 32 hexadecimal digits that PostgreSQL reads as uuid."""
    digits = _HEX[np.ascontiguousarray(keys).view(np.uint8)]
    ends = np.arange(0, 32 * len(keys) + 1, 32, dtype=np.int32)
    return pa.StringArray.from_buffers(len(keys), pa.py_buffer(ends), pa.py_buffer(digits))


def total(column: pd.Series) -> int:
    """Exact sum of a column of int64, also where the sum itself is beyond int64."""
    values = column.dropna().to_numpy(dtype="int64")
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())


def facts(frame: pd.DataFrame, keys: np.ndarray, company: int, source: int, delivery: int):
    """The usage frame (see ``connectors.frame``) as the rows of ``telecom_usage_data``."""
    rows = len(frame)
    data = {
        "company_id": constant(company, rows),
        "source_id": constant(source, rows),
        "delivery_id": constant(delivery, rows),
        "line": pa.array(frame["line"]),
        "dedup_key": uuids(keys),
        "started_at": pa.array(frame["started_at"]),
        "quantity": pa.array(frame["quantity"]),
        "cost": micro(frame["cost"]),
    }
    data |= {name: text(frame[name]) for name in frame.columns if name not in data}
    return pa.table(data)
