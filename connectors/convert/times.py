# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts of time to naive UTC microseconds.

Patterns are written with the letters yyyy, yy, mm, Mon (a month's English name), dd, Day (a
weekday's name, not looked at), HH, MM, SS, f (fraction of a second, any number of digits) and z
(an offset such as Z, +02:00 or CEST); everything else stands for itself.
Fixed layouts are read by arithmetic on the bytes of the whole column; what does not fit them
(an offset, a fraction, missing leading zeros) is read value by value.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.settings import zone

NAMED = {
    "iso": "yyyy-mm-dd HH:MM:SS",
    "german": "dd.mm.yyyy HH:MM:SS",
    "compact": "yyyymmddHHMMSS",
}
"""Patterns by name; besides them epoch, epoch_ms, epoch_us and rfc2822."""

EPOCHS = {"epoch": 1_000_000, "epoch_ms": 1000, "epoch_us": 1}

AMBIGUOUS = ("summer", "winter", "reject")
NONEXISTENT = ("forward", "reject")

_FIELDS = {"yyyy": 4, "yy": 2, "mm": 2, "dd": 2, "HH": 2, "MM": 2, "SS": 2}
_TOKEN = re.compile(r"yyyy|yy|mm|Mon|dd|Day|HH|MM|SS|f|z|.", re.DOTALL)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120,
          "MESZ": 120, "EET": 120, "EEST": 180, "EST": -300, "EDT": -240, "PST": -480,
          "PDT": -420}  # fmt: skip
"""Names of offsets that mean one thing, in minutes."""

_FIRST, _LAST = (np.datetime64(day, "us").view("int64") for day in ("1990-01-01", "2100-01-01"))
_UNIX = pd.Timestamp(0)


@dataclass(frozen=True)
class Times:
    """`utc` int64 microseconds; masks of empty, unreadable, out of range, ambiguous, skipped."""

    utc: np.ndarray
    empty: np.ndarray
    bad: np.ndarray
    range: np.ndarray
    ambiguous: np.ndarray
    skipped: np.ndarray


def parse_times(values: pa.Array, pattern: str, tz: str = "UTC", winter: bool = False) -> Times:
    """Times as UTC; the repeated hour is read as summer or winter time, the skipped one forward.

    Both are marked, so that the caller can count or reject them.
    """
    count = len(values)
    values = pc.utf8_trim_whitespace(pc.fill_null(values, ""))
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    empty = pc.equal(values, "").to_numpy(zero_copy_only=False)
    local = np.zeros(count, dtype=np.int64)
    fixed = np.zeros(count, dtype=bool)  # already UTC
    bad = np.zeros(count, dtype=bool)
    if pattern in EPOCHS:
        local, bad = _epochs(values, EPOCHS[pattern])
        fixed[:] = True
        todo = np.zeros(0, dtype=np.int64)
    elif pattern == "rfc2822":
        todo = np.flatnonzero(~empty)
    else:
        local, done = _by_bytes(values, NAMED.get(pattern, pattern))
        todo = np.flatnonzero(~done & ~empty)
    if len(todo):
        _one_by_one(values, todo, pattern, local, fixed, bad)
    bad &= ~empty
    known = ~empty & ~bad
    outside = known & ((local < _FIRST) | (local >= _LAST))
    ambiguous = np.zeros(count, dtype=bool)
    skipped = np.zeros(count, dtype=bool)
    if tz != "UTC" and not fixed.all():
        inside = known & ~outside & ~fixed
        local, ambiguous, skipped = _to_utc(local, inside, tz, winter)
    return Times(local, empty, bad, outside, ambiguous, skipped)


