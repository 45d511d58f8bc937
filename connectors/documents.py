# SPDX-License-Identifier: AGPL-3.0-or-later
"""Collective PDFs taken apart into single invoices; the way back is ``print_bundle``.

Splitting goes over a file twice: first each page's text is read and the page is given to an
invoice, then the parts are written.  Every page ends up in exactly one file: in that of its
invoice, or in that of the pages that fitted none, with the reason.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from connectors.pdf_stream import Document, DocumentError, Writer
from connectors.print_bundle import Bundle, bundle, natural
from connectors.reasons import SettingsError

__all__ = [
    "Bundle", "DocumentError", "Layout", "Part", "Split", "Unfitted", "assign", "bundle", "extract",
    "natural", "preview", "split",
]  # fmt: skip

_FORGET_EVERY = 50
UNFITTED = "unfitted.pdf"
#: Characters of a page that fitted none, for whoever looks at it.
SHOWN = 500


@dataclass(frozen=True)
class Layout:
    """How an issuer's pages say whose they are: regular expressions, each with one group.

    `customer` and `invoice` find the numbers; `page` (number, and a second group for how many)
    tells pages that follow.  Without `page`, pages without an invoice number belong to the
    invoice before them if `continues`.
    """

    name: str
    invoice: str
    customer: str
    page: str = ""
    continues: bool = True
    _patterns: dict[str, re.Pattern[str]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("invoice", "customer", "page"):
            text = getattr(self, name)
            if not text and name == "page":
                continue
            try:
                pattern = re.compile(text, re.MULTILINE)
            except re.error as error:
                raise SettingsError(f"{name}: {text!r} is no expression: {error}") from None
            if not text or pattern.groups < 1:
                raise SettingsError(f"{name}: {text!r} needs a group (…) around the number")
            self._patterns[name] = pattern

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Layout:
        """A layout from plain data (JSON)."""
        unknown = set(settings) - {"name", "invoice", "customer", "page", "continues"}
        if unknown:
            raise SettingsError(f"{', '.join(sorted(unknown))}: unknown in a layout")
        try:
            return cls(**{"name": "layout", **settings})
        except TypeError as error:
            raise SettingsError(f"layout: {error}") from None

    def find(self, name: str, text: str) -> str:
        """What stands at a pattern, trimmed; "" where it does not fit."""
        pattern = self._patterns.get(name)
        match = pattern.search(text) if pattern else None
        return (match[1] or "").strip() if match else ""

    def position(self, text: str) -> tuple[int, int]:
        """(number of the page, how many), 0 where it is not said."""
        pattern = self._patterns.get("page")
        match = pattern.search(text) if pattern else None
        if not match:
            return 0, 0
        numbers = [int(group) if group and group.isdecimal() else 0 for group in match.groups()]
        return numbers[0], numbers[1] if len(numbers) > 1 else 0


@dataclass
class Part:
    """One invoice: its pages (from 1) in the collective file, and its own file."""

    customer: str
    invoice: str
    layout: str
    pages: list[int] = field(default_factory=list)
    expected: int = 0  # how many pages it says to have, 0 where it does not say
    path: Path | None = None

    @property
    def complete(self) -> bool:
        """Whether there are as many pages as it says."""
        return not self.expected or self.expected == len(self.pages)


@dataclass(frozen=True)
class Unfitted:
    """A page that belongs to no invoice; `reason` is one of REASONS."""

    page: int
    reason: str
    text: str


REASONS = {
    "no_text": "The page holds no text that can be read; it may be an image.",
    "no_number": "No layout finds an invoice number, and no invoice is before it.",
    "no_customer": "The invoice names no customer number on any page.",
    "conflict": "It names another customer than the pages of its invoice.",
    "out_of_order": "The page's number does not follow the one before.",
    "repeated": "This page of the invoice was there before; it may be a copy.",
}


@dataclass
class Split:
    """What became of a collective file; `pages` = those of the parts + unfitted ones."""

    pages: int
    parts: list[Part] = field(default_factory=list)
    unfitted: list[Unfitted] = field(default_factory=list)
    unfitted_path: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data (JSON)."""
        parts = [
            asdict(part) | {"path": str(part.path or ""), "complete": part.complete}
            for part in self.parts
        ]
        return {
            "pages": self.pages,
            "parts": parts,
            "unfitted": [asdict(page) | {"why": REASONS[page.reason]} for page in self.unfitted],
            "unfitted_path": str(self.unfitted_path or ""),
        }


def split(
    path: Path | str,
    layouts: Sequence[Layout],
    folder: Path | str,
    name: str = "{customer}_{invoice}.pdf",
) -> Split:
    """Take a collective PDF apart into `folder`; raises DocumentError for one that is unreadable.

    A file of the same name in the folder is replaced, so a second start gives the same result.
    """
    if not layouts:
        raise SettingsError("layouts: at least one is needed")
    folder = Path(folder)
    with Document(path) as document:
        found = assign(_texts(document), layouts)
        if found.pages != document.count:
            raise DocumentError(
                f"{document.path.name}: {found.pages} of {document.count} pages were read; load "
                "it again."
            )
        taken: set[str] = set()
        for part in found.parts:
            file_name = _free(_safe(name.format(customer=part.customer, invoice=part.invoice,
                                                layout=part.layout)), taken)  # fmt: skip
            part.path = folder / file_name
            _write(document, part.pages, part.path)
        if found.unfitted:
            found.unfitted_path = folder / UNFITTED
            _write(document, [page.page for page in found.unfitted], found.unfitted_path)
    return found


