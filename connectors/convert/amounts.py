# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decimal texts to integers of a millionth, exactly."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.frame import MICRO

LIMIT = 10**15 * MICRO // 1000
"""Largest believable magnitude in micros (10^12 units): keeps every sum far inside int64."""

_ODD = re.compile(r"([+-]?)([0-9]*)(\.[0-9]*)?(?:[eE]-([0-9]{1,2}))?(-?)")


def parse_micro(
    values: pa.Array, decimal: str = ".", thousands: str = "", exponent: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Amounts times 10^-exponent as micros: (int64 values, empty mask, bad mask).

    More than six decimals are rounded half up once.  `exponent` 2 reads cents.
    """
    count = len(values)
    values = pc.utf8_trim_whitespace(pc.fill_null(values, ""))
    empty = pc.equal(values, "")
    if thousands and pc.any(pc.match_substring(values, thousands)).as_py():
        # only whole groups of three, none of them a leading zero: 0.1230 is no 1230
        mark, point = re.escape(thousands), re.escape(decimal)
        grouped = pc.match_substring_regex(
            values, rf"^[+-]?[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+(?:{point}[0-9]*)?-?$"
        )
        values = pc.if_else(grouped, pc.replace_substring(values, thousands, ""), values)
        values = pc.if_else(pc.match_substring(values, thousands), "?", values)
    if decimal != ".":
        # a point that is not the declared sign is a fault, not a thousands separator
        values = pc.replace_substring(values, ".", "?")
        values = pc.replace_substring(values, decimal, ".")
    scale = 6 - exponent
    if not 0 <= scale <= 9:
        scale = -1
    result = np.zeros(count, dtype=np.int64)
    bad = np.zeros(count, dtype=bool)
    todo = pc.invert(empty)
    if scale >= 0:
        fraction = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
        plain = pc.match_substring_regex(values, rf"^-?[0-9]{{1,8}}{fraction}$")
        if pc.any(plain).as_py():
            text = values if pc.all(plain).as_py() else pc.if_else(plain, values, "0")
            numbers = text.cast(pa.decimal128(18, scale))
            if isinstance(numbers, pa.ChunkedArray):
                numbers = numbers.combine_chunks()
            words = np.frombuffer(numbers.buffers()[1], dtype=np.int64)
            result = words[2 * numbers.offset :: 2][:count].copy()
            todo = pc.and_not(todo, plain)
    rest = np.flatnonzero(todo.to_numpy(zero_copy_only=False))
    for at in rest:
        micro = _odd(values[int(at)].as_py(), exponent)
        if micro is None:
            bad[at] = True
        else:
            result[at] = micro
    return result, empty.to_numpy(zero_copy_only=False), bad


def _odd(text: str, exponent: int) -> int | None:
    match = _ODD.fullmatch(text) if len(text) <= 60 else None
    if not match or not (match[2] or len(match[3] or "") > 1) or (match[1] and match[5]):
        return None
    digits = f"{match[2] or 0}{match[3] or ''}".rstrip(".")
    value = Decimal(digits).scaleb(6 - exponent - int(match[4] or 0))
    if abs(value) > LIMIT:
        return None
    micro = int(value.to_integral_value(ROUND_HALF_UP))
    return -micro if "-" in (match[1], match[5]) else micro
