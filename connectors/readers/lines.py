# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stream of bytes as blocks of whole UTF-8 lines, numbered, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

import numpy as np

from connectors.readers.batch import Fault
from connectors.reasons import DeliveryError, SettingsError

MAX_LINE = 1 << 20
"""Lines longer than this are rejected, with their beginning as raw text."""

RAW_HEAD = 1 << 16
"""How much of a line a reject keeps; the delivery itself keeps everything."""


@dataclass
class Block:
    """Whole lines ending in LF, UTF-8 unless `dirty`; `first` is the ordinal of the first one.

    The lines are the first `size` bytes of `data`: cutting 8 MiB to length would copy them.
    """

    data: bytes
    first: int
    count: int
    encoding: str
    dirty: bool = False  # some line is not in the declared encoding: decode line by line
    doubtful: bool = False  # declared as another encoding, and yet good UTF-8
    narrowed: bool = False  # was UTF-16 or UTF-32; undecodable is U+FFFD
    faults: list[Fault] = field(default_factory=list)
    heads: dict[int, str] = field(default_factory=dict)
    size: int = 0

    def __post_init__(self) -> None:
        self.size = self.size or len(self.data)

    @cached_property
    def ends(self) -> np.ndarray:
        """Positions of the line ends."""
        return np.flatnonzero(np.frombuffer(self.data, np.uint8, self.size) == 10)

    def bytes_of(self, line: int) -> bytes:
        """A line without its end, by its ordinal."""
        at = line - self.first
        begin = int(self.ends[at - 1]) + 1 if at else 0
        return self.data[begin : int(self.ends[at])]

    def raw(self, line: int) -> str:
        """A line as text for a reject: undecodable bytes as escapes, NUL made visible, cut."""
        if line in self.heads:
            return self.heads[line]
        return visible(self.bytes_of(line), self.encoding if self.dirty else "utf-8")


def visible(data: bytes, encoding: str) -> str:
    """Bytes as a text that every database takes."""
    text = data[:RAW_HEAD].decode(encoding, "backslashreplace")
    return text.replace("\x00", "\\x00")


def check_encoding(name: str) -> str:
    """The codec's own name; raises SettingsError for one that does not exist."""
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise SettingsError(
            f"encoding {name!r} is unknown; use utf-8, cp1252, iso-8859-1 …"
        ) from None
    if not getattr(found, "_is_text_encoding", True):
        raise SettingsError(f"{name!r} is no text encoding; use utf-8, cp1252, iso-8859-1 …")
    return "utf-8" if found.name == "utf-8-sig" else found.name


def blocks(stream: BinaryIO, encoding: str, size: int = 1 << 23) -> Iterator[Block]:
    """Blocks of about `size` bytes; CR LF and CR count as line ends like LF."""
    encoding = check_encoding(encoding)
    wide = encoding.startswith(("utf-16", "utf-32"))
    if wide:
        stream = _Narrowed(stream, encoding)  # type: ignore[assignment]
    first, rest, start = 1, b"", True
    while True:
        piece = stream.read(max(size, 4) if start else size)
        last = not piece
        if start and piece.startswith(codecs.BOM_UTF8) and (wide or encoding == "utf-8"):
            piece = piece[3:]
        start = False
        data = rest + piece
        if not data:
            if last:
                return
            continue
        held = b""
        if not last and data.endswith(b"\r"):
            data, held = data[:-1], b"\r"
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if last:
            whole, rest = data if data.endswith(b"\n") else data + b"\n", b""
        else:
            cut = data.rfind(b"\n") + 1
            whole, rest = (data if cut else b""), data[cut:] + held
        if whole:
            block = _block(whole, len(whole) if last else cut, first, encoding, wide)
            yield block
            first += block.count
        if len(rest) > MAX_LINE:
            head, rest = _skip_line(stream, rest, size)
            yield _too_long(first, head, encoding)
            first += 1
        if last:
            return


def _block(data: bytes, size: int, first: int, encoding: str, wide: bool) -> Block:
    count = int(np.count_nonzero(np.frombuffer(data, np.uint8, size) == 10))
    block = Block(data, first, count, "utf-8" if wide else encoding, narrowed=wide, size=size)
    if _has_long_line(data, size):
        _cut_long_lines(block)
    if block.data.isascii():
        return block
    block.data = block.data[: block.size]
    if wide:
        block.dirty = b"\xef\xbf\xbd" in block.data
        return block
    try:
        text = block.data.decode(encoding)
    except UnicodeDecodeError:
        block.dirty = True
    else:
        if encoding != "utf-8":
            block.doubtful = _is_utf8(block.data)
            block.data = text.encode()
            block.size = len(block.data)
            block.__dict__.pop("ends", None)
    return block


def _is_utf8(data: bytes) -> bool:
    """Whether bytes beyond ASCII are UTF-8, which other encodings hardly ever are by chance."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _has_long_line(data: bytes, size: int) -> bool:
    half = MAX_LINE // 2
    return any(data.find(b"\n", at, at + half) < 0 for at in range(0, size - half, half))


def _cut_long_lines(block: Block) -> None:
    """Replace each line that is too long by an empty one and a fault."""
    sizes = np.diff(block.ends, prepend=-1) - 1
    for at in np.flatnonzero(sizes > MAX_LINE):
        line = block.first + int(at)
        block.heads[line] = visible(block.bytes_of(line), block.encoding)
        block.faults.append(Fault(line, "line_too_long", value=MAX_LINE))
    if block.faults:
        long = {fault.line - block.first for fault in block.faults}
        parts = block.data[: block.size].split(b"\n")
        block.data = b"\n".join(b"" if at in long else part for at, part in enumerate(parts))
        block.size = len(block.data)
        del block.ends


def _too_long(line: int, head: bytes, encoding: str) -> Block:
    fault = Fault(line, "line_too_long", value=MAX_LINE)
    heads = {line: visible(head, encoding)}
    return Block(b"\n", line, 1, encoding, faults=[fault], heads=heads)


def _skip_line(stream: BinaryIO, rest: bytes, size: int) -> tuple[bytes, bytes]:
    """Read over the remainder of an endless line: (its beginning, what follows it)."""
    head = rest[:RAW_HEAD]
    while True:
        piece = stream.read(size)
        if not piece:
            return head, b""
        ends = [at for at in (piece.find(b"\n"), piece.find(b"\r")) if at >= 0]
        if ends:
            return head, piece[min(ends) :].replace(b"\r\n", b"\n", 1)[1:]


class _Narrowed:
    """A UTF-16 or UTF-32 stream read as UTF-8; what is undecodable becomes U+FFFD."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def read(self, size: int) -> bytes:
        while True:
            piece = self._stream.read(size)
            try:
                data = self._decoder.decode(piece, final=not piece).encode()
            except UnicodeError as error:  # only for a missing mark, at the very beginning
                raise DeliveryError(f"{error}; declare utf-16-le or utf-16-be.") from None
            if data or not piece:
                return data
