# SPDX-License-Identifier: AGPL-3.0-or-later
"""Intervals of fifteen-digit numbers as nested tables: a look-up reads a few cells.

A binary search over 30,000 borders jumps through memory fifteen times; here the first five digits
lead into a table that mostly knows the answer, and where an interval ends within them, the next two
digits lead into a smaller one.

>>> trie = Trie(np.array([-1, 493 * 10**12, 493 * 10**12 + 10**9, 494 * 10**12]),
...             np.array([-1, 0, 1, -1]))
>>> trie.find(np.array([493 * 10**12 + 5, 493 * 10**12 + 10**9, 5, -1]))
array([ 0,  1, -1, -1])

All tables lie in one row of cells. A cell that knows the answer holds the place of an answer behind
the tables, which leads to itself; so every number takes the same steps, and none has to be picked
out. A cell that leads on holds how far its table lies from the digits that were read so far, less
:data:`_ON`: a negative number. Digits are read in two halves, each within 32 bits.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

#: What one cell of each table spans: 5, 7, 9, 11, 13 and 15 of fifteen digits.
_SPANS = [10**place for place in (10, 8, 6, 4, 2, 0)]
_FANOUT = 100
_HALF = 10**6  # the first nine digits are read in one number, the other six in another
_ON = 1 << 30


class Trie:
    """``starts``: sorted borders, the first one below every number; ``owners``: what holds from
    each border on (-1: nothing)."""

    def __init__(self, starts: np.ndarray, owners: np.ndarray) -> None:
        bases = np.arange(10**15 // _SPANS[0], dtype=np.int64) * _SPANS[0]
        size, tables, leading = 0, [], []
        for span, inner in pairwise([*_SPANS, 0]):
            low = np.searchsorted(starts, bases, side="right") - 1
            high = np.searchsorted(starts, bases + (span - 1), side="right") - 1
            cells = owners[low].astype(np.int64)
            mixed = np.flatnonzero(low != high)
            size += len(bases)
            # Where each next table begins, less what its digits read for its first cell.
            first = size + np.arange(len(mixed)) * _FANOUT
            cells[mixed] = first - _digits(bases[mixed], inner or 1) - _ON
            leads = np.zeros(len(cells), dtype=bool)
            leads[mixed] = True
            tables.append(cells)
            leading.append(leads)
            if not len(mixed):
                break
            bases = (bases[mixed][:, None] + np.arange(_FANOUT) * inner).reshape(-1)
        answers = size + 1 + np.arange(-1, int(owners.max(initial=-1)) + 1)
        cells, leads = np.concatenate(tables), np.concatenate(leading)
        cells[~leads] += size + 1
        self._cells = np.concatenate([cells, answers]).astype(np.int32)
        self._none = size

    def find(self, padded: np.ndarray) -> np.ndarray:
        """The owner of each number (int64, padded to fifteen digits, -1 = none), or -1."""
        if len(padded) and padded.min() < 0:
            found = self.find(np.maximum(padded, 0))
            found[padded < 0] = -1
            return found
        digits = (padded // _HALF).astype(np.int32)
        found = self._cells.take(digits // np.int32(_SPANS[0] // _HALF), mode="clip")
        for span in _SPANS[1:]:
            if not len(found) or found.min() >= 0:
                break
            if span == _SPANS[3]:
                digits = (padded % _HALF).astype(np.int32)
            read = digits // np.int32(span // _HALF or span) + np.int32(_ON)
            # All bits of a negative number's sign: the step counts where it leads on.
            found = self._cells.take((read & (found >> 31)) + found, mode="clip")
        return found.astype(np.int64) - (self._none + 1)


def _digits(numbers: np.ndarray, span: int) -> np.ndarray:
    """What is read of numbers down to a span: of their first nine digits, or of the other six."""
    return numbers // span if span >= _HALF else numbers % _HALF // span
