# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns of digit texts as integers: padded to fifteen digits, with their true length.

>>> column = number_column(["4930", None, "49a", "", "4915112345678901234"])
>>> column.padded
array([493000000000000,              -1,              -1,              -1,
       491511234567890])
>>> column.length
array([ 4, -1, -1, -1, 15], dtype=int8)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

#: ITU-T E.164: a number has at most fifteen digits; what follows does not decide a price.
WIDTH = 15


class NumberColumn(NamedTuple):
    """``padded``: int64, digits filled up with zeros, -1 where the text is no number;
    ``length``: int8, digits given (at most 15), -1 likewise."""

    padded: np.ndarray
    length: np.ndarray


def number_column(numbers: Iterable[Any]) -> NumberColumn:
    """Read texts of digits; None, NA, empty texts and anything with a non-digit are no numbers."""
    series = numbers if isinstance(numbers, pd.Series) else pd.Series(list(numbers), dtype="object")
    if isinstance(series.dtype, pd.CategoricalDtype):
        unique = number_column(pd.Series(series.cat.categories))
        codes = series.cat.codes.to_numpy()
        padded = np.append(unique.padded, -1)[codes]
        return NumberColumn(padded, np.append(unique.length, np.int8(-1))[codes])
    values = series.to_numpy(dtype=object, na_value=None)
    text = np.array(["" if v is None or v != v else str(v) for v in values], dtype="U")
    if text.size == 0 or text.dtype.itemsize == 0:
        return NumberColumn(np.full(len(text), -1, np.int64), np.full(len(text), -1, np.int8))
    width = text.dtype.itemsize // 4
    return _from_codes(text.view(np.uint32).reshape(len(text), width))


def _from_codes(codes: np.ndarray) -> NumberColumn:
    """From a matrix of character codes (rows padded with zero codes)."""
    rows, width = codes.shape
    present = codes != 0
    length = present.sum(axis=1)
    good = (~present | ((codes >= 48) & (codes <= 57))).all(axis=1) & (length > 0)
    padded = np.zeros(rows, dtype=np.int64)
    for position in range(WIDTH):
        padded *= 10
        if position < width:
            digit = codes[:, position].astype(np.int64) - 48
            padded += np.where(present[:, position], digit, 0)
    padded[~good] = -1
    length = np.where(good, np.minimum(length, WIDTH), -1).astype(np.int8)
    return NumberColumn(padded, length)
