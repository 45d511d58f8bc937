# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON as a stream of records: one document a line, or documents with records inside them.

Fractions are Decimals with all their digits.  In one-document-a-line files a broken line spoils
nothing but itself; in a large document nothing behind the break can be read, and one fault says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

import ijson

from connectors.readers.batch import Fault
from connectors.readers.lines import RAW_HEAD, blocks, visible

Record = Mapping[str, Any]

PEEK = 1 << 16

DEPTH = 100
"""How deep a document may be nested."""


def read_json(
    stream: BinaryIO, container: str | tuple[str, ...] = ""
) -> Iterator[tuple[int, Record | Fault, str]]:
    """(ordinal, record or fault, raw text of a fault) for each record.

    `container` names the list inside a document that holds the records ("value", "data.calls";
    several where there may be one or the other); a document without it is a record itself.
    Records inside a document get the document's own values under the key "^": all of them in
    one-document-a-line files, those that stand before the list in large documents.
    """
    containers = (container,) if isinstance(container, str) else container
    containers = tuple(name for name in containers if name)
    head = stream.read(PEEK)
    stream = _Ahead(head, stream)  # type: ignore[assignment]
    if _is_lines(head):
        yield from _numbered(_by_line(stream, containers))
    else:
        yield from _numbered(_by_document(stream, containers))


def _is_lines(head: bytes) -> bool:
    """Whether each line is a document of its own."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    first, end, rest = text.partition(b"\n")
    if not text.startswith(b"{"):
        return False
    try:
        complete = isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return bool(end) and rest.lstrip().startswith(b"{") and first.rstrip().endswith(b"}")
    return complete


def _by_line(stream: BinaryIO, containers: tuple[str, ...]) -> Iterator[tuple[Record | Fault, str]]:
    for block in blocks(stream, "utf-8"):
        for fault in block.faults:
            yield fault, block.raw(fault.line)
        cut = {fault.line for fault in block.faults}
        for line in range(block.first, block.first + block.count):
            data = block.bytes_of(line)
            if line in cut or not data.strip():
                continue
            try:
                document = json.loads(data, parse_float=Decimal, parse_constant=_refuse)
            except RecursionError:
                yield Fault(0, "too_deep", value=1000), block.raw(line)
            except ValueError as error:
                yield Fault(0, "broken_document", value=_why(error)), block.raw(line)
            else:
                yield from _records(document, containers)


def _by_document(
    stream: BinaryIO, containers: tuple[str, ...]
) -> Iterator[tuple[Record | Fault, str]]:
    """Records one by one from documents of any size, without holding them.

    A document that is an object and holds no container is a record itself: its plain values are
    kept until its end, and only then is it known.
    """
    inside = {f"{name}.item" for name in containers}
    builder: Any = None
    at = ""
    context: dict[str, Any] = {}
    found = False
    try:
        for prefix, event, value in _events(stream):
            if builder is not None:
                builder.event(event, value)
                if prefix == at and event in ("end_map", "end_array"):
                    record, builder = builder.value, None
                    if at in inside:
                        found = True
                        yield from _one(record, context)
                    elif at in ("", "item"):
                        yield from _records(record, containers)
                    else:
                        context[at] = record
                continue
            if prefix == "" and event == "start_map" and containers:
                context, found = {}, False
            elif prefix == "" and event == "end_map":
                if not found:
                    yield from _one(context, {})
            elif prefix in inside or prefix == "item" or (not prefix and event == "start_map"):
                if event in ("start_map", "start_array"):
                    builder, at = ijson.ObjectBuilder(), prefix
                    builder.event(event, value)
                else:
                    yield from _one(value, context if prefix in inside else {})
            elif any(name == prefix or name.startswith(f"{prefix}.") for name in containers):
                found = found or prefix in containers
            elif prefix and "." not in prefix and event != "map_key":
                if event in ("start_map", "start_array"):
                    builder, at = ijson.ObjectBuilder(), prefix
                    builder.event(event, value)
                else:
                    context[prefix] = value
            elif not prefix and event not in ("map_key", "start_array", "end_array"):
                yield from _one(value, {})
    except (ijson.JSONError, UnicodeDecodeError, ValueError, OverflowError) as error:
        yield Fault(0, "broken_document", value=_why(error)), visible(str(error).encode(), "utf-8")


def _events(stream: BinaryIO) -> Iterator[tuple[str, str, Any]]:
    """(path, event, value) as ijson.parse gives them, but with an end to the nesting.

    ijson's own paths grow with the depth, so that a hostile document eats all memory.
    """
    path: list[str] = []
    for event, value in ijson.basic_parse(stream, multiple_values=True):
        if event == "map_key":
            path[-1] = value
            yield ".".join(path[:-1]), event, value
        elif event in ("end_map", "end_array"):
            path.pop()
            yield ".".join(path), event, value
        else:
            yield ".".join(path), event, value
            if event in ("start_map", "start_array"):
                path.append("item" if event == "start_array" else "")
                if len(path) > DEPTH:
                    raise ValueError(f"nested deeper than {DEPTH}")


def _records(document: Any, containers: tuple[str, ...]) -> Iterator[tuple[Record | Fault, str]]:
    for name in containers:
        found = document
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, list):
            top = name.split(".")[0]
            context = {key: value for key, value in document.items() if key != top}
            for record in found:
                yield from _one(record, context)
            return
    if isinstance(document, list):
        for record in document:
            yield from _one(record, {})
    else:
        yield from _one(document, {})


def _one(record: Any, context: Mapping[str, Any]) -> Iterator[tuple[Record | Fault, str]]:
    if isinstance(record, dict):
        yield ({**record, "^": context} if context else record), ""
    else:
        raw = as_text(record)
        yield Fault(0, "record_shape", "JSON object", raw[:80]), raw


def _numbered(
    found: Iterator[tuple[Record | Fault, str]],
) -> Iterator[tuple[int, Record | Fault, str]]:
    for number, (record, raw) in enumerate(found, 1):
        if isinstance(record, Fault):
            record = Fault(number, record.reason, record.field, record.value)
        yield number, record, raw


def as_text(record: Any) -> str:
    """A record as JSON text, for a reject; it can be decoded again."""
    return json.dumps(record, default=str, ensure_ascii=False)[:RAW_HEAD]


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]


class _Ahead:
    """A stream whose beginning has been read already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int = -1) -> bytes:
        if self._head:
            piece, self._head = self._head, b""
            if size >= 0:
                piece, self._head = piece[:size], piece[size:]
            return piece
        return self._stream.read(size)