def _to_utc(
    local: np.ndarray, inside: np.ndarray, tz: str, winter: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    starts, shifts, later, gaps = _transitions(tz)
    at = np.searchsorted(starts, local, "right") - 1
    overlaps = shifts != later
    utc = np.where(inside, local - (later if winter else shifts)[at], local)
    return utc, inside & overlaps[at], inside & gaps[at]


@cache
def _transitions(tz: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pieces of wall time: start, offset, offset when read as the later time, skipped or not."""
    place = zone(tz)

    def offset(minute: int) -> int:
        moment = dt.datetime.fromtimestamp(minute * 60, place)
        return int(moment.utcoffset().total_seconds()) * 1_000_000  # type: ignore[union-attr]

    day = 24 * 60
    first, last = int(_FIRST // 60_000_000) - day, int(_LAST // 60_000_000) + day
    old = offset(first)
    pieces = [(np.iinfo(np.int64).min // 4, old, old, False)]
    for minute in range(first + day, last, day):
        new = offset(minute)
        if new == old:
            continue
        low, high = minute - day, minute
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == old else (low, middle)
        moment = high * 60_000_000
        if new > old:  # clocks go forward: the wall times between do not exist
            pieces += [(moment + old, old, old, True), (moment + new, new, new, False)]
        else:  # clocks go back: the wall times between come twice
            pieces += [(moment + new, old, new, False), (moment + old, new, new, False)]
        old = new
    starts, shifts, later, gaps = (np.array(part) for part in zip(*pieces, strict=True))
    return starts, shifts, later, gaps


def _epochs(values: pa.Array, factor: int) -> tuple[np.ndarray, np.ndarray]:
    plain = pc.match_substring_regex(values, r"^[0-9]{1,13}(?:\.[0-9]*)?$")
    if factor == 1:
        plain = pc.match_substring_regex(values, r"^[0-9]{1,16}$")
    text = pc.if_else(plain, values, "0")
    whole = pc.replace_substring_regex(text, r"\..*$", "").cast(pa.int64()).to_numpy()
    result = whole * factor
    broken = pc.match_substring(text, ".")
    if factor > 1 and pc.any(broken).as_py():
        parts = pc.replace_substring_regex(text, r"^[0-9]+\.?", "")
        digits = len(str(factor)) - 1
        padded = pc.utf8_slice_codeunits(pc.utf8_rpad(parts, digits, "0"), 0, digits)
        result = result + padded.cast(pa.int64()).to_numpy()
    return result, ~plain.to_numpy(zero_copy_only=False)


def _by_bytes(values: pa.Array, pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """Local microseconds of the values that fit the layout exactly, and which those are."""
    count = len(values)
    result, done = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    tokens = _TOKEN.findall(pattern)
    if (
        "f" in tokens
        or "z" in tokens
        or any(len(token.encode()) > 1 and token not in _FIELDS for token in tokens)
    ):
        return result, done
    width = sum(_FIELDS.get(token, 1) for token in tokens)
    fits = pc.equal(pc.binary_length(values), width)
    if not pc.any(fits).as_py():
        return result, done
    mask = fits.to_numpy(zero_copy_only=False)
    same = values if mask.all() else values.filter(fits)
    wide = pa.types.is_large_string(same.type)
    offsets = np.frombuffer(same.buffers()[1], dtype=np.int64 if wide else np.int32)
    first = int(offsets[same.offset])
    matrix = np.frombuffer(
        same.buffers()[2], dtype=np.uint8, offset=first, count=len(same) * width
    ).reshape(len(same), width)
    parts: dict[str, np.ndarray] = {}
    good = np.ones(len(same), dtype=bool)
    at = 0
    for token in tokens:
        if token not in _FIELDS:
            good &= matrix[:, at] == ord(token)
            at += 1
            continue
        number = np.zeros(len(same), dtype=np.int32)
        for place in range(at, at + _FIELDS[token]):
            digit = matrix[:, place] - np.uint8(48)
            good &= digit < 10
            number = number * 10 + digit
        parts[token] = number
        at += _FIELDS[token]
    moment, valid = _moment(parts)
    result[mask] = moment
    done[mask] = good & valid
    return result, done


def _moment(parts: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    some = next(iter(parts.values()))
    zero, one = np.zeros_like(some), np.ones_like(some)
    year = parts["yyyy"] if "yyyy" in parts else parts.get("yy", zero) + 2000
    month, day = parts.get("mm", one), parts.get("dd", one)
    hour, minute, second = (parts.get(name, zero) for name in ("HH", "MM", "SS"))
    valid = (month >= 1) & (month <= 12) & (hour <= 23) & (minute <= 59) & (second <= 59)
    month = np.where(valid, month, 1)
    months = (year.astype(np.int64) - 1970) * 12 + month - 1
    days = months.view("M8[M]").astype("M8[D]").view("int64")
    length = (months + 1).view("M8[M]").astype("M8[D]").view("int64") - days
    valid &= (day >= 1) & (day <= length)
    seconds = (days + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    return seconds * 1_000_000, valid


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    out = []
    for token in _TOKEN.findall(pattern):
        if token in _FIELDS:
            size = "4" if token == "yyyy" else "2" if token == "yy" else "1,2"
            out.append(f"(?P<{token}>[0-9]{{{size}}})")
        elif token == "Mon":
            out.append("(?P<Mon>[A-Za-z]{3})[a-z]*")
        elif token == "Day":
            out.append("[A-Za-z]+")
        elif token == "f":
            out.append("(?P<f>[0-9]{1,9})")
        elif token == "z":
            out.append("(?P<z>[A-Z]{1,4}|[+-][0-9:]{2,6})")
        else:
            out.append(re.escape(token) if token != " " else "[ T]+")
    return re.compile(
        "".join(out) + r"(?:[.,](?P<f2>[0-9]{1,9}))?(?P<z2> ?(?:Z|UTC|GMT|[+-][0-9:]+))?"
    )


def _one_by_one(
    values: pa.Array, todo: np.ndarray, pattern: str,
    local: np.ndarray, fixed: np.ndarray, bad: np.ndarray,
) -> None:  # fmt: skip
    memory: dict[str, tuple[int, bool] | None] = {}
    for at in todo:
        text = values[int(at)].as_py()
        if text not in memory:
            memory[text] = _single(text, pattern)
        found = memory[text]
        if found is None:
            bad[at] = True
        else:
            local[at], fixed[at] = found


def _single(text: str, pattern: str) -> tuple[int, bool] | None:
    """(microseconds, is UTC) of one value, or None."""
    if len(text) > 80 or not text.isascii():
        return None
    if pattern == "rfc2822":
        try:
            stamp = pd.Timestamp(parsedate_to_datetime(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        fixed = stamp.tzinfo is not None
        naive = stamp.tz_convert("UTC").tz_localize(None) if fixed else stamp
        return (naive - _UNIX) // pd.Timedelta(1, "us"), fixed
    match = _regex(NAMED.get(pattern, pattern)).fullmatch(text)
    if not match:
        return None
    got = match.groupdict()
    parts = {name: np.array([int(got[name])]) for name in _FIELDS if got.get(name)}
    if got.get("Mon"):
        parts["mm"] = np.array([_MONTHS.get(got["Mon"].lower(), 0)])
    moment, valid = _moment(parts)
    offset = _offset(got.get("z") or got.get("z2") or "")
    if not valid[0] or offset is None:
        return None
    fraction = (got.get("f") or got.get("f2") or "0").ljust(9, "0")
    stamp = int(moment[0]) + int(fraction) // 1000
    return (stamp - offset[0], True) if offset else (stamp, False)


def _offset(text: str) -> tuple[int, ...] | None:
    """Offset in microseconds; () where the text names none; None where it is unreadable."""
    text = text.strip()
    if not text:
        return ()
    if text in _ZONES:
        return (_ZONES[text] * 60_000_000,)
    match = re.fullmatch(r"([+-])([0-9]{2}):?([0-9]{2})?", text)
    if not match or int(match[2]) > 15 or int(match[3] or 0) > 59:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return ((-1 if match[1] == "-" else 1) * minutes * 60_000_000,)
