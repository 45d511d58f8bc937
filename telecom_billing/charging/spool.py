# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matched facts sorted by holder, however many there are, in bounded memory.

What shares balances must be rated together: a contract, or a customer with all contracts. That is
the *holder*. But facts come in the order of delivery. So some chunks at a time are sorted by holder
into a *run*; of many facts, runs go to files. Afterwards a shard is the slice of
some neighbouring holders out of every run: files are written in small batches, and only those that
a slice is in are read.
"""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
import typing

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather

from .columns import NONE, flat

#: A shard holds about so many records, or one holder.
SHARD = 100_000
#: Few records are cut into as many shards, for the next is priced while one is stored ...
_PIECES = 6
#: ... but not below so many records, as each shard costs a little.
_LEAST = 10_000
#: The first shard is so much smaller, for nothing is stored while it is priced.
_FIRST = 3
#: A run is closed when it holds so many records. Few runs, because each shard opens all of them.
_RUN = 200_000
#: Less than so many runs stay in memory: a large company's day. What is more goes to files.
_KEPT = 2
#: Records of a file that are read in one go. Mapped files would need no such thing; but of each
#: column of each run the system maps pages around those that are read, which was 130 MiB.
_BATCH = 2048
_HALF = 32


@dataclasses.dataclass(eq=False)
class _Run:
    """Sorted facts. ``holders``: each once, ascending; ``bounds``: where the rows of each begin,
    and the end; ``earliest``: when the first record of each begins, in microseconds (UTC);
    ``place``: the facts, or the file that they are in."""

    holders: np.ndarray
    bounds: np.ndarray
    earliest: np.ndarray
    place: pa.Table | pathlib.Path

    def between(self, first: int, last: int) -> pa.Table | None:
        """The facts of the holders from ``first`` to ``last``, which is included."""
        low, high = self.bounds[np.searchsorted(self.holders, [first, last + 1])]
        if high <= low:
            return None
        if isinstance(self.place, pathlib.Path):
            return _read(self.place, int(low), int(high))
        return self.place.slice(low, high - low)


class Spool:
    """Add chunks, then go through :meth:`shards`. Use as a context manager: it owns files."""

    def __init__(self, shard: int = SHARD, after: int | None = None, run: int = _RUN):
        """``after``: keep only what comes after this holder; of the rest, only who it is."""
        self._shard, self._after, self._run = shard, after, run
        self._folder: tempfile.TemporaryDirectory | None = None
        self._open: list[pa.Table] = []
        self._opened = 0
        self._runs: list[_Run] = []
        self._pairs = np.zeros(0, dtype=np.int64)
        self.rows = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_error) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all that was added."""
        self._open, self._opened, self._runs, self.rows = [], 0, [], 0
        self._pairs = np.zeros(0, dtype=np.int64)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def add(self, chunk: pa.Table) -> None:
        """Keep a chunk; its column ``holder`` decides the order."""
        contract, tariff = (flat(chunk[name]).to_numpy() for name in ("contract", "tariff"))
        self._pairs = np.union1d(self._pairs, (contract << _HALF) | tariff)
        if self._after is not None:
            keys = flat(chunk["holder"]).to_numpy()
            chunk = chunk.filter(pa.array(keys > self._after))
        if not chunk.num_rows:
            return
        self._open.append(chunk)
        self._opened += chunk.num_rows
        self.rows += chunk.num_rows
        if self._opened >= self._run:
            self._close()

    def _close(self) -> None:
        """Sort what was added since the last run."""
        if not self._open:
            return
        table = _joined(self._open)
        self._open, self._opened = [], 0
        keys = flat(table["holder"]).to_numpy()
        if np.any(keys[1:] < keys[:-1]):
            order = np.argsort(keys, kind="stable")
            table, keys = table.take(pa.array(order)), keys[order]
        begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        started = flat(table["started_at"]).cast(pa.int64()).to_numpy()
        earliest = np.minimum.reduceat(started, begins)
        self._runs.append(_Run(keys[begins], np.append(begins, len(keys)), earliest, table))
        if self.rows >= _KEPT * self._run:
            for run in self._runs:
                self._put_away(run)

    def _put_away(self, run: _Run) -> None:
        """Into a file, if it is not in one."""
        if isinstance(run.place, pathlib.Path):
            return
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="telecom-rating-")
        path = pathlib.Path(self._folder.name) / f"{self._runs.index(run)}.arrow"
        feather.write_feather(run.place, path, compression="uncompressed", chunksize=_BATCH)
        run.place = path

    def first_starts(self) -> dict[int, int]:
        """When the first record of each holder begins, in microseconds (UTC)."""
        self._close()
        found: dict[int, int] = {}
        for run in self._runs:
            for holder, first in zip(run.holders.tolist(), run.earliest.tolist(), strict=True):
                found[holder] = min(first, found.get(holder, first))
        return found

    def first_start(self) -> int:
        """When the first record of all begins; there must be one."""
        self._close()
        return min(int(run.earliest.min()) for run in self._runs)

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Contracts and tariffs that occur together, each pair once; of all chunks added."""
        return self._pairs >> _HALF, self._pairs & ((1 << _HALF) - 1)

    def contracts(self) -> np.ndarray:
        """All contracts that have facts here, 0 for facts without."""
        return np.unique(self.pairs()[0])

    def nobodys(self) -> int:
        """How many facts are nobody's."""
        self._close()
        return sum(int(run.bounds[1]) for run in self._runs if run.holders[0] == NONE)

    def shards(self) -> typing.Iterator[pa.Table]:
        """The facts in the order of their holders, cut where a holder ends.

        Nobody's facts (holder 0) share nothing, and may be many: they come in several shards.
        """
        self._close()
        for first, last in self._borders():
            found = (run.between(first, last) for run in self._runs)
            pieces = (piece for piece in found if piece is not None)
            if last == NONE:
                yield from _cut(pieces, self.nobodys(), self._shard)
            else:
                yield _joined(list(pieces))

    def _borders(self) -> list[tuple[int, int]]:
        """First and last holder of shards of about equal size."""
        if not self._runs:
            return []
        holders, counts = self._count()
        size = min(self._shard, max(self.rows // _PIECES, _LEAST))
        borders, first, held, room = [], holders[0], 0, size // _FIRST
        for place, holder in enumerate(holders):
            if held and held + counts[place] > room:
                borders.append((int(first), int(holders[place - 1])))
                first, held, room = holder, 0, size
            held += counts[place]
        return [*borders, (int(first), int(holders[-1]))]

    def _count(self) -> tuple[np.ndarray, np.ndarray]:
        """All holders, and how many records each has."""
        holders = np.concatenate([run.holders for run in self._runs])
        counts = np.concatenate([np.diff(run.bounds) for run in self._runs])
        unique, place = np.unique(holders, return_inverse=True)
        totals = np.zeros(len(unique), dtype=np.int64)
        np.add.at(totals, place.reshape(-1), counts)
        return unique, totals


def _read(path: pathlib.Path, low: int, high: int) -> pa.Table:
    """The rows of a file from ``low`` up to ``high``, which is not included."""
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        first, last = low // _BATCH, (high - 1) // _BATCH
        batches = [reader.get_batch(place) for place in range(first, last + 1)]
    return pa.Table.from_batches(batches).slice(low - first * _BATCH, high - low)


def _cut(tables: typing.Iterable[pa.Table], rows: int, most: int) -> typing.Iterator[pa.Table]:
    """The ``rows`` rows of some tables in pieces of about equal size, of ``most`` rows at most."""
    size = -(-rows // -(-rows // most))
    held: list[pa.Table] = []
    room = size
    for table in tables:
        while table.num_rows >= room:
            yield _joined([*held, table.slice(0, room)])
            held, table, room = [], table.slice(room), size
        if table.num_rows:
            held.append(table)
            room -= table.num_rows
    if held:
        yield _joined(held)


def _joined(tables: list[pa.Table]) -> pa.Table:
    """The tables in one piece, their dictionaries made one."""
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
