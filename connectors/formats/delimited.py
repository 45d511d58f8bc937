# SPDX-License-Identifier: AGPL-3.0-or-later
"""Formats of delimited text: columns by place or by the names in a header line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO

from connectors.formats.base import Format
from connectors.formats.standard import COMMON, TEXT_FILE
from connectors.formats.summary import Summary
from connectors.readers.batch import Batch
from connectors.readers.csv import Layout, read_block, split_line
from connectors.readers.lines import Block, blocks
from connectors.reasons import DeliveryError
from connectors.settings import Setting

BLOCK = 1 << 23

PREAMBLE = 20
"""Lines above the header line that are looked over."""


@dataclass(frozen=True)
class Column:
    """A column of the file: its name, other names it goes by, and whether files may lack it."""

    name: str
    aliases: tuple[str, ...] = ()
    optional: bool = False


def columns(text: str, optional: str = "") -> tuple[Column, ...]:
    """Columns from names separated by blanks; `optional` ones may be missing at the end."""
    return tuple(Column(name) for name in text.split()) + tuple(
        Column(name, optional=True) for name in optional.split()
    )


class DelimitedFormat(Format):
    """A format of lines with separated fields."""

    kind = "csv"
    extensions = ("csv", "txt")
    columns: tuple[Column, ...] = ()
    header = False  # whether the first line names the columns
    delimiter = ","
    quote = '"'
    extra = 0  # further columns that a line may have, and nobody reads
    below = 0  # lines after the header that are no data either
    below_mark = ""  # how that line begins; without it there is none
    skip = 0  # lines before the header or the first data line that are no data
    settings: tuple[Setting, ...] = TEXT_FILE + COMMON

    def control_marks(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """How the first field of a control record begins."""
        return ()

    def shape(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Delimiter, quote, header, skip, columns and extra ones, as the settings have them."""
        return {
            "delimiter": settings.get("delimiter") or self.delimiter,
            "quote": self.quote,
            "header": self.header,
            "skip": self.skip,
            "columns": self.columns,
            "extra": self.extra,
        }

    def used(self, settings: Mapping[str, Any], names: set[str]) -> set[str]:
        """The columns that are read; a format with hooks of its own reads all of them."""
        hooks = (type(self).prepare, type(self).group)
        if hooks != (Format.prepare, Format.group):
            return names
        declared = [*self.fields(settings).values(), *self.rules(settings)]
        values = [value for one in declared for value in vars(one).values()]
        texts = [text for value in values for text in (value if type(value) is tuple else [value])]
        return {text for text in texts if isinstance(text, str) and text in names}

    def batches(
        self, source: BinaryIO, settings: Mapping[str, Any], summary: Summary
    ) -> Iterator[Callable[[], Batch]]:
        shape = self.shape(settings)
        marks = self.control_marks(settings)
        layout = Layout(
            {}, 1, 1, shape["delimiter"].replace("\\t", "\t"), shape["quote"],
            (lambda fields: fields[0].startswith(marks)) if marks else None, marks,
        )  # fmt: skip
        ready = None
        skip = shape["skip"]
        for block in blocks(source, settings.get("encoding") or "utf-8", BLOCK):
            if block.doubtful:
                summary.notes["encoding_doubtful"] += 1
            if ready is None:
                taken = min(skip, block.count)
                skip -= taken
                if not shape["header"]:
                    ready = None if skip else self._by_place(layout, shape)
                else:
                    taken, ready = self._find_header(block, taken, layout, settings, summary)
                if ready is not None:
                    used = self.used(settings, set(ready.places))
                    places = {name: at for name, at in ready.places.items() if name in used}
                    ready = replace(ready, places=places)
                if ready is None:
                    summary.header += taken
                    summary.lines += taken
                    continue
                summary.header += taken
                summary.lines += taken
                block = _without(block, taken)
            yield partial(self._read, block, ready)
        if ready is None and summary.lines:
            raise DeliveryError("The file has no header line; check lines to skip and format.")

    def _find_header(
        self, block: Block, taken: int, layout: Layout, settings: Mapping[str, Any],
        summary: Summary,
    ) -> tuple[int, Layout | None]:  # fmt: skip
        """(lines taken, layout): the header is the first line that names all columns needed.

        Raises DeliveryError where none of the first lines does.
        """
        wanted = self.shape(settings)["columns"]
        given = bool(settings.get("delimiter"))
        fault: DeliveryError | None = None
        tried = 0
        for line in range(block.first + taken, block.first + block.count):
            taken += 1
            text = block.raw(line)
            if not text.strip():
                continue
            try:
                ready = self._by_name(layout, wanted, text, given)
            except DeliveryError as error:
                fault, tried = fault or error, tried + 1
                if tried == PREAMBLE:
                    break
            else:
                summary.header_text = text
                rest = min(self.below, block.first + block.count - line - 1)
                if rest and self.below_mark:
                    rest = int(block.raw(line + 1).lstrip('" ').startswith(self.below_mark))
                return taken + rest, ready
        if fault is not None:
            raise fault
        return taken, None

    def rejoin(self, texts: list[str], settings: Mapping[str, Any], header: str) -> bytes:
        below = [self.below_mark or " "] * self.below if header else []
        return super().rejoin([*below, *texts], settings, header)

    def _read(self, block: Block, layout: Layout) -> Batch:
        return read_block(block, layout)

    def _by_place(self, layout: Layout, shape: Mapping[str, Any]) -> Layout:
        wanted = shape["columns"]
        least = sum(not column.optional for column in wanted)
        places = {column.name: at for at, column in enumerate(wanted)}
        return replace(layout, places=places, least=least, most=len(wanted) + shape["extra"])

    def _by_name(
        self, layout: Layout, wanted: tuple[Column, ...], heading: str, given: bool
    ) -> Layout:
        """Places by the names in the header line.

        The delimiter is the declared one; where none is, the one that makes the names fit.
        """
        fault: DeliveryError | None = None
        for delimiter in (layout.delimiter, *(() if given else (",", ";", "\t", "|"))):
            try:
                return self._named(replace(layout, delimiter=delimiter), wanted, heading)
            except DeliveryError as error:
                fault = fault or error
        raise fault or DeliveryError("The file has no header line.")

    def _named(self, layout: Layout, wanted: tuple[Column, ...], heading: str) -> Layout:
        found = split_line(heading, layout) or heading.split(layout.delimiter)
        at = {}
        for place, name in enumerate(found):
            at.setdefault(_plain(name), place)
        places, missing = {}, []
        for column in wanted:
            names = [_plain(name) for name in (column.name, *column.aliases)]
            place = next((at[name] for name in names if name in at), None)
            if place is not None:
                places[column.name] = place
            elif not column.optional:
                missing.append(column.name)
        if missing:
            raise DeliveryError(
                f"The header line lacks {', '.join(missing)}; it reads: {heading[:500]!r}. "
                "Check format, delimiter and encoding of the source."
            )
        while len(found) > 1 and not found[-1].strip():
            found.pop()
        return replace(layout, places=places, least=len(found), most=len(found), repeated=heading)


def _plain(name: str) -> str:
    return " ".join(name.strip().strip('"').lower().split())


def _without(block: Block, lines: int) -> Block:
    """The block less its first lines."""
    if not lines:
        return block
    cut = int(block.ends[lines - 1]) + 1
    first = block.first + lines
    return replace(
        block,
        data=block.data[cut : block.size],
        size=block.size - cut,
        first=first,
        count=block.count - lines,
        faults=[fault for fault in block.faults if fault.line >= first],
    )
