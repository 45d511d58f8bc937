# SPDX-License-Identifier: AGPL-3.0-or-later
"""Declarations: what a column of the usage frame is made of.

Each class reads one or more text columns of a batch and returns an Arrow or numpy array; values
that make no sense are reported to the :class:`Work`, which turns their rows into rejects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.frame import FAULTY
from connectors.number_arrays import normalise_array
from connectors.numbers import Notation
from connectors.readers.batch import TEXT, Batch
from connectors.reasons import FAULT_NUMBERS


class Work:
    """A batch on its way to a frame: its columns, and the rows already given up."""

    def __init__(self, batch: Batch, settings: Mapping[str, Any]) -> None:
        self.batch = batch
        self.settings = settings
        self.count = len(batch.line)
        self.gone = np.zeros(self.count, dtype=bool)
        self.lost: list[tuple[np.ndarray, str, str, str, pa.Array]] = []
        self.notes: dict[str, int] = {}

    def text(self, name: str) -> pa.Array:
        """A column, trimmed; empty texts where the file has no such column."""
        values = self.batch.columns.get(name)
        if values is None:
            return _same("", self.count)
        return pc.utf8_trim_whitespace(values)

    def refuse(
        self, mask: Any, reason: str, name: str, values: pa.Array, kind: str = FAULTY
    ) -> None:
        """Give rows up; the first reason of a row counts."""
        mask = mask if isinstance(mask, np.ndarray) else mask.to_numpy(zero_copy_only=False)
        fresh = mask & ~self.gone
        if fresh.any():
            at = np.flatnonzero(fresh)
            self.gone |= fresh
            self.lost.append((at, kind, reason, name.lstrip("_"), values.take(pa.array(at))))

    def note(self, name: str, mask: np.ndarray) -> None:
        """Count something worth knowing about rows that are kept."""
        number = int((mask & ~self.gone).sum())
        if number:
            self.notes[name] = self.notes.get(name, 0) + number


def _same(value: str | None, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, TEXT), count)


def _nullable(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, TEXT), values)


@dataclass(frozen=True)
class Const:
    """The same text in every row."""

    value: str | None = None

    def build(self, work: Work) -> pa.Array:
        return _same(self.value, work.count)


@dataclass(frozen=True)
class Text:
    """A column as it stands; empty becomes NA, or `default`.

    Of several `names` the first that is filled counts.
    """

    names: str | tuple[str, ...]
    default: str | None = None
    required: bool = False

    def build(self, work: Work) -> pa.Array:
        names = (self.names,) if isinstance(self.names, str) else self.names
        values = _nullable(work.text(names[0]))
        for name in names[1:]:
            values = pc.coalesce(values, _nullable(work.text(name)))
        if self.required:
            work.refuse(values.is_null(), "missing", " / ".join(names), work.text(names[0]))
        return values if self.default is None else pc.fill_null(values, self.default)


@dataclass(frozen=True)
class Currency:
    """A currency code, of a column or the same for all; anything but three letters is a fault."""

    name: str
    default: str | None = None

    def build(self, work: Work) -> pa.Array:
        text = work.text(self.name)
        codes = pc.utf8_upper(text)
        bad = pc.invert(pc.match_substring_regex(codes, "^(?:[A-Z]{3})?$"))
        work.refuse(bad, "currency", self.name, text)
        codes = _nullable(codes)
        return codes if self.default is None else pc.fill_null(codes, self.default)


@dataclass(frozen=True)
class Map:
    """A column translated by a table; values outside it become `default` or make a reject."""

    name: str
    table: Mapping[str, str]
    default: str | None = None
    fold: bool = True

    def build(self, work: Work) -> pa.Array:
        text = work.text(self.name)
        table = {key.lower() if self.fold else key: value for key, value in self.table.items()}
        coded = _dictionary(text)
        keys = coded.dictionary.to_pylist()
        found = [table.get(key.lower() if self.fold else key, self.default) for key in keys]
        values = pa.array(found, TEXT).take(coded.indices)
        if self.default is None:
            work.refuse(values.is_null(), "value_unknown", self.name, text)
        return values


def incoming(name: str, settings: Mapping[str, Any]) -> Const | Map:
    """The direction: "in" where a column is one of the setting `incoming_contexts`."""
    contexts = [part.strip() for part in settings["incoming_contexts"].split(",") if part.strip()]
    return Map(name, dict.fromkeys(contexts, "in"), "out") if contexts else Const("out")


@dataclass(frozen=True)
class Phone:
    """A telephone number in the notation the settings `<side>_notation` … declare."""

    name: str
    side: str  # "a" or "b"

    def notation(self, settings: Mapping[str, Any]) -> Notation:
        return Notation.of(
            settings[f"{self.side}_notation"],
            country=settings["country"],
            area=settings["area"],
            outside=settings["outside"],
            extension_max=settings["extension_max"],
            call_by_call=settings["call_by_call"],
        )

    def build(self, work: Work) -> pa.Array:
        text = work.text(self.name)
        digits, reasons = normalise_array(text, self.notation(work.settings))
        if reasons.null_count < len(reasons):
            for reason in pc.unique(reasons.drop_null()).to_pylist():
                mask = pc.fill_null(pc.equal(reasons, reason), False)
                if reason in FAULT_NUMBERS and work.settings["bad_numbers"] == "reject":
                    work.refuse(mask, reason, self.name, text)
                else:
                    work.note(reason, mask.to_numpy(zero_copy_only=False))
        return digits


def _dictionary(values: pa.Array) -> pa.DictionaryArray:
    coded = values.dictionary_encode()
    return coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded


@dataclass(frozen=True)
class Rule:
    """Record selection: rows whose column is (`only`) or is not (`skip`) among values.

    Without values, skipping none, it is but a look at the column.
    What is left out is a reject of kind "filtered" with `reason`.  `known`: a pattern of all that
    the column may hold; anything else is a faulty line, since columns that changed their places
    would otherwise be left out in silence.
    """

    name: str
    values: tuple[str, ...]
    skip: bool = False
    reason: str = "not_selected"
    fold: bool = True
    known: str = ""

    def apply(self, work: Work) -> None:
        text = work.text(self.name)
        seen = pc.utf8_lower(text) if self.fold else text
        wanted = [value.lower() if self.fold else value for value in self.values]
        inside = pc.is_in(seen, value_set=pa.array(wanted, TEXT))
        if self.known and not pc.all(inside).as_py():
            other = pc.if_else(inside, pa.scalar(None, TEXT), text)
            fits = pc.match_substring_regex(other, f"^(?i:{self.known})$")
            work.refuse(pc.fill_null(pc.invert(fits), False), "unexpected", self.name, text)
        work.refuse(
            inside if self.skip else pc.invert(inside),
            self.reason,
            self.name,
            text,
            kind="filtered",
        )
