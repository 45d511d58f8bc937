# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delimited text in a layout the user describes; see connectors.formats.mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from connectors.convert.amounts import parse_micro
from connectors.convert.durations import parse_quantity
from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Quantity, Rule
from connectors.formats.mapping import ROWS, mapped_fields, mapped_rules, used
from connectors.formats.standard import COMMON, MONEY, PATTERN, TEXT_FILE
from connectors.formats.summary import Declared
from connectors.readers.batch import TEXT
from connectors.reasons import SettingsError
from connectors.settings import Setting

MOST = 300
"""Columns a file without header may have, where their number is not declared."""


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
        Setting("trailer_mark", "Control record begins with", help="Such as Summe or TRL."),
        Setting("trailer_count", "Control record: column of the count", "int", 0),
        Setting("trailer_quantity", "Control record: column of the quantity", "int", 0),
        Setting("trailer_cost", "Control record: column of the cost", "int", 0),
    )

    def resolve(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        found = super().resolve(settings)
        mapped_fields(found)
        list(mapped_rules(found))
        if not found["header"]:
            self._positions(found)
        return found

    def shape(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        if settings["header"]:
            wanted: tuple[Column, ...] = tuple(Column(name) for name in used(settings))
        else:
            highest = max(self._positions(settings))
            count = settings["column_count"]
            wanted = tuple(
                Column(str(place), optional=not count and place > highest)
                for place in range(1, (count or MOST) + 1)
            )
        return {
            "delimiter": settings["delimiter"] or ";",
            "quote": "" if settings["quote"] == "none" else settings["quote"],
            "header": settings["header"],
            "skip": settings["skip"],
            "columns": wanted,
        }

    def _positions(self, settings: Mapping[str, Any]) -> list[int]:
        names = used(settings)
        wrong = [name for name in names if not name.isdecimal() or int(name) < 1]
        if wrong or not names:
            raise SettingsError(
                f"column {', '.join(wrong) or 'list'}: without a header line, "
                "columns are positions from 1"
            )
        return [int(name) for name in names]

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


def _one(parsed: tuple[Any, Any, Any]) -> int | None:
    values, empty, bad = parsed
    return None if empty[0] or bad[0] else int(values[0])


def _whole(parsed: tuple[Any, Any, Any]) -> int | None:
    micro = _one(parsed)
    return None if micro is None else micro // 1_000_000
