# SPDX-License-Identifier: AGPL-3.0-or-later
"""Print bundles: the documents of many customers as one file for the printer."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Iterator

import pypdf


@dataclasses.dataclass
class Bundle:
    """One file for the printer: ``pdf``, and how many documents, pages and sheets are in it."""

    pdf: bytes
    documents: int
    pages: int
    sheets: int


def bundles(
    letters: Iterable[list[bytes]], duplex: bool = True, max_letters: int = 1000
) -> Iterator[Bundle]:
    """Merge letters, in their order, into as few files as ``max_letters`` allows.

    letters: for each addressee the PDFs that go into one envelope. With ``duplex`` a blank page
    follows every letter and annex with an odd number of pages, so that the next one begins on a
    new sheet.

    >>> list(bundles([]))
    []
    """
    writer, letters_in = _new(), 0
    for letter in letters:
        for pdf in letter:
            _append(writer, pdf, duplex)
        letters_in += 1
        if letters_in == max_letters:
            yield _close(writer, letters_in, duplex)
            writer, letters_in = _new(), 0
    if letters_in:
        yield _close(writer, letters_in, duplex)


def _new() -> pypdf.PdfWriter:
    return pypdf.PdfWriter()


def _append(writer: pypdf.PdfWriter, pdf: bytes, duplex: bool) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    for page in reader.pages:
        writer.add_page(page)
    if duplex and len(reader.pages) % 2:
        writer.add_blank_page()


def _close(writer: pypdf.PdfWriter, letters: int, duplex: bool) -> Bundle:
    pages = len(writer.pages)
    output = io.BytesIO()
    writer.write(output)
    return Bundle(output.getvalue(), letters, pages, -(-pages // 2) if duplex else pages)
