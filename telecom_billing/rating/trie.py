# SPDX-License-Identifier: AGPL-3.0-or-later
"""Intervals of fifteen-digit numbers as nested tables: a look-up reads a few cells.

A binary search over 30,000 borders jumps through memory fifteen times; here the first five digits
lead into a table that mostly knows the answer, and where an interval ends within them, the next two
digits lead into a smaller one.

>>> trie = Trie(np.array([-1, 493 * 10**12, 493 * 10**12 + 10**9, 494 * 10**12]),
...             np.array([-1, 0, 1, -1]))
>>> trie.find(np.array([493 * 10**12 + 5, 493 * 10**12 + 10**9, 5, -1]))
array([ 0,  1, -1, -1])
"""

from __future__ import annotations

import numpy as np

_FIRST = 10**10  # what one cell of the outermost table spans: five of fifteen digits
_FANOUT = 100


class Trie:
    """``starts``: sorted borders, the first one below every number; ``owners``: what holds from
    each border on (-1: nothing)."""

    def __init__(self, starts: np.ndarray, owners: np.ndarray) -> None:
        span = _FIRST
        bases = np.arange(10**15 // span, dtype=np.int64) * span
        tables = []
        size = 0
        while True:
            low = np.searchsorted(starts, bases, side="right") - 1
            high = np.searchsorted(starts, bases + (span - 1), side="right") - 1
            # A cell holds an owner plus one, or where the next table begins, as a negative number.
            cells = owners[low].astype(np.int64) + 1
            mixed = np.flatnonzero(low != high)
            size += len(bases)
            cells[mixed] = -(size + np.arange(len(mixed)) * _FANOUT)
            tables.append(cells)
            if not len(mixed):
                break
            span //= _FANOUT
            steps = np.arange(_FANOUT, dtype=np.int64) * span
            bases = (bases[mixed][:, None] + steps).reshape(-1)
        # The last cell answers for what is no number (-1).
        self._cells = np.concatenate([*tables, np.zeros(1, dtype=np.int64)]).astype(np.int32)

    def find(self, padded: np.ndarray) -> np.ndarray:
        """The owner of each number (int64, padded to fifteen digits, -1 = none), or -1."""
        span = _FIRST
        found = self._cells[padded // span].astype(np.int64)
        open_ = np.flatnonzero(found < 0)
        while open_.size:
            span //= _FANOUT
            inner = self._cells[(padded[open_] // span) % _FANOUT - found[open_]]
            found[open_] = inner
            open_ = open_[inner < 0]
        return found - 1
