# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sums that no frame can hold are told, never wrong.

A column holds millionths in 64 bits. One record never comes near that, but the sum of many may:
of bytes with a wrong unit, or of a price in the wrong currency.
"""

from __future__ import annotations

import numpy as np

from .money import MICRO
from .usage import MAX_QUANTITY, SumError

_HALF = 31


def check_sums(group: np.ndarray, size: np.ndarray, what: str, most: int = MAX_QUANTITY) -> None:
    """:class:`~.usage.SumError` where sizes of one group (an integer per row) add up to more than
    ``most`` (millionths).

    ``what`` names the sums in the sentence.

    >>> check_sums(np.array([1, 1, 2]), np.array([1 << 60, 1 << 60, 1 << 60]), "sums")
    >>> check_sums(np.array([1, 1, 1]), np.array([1 << 60, 1 << 60, 1]), "sums of tier set 7")
    Traceback (most recent call last):
    telecom_billing.rating.usage.SumError: sums of tier set 7 are more than 2305843009213 (units \
or currency), which no frame holds; correct the quantities or prices, or use a greater unit
    """
    if not may_overflow(size, most):
        return
    _, place = np.unique(group, return_inverse=True)
    # In two halves, of which no sum overflows.
    low, high = np.zeros((2, int(place.max()) + 1), dtype=np.int64)
    wide = np.abs(size)
    np.add.at(low, place.reshape(-1), wide & ((1 << _HALF) - 1))
    np.add.at(high, place.reshape(-1), wide >> _HALF)
    for below, above in zip(low.tolist(), high.tolist(), strict=True):
        if (above << _HALF) + below > most:
            raise too_much(what, most)


def too_much(what: str, most: int = MAX_QUANTITY) -> SumError:
    """The error of a sum that no frame holds."""
    return SumError(
        f"{what} are more than {most // MICRO} (units or currency), which no frame holds; "
        "correct the quantities or prices, or use a greater unit"
    )


def may_overflow(size: np.ndarray, most: int = MAX_QUANTITY) -> bool:
    """Could these sizes add up to more than that at all?"""
    if not len(size):
        return False
    return max(int(size.max()), -int(size.min())) * len(size) > most
