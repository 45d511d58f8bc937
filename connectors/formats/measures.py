# SPDX-License-Identifier: AGPL-3.0-or-later
"""Declarations of what is measured: points of time, quantities, money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.convert.amounts import LIMIT, parse_micro
from connectors.convert.durations import parse_quantity
from connectors.convert.times import parse_times
from connectors.formats.fields import Work
from connectors.frame import MICRO


@dataclass(frozen=True)
class Time:
    """A point of time, of one column or of several joined by a blank (date and time apart).

    `pattern` and `tz` overrule the settings `time_pattern` and `timezone`.  With `zero_empty`
    a 0 means that nothing is there.  `fallback` is read where the first is empty.
    """

    names: str | tuple[str, ...]
    pattern: str = ""
    tz: str = ""
    fallback: str = ""
    zero_empty: bool = False

    def build(self, work: Work) -> np.ndarray:
        names = (self.names,) if isinstance(self.names, str) else self.names
        text = work.text(names[0])
        for name in names[1:]:
            text = pc.binary_join_element_wise(text, work.text(name), " ")
        if self.zero_empty:
            text = pc.if_else(pc.match_substring_regex(text, "^0+$"), "", text)
        if self.fallback:
            text = pc.if_else(pc.equal(text, ""), work.text(self.fallback), text)
        settings, label = work.settings, " ".join(names)
        zone = self.tz or settings.get("timezone", "UTC")
        policy = settings.get("ambiguous", "summer")
        pattern = self.pattern or settings["time_pattern"]
        found = parse_times(text, pattern, zone, winter=policy == "winter")
        work.refuse(found.empty, "missing", label, text)
        work.refuse(found.bad, "time", label, text)
        work.refuse(found.range, "time_range", label, text)
        if policy == "reject":
            work.refuse(found.ambiguous, "time_ambiguous", label, text)
        if settings.get("nonexistent") == "reject":
            work.refuse(found.skipped, "time_nonexistent", label, text)
        work.note("time_ambiguous", found.ambiguous)
        work.note("time_nonexistent", found.skipped)
        return found.utc


@dataclass(frozen=True)
class Quantity:
    """A duration or an amount of something; `shape` as in connectors.convert.durations.

    Below zero it is a fault, unless the setting `negative` says that refunds are delivered.
    """

    name: str
    shape: str = "s"
    empty_zero: bool = False

    def build(self, work: Work) -> np.ndarray:
        text = work.text(self.name)
        settings = work.settings
        micro, empty, bad = parse_quantity(
            text, self.shape, settings.get("decimal", "."), settings.get("thousands", "")
        )
        if not self.empty_zero:
            work.refuse(empty, "missing", self.name, text)
        work.refuse(bad, "duration", self.name, text)
        if settings.get("negative") != "refund":
            work.refuse(micro < 0, "duration_negative", self.name, text)
        return micro


@dataclass(frozen=True)
class Lasting:
    """A duration that stands beside its two moments, and is not longer than between them.

    Where the moments are there, more than five seconds beyond is a fault: the unit is another one.
    """

    name: str
    shape: str
    begin: str
    end: str
    pattern: str = ""

    def build(self, work: Work) -> np.ndarray:
        micro = Quantity(self.name, self.shape).build(work)
        settings, moments = work.settings, []
        for name in (self.begin, self.end):
            text = work.text(name)
            pattern = self.pattern or settings["time_pattern"]
            moments.append(parse_times(text, pattern, settings["timezone"]))
        begin, end = moments
        known = ~(begin.empty | begin.bad | begin.range | end.empty | end.bad | end.range)
        over = known & (micro > np.maximum(end.utc - begin.utc, 0) + 5 * MICRO)
        work.refuse(over, "duration", self.name, work.text(self.name))
        return micro


@dataclass(frozen=True)
class Between:
    """A duration from one moment to another; an end before its beginning is a fault."""

    begin: str
    end: str
    pattern: str = ""
    tz: str = ""

    def build(self, work: Work) -> np.ndarray:
        begin = Time(self.begin, self.pattern, self.tz).build(work)
        end = Time(self.end, self.pattern, self.tz).build(work)
        span = np.where(work.gone, 0, end - begin)
        label = f"{self.begin} to {self.end}"
        work.refuse(span < 0, "duration_negative", label, work.text(self.end))
        return span


@dataclass(frozen=True)
class Measured:
    """A quantity whose unit stands in another column: unit (in small letters) -> shape."""

    name: str
    unit: str
    shapes: Mapping[str, str]

    def build(self, work: Work) -> np.ndarray:
        units = pc.utf8_lower(work.text(self.unit))
        total = np.zeros(work.count, dtype=np.int64)
        known = np.zeros(work.count, dtype=bool)
        for unit in pc.unique(units).to_pylist():
            if unit not in self.shapes:
                continue
            mask = pc.equal(units, unit).to_numpy(zero_copy_only=False)
            part = Work(work.batch, work.settings)
            part.gone = work.gone | ~mask
            micro = Quantity(self.name, self.shapes[unit]).build(part)
            work.gone |= part.gone & mask
            work.lost += part.lost
            total[mask] = micro[mask]
            known |= mask
        work.refuse(~known, "value_unknown", self.unit, work.text(self.unit))
        return total


@dataclass(frozen=True)
class Pieces:
    """A fixed quantity in every row: one SMS, one participant."""

    micro: int

    def build(self, work: Work) -> np.ndarray:
        return np.full(work.count, self.micro, dtype=np.int64)


@dataclass(frozen=True)
class Amount:
    """Money in the file's own unit; several columns are added.  Empty becomes NA."""

    names: str | tuple[str, ...]

    def build(self, work: Work) -> pa.Array:
        names = (self.names,) if isinstance(self.names, str) else self.names
        settings = work.settings
        total = np.zeros(work.count, dtype=np.int64)
        none = np.ones(work.count, dtype=bool)
        for name in names:
            text = work.text(name)
            micro, empty, bad = parse_micro(
                text,
                settings.get("decimal", "."),
                settings.get("thousands", ""),
                int(settings.get("cost_exponent", 0)),
            )
            work.refuse(bad, "amount", name, text)
            work.refuse(np.abs(micro) > LIMIT, "amount_range", name, text)
            total += np.where(np.abs(micro) > LIMIT, 0, micro)
            none &= empty
        if settings.get("cost_sign") == "negative":
            total = -total
        return pa.array(total, mask=none)
