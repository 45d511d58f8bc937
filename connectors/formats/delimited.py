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
    skip = 0  # lines before the header or the first data line that are no data
    settings: tuple[Setting, ...] = TEXT_FILE + COMMON

    def control_marks(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """How the first field of a control record begins."""
        return ()

    def shape(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Delimiter, quote, header, skip and columns, as the settings have them."""
        return {
            "delimiter": settings.get("delimiter") or self.delimiter,
            "quote": self.quote,
            "header": self.header,
            "skip": self.skip,
            "columns": self.columns,
        }

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
            if ready is None:
                taken, heading = _head(block, skip, shape["header"])
                skip -= taken if heading is None else skip
                if heading is None and (skip or shape["header"]):
                    summary.header += taken
                    summary.lines += taken
                    continue
                if heading is None:
                    ready = self._by_place(layout, shape["columns"])
                else:
                    ready = self._by_name(layout, shape["columns"], heading)
                    summary.header_text = heading
                summary.header += taken
                summary.lines += taken
                block = _without(block, taken)
            yield partial(self._read, block, ready)
        if ready is None and summary.lines:
            raise DeliveryError("The file has no header line; check lines to skip and format.")

    def _read(self, block: Block, layout: Layout) -> Batch:
        return read_block(block, layout)

    def _by_place(self, layout: Layout, wanted: tuple[Column, ...]) -> Layout:
        least = sum(not column.optional for column in wanted)
        places = {column.name: at for at, column in enumerate(wanted)}
        return replace(layout, places=places, least=least, most=len(wanted))

    def _by_name(self, layout: Layout, wanted: tuple[Column, ...], heading: str) -> Layout:
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


def _head(block: Block, skip: int, header: bool) -> tuple[int, str | None]:
    """(lines taken, header line): lines to skip, then the first line that is not empty."""
    taken = min(skip, block.count)
    if not header:
        return taken, None
    for line in range(block.first + taken, block.first + block.count):
        taken += 1
        text = block.raw(line)
        if text.strip():
            return taken, text
    return taken, None


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
