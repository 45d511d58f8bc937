# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long columns in blocks that stay in the processor's cache.

A step of rating passes over its columns a few dozen times; over a million rows each pass fetches
them from memory again, over a block it does not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

SIZE = 1 << 15


def blocks(rows: np.ndarray | None, count: int) -> Iterator[slice | np.ndarray]:
    """Parts of ``rows``, or (None) slices of ``count`` rows.

    >>> list(blocks(None, 40_000))
    [slice(0, 32768, None), slice(32768, 40000, None)]
    >>> [part.tolist() for part in blocks(np.array([3, 5]), 9)]
    [[3, 5]]
    """
    if rows is None:
        for begin in range(0, count, SIZE):
            yield slice(begin, min(begin + SIZE, count))
        return
    for begin in range(0, len(rows), SIZE):
        yield rows[begin : begin + SIZE]
