# SPDX-License-Identifier: AGPL-3.0-or-later
"""Durations and other quantities to micros of their unit."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.convert.amounts import parse_micro
from connectors.frame import MICRO

SCALES: dict[str, tuple[int, int]] = {
    "s": (1, 1),
    "min": (60, 1),
    "h": (3600, 1),
    "ds": (1, 10),
    "cs": (1, 100),
    "ms": (1, 1000),
    "us": (1, 1_000_000),
    "piece": (1, 1),
    "byte": (1, 1),
    "kB": (1000, 1),
    "MB": (1000**2, 1),
    "GB": (1000**3, 1),
    "KiB": (1024, 1),
    "MiB": (1024**2, 1),
    "GiB": (1024**3, 1),
}
"""Unit of the file -> (times, divided by) to seconds, bytes or pieces."""

CLOCKS = ("hms", "hhmmss", "hhmmsscc")
"""Shapes: 01:02:03 (also 62:03 as minutes and seconds), 010203, 01020399 with hundredths."""

_CLOCK = re.compile(r"(?:([0-9]{1,6}):)?([0-9]{1,6}):([0-9]{1,2})(?:[.,]([0-9]{1,9}))?")


def parse_quantity(
    values: pa.Array, shape: str, decimal: str = ".", thousands: str = ""
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quantities in micros of second, byte or piece: (int64 values, empty mask, bad mask)."""
    if shape in SCALES:
        times, divisor = SCALES[shape]
        micro, empty, bad = parse_micro(values, decimal, thousands)
        over = np.abs(micro) > np.iinfo(np.int64).max // (4 * times)
        bad = bad | over
        micro = np.where(over, 0, micro) * times
        if divisor > 1:
            micro = (micro + divisor // 2) // divisor
        return micro, empty, bad
    values = pc.utf8_trim_whitespace(pc.fill_null(values, ""))
    coded = values.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    read = [_clock(value, shape) for value in coded.dictionary.to_pylist()]
    at = coded.indices.to_numpy()
    micro = np.array([value or 0 for value in read], dtype=np.int64)[at]
    bad = np.array([value is None for value in read], dtype=bool)[at]
    empty = pc.equal(values, "").to_numpy(zero_copy_only=False)
    return micro, empty, bad & ~empty


def _clock(text: str, shape: str) -> int | None:
    if shape == "hms":
        match = _CLOCK.fullmatch(text)
        if not match:
            return None
        hours, minutes, seconds = int(match[1] or 0), int(match[2]), int(match[3])
        if seconds > 59 or (match[1] and minutes > 59):
            return None
        fraction = int((match[4] or "0").ljust(9, "0")) // 1000
        return (hours * 3600 + minutes * 60 + seconds) * MICRO + fraction
    width = 6 if shape == "hhmmss" else 8
    if len(text) != width or not (text.isascii() and text.isdecimal()):
        return None
    hours, minutes, seconds = int(text[:2]), int(text[2:4]), int(text[4:6])
    if minutes > 59 or seconds > 59:
        return None
    return (hours * 3600 + minutes * 60 + seconds) * MICRO + int(text[6:] or 0) * 10_000