def assign(texts: Iterable[str], layouts: Sequence[Layout]) -> Split:
    """Give pages to invoices by their texts; the parts have no files yet."""
    parts: dict[tuple[str, str], Part] = {}
    pages: dict[int, str] = {}
    spoiled: dict[tuple[str, str], str] = {}
    unfitted: list[Unfitted] = []
    current: tuple[str, str] | None = None
    places: dict[tuple[str, str], set[int]] = {}  # numbers of the pages that are there
    last, count, copied = 0, 0, False
    for count, text in enumerate(texts, 1):
        layout = next((one for one in layouts if one.find("invoice", text)), None)
        if layout is not None:
            current = (layout.name, layout.find("invoice", text))
            part = parts.setdefault(current, Part("", current[1], layout.name))
            customer = layout.find("customer", text)
            if customer and part.customer and customer != part.customer:
                spoiled[current] = "conflict"
            last, expected = layout.position(text)
            there = places.setdefault(current, set())
            copied = last in there and customer in ("", part.customer)
            if copied:
                unfitted.append(Unfitted(count, "repeated", text[:SHOWN]))
                current = None
                continue
            there |= {last} - {0}
            part.customer = part.customer or customer
            part.expected = max(part.expected, expected)
            part.pages.append(count)
            pages[count] = text[:SHOWN]
            continue
        reason = "repeated" if copied else _why_not(text, layouts, current, last)
        if current is not None and not reason:
            part = parts[current]
            layout = next(one for one in layouts if one.name == current[0])
            customer = layout.find("customer", text)
            if customer and part.customer and customer != part.customer:
                reason = "conflict"
            else:
                part.customer = part.customer or customer
                part.pages.append(count)
                pages[count] = text[:SHOWN]
                last += 1
                places[current].add(last)
        if reason:
            unfitted.append(Unfitted(count, reason, text[:SHOWN]))
            if reason in ("out_of_order", "conflict"):
                current = None  # what comes next belongs to something else
    for key, part in parts.items():
        if not part.customer:
            spoiled[key] = "no_customer"
    for key, reason in spoiled.items():
        spoiled_pages = parts.pop(key).pages
        unfitted += [Unfitted(page, reason, pages[page]) for page in spoiled_pages]
    unfitted.sort(key=lambda page: page.page)
    return Split(count, list(parts.values()), unfitted)


def _why_not(
    text: str, layouts: Sequence[Layout], current: tuple[str, str] | None, last: int
) -> str:
    """Why a page without invoice number does not follow the one before; "" if it does."""
    if current is None:
        return "no_number" if text.strip() else "no_text"
    layout = next(one for one in layouts if one.name == current[0])
    if layout.page:
        number, _count = layout.position(text)
        if number:
            return "" if number == last + 1 else "out_of_order"
        return "no_number" if text.strip() else "no_text"
    if not text.strip():
        return "no_text"
    return "" if layout.continues else "no_number"


def preview(path: Path | str, layouts: Sequence[Layout], pages: int = 20) -> list[dict[str, Any]]:
    """What the layouts find on the first pages: one dict a page, for whoever writes the patterns.

    Keys: page (from 1), layout, invoice, customer, position ("2/3"), belongs (invoice number, ""
    for a page set aside), reason (code of REASONS), text (as the patterns see it).
    """
    with Document(path) as document:
        texts = [document.text(number) for number in range(min(pages, document.count))]
    found = assign(texts, layouts)
    owner = {page: part for part in found.parts for page in part.pages}
    aside = {page.page: page.reason for page in found.unfitted}
    rows = []
    for number, text in enumerate(texts, 1):
        layout = next((one for one in layouts if one.find("invoice", text)), None)
        seen = layout or next((one for one in layouts if one.find("customer", text)), layouts[0])
        place, count = seen.position(text)
        rows.append(
            {
                "page": number,
                "layout": layout.name if layout else "",
                "invoice": seen.find("invoice", text),
                "customer": seen.find("customer", text),
                "position": f"{place}/{count or '?'}" if place else "",
                "belongs": owner[number].invoice if number in owner else "",
                "reason": aside.get(number, ""),
                "text": text,
            }
        )
    return rows


def extract(path: Path | str, pages: Sequence[int], target: Path | str) -> None:
    """Some pages (from 1) of a PDF as a file of their own."""
    with Document(path) as document:
        beyond = [page for page in pages if not 1 <= page <= document.count]
        if beyond:
            raise DocumentError(
                f"{document.path.name} has {document.count} pages, no page {beyond[0]}; correct "
                "the pages."
            )
        _write(document, pages, Path(target))


def _texts(document: Document) -> Iterable[str]:
    for number in range(document.count):
        yield document.text(number)
        if number % _FORGET_EVERY == 0:
            document.forget()


def _write(document: Document, pages: Sequence[int], path: Path) -> None:
    """Write pages (from 1) to a file that takes its place when it is whole."""
    handle, name = tempfile.mkstemp(suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream, Writer(stream) as writer:
            seen: dict[int, int] = {}
            for number in pages:
                writer.add(document.page(number - 1), seen)
                if number % _FORGET_EVERY == 0:
                    document.forget()
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _safe(name: str) -> str:
    """A file name that stays in its folder."""
    kept = "".join(letter if letter.isalnum() or letter in "._- +" else "-" for letter in name)
    return kept.strip(". ")[-150:] or "part.pdf"


def _free(name: str, taken: set[str]) -> str:
    stem, _dot, suffix = name.rpartition(".")
    free, number = name, 0
    while free.lower() in taken or free == UNFITTED:
        number += 1
        free = f"{stem or name}.{number}.{suffix}"
    taken.add(free.lower())
    return free
