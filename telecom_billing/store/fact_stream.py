# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts out of the database in bounded chunks, by COPY and Arrow, no loop over rows."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import io
import typing

import pyarrow as pa
from odoo.tools import SQL
from pyarrow import csv

from . import copying

Consume = typing.Callable[[pa.Table], None]
#: Bytes that are gathered before they are read into a frame: about 40,000 records.
CHUNK = 4 << 20

_CODE = pa.dictionary(pa.int32(), pa.string())
#: What rating reads of a fact, and as what.
COLUMNS = {
    "id": pa.int64(),
    "started_at": pa.timestamp("us"),
    "source_id": pa.int32(),
    "service": _CODE,
    "direction": _CODE,
    "unit": _CODE,
    "quantity": pa.int64(),
    "a_number": pa.string(),
    "b_number": pa.string(),
    "account": _CODE,
    "destination": _CODE,
    "conference": _CODE,
    "participant": _CODE,
    "cost": pa.decimal128(28, 6),
    "currency": _CODE,
}
_READ = csv.ReadOptions(column_names=list(COLUMNS), block_size=CHUNK)
_CONVERT = csv.ConvertOptions(column_types=COLUMNS, strings_can_be_null=True, null_values=[""])


class _Sink(io.RawIOBase):
    """Takes what COPY writes, in pieces of whole rows. One thread reads them, another consumes.

    COPY writes a row at a time: a million calls. So psycopg2 is given a buffer, which is C, and
    which passes on what it has before it would cut a row in two.
    """

    def __init__(self, consume: Consume, threads: contextlib.ExitStack):
        self._consume = consume
        self._reader, self._consumer = (
            threads.enter_context(concurrent.futures.ThreadPoolExecutor(1, name))
            for name in ("facts-read", "facts")
        )
        self._under_way: collections.deque[concurrent.futures.Future] = collections.deque()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        """Start on what is there, once the piece before the last is done."""
        self.finish(but=1)
        piece = self._reader.submit(_table, bytes(data))  # the buffer is used again
        self._under_way.append(self._consumer.submit(lambda: self._consume(piece.result())))
        return len(data)

    def finish(self, but: int = 0) -> None:
        """Wait until all is consumed but so many pieces."""
        while len(self._under_way) > but:
            self._under_way.popleft().result()


def _table(piece: bytes) -> pa.Table:
    return csv.read_csv(
        pa.py_buffer(piece),
        read_options=_READ,
        convert_options=_CONVERT,
        parse_options=csv.ParseOptions(newlines_in_values=True),
    )


def stream(cr, source: SQL, consume: Consume, size: int = CHUNK) -> None:
    """Call ``consume`` with tables of facts, the columns of :data:`COLUMNS`, until all are read.

    ``consume`` runs in a thread of its own, one call at a time, while PostgreSQL sends more; it
    must not use the cursor.

    :param source: what follows FROM, with the facts under the alias ``u``
    """
    columns = SQL(", ").join(SQL.identifier("u", name) for name in COLUMNS)
    query = cr.mogrify(SQL("SELECT %s FROM %s", columns, source)).decode()
    with contextlib.ExitStack() as threads:
        sink = _Sink(consume, threads)
        with copying.blocking(), io.BufferedWriter(sink, size) as buffer:
            cr.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", buffer)
            buffer.flush()
            sink.finish()
