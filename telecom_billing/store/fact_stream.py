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
#: Bytes that are gathered before they are read into a frame: about 300,000 records.
CHUNK = 32 << 20

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
    """Takes what COPY writes and hands it on, in pieces of whole lines, to another thread."""

    def __init__(self, consume: Consume, size: int, pool: concurrent.futures.Executor):
        self._consume, self._size, self._pool = consume, size, pool
        self._parts: list[bytes] = []
        self._held = 0
        self._under_way: concurrent.futures.Future | None = None

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        # COPY writes a line at a time.
        self._parts.append(data)
        self._held += len(data)
        if self._held >= self._size:
            self.hand_on()
        return len(data)

    def hand_on(self) -> None:
        """Start on what is there, once the piece before is done."""
        self.finish()
        if self._parts:
            self._under_way = self._pool.submit(self._read, self._parts)
            self._parts, self._held = [], 0

    def finish(self) -> None:
        if self._under_way is not None:
            self._under_way.result()

    def _read(self, parts: list[bytes]) -> None:
        self._consume(
            csv.read_csv(
                pa.py_buffer(b"".join(parts)),
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
        sink = _Sink(consume, size, pool)
        with copying.blocking():
            cr.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", sink)
        sink.hand_on()
        sink.finish()
