# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole columns of numbers at once: the plain ones by arithmetic on bytes, each odd value once.

The answer is that of :func:`connectors.numbers.normalise` for every value; the rules below only
claim what they are sure of (a test compares the two).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors import number_table as table
from connectors.numbers import MAX_DIGITS, Notation, normalise

TEXT = pa.string()

_COUNTRY = np.array([bool(table.country_code(f"{number:03}")) for number in range(1000)])
"""Whether three digits begin with a country code."""


def normalise_array(values: pa.Array, notation: Notation) -> tuple[pa.Array, pa.Array]:
    """Digits and reasons, each an array of strings with nulls, in the order of `values`."""
    if values.type != TEXT:
        values = values.cast(TEXT)
    digits = pa.nulls(len(values), TEXT)
    todo = pc.fill_null(pc.not_equal(values, ""), False).to_numpy(zero_copy_only=False)
    plain = _Plain(values) if todo.any() and values.null_count == 0 else None
    for fits, cut, prefix in plain.rules(notation) if plain else ():
        fits &= todo
        if not fits.any():
            continue
        read = pc.binary_replace_slice(values, 0, cut, prefix) if cut else values
        todo = todo & ~fits
        digits = read if fits.all() else pc.if_else(pa.array(fits), read, digits)
    reasons = pa.nulls(len(values), TEXT)
    if not todo.any():
        return digits, reasons
    mask = pa.array(todo)
    odd = values.filter(mask).dictionary_encode()
    numbers = [normalise(value, notation) for value in odd.dictionary.to_pylist()]
    found = pa.array([number.digits for number in numbers], TEXT).take(odd.indices)
    why = pa.array([number.reason for number in numbers], TEXT).take(odd.indices)
    digits = pc.replace_with_mask(digits, mask, found)
    return digits, pc.replace_with_mask(reasons, mask, why)


class _Plain:
    """What can be told of texts from their bytes: length, first bytes, and digits throughout."""

    def __init__(self, values: pa.Array) -> None:
        _valid, starts, data = values.buffers()
        bounds = np.frombuffer(starts, np.int32, len(values) + 1, values.offset * 4)
        first, last = int(bounds[0]), int(bounds[-1])
        text = np.zeros(last - first + 8, np.uint8)  # padded: first bytes may be read past the end
        text[:-8] = np.frombuffer(data, np.uint8, last - first, first) if data else 0
        self._text = text
        self.at = bounds[:-1] - first
        self.size = np.diff(bounds)
        strange = np.flatnonzero((text[:-8] - np.uint8(48)) > 9)
        # of the bytes that are no digits, how many lie in each value
        begin = np.searchsorted(strange, self.at)
        end = np.searchsorted(strange, bounds[1:] - first)
        self.odd = end - begin
        self.head = [text[self.at + place] for place in range(5)]

    def rules(self, notation: Notation) -> Iterator[tuple[np.ndarray, int, str]]:
        """(mask, bytes to cut, digits to put before) for each beginning that is certain."""
        if notation.outside or notation.call_by_call:
            return
        kinds, zero = notation.kinds, np.uint8(48)
        one, two = self.head[0], self.head[1]
        if {"plus", "bare"} & set(kinds):
            yield self._international(1, 5) & (one == 43) & (self.odd == 1), 1, ""
        digits = self.odd == 0
        if "00" in kinds and not _greedy(kinds[: kinds.index("00")], notation):
            yield self._international(2, 5) & (one == zero) & (two == zero) & digits, 2, ""
        if "national" in kinds and notation.country == table.GERMANY:
            mobile = (two == zero + 1) & ((self.head[2] == zero + 3) | (self.head[2] > zero + 4))
            area = ((two > zero + 1) | mobile) & (one == zero)
            fits = area & digits & (self.size >= 4) & (self.size <= MAX_DIGITS - 1)
            yield fits, 1, table.GERMANY
        if "bare" in kinds and not _greedy(kinds[: kinds.index("bare")], notation):
            least = max(7, notation.extension_max + 1)
            yield self._international(0, least) & digits, 0, ""

    def _international(self, skip: int, least: int) -> np.ndarray:
        """Whether an assigned country code stands behind `skip` bytes, and the length fits.

        +49 0 is left to the slow way, which takes the zero out.
        """
        size = self.size - skip
        one, two, three = (
            self.head[place].astype(np.int32) - 48 for place in range(skip, skip + 3)
        )
        good = (one >= 1) & (one <= 9) & (two >= 0) & (two <= 9) & (three >= 0) & (three <= 9)
        code = np.where(good, one * 100 + two * 10 + three, 0)
        return good & _COUNTRY[code] & (code != 490) & (size >= least) & (size <= MAX_DIGITS)


def _greedy(kinds: tuple[str, ...], notation: Notation) -> bool:
    """Whether one of these kinds may take what a later one would read by its beginning."""
    foreign = notation.country != table.GERMANY
    return bool({"local", "national_bare", *(["national"] if foreign else [])} & set(kinds))
