# SPDX-License-Identifier: AGPL-3.0-or-later
"""A layout described by its user: rows that say which column becomes what; see MANUAL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.convert.durations import CLOCKS, SCALES
from connectors.formats.base import Field
from connectors.formats.fields import Const, Currency, Map, Phone, Rule, Text
from connectors.formats.measures import Amount, Pieces, Quantity, Time
from connectors.frame import COLUMNS, MICRO
from connectors.reasons import SettingsError
from connectors.settings import Setting, currency

TARGETS = tuple(name for name in COLUMNS if name not in ("line", "a_raw", "b_raw"))

MANUAL = f"""\
  target   what it becomes: {", ".join(TARGETS)}
           (started_at and quantity are needed)
  column   the file's column: a name of the header line, a position from 1, a place such as 30-52
           (fixed width) or a path such as price.amount (JSON, XML); several for a date and a time
           apart, joined by "+": Datum + Uhrzeit
  value    a fixed text instead of a column
  pattern  for started_at: as the setting time_pattern, where it differs
  shape    for quantity: {", ".join([*SCALES, *CLOCKS])}
  map      for texts: "eingehend=in, ausgehend=out, *=out" (* is everything else)
  Rows of rules select records: column, values (separated by commas), mode (only or skip)."""

EXAMPLE = [
    {"target": "started_at", "column": "Datum + Uhrzeit", "pattern": "german"},
    {"target": "quantity", "column": "Dauer", "shape": "s"},
    {"target": "a_number", "column": "Rufnummer A"},
    {"target": "b_number", "column": "Rufnummer B"},
    {"target": "direction", "column": "Richtung", "map": "eingehend=in, *=out"},
]

_KEYS = {"target", "column", "value", "pattern", "shape", "map"}

ROWS: tuple[Setting, ...] = (
    Setting(
        "columns", "Columns", "rows", [],
        help="Rows with target, column or value, and pattern, shape or map.",
    ),
    Setting(
        "rules", "Record selection", "rows", [], help="Rows with column, values, mode (only, skip)."
    ),
    Setting(
        "negative", "Negative quantities", "choice", "reject",
        (("reject", "Reject the line"), ("refund", "Keep as refunds")),
        help="Refunds give back units and their price, such as a booking that was canceled.",
    ),
)  # fmt: skip


def parts(text: str) -> list[str]:
    """Columns named in one cell of a mapping: "Datum + Uhrzeit" are two."""
    return [part.strip() for part in str(text).split("+") if part.strip()]


def pairs(text: str) -> dict[str, str]:
    """A table written as "a=b, c=d"."""
    table = {}
    for part in str(text).split(","):
        key, sign, value = part.partition("=")
        if not sign:
            raise ValueError(f"map {text!r}: write pairs such as eingehend=in, *=out")
        table[key.strip()] = value.strip()
    return table


def used(settings: Mapping[str, Any]) -> list[str]:
    """All columns of the file a mapping speaks of, in order, each once."""
    found = [part for row in settings["columns"] for part in parts(row.get("column") or "")]
    found += [str(row.get("column", "")).strip() for row in settings["rules"]]
    return list(dict.fromkeys(name for name in found if name))


def mapped_fields(settings: Mapping[str, Any]) -> dict[str, Field]:
    """The declarations of a mapping; raises SettingsError naming every faulty row."""
    fields: dict[str, Field] = {}
    wrong = []
    for number, row in enumerate(settings["columns"], 1):
        target = str(row.get("target") or "").strip()
        try:
            if target not in TARGETS:
                raise ValueError(f"target {target!r}: use one of {', '.join(TARGETS)}")
            if target in fields:
                raise ValueError(f"target {target} is mapped twice")
            fields[target] = _field(target, row)
        except ValueError as error:
            wrong.append(f"row {number}: {error}")
    wrong += [
        f"nothing is mapped to {needed}"
        for needed in ("started_at", "quantity")
        if needed not in fields and not wrong
    ]
    if wrong:
        raise SettingsError("; ".join(wrong))
    if "cost" in fields and "currency" not in fields:
        fields["currency"] = Const(settings["currency"])
    return fields


def _field(target: str, row: Mapping[str, Any]) -> Field:
    unknown = set(row) - _KEYS
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} is unknown in a row")
    value = str(row.get("value") or "")
    names = parts(row.get("column") or "")
    if bool(value) == bool(names):
        raise ValueError(f"target {target} needs either a column or a value")
    if target == "quantity":
        if value:
            if not value.isdecimal():
                raise ValueError(f"quantity {value!r} is no whole number")
            return Pieces(int(value) * MICRO)
        shape = str(row.get("shape") or "s")
        if shape not in SCALES and shape not in CLOCKS:
            raise ValueError(f"shape {shape!r}: use one of {', '.join([*SCALES, *CLOCKS])}")
        return Quantity(names[0], shape)
    if target in ("a_number", "b_number", "started_at", "cost") and value:
        raise ValueError(f"target {target} needs a column")
    if target in ("a_number", "b_number"):
        return Phone(names[0], target[0])
    if target == "started_at":
        return Time(tuple(names), str(row.get("pattern") or ""))
    if target == "cost":
        return Amount(tuple(names))
    if target == "currency" and value:
        return Const(currency(value))
    if target == "currency" and not row.get("map"):
        return Currency(names[0])
    if value:
        if target == "direction" and value not in ("out", "in", "transfer"):
            raise ValueError(f"direction {value!r}: use out, in or transfer")
        return Const(value)
    if row.get("map"):
        table = pairs(row["map"])
        if target == "currency":
            table = {key: currency(code) for key, code in table.items()}
        return Map(names[0], table, table.pop("*", None))
    if target == "direction":
        return Map(names[0], {"out": "out", "in": "in", "transfer": "transfer"})
    return Text(tuple(names), default={"service": "voice", "unit": "second"}.get(target))


def mapped_rules(settings: Mapping[str, Any]) -> Iterable[Rule]:
    """The record selection of a mapping."""
    for number, row in enumerate(settings["rules"], 1):
        name, mode = str(row.get("column") or "").strip(), str(row.get("mode") or "only")
        if not name or mode not in ("only", "skip"):
            raise SettingsError(f"rule {number}: needs a column, values, and mode only or skip")
        values = tuple(part.strip() for part in str(row.get("values") or "").split(","))
        yield Rule(name, values, skip=mode == "skip")
