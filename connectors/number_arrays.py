# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole columns of numbers at once: the plain ones by pattern, each odd value once.

The answer is that of :func:`connectors.numbers.normalise` for every value; the patterns below
only claim what they are sure of (a test compares the two).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from connectors import number_table as table
from connectors.numbers import Notation, normalise

_TAIL = "[0-9]{4,12}"
_INTERNATIONAL = f"(?:49[1-9][0-9]{{3,12}}|{table.COUNTRY.replace('|49|', '|')}{_TAIL})"
_GERMAN = "0(?:[2-9][0-9]|1[35-9])[0-9]{2,11}"


def _rules(notation: Notation) -> list[tuple[str, int, str]]:
    """(pattern, characters to cut, digits to put before) for what can be read by its beginning."""
    if notation.outside or notation.call_by_call:
        return []
    rules = []
    kinds = notation.kinds
    if {"plus", "bare"} & set(kinds):
        rules.append((rf"^\+{_INTERNATIONAL}$", 1, ""))
    if "00" in kinds and not _greedy(kinds[: kinds.index("00")], notation):
        rules.append((rf"^00{_INTERNATIONAL}$", 2, ""))
    if "national" in kinds and notation.country == table.GERMANY:
        rules.append((f"^{_GERMAN}$", 1, table.GERMANY))
    if "bare" in kinds and not _greedy(kinds[: kinds.index("bare")], notation):
        rules.append((rf"^{_INTERNATIONAL}$", 0, ""))
    return rules


def _greedy(kinds: tuple[str, ...], notation: Notation) -> bool:
    """Whether one of these kinds may take what a later one would read by its beginning."""
    foreign = notation.country != table.GERMANY
    return bool({"local", "national_bare", *(["national"] if foreign else [])} & set(kinds))


def normalise_array(values: pa.Array, notation: Notation) -> tuple[pa.Array, pa.Array]:
    """Digits and reasons, each an array of strings with nulls, in the order of `values`."""
    text = pa.string()
    if values.type != text:
        values = values.cast(text)
    digits = pa.nulls(len(values), text)
    todo = pc.not_equal(pc.fill_null(values, ""), "")
    for pattern, cut, prefix in _rules(notation):
        fits = pc.and_(todo, pc.fill_null(pc.match_substring_regex(values, pattern), False))
        if not cut:  # nothing before the digits: they may be a short number or an extension
            least = max(6, notation.extension_max)
            fits = pc.and_(fits, pc.greater(pc.fill_null(pc.binary_length(values), 0), least))
        if not pc.any(fits).as_py():
            continue
        read = pc.utf8_slice_codeunits(values, cut) if cut else values
        if prefix:
            read = pc.binary_join_element_wise(prefix, read, "").cast(text)
        digits = pc.if_else(fits, read, digits)
        todo = pc.and_not(todo, fits)
        if not pc.any(todo).as_py():
            return digits, pa.nulls(len(values), text)
    odd = values.filter(todo).dictionary_encode()
    if isinstance(odd, pa.ChunkedArray):
        odd = odd.combine_chunks()
    numbers = [normalise(value, notation) for value in odd.dictionary.to_pylist()]
    found = pa.array([number.digits for number in numbers], text).take(odd.indices)
    reasons = pa.array([number.reason for number in numbers], text).take(odd.indices)
    digits = pc.replace_with_mask(digits, todo, found)
    return digits, pc.replace_with_mask(pa.nulls(len(values), text), todo, reasons)
