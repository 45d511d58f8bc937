# SPDX-License-Identifier: AGPL-3.0-or-later
"""Formats of nested records (JSON, XML): declared paths become text columns.

A path such as "priceWithoutTax.value" goes down into objects; of a list its first entry counts.
"^.name" is a value of the document around the record.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from connectors.formats.base import Format
from connectors.formats.standard import COMMON
from connectors.formats.summary import Summary
from connectors.readers.batch import TEXT, Batch, Fault
from connectors.readers.json import as_text, read_json
from connectors.readers.xml import read_xml
from connectors.settings import Setting

AGAIN = "_again"
"""Set among the settings while single records are decoded again."""

ROWS = 10_000
"""Records in one batch."""

Record = Mapping[str, Any]


class RecordFormat(Format):
    """A format of records with named, nested values."""

    paths: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = COMMON

    @abc.abstractmethod
    def records(
        self, source: BinaryIO, settings: Mapping[str, Any]
    ) -> Iterator[tuple[int, Record | Fault, str]]:
        """(ordinal, record or fault, raw text of a fault)."""

    def wanted(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """The paths that become columns."""
        return self.paths

    def expand(self, record: Record, settings: Mapping[str, Any]) -> Iterable[Record]:
        """Row hook: the records that one record stands for."""
        return (record,)

    def again(
        self, source: BinaryIO, settings: Mapping[str, Any]
    ) -> Iterator[tuple[int, Record | Fault, str]]:
        """The records of rejects, whose raw text is JSON whatever the delivery was."""
        return read_json(source)

    def rejoin(self, texts: list[str], settings: Mapping[str, Any], header: str) -> bytes:
        return super().rejoin(texts, settings, "")

    def batches(
        self, source: BinaryIO, settings: Mapping[str, Any], summary: Summary
    ) -> Iterator[Callable[[], Batch]]:
        rows: list[tuple[int, Record]] = []
        faults: list[Fault] = []
        raws: dict[int, str] = {}
        number = 0
        records = self.again if settings.get(AGAIN) else self.records
        for _ordinal, record, raw in records(source, settings):
            if isinstance(record, Fault):
                number += 1
                faults.append(Fault(number, record.reason, record.field, record.value))
                raws[number] = raw
            else:
                expanded = list(self.expand(record, settings))
                if not expanded:
                    number += 1
                    faults.append(Fault(number, "record_shape", self.label, "empty"))
                    raws[number] = as_text(record)
                for one in expanded:
                    number += 1
                    rows.append((number, one))
            if len(rows) + len(faults) >= ROWS:
                yield partial(_batch, rows, faults, raws, self.wanted(settings))
                rows, faults, raws = [], [], {}
        if rows or faults:
            yield partial(_batch, rows, faults, raws, self.wanted(settings))


class JsonFormat(RecordFormat):
    """Records of JSON documents, in the list `container` if it is there."""

    kind = "json"
    extensions = ("json", "jsonl", "ndjson", "txt")
    container = ""

    def records(
        self, source: BinaryIO, settings: Mapping[str, Any]
    ) -> Iterator[tuple[int, Record | Fault, str]]:
        return read_json(source, self.container)


class XmlFormat(RecordFormat):
    """Records that are elements called `tag`."""

    kind = "xml"
    extensions = ("xml",)
    tag = ""
    kept: tuple[str, ...] = ()

    def records(
        self, source: BinaryIO, settings: Mapping[str, Any]
    ) -> Iterator[tuple[int, Record | Fault, str]]:
        return read_xml(source, self.tag, self.kept)


def value_at(record: Any, path: str) -> Any:
    """What stands at a path; None where nothing does."""
    if isinstance(record, Mapping) and path in record:
        return record[path]
    for part in path.split("."):
        if isinstance(record, list):
            record = record[0] if record else None
        if not isinstance(record, Mapping):
            return None
        record = record.get(part)
    return record


def plain(value: Any) -> str:
    """A value as text: nothing as "", numbers with all their digits, lists by their first entry."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f") if -20 <= value.adjusted() <= 20 else str(value)
    if isinstance(value, list):
        return plain(value[0]) if value else ""
    if isinstance(value, Mapping):
        return plain(value.get("#text"))
    return str(value) if abs(value) < 10**40 else "out of range"


def _batch(
    rows: list[tuple[int, Record]], faults: list[Fault], raws: dict[int, str],
    paths: tuple[str, ...],
) -> Batch:  # fmt: skip
    kept: list[tuple[int, Record]] = []
    cells: list[list[str]] = []
    for number, record in rows:
        texts = [plain(value_at(record, path)) for path in paths]
        fault = _unfit(texts, paths)
        if fault:
            faults.append(Fault(number, *fault))
        else:
            kept.append((number, record))
            cells.append(texts)
    by_number = dict(rows)

    def raw(line: int) -> str:
        text = raws[line] if line in raws else as_text(by_number.get(line, {}))
        return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()

    columns = {path: pa.array([row[at] for row in cells], TEXT) for at, path in enumerate(paths)}
    return Batch(
        np.array([number for number, _record in kept], dtype=np.int64), columns, raw, faults,
        lines=len(rows) + len(raws),
    )  # fmt: skip


def _unfit(texts: list[str], paths: tuple[str, ...]) -> tuple[str, str, object] | None:
    """Why a record's texts cannot be kept: NUL, half characters, or without end."""
    from connectors.readers.csv import MAX_FIELD

    for path, text in zip(paths, texts, strict=True):
        if "\x00" in text:
            return "nul_byte", path, ""
        if len(text) > MAX_FIELD:
            return "line_too_long", path, MAX_FIELD
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                return "encoding", "UTF-8", ""
    return None
