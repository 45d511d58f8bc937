# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of fixed width in a layout the user describes, with header and trailer records.

As in connectors.formats.mapping, but a column is a range of characters "30-52": 0-based, the end
excluded, as the carriers' interface descriptions write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO

import pyarrow as pa

from connectors.convert.amounts import parse_micro
from connectors.convert.durations import CLOCKS, SCALES, parse_quantity
from connectors.formats.base import Field, Format
from connectors.formats.fields import Rule
from connectors.formats.mapping import ROWS, mapped_fields, mapped_rules, used
from connectors.formats.standard import COMMON, MONEY, PATTERN
from connectors.formats.summary import Declared, Summary
from connectors.frame import MICRO
from connectors.readers.batch import TEXT, Batch
from connectors.readers.fixed import Places, read_fixed
from connectors.readers.lines import blocks
from connectors.reasons import SettingsError
from connectors.settings import Setting

_RANGE = re.compile(r"([0-9]+)-([0-9]+)")

CONTROL = ("sequence", "created", "file_name", "count", "quantity", "cost")


class FixedMapping(Format):
    """Whatever a switch writes in columns of fixed width."""

    name = "fixed_mapping"
    label = "Fixed width, layout by mapping"
    help = "Lines of fixed width; describe the places of the columns."
    kind = "fixed"
    extensions = ("txt", "cdr", "dat", "asc")
    settings = (
        Setting("encoding", "Encoding", default="utf-8"),
        PATTERN,
        *COMMON,
        *MONEY,
        *ROWS,
        Setting("data_mark", "Data records begin with", help="Several separated by blanks."),
        Setting("header_mark", "Header record begins with", help="Such as HDR."),
        Setting("trailer_mark", "Trailer record begins with", help="Such as TRL."),
        *(
            Setting(f"{record}_{name}", f"{record.capitalize()}: place of the {name}",
                    help="Such as 141-149.")
            for record in ("header", "trailer") for name in CONTROL
        ),
        Setting(
            "control_shape", "Shape of the total quantity", default="s",
            help=f"One of {', '.join([*SCALES, *CLOCKS])}, or digits of a clock: hhmmsscc.",
        ),
    )  # fmt: skip

    def resolve(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        found = super().resolve(settings)
        mapped_fields(found)
        list(mapped_rules(found))
        wrong = [name for name in used(found) if not _RANGE.fullmatch(name)]
        wrong += [
            found[key]
            for key in found
            if key.startswith(("header_", "trailer_")) and not key.endswith("_mark")
            if found[key] and not _RANGE.fullmatch(found[key])
        ]
        if wrong:
            raise SettingsError(f"{', '.join(wrong)}: write places such as 30-52")
        return found

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return mapped_fields(settings)

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        return mapped_rules(settings)

    def batches(
        self, source: BinaryIO, settings: Mapping[str, Any], summary: Summary
    ) -> Iterator[Callable[[], Batch]]:
        ranges = {name: _place(name) for name in used(settings)}
        marks = tuple(filter(None, (settings["header_mark"], settings["trailer_mark"])))
        places = Places(
            ranges,
            max(end for _begin, end in ranges.values()),
            (lambda line: line.startswith(marks)) if marks else (lambda line: False),
            tuple(settings["data_mark"].split()),
        )
        for block in blocks(source, settings["encoding"]):
            if block.doubtful:
                summary.notes["encoding_doubtful"] += 1
            yield partial(read_fixed, block, places)

    def control(self, fields: list[str], settings: Mapping[str, Any]) -> Declared:
        line = fields[0]
        header = settings["header_mark"]
        record = "header" if header and line.startswith(header) else "trailer"

        def cell(name: str) -> str:
            place = settings[f"{record}_{name}"]
            begin, end = _place(place) if place else (0, 0)
            return line[begin:end].strip()

        count = cell("count")
        return Declared(
            count=int(count) if count.isdecimal() else None,
            quantity=_total(cell("quantity"), settings["control_shape"]),
            cost=_one(parse_micro(_cell(cell("cost")), settings["decimal"],
                                  exponent=settings["cost_exponent"])),
            sequence=cell("sequence") or None,
            created=cell("created") or None,
            file_name=cell("file_name") or None,
        )  # fmt: skip


def _place(text: str) -> tuple[int, int]:
    begin, _sign, end = text.partition("-")
    return int(begin), int(end)


def _cell(text: str) -> pa.Array:
    return pa.array([text], TEXT)


def _total(text: str, shape: str) -> int | None:
    """A total duration; a clock total may have more digits of hours than a single record."""
    if shape == "hhmmsscc":
        if not text.isdecimal() or len(text) < 7:
            return None
        hours, minutes, seconds, rest = (int(text[:-6]), *map(int, _pairs(text[-6:])))
        return ((hours * 60 + minutes) * 60 + seconds) * MICRO + rest * 10_000
    return _one(parse_quantity(_cell(text), shape))


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(0, len(text), 2)]


def _one(parsed: tuple[Any, Any, Any]) -> int | None:
    values, empty, bad = parsed
    return None if empty[0] or bad[0] else int(values[0])
