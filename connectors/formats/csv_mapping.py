# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delimited text in a layout the user describes; see connectors.formats.mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.convert.amounts import parse_micro
from connectors.convert.durations import parse_quantity
from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Rule
from connectors.formats.mapping import ROWS, mapped_fields, mapped_rules, used
from connectors.formats.measures import Quantity
from connectors.formats.standard import COMMON, MONEY, PATTERN, TEXT_FILE
from connectors.formats.summary import Declared
from connectors.readers.batch import TEXT, Batch
from connectors.reasons import SettingsError
from connectors.settings import Setting

EXTRA = 300
"""Further columns a file without header may have, where their number is not declared."""


class CsvMapping(DelimitedFormat):
    """Whatever a carrier sends as CSV."""

    name = "csv_mapping"
    label = "CSV, layout by mapping"
    help = "Any delimited text; describe its columns."
    settings = (
        *TEXT_FILE,
        Setting("quote", "Quote character", default='"', help='"none" where fields are bare.'),
        Setting("header", "First line names the columns", "bool", True),
        Setting(
            "column_count",
            "Number of columns",
            "int",
            0,
            help="Lines with another number are rejected; 0 for any. With a header line, it says.",
        ),
        Setting("skip", "Lines to skip at the top", "int", 0),
        PATTERN,
        *COMMON,
        *MONEY,
        *ROWS,
        Setting(
            "merge",
            "Several lines of one call",
            "choice",
            "",
            (
                ("", "Each line is a record"),
                ("sum", "Put together, quantities added"),
                ("union", "Put together, overlapping time counted once"),
            ),
        ),
        Setting("merge_by", "Columns that tell a call", help="Separated by commas."),
        Setting(
            "merge_open",
            "A part that is not the last",
            help="column=value: a call of such parts only goes on in the next file.",
        ),
        Setting("trailer_mark", "Control record begins with", help="Such as Summe or TRL."),
        Setting("trailer_count", "Control record: column of the count", "int", 0),
        Setting("trailer_quantity", "Control record: column of the quantity", "int", 0),
        Setting("trailer_cost", "Control record: column of the cost", "int", 0),
    )

    def resolve(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        found = super().resolve(settings)
        mapped_fields(found)
        list(mapped_rules(found))
        if found["merge"] and not _names(found["merge_by"]):
            raise SettingsError("merge_by: name the columns that tell a call")
        if found["merge_open"] and "=" not in found["merge_open"]:
            raise SettingsError("merge_open: write column=value")
        if not found["header"]:
            self._positions(found)
        return found

    def shape(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        extra = 0
        if settings["header"]:
            names = dict.fromkeys([*used(settings), *_merging(settings)])
            wanted: tuple[Column, ...] = tuple(Column(name) for name in names)
        else:
            highest = max(self._positions(settings))
            count = settings["column_count"]
            wanted = tuple(Column(str(place)) for place in range(1, (count or highest) + 1))
            extra = 0 if count else EXTRA
        return {
            "delimiter": settings["delimiter"] or ";",
            "quote": "" if settings["quote"] == "none" else settings["quote"],
            "header": settings["header"],
            "skip": settings["skip"],
            "columns": wanted,
            "extra": extra,
        }

    def _positions(self, settings: Mapping[str, Any]) -> list[int]:
        names = [*used(settings), *_merging(settings)]
        wrong = [name for name in names if not name.isdecimal() or int(name) < 1]
        if wrong or not names:
            raise SettingsError(
                f"column {', '.join(wrong) or 'list'}: without a header line, "
                "columns are positions from 1"
            )
        return [int(name) for name in names]

    def combines(self, settings: Mapping[str, Any]) -> str:
        return settings["merge"]

    def group(self, batch: Batch, settings: Mapping[str, Any]) -> tuple[pa.Array, pa.Array | None]:
        parts = [batch.columns[name] for name in _names(settings["merge_by"])]
        key = pc.binary_join_element_wise(*parts, "\x1f")
        name, _sign, value = settings["merge_open"].partition("=")
        if not name:
            return key, None
        goes_on = pc.equal(pc.utf8_trim_whitespace(batch.columns[name.strip()]), value.strip())
        return key, pc.if_else(goes_on, "open", "close")

    def used(self, settings: Mapping[str, Any], names: set[str]) -> set[str]:
        return names & {*used(settings), *_merging(settings)}

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return mapped_fields(settings)

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        return mapped_rules(settings)

    def control_marks(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return (settings["trailer_mark"],) if settings["trailer_mark"] else ()

    def control(self, fields: list[str], settings: Mapping[str, Any]) -> Declared:
        def cell(name: str) -> pa.Array:
            place = settings[name]
            return pa.array([fields[place - 1] if 0 < place <= len(fields) else ""], TEXT)

        quantity = mapped_fields(settings)["quantity"]
        shape = quantity.shape if isinstance(quantity, Quantity) else "piece"
        options = (settings["decimal"], settings["thousands"])
        return Declared(
            count=_whole(parse_micro(cell("trailer_count"), *options)),
            quantity=_one(parse_quantity(cell("trailer_quantity"), shape, *options)),
            cost=_one(parse_micro(cell("trailer_cost"), *options, settings["cost_exponent"])),
        )


def _merging(settings: Mapping[str, Any]) -> list[str]:
    """Columns that say which lines are one call."""
    goes_on = settings["merge_open"].partition("=")[0].strip()
    return [*_names(settings["merge_by"]), *([goes_on] if goes_on else [])]


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _one(parsed: tuple[Any, Any, Any]) -> int | None:
    values, empty, bad = parsed
    return None if empty[0] or bad[0] else int(values[0])


def _whole(parsed: tuple[Any, Any, Any]) -> int | None:
    micro = _one(parsed)
    return None if micro is None else micro // 1_000_000
