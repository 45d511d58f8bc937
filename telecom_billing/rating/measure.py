# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a record's quantity is priced: whole units, and nothing of what is too small to count.

Switches measure in thousandths of a second; some price lists count whole seconds before anything
else, and leave out calls that were hardly answered. The charge still reports what was used.

>>> to_whole(np.array([0, 400_000, 500_000, 1_200_000]), 1_000_000, "half_up")
array([      0,       0, 1000000, 1000000])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .book import TariffBook
    from .rates import Rate
    from .resolve import Resolved

WHOLES = ("up", "down", "half_up")


def measured(
    book: TariffBook, found: Resolved, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """(sizes to price; what they leave of the sizes, None where that is nothing at all)."""
    if not any(rate.whole or rate.ignore_below for rate in book.rates):
        return size, None
    # The last entry is for rows without a rate.
    how = np.array([*map(_code, book.rates), -1], dtype=np.int8)[found.rate]
    grain = np.array([*(rate.grain for rate in book.rates), 1], dtype=np.int64)[found.rate]
    least = np.array([*(rate.ignore_below for rate in book.rates), 0], dtype=np.int64)[found.rate]
    counted = size.copy()
    for code, name in enumerate(WHOLES):
        rows = np.flatnonzero(how == code)
        counted[rows] = to_whole(size[rows], grain[rows], name)
    counted[counted < least] = 0
    return counted, size - counted


def _code(rate: Rate) -> int:
    return WHOLES.index(rate.whole) if rate.whole else -1


def to_whole(size: np.ndarray, grain: np.ndarray | int, how: str) -> np.ndarray:
    """Sizes as multiples of ``grain``; ``how``: one of :data:`WHOLES`."""
    more = {"up": grain - 1, "down": 0, "half_up": grain // 2}[how]
    return (size + more) // grain * grain
