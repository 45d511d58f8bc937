# SPDX-License-Identifier: AGPL-3.0-or-later
"""Single PDFs put together for the printer, page by page."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from connectors.pdf_stream import Document, DocumentError, Writer

__all__ = ["Bundle", "bundle", "natural"]

_FORGET_EVERY = 50


@dataclass
class Bundle:
    """A print bundle: (source, first page from 1, pages) in order, and what could not be read."""

    path: Path
    documents: list[tuple[Path, int, int]] = field(default_factory=list)
    failed: list[tuple[Path, str]] = field(default_factory=list)
    pages: int = 0


def bundle(
    documents: Iterable[tuple[str, Path]], target: Path | str, duplex: bool = False
) -> Bundle:
    """Put PDFs together, sorted by their key (a customer number; 9 before 10), into one file.

    Documents of one key stay in the order given (invoice, then itemised bill).  With `duplex`,
    every key begins on a front side.  What cannot be read is left out and named in `failed`.
    """
    target = Path(target)
    found = Bundle(target)
    wanted = sorted(documents, key=lambda document: natural(document[0]))
    handle, name = tempfile.mkstemp(suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream, Writer(stream) as writer:
            before = None
            for key, path in wanted:
                if duplex and before not in (None, key) and writer.count % 2:
                    writer.blank()
                before = key
                _append(writer, Path(path), found)
            found.pages = writer.count
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return found


def _append(writer: Writer, path: Path, found: Bundle) -> None:
    """Append a document as a whole or not at all."""
    mark = writer.mark()
    first = writer.count + 1
    try:
        with Document(path) as document:
            seen: dict[int, int] = {}
            for number in range(document.count):
                writer.add(document.page(number), seen)
                if number % _FORGET_EVERY == 0:
                    document.forget()
            found.documents.append((path, first, document.count))
    except DocumentError as error:
        writer.back_to(mark)
        found.failed.append((path, str(error)))


def natural(text: str) -> list[tuple[int, int | str]]:
    """A key that sorts numbers inside texts by their value.

    >>> sorted(["K10", "K9", "A2"], key=natural)
    ['A2', 'K9', 'K10']
    """
    parts = re.split(r"([0-9]+)", text)
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts if part]
