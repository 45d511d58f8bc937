# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON as a stream of records: one document a line, or documents with records inside them.

Fractions are Decimals with all their digits.  In one-document-a-line files a broken line spoils
nothing but itself; in a large document nothing behind the break can be read, and one fault says so.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Generator, Iterator, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

from connectors.readers.batch import Fault
from connectors.readers.lines import RAW_HEAD, blocks, visible

Record = Mapping[str, Any]

PEEK = 1 << 16

MAX_VALUE = 1 << 26
"""Characters of one record."""

SURE = 1 << 20
"""A syntax error this far before the end of what was read is none of being cut."""


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

    A document that is an object and holds no container is a record itself: its values are kept
    until its end, and only then is it known.
    """
    text = _Text(stream)
    try:
        while (sign := text.peek()) is not None:
            if sign == "[":
                for record in text.items():
                    yield from _one(record, {})
            elif sign == "{" and containers:
                context: dict[str, Any] = {}
                found = yield from _walk(text, containers, "", context)
                if not found:
                    yield from _one(context, {})
            else:
                yield from _one(text.value(), {})
    except RecursionError:
        yield Fault(0, "too_deep", value=1000), text.near()
    except ValueError as error:
        yield Fault(0, "broken_document", value=_why(error)), text.near() or _why(error)


def _walk(
    text: _Text, containers: tuple[str, ...], above: str, context: dict[str, Any]
) -> Generator[tuple[Record | Fault, str], None, bool]:
    """Go through an object down to its containers; returns whether one was there."""
    found = False
    for key in text.names():
        path = f"{above}.{key}" if above else key
        sign = text.peek()
        if path in containers and sign == "[":
            found = True
            for record in text.items():
                yield from _one(record, context)
        elif sign == "{" and any(name.startswith(f"{path}.") for name in containers):
            found = (yield from _walk(text, containers, path, dict(context))) or found
        else:
            context[key] = text.value()
    return found


class _Text:
    """JSON text that is read as far as it is needed; every method begins at the next value."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._buffer, self._at, self._end = "", 0, False

    def peek(self) -> str | None:
        """The next character that is no blank, None at the end."""
        while True:
            while self._at < len(self._buffer):
                if not self._buffer[self._at].isspace():
                    return self._buffer[self._at]
                self._at += 1
            if not self._more():
                return None

    def near(self) -> str:
        """What stands here, for a message."""
        return visible(self._buffer[self._at : self._at + 2000].encode("utf-8", "replace"), "utf-8")

    def take(self, sign: str) -> bool:
        """Go over a sign if it is the next."""
        if self.peek() != sign:
            return False
        self._at += 1
        return True

    def value(self) -> Any:
        """The next value as a whole, of at most MAX_VALUE characters."""
        if self.peek() is None:
            raise ValueError("the document ends too early")
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                inside = len(self._buffer) - error.pos > SURE
                long = len(self._buffer) - self._at > MAX_VALUE
                if inside or long or not self._more():
                    raise
            else:
                # a number at the end of the buffer may go on behind it
                if end < len(self._buffer) or not self._more():
                    self._at = end
                    return value

    def items(self) -> Iterator[Any]:
        """The values of an array."""
        self.take("[")
        if self.take("]"):
            return
        while True:
            yield self.value()
            if self.take("]"):
                return
            if not self.take(","):
                raise ValueError("a comma or the end of the list is missing")

    def names(self) -> Iterator[str]:
        """The keys of an object; the caller takes the value after each."""
        self.take("{")
        if self.take("}"):
            return
        while True:
            key = self.value()
            if not isinstance(key, str) or not self.take(":"):
                raise ValueError("a name and its colon are missing")
            yield key
            if self.take("}"):
                return
            if not self.take(","):
                raise ValueError("a comma or the end of the object is missing")

    def _more(self) -> bool:
        """Read on, as much again as waits already; False at the end."""
        if self._end:
            return False
        rest = self._buffer[self._at :]
        piece = self._stream.read(max(PEEK, 2 * len(rest)))
        self._end = not piece
        self._buffer, self._at = rest + self._decode.decode(piece, final=self._end), 0
        return True


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


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)


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
