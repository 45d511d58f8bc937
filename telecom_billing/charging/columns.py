# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns between Arrow, numpy and Odoo's ids."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rating.digits import WIDTH, NumberColumn

#: Stands for "none" in columns of ids.
NONE = 0
_POWERS = 10 ** np.arange(WIDTH, -1, -1, dtype=np.int64)


def flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def digits(column: pa.ChunkedArray | pa.Array) -> NumberColumn:
    """A column of texts as numbers, like :func:`~..rating.digits.number_column`, but by Arrow.

    >>> digits(pa.array(["4930", None, "49a", "", "4915112345678901234"]))
    NumberColumn(padded=array([493000000000000,              -1,              -1,              -1,
           491511234567890]), length=array([ 4, -1, -1, -1, 15], dtype=int8))
    """
    texts = flat(column)
    good = pc.fill_null(pc.ascii_is_decimal(texts), False)
    short = pc.utf8_slice_codeunits(pc.if_else(good, texts, "0"), 0, WIDTH)
    length = pc.binary_length(short).to_numpy(zero_copy_only=False).astype(np.int64)
    mask = good.to_numpy(zero_copy_only=False)
    padded = pc.cast(short, pa.int64()).to_numpy() * _POWERS[length]
    return NumberColumn(np.where(mask, padded, -1), np.where(mask, length, -1).astype(np.int8))


def integers(numbers: NumberColumn) -> pa.Array:
    """The numbers as integers, NULL for none: smaller and quicker than texts.

    >>> integers(digits(pa.array(["4930", None, "49111"]))).to_pylist()
    [4930, None, 49111]
    """
    none = numbers.length < 0
    values = numbers.padded // _POWERS[np.where(none, 0, numbers.length)]
    return pa.array(values, mask=none)


def as_integers(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Telephone numbers as integers, if they are not yet."""
    return column if pa.types.is_integer(column.type) else integers(digits(column))


def codes(column: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, list[str]]:
    """(code per row, -1 for null; the texts) of a dictionary column."""
    one = flat(column)
    if isinstance(one, pa.ChunkedArray):  # Arrow keeps differing dictionaries apart
        one = flat(one.unify_dictionaries())
    filled = pc.fill_null(one.indices, -1).to_numpy(zero_copy_only=False)
    return filled.astype(np.int64), one.dictionary.to_pylist()


def micros(column: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(millionths, present) of a 128-bit decimal column with six places."""
    one = flat(column)
    present = pc.is_valid(one).to_numpy(zero_copy_only=False)
    words = np.frombuffer(one.buffers()[1], dtype=np.int64)[2 * one.offset :][: 2 * len(one)]
    return np.where(present, words[::2], 0), present


def ids(values: np.ndarray) -> pa.Array:
    """A column of record ids in which :data:`NONE` becomes NULL."""
    return pa.array(values, mask=values == NONE)
