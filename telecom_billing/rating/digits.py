# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns of digit texts as integers: padded to fifteen digits, with their true length.

>>> column = number_column(["4930", None, "49a", "", "4915112345678901234"])
>>> column.padded
array([493000000000000,              -1,              -1,              -1,
       491511234567890])
>>> column.length
array([ 4, -1, -1, -1, 15], dtype=int8)

The digits of all texts are read at once, eight to a machine word: a number's bytes are two words,
what lies behind its end is overwritten with zeros, and three multiplications turn eight decimal
digits into an integer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .blocks import SIZE, blocks

#: ITU-T E.164: a number has at most fifteen digits; what follows does not decide a price.
WIDTH = 15

_ZEROS = np.uint64(0x3030303030303030)
_HIGH = np.uint64(0xF0F0F0F0F0F0F0F0)
_SIX = np.uint64(0x0606060606060606)


class NumberColumn(NamedTuple):
    """``padded``: int64, digits filled up with zeros, -1 where the text is no number;
    ``length``: int8, digits given (at most 15), -1 likewise."""

    padded: np.ndarray
    length: np.ndarray


def number_column(numbers: Iterable[Any]) -> NumberColumn:
    """Read texts of digits; None, NA, empty texts and anything with a non-digit are no numbers.

    A column of integers is read as it is (NA and what is not above zero: no number):

    >>> number_column(pd.Series([4930, None, -1], dtype="Int64")).length
    array([ 4, -1, -1], dtype=int8)
    """
    series = numbers if isinstance(numbers, pd.Series) else pd.Series(list(numbers), dtype="object")
    if pd.api.types.is_integer_dtype(series.dtype):
        return from_integers(series.fillna(-1).to_numpy(dtype=np.int64))
    if isinstance(series.dtype, pd.CategoricalDtype):
        unique = number_column(pd.Series(series.cat.categories))
        codes = series.cat.codes.to_numpy()
        padded = np.append(unique.padded, -1)[codes]
        return NumberColumn(padded, np.append(unique.length, np.int8(-1))[codes])
    if not len(series):
        return NumberColumn(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int8))
    return _parse(*_bytes(series))


def _bytes(series: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(all texts as bytes, one after the other; where each begins; how long it is, -1 for NA)."""
    arrow = _arrow(series)
    if arrow is None:
        return _bytes_of_objects(series)
    _, offsets, data = arrow.buffers()
    kind = np.int64 if str(arrow.type).startswith("large") else np.int32
    borders = np.frombuffer(offsets, dtype=kind)[arrow.offset : arrow.offset + len(arrow) + 1]
    lengths = np.diff(borders).astype(np.int64)
    if arrow.null_count:
        lengths[arrow.is_null().to_numpy(zero_copy_only=False)] = -1
    content = np.empty(0, np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
    return content[: borders[-1]], borders[:-1].astype(np.int64), lengths


def _arrow(series: pd.Series) -> Any:
    """The column as one Arrow array of texts, or None where pandas works without Arrow."""
    try:
        if not hasattr(series.array, "__arrow_array__"):
            series = series.astype("string[pyarrow]")
        arrow = series.array.__arrow_array__()
    except (ImportError, TypeError, ValueError):
        return None
    if hasattr(arrow, "combine_chunks"):
        arrow = arrow.combine_chunks()
    return arrow if str(arrow.type) in ("string", "large_string") else None


def _bytes_of_objects(series: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    texts = [
        None if missing else str(value).encode()
        for value, missing in zip(series.to_numpy(dtype=object), series.isna(), strict=True)
    ]
    lengths = np.array([-1 if text is None else len(text) for text in texts], dtype=np.int64)
    content = np.frombuffer(b"".join(text for text in texts if text), dtype=np.uint8)
    sizes = np.maximum(lengths, 0)
    return content, np.cumsum(sizes) - sizes, lengths


def _parse(content: np.ndarray, begins: np.ndarray, lengths: np.ndarray) -> NumberColumn:
    """Read each text's first fifteen bytes as digits."""
    room = np.concatenate([content, np.full(16, 48, dtype=np.uint8)])
    rows = np.lib.stride_tricks.sliding_window_view(room, 16)
    padded = np.empty(len(begins), dtype=np.int64)
    length = np.empty(len(begins), dtype=np.int8)
    for part in blocks(None, len(begins)):
        padded[part], length[part] = _parse_block(content, rows, begins[part], lengths[part])
    return NumberColumn(padded, length)


def _parse_block(
    content: np.ndarray, rows: np.ndarray, begins: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    words = rows[begins].view(np.dtype("<u8"))
    kept = np.clip(lengths, 0, WIDTH)
    value = np.zeros(len(begins), dtype=np.int64)
    good = lengths > 0
    for half in range(2):
        mask = _MASKS[half][kept]
        word = (words[:, half] & mask) | (_ZEROS & ~mask)
        good &= ((word & _HIGH) == _ZEROS) & (((word + _SIX) & _HIGH) == _ZEROS)
        value = value * 100_000_000 + _eight_digits(word)
    # Sixteen places were read, the last of them always zero.
    value //= 10
    for row in np.flatnonzero(good & (lengths > WIDTH)).tolist():
        tail = content[begins[row] + WIDTH : begins[row] + lengths[row]]
        good[row] = bool(((tail >= 48) & (tail <= 57)).all())
    value[~good] = -1
    return value, np.where(good, kept, -1)


def _eight_digits(word: np.ndarray) -> np.ndarray:
    """Eight ASCII digits in each little-endian word as an integer.

    Neighbouring digits become pairs, pairs fours, fours the whole.
    """
    word = word - _ZEROS
    word = (word * np.uint64(10)) + (word >> np.uint64(8))
    low = (word & np.uint64(0x000000FF000000FF)) * np.uint64(0x000F424000000064)
    high = ((word >> np.uint64(16)) & np.uint64(0x000000FF000000FF)) * np.uint64(0x0000271000000001)
    return ((low + high) >> np.uint64(32)).astype(np.int64)


def _masks() -> tuple[np.ndarray, np.ndarray]:
    """For each number of digits 0 to 15: which bytes of the two words are the number's."""
    masks = []
    for half in range(2):
        kept = [max(min(digits - 8 * half, 8), 0) for digits in range(WIDTH + 1)]
        masks.append(np.array([(1 << (8 * size)) - 1 for size in kept], dtype=np.uint64))
    return masks[0], masks[1]


_MASKS = _masks()
_POWERS = 10 ** np.arange(19, dtype=np.int64)


def from_integers(values: np.ndarray) -> NumberColumn:
    """Numbers as they are kept in an int64 column; what is not above zero is none."""
    if len(values) <= SIZE:
        return NumberColumn(*_pad_block(values))
    padded = np.empty(len(values), dtype=np.int64)
    length = np.empty(len(values), dtype=np.int8)
    for part in blocks(None, len(values)):
        padded[part], length[part] = _pad_block(values[part])
    return NumberColumn(padded, length)


def _pad_block(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not len(values):
        return values, values.astype(np.int8)
    # The numbers of a block differ by few digits: to compare is quicker than to search.
    least, most = np.searchsorted(_POWERS, [values.min(), values.max()], side="right")
    length = np.full(len(values), least, dtype=np.int64)
    for digits in range(least, most):
        length += values >= _POWERS[digits]
    if most > WIDTH:
        kept = np.minimum(length, WIDTH)
        values = values // _POWERS[length - kept]
        length = kept
    padded = values * _POWERS[WIDTH - length]
    if not least:
        none = values <= 0
        padded[none], length[none] = -1, -1
    return padded, length.astype(np.int8)
