# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts out of the database in bounded chunks, by COPY and Arrow, no loop over rows."""

from __future__ import annotations

import concurrent.futures
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
    """Takes what COPY writes, in pieces of whole rows, and reads them in another thread.

    COPY writes a row at a time: a million calls. So psycopg2 is given a buffer, which is C, and
    which passes on what it has before it would cut a row in two.
    """

    def __init__(self, consume: Consume, pool: concurrent.futures.Executor):
        self._consume, self._pool = consume, pool
        self._under_way: concurrent.futures.Future | None = None

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        """Start on what is there, once the piece before is done."""
        piece = bytes(data)  # the buffer is used again
        self.finish()
        self._under_way = self._pool.submit(self._read, piece)
        return len(piece)

    def finish(self) -> None:
        if self._under_way is not None:
            self._under_way.result()
            self._under_way = None

    def _read(self, piece: bytes) -> None:
        self._consume(
            csv.read_csv(
                pa.py_buffer(piece),
                read_options=_READ,
                convert_options=_CONVERT,
                parse_options=csv.ParseOptions(newlines_in_values=True),
            )
        )


def stream(cr, source: SQL, consume: Consume, size: int = CHUNK) -> None:
    """Call ``consume`` with tables of facts, the columns of :data:`COLUMNS`, until all are read.

    ``consume`` runs in a thread of its own, one call at a time, while PostgreSQL sends more; it
    must not use the cursor.

    :param source: what follows FROM, with the facts under the alias ``u``
    """
    columns = SQL(", ").join(SQL.identifier("u", name) for name in COLUMNS)
    query = cr.mogrify(SQL("SELECT %s FROM %s", columns, source)).decode()
    with concurrent.futures.ThreadPoolExecutor(1, "facts") as pool:
        sink = _Sink(consume, pool)
        with copying.blocking(), io.BufferedWriter(sink, size) as buffer:
            cr.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", buffer)
            buffer.flush()
            sink.finish()
