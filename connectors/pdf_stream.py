# SPDX-License-Identifier: AGPL-3.0-or-later
"""PDF files written page by page, so that neither splitting nor merging holds them in memory.

pypdf reads; its own writer keeps every object until the end, which for a bundle of ten thousand
pages is gigabytes.  Here an object is written as soon as it is met, and only its place in the file
is remembered.  Objects that are the same in every document (fonts, logos) are recognised by
their bytes and written once.

What belongs to a document and not to its pages is left behind: outlines, forms' logic, names,
attachments, structure trees and links to other pages.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from connectors.reasons import Told

_LEFT_BEHIND = frozenset(
    ["/Parent", "/StructParent", "/StructParents", "/P", "/Popup", "/Dest", "/B", "/AF", "/A",
     "/AA", "/IRT", "/PieceInfo", "/Metadata", "/Thumb", "/Tabs"]
)  # fmt: skip
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_DEEPEST = 200


class DocumentError(Told):
    """A PDF that cannot be read: which, why, and what to do."""


class Document:
    """A PDF to read from, page by page; what was read is forgotten again."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._file: BinaryIO | None = None
        try:
            # given a path, pypdf would read all of the file into memory
            self._file = self.path.open("rb")
            self._reader = pypdf.PdfReader(self._file, strict=False)
            if self._reader.is_encrypted and not self._reader.decrypt(""):
                raise DocumentError(f"{self.path.name} is encrypted; ask for it without password.")
            self.count = len(self._reader.pages)
        except DocumentError:
            self._shut()
            raise
        except FileNotFoundError:
            raise DocumentError(f"{self.path} does not exist; correct its name.") from None
        except _BROKEN as error:
            self._shut()
            raise DocumentError(
                f"{self.path.name} is no readable PDF ({_why(error)}); ask for it anew."
            ) from None
        self._kept = set(self._reader.resolved_objects)

    def page(self, number: int) -> pypdf.PageObject:
        """A page by its number from 0."""
        return self._reader.pages[number]

    def text(self, number: int) -> str:
        """The text of a page; "" where there is none that can be read."""
        try:
            return self.page(number).extract_text() or ""
        except _BROKEN:
            return ""

    def forget(self) -> None:
        """Let go of what was read for the pages so far; the list of pages stays."""
        resolved = self._reader.resolved_objects
        for key in [key for key in resolved if key not in self._kept]:
            del resolved[key]

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._shut()

    def _shut(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Document:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Writer:
    """A PDF that grows page by page; use it as a context manager."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._places: list[int] = [0]  # where the object of each number begins
        self._pages: list[int] = []
        self._shared: dict[bytes, int] = {}
        self._tree = self._reserve()
        self._at = 0
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    @property
    def count(self) -> int:
        """Pages so far."""
        return len(self._pages)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()

    def add(self, page: pypdf.PageObject, seen: dict[int, int] | None = None) -> None:
        """Append a page; `seen` is kept between pages of one source (object -> number here)."""
        seen = {} if seen is None else seen
        copied = DictionaryObject()
        try:
            for key, value in page.items():
                if key not in _LEFT_BEHIND:
                    copied[NameObject(key)] = self._copy(value, seen, 0)
            for key in _INHERITED:
                if key not in copied:
                    value = page.get(key) or _inherited(page, key)
                    if value is not None:
                        copied[NameObject(key)] = self._copy(value, seen, 0)
        except _BROKEN as error:
            raise DocumentError(
                f"A page is broken ({_why(error)}); ask for the file anew."
            ) from None
        copied[NameObject("/Type")] = NameObject("/Page")
        copied[NameObject("/Parent")] = _Reference(self._tree)
        number = self._reserve()
        self._write(number, copied)
        self._pages.append(number)

    def blank(self) -> None:
        """Append an empty page, A4."""
        number = self._reserve()
        size = b"/MediaBox [0 0 595.28 841.89] /Resources << >>"
        self._raw(number, b"<< /Type /Page /Parent %d 0 R %b >>" % (self._tree, size))
        self._pages.append(number)

    def mark(self) -> int:
        """Where the pages stand now, for :meth:`back_to`."""
        return len(self._pages)

    def back_to(self, mark: int) -> None:
        """Take pages back that were added since; their objects stay in the file, unused."""
        del self._pages[mark:]

    def finish(self) -> None:
        """Write the page tree and the table of places."""
        catalog = self._reserve()
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._raw(self._tree, f"<< /Type /Pages /Count {self.count} /Kids [{kids}] >>".encode())
        self._raw(catalog, f"<< /Type /Catalog /Pages {self._tree} 0 R >>".encode())
        start = self._at
        table = [f"xref\n0 {len(self._places)}\n0000000000 65535 f \n"]
        table += [f"{place:010} 00000 n \n" for place in self._places[1:]]
        self._put("".join(table).encode())
        trailer = f"trailer\n<< /Size {len(self._places)} /Root {catalog} 0 R >>\n"
        self._put(f"{trailer}startxref\n{start}\n%%EOF\n".encode())

    def _copy(self, value: PdfObject, seen: dict[int, int], depth: int) -> PdfObject:
        """A value with everything behind it written to this file."""
        if depth > _DEEPEST:
            raise ValueError("objects are nested without end")
        if isinstance(value, IndirectObject):
            if value.idnum in seen:
                return _Reference(seen[value.idnum])
            target = value.get_object()
            if target is None or isinstance(target, NullObject) or _is_page(target):
                return NullObject()
            number = self._reserve()
            seen[value.idnum] = number
            copied = self._copy(target, seen, depth + 1)
            seen[value.idnum] = self._write_shared(number, copied)
            return _Reference(seen[value.idnum])
        if isinstance(value, StreamObject):
            stream = StreamObject()
            self._fill(stream, value, seen, depth)
            stream._data = value._data
            return stream
        if isinstance(value, DictionaryObject):
            filled = DictionaryObject()
            self._fill(filled, value, seen, depth)
            return filled
        if isinstance(value, ArrayObject):
            kept = (part for part in value if not _is_link(part))
            return ArrayObject(self._copy(part, seen, depth + 1) for part in kept)
        return value

    def _fill(
        self, target: DictionaryObject, source: DictionaryObject, seen: dict[int, int], depth: int
    ) -> None:
        for key in source:
            if key not in _LEFT_BEHIND and key != "/Length":
                target[NameObject(key)] = self._copy(source.raw_get(key), seen, depth + 1)

    def _reserve(self) -> int:
        self._places.append(0)
        return len(self._places) - 1

    def _write_shared(self, number: int, value: PdfObject) -> int:
        """Write an object, unless the same bytes are there already; its number."""
        sink = _Sink()
        value.write_to_stream(sink)  # type: ignore[arg-type]
        data = sink.bytes()
        mark = hashlib.blake2b(data, digest_size=16).digest()
        known = self._shared.get(mark)
        if known is not None:
            self._raw(number, b"null")
            return known
        self._shared[mark] = number
        self._raw(number, data)
        return number

    def _write(self, number: int, value: PdfObject) -> None:
        sink = _Sink()
        value.write_to_stream(sink)  # type: ignore[arg-type]
        self._raw(number, sink.bytes())

    def _raw(self, number: int, data: bytes) -> None:
        self._places[number] = self._at
        self._put(b"%d 0 obj\n%b\nendobj\n" % (number, data))

    def _put(self, data: bytes) -> None:
        self._stream.write(data)
        self._at += len(data)


class _Sink:
    """Takes what pypdf writes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes | str) -> int:
        self._parts.append(data.encode("latin-1") if isinstance(data, str) else data)
        return len(data)

    def bytes(self) -> bytes:
        return b"".join(self._parts)


class _Reference(NumberObject):
    """A reference to an object of the file that is written."""

    def write_to_stream(self, stream: Any, encryption_key: Any = None) -> None:
        stream.write(f"{int(self)} 0 R".encode())


_BROKEN = (
    PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError,
    AssertionError, NotImplementedError, OverflowError, UnicodeError, ZeroDivisionError, OSError,
    EOFError,
)  # fmt: skip
"""What pypdf raises for what a file holds."""


def _inherited(page: pypdf.PageObject, key: str) -> PdfObject | None:
    """A value that a page has from the nodes above it."""
    node: Any = page.get("/Parent")
    for _level in range(_DEEPEST):
        node = node.get_object() if node is not None else None
        if not isinstance(node, DictionaryObject):
            return None
        if key in node:
            return node.raw_get(key)
        node = node.get("/Parent")
    return None


def _is_page(value: PdfObject) -> bool:
    return isinstance(value, DictionaryObject) and value.get("/Type") in ("/Page", "/Pages")


def _is_link(value: Any) -> bool:
    target = value.get_object() if isinstance(value, IndirectObject) else value
    return isinstance(target, DictionaryObject) and target.get("/Subtype") == "/Link"


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
