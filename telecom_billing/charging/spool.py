# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matched facts sorted by holder, however many there are, in bounded memory.

What shares balances must be rated together: a contract, or a customer with all contracts. That is
the *holder*. But facts come in the order of delivery. So each chunk is sorted by holder and kept;
chunks beyond the first go to files. Afterwards a shard is the slice of some neighbouring holders
out of every chunk: files are mapped, so only the slices are read.
"""

from __future__ import annotations

import pathlib
import tempfile
import typing

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather

from .columns import flat

#: A shard holds about so many records, or one holder.
SHARD = 100_000
#: Few records are cut into as many shards, for the next is priced while one is stored ...
_PIECES = 6
#: ... but not below so many records, as each shard costs a little.
_LEAST = 10_000
_HALF = 32


class Spool:
    """Add chunks, then go through :meth:`shards`. Use as a context manager: it owns files."""

    def __init__(self, shard: int = SHARD, after: int | None = None):
        """``after``: keep only what comes after this holder; of the rest, only who it is."""
        self._shard, self._after = shard, after
        self._folder: tempfile.TemporaryDirectory | None = None
        self._first: pa.Table | None = None
        self._files: list[pathlib.Path] = []
        self._keys: list[np.ndarray] = []
        self._pairs: list[np.ndarray] = []
        #: When the first record of each holder begins, in microseconds (UTC).
        self.first_starts: dict[int, int] = {}
        self.rows = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_error) -> None:
        self._first = None
        if self._folder is not None:
            self._folder.cleanup()

    def add(self, chunk: pa.Table) -> None:
        """Keep a chunk; its column ``holder`` decides the order."""
        keys = flat(chunk["holder"]).to_numpy()
        if not len(keys):
            return
        contract, tariff = (flat(chunk[name]).to_numpy() for name in ("contract", "tariff"))
        self._pairs.append(np.unique((contract << _HALF) | tariff))
        if self._after is not None:
            rows = keys > self._after
            chunk, keys = chunk.filter(pa.array(rows)), keys[rows]
            if not len(keys):
                return
        if np.any(keys[1:] < keys[:-1]):
            order = np.argsort(keys, kind="stable")
            chunk, keys = chunk.take(pa.array(order)), keys[order]
        self._note_starts(keys, chunk)
        self._keys.append(keys)
        self.rows += len(keys)
        if self._first is None:
            self._first = chunk
            return
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="telecom-rating-")
        path = pathlib.Path(self._folder.name) / f"{len(self._files)}.arrow"
        feather.write_feather(chunk, path, compression="uncompressed")
        self._files.append(path)

    def _note_starts(self, keys: np.ndarray, chunk: pa.Table) -> None:
        started = flat(chunk["started_at"]).cast(pa.int64()).to_numpy()
        begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        earliest = np.minimum.reduceat(started, begins)
        for holder, first in zip(keys[begins].tolist(), earliest.tolist(), strict=True):
            self.first_starts[holder] = min(first, self.first_starts.get(holder, first))

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Contracts and tariffs that occur together, each pair once; of all chunks added."""
        if not self._pairs:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        pairs = np.unique(np.concatenate(self._pairs))
        return pairs >> _HALF, pairs & ((1 << _HALF) - 1)

    def contracts(self) -> np.ndarray:
        """All contracts that have facts here, 0 for facts without."""
        return np.unique(self.pairs()[0])

    def shards(self) -> typing.Iterator[pa.Table]:
        """The facts in the order of their holders, cut where a holder ends."""
        for first, last in self._borders():
            yield self._slice(first, last)

    def _borders(self) -> list[tuple[int, int]]:
        """First and last holder of shards of about equal size."""
        if not self._keys:
            return []
        holders, counts = _count(self._keys)
        size = min(self._shard, max(self.rows // _PIECES, _LEAST))
        borders, first, held = [], holders[0], 0
        for place, holder in enumerate(holders):
            if held and held + counts[place] > size:
                borders.append((int(first), int(holders[place - 1])))
                first, held = holder, 0
            held += counts[place]
        return [*borders, (int(first), int(holders[-1]))]

    def _slice(self, first: int, last: int) -> pa.Table:
        pieces = []
        for place, keys in enumerate(self._keys):
            low, high = np.searchsorted(keys, [first, last + 1])
            if high > low:
                table = (
                    self._first
                    if not place
                    else feather.read_table(self._files[place - 1], memory_map=True)
                )
                pieces.append(table.slice(low, high - low))
        table = pa.concat_tables(pieces)
        return table.unify_dictionaries().combine_chunks() if len(pieces) > 1 else table


def _count(columns: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """How often each key occurs in several sorted columns."""
    parts = [np.unique(column, return_counts=True) for column in columns]
    keys = np.concatenate([part[0] for part in parts])
    unique, place = np.unique(keys, return_inverse=True)
    counts = np.zeros(len(unique), dtype=np.int64)
    np.add.at(counts, place.reshape(-1), np.concatenate([part[1] for part in parts]))
    return unique, counts
