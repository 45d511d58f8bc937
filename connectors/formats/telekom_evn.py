# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deutsche Telekom, RechnungOnline: itemised bill of mobile lines as CSV.

Two lines about the bill come first, then the positions with names of their own.  Connections have
a duration in seconds, messages and data a count and its unit; a data session may have both, and is
measured by its volume.  Amounts with and without tax.
Source: Telekom, Erläuterung zum Inhalt der CSV-Dateien - EVN, state April 2010.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Const, Map, Phone, Text
from connectors.formats.measures import Amount, Measured, Time
from connectors.formats.standard import COMMON, MONEY, TEXT_FILE, changed
from connectors.readers.batch import Batch
from connectors.settings import Setting

_UNITS = {
    "sec": "s", "sec.": "s", "sek": "s", "sek.": "s", "s": "s", "min": "min", "min.": "min",
    "stück": "piece", "stk": "piece", "stk.": "piece", "anzahl": "piece", "sms": "piece",
    "mms": "piece", "byte": "byte", "kb": "KiB", "kbyte": "KiB", "mb": "MiB", "mbyte": "MiB",
    "gb": "GiB", "gbyte": "GiB",
}  # fmt: skip

_VOLUMES = [unit for unit, shape in _UNITS.items() if shape == "byte" or shape.endswith("iB")]

_SERVICES = {"piece": "sms", "byte": "data"}


class TelekomEvn(DelimitedFormat):
    """One row a connection, message or data session."""

    name = "telekom_evn"
    label = "Telekom RechnungOnline EVN (mobile)"
    help = "Itemised bill of Telekom's mobile lines, as downloaded from RechnungOnline."
    header = True
    delimiter = ";"
    columns = (
        Column("Rufnummer"),
        Column("Kartennummer", optional=True),
        Column("Tarifzone", optional=True),
        Column("Startzeitpunkt"),
        Column("Dauer", aliases=("Dauer sec",)),
        Column("Nettobetrag", aliases=("Netto",)),
        Column("Bruttobetrag", aliases=("Brutto",), optional=True),
        Column("Menge"),
        Column("Einheit"),
        Column("Ziel_APN", optional=True),
        Column("Zielrufnummer"),
    )
    settings = (
        *changed(TEXT_FILE, encoding="cp1252"),
        *changed(MONEY, decimal=",", thousands="."),
        *changed(COMMON, a_notation="mixed_de", b_notation="mixed_de"),
        Setting(
            "price", "Price that counts as cost", "choice", "Nettobetrag",
            (("Nettobetrag", "Net"), ("Bruttobetrag", "Gross")),
        ),
    )  # fmt: skip

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        columns = batch.columns
        lasted, count, unit = (
            pc.utf8_trim_whitespace(columns[name]) for name in ("Dauer", "Menge", "Einheit")
        )
        counted = pc.and_(pc.not_equal(count, ""), pc.not_equal(unit, ""))
        volume = pc.is_in(pc.utf8_lower(unit), value_set=pa.array(_VOLUMES, pa.string()))
        silent = pc.match_substring_regex(lasted, "^[0:.,]*$")
        by_count = pc.or_(silent, pc.and_(counted, volume))
        # a call without any duration, and nothing counted, lasted as long as it says: not at all
        by_count = pc.and_(by_count, pc.or_(counted, pc.equal(lasted, "")))
        columns["_unit"] = pc.if_else(by_count, unit, "sec")
        columns["_quantity"] = pc.if_else(by_count, count, lasted)
        return batch

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        base = {unit: _base(shape) for unit, shape in _UNITS.items()}
        return {
            "service": Map("_unit", {u: _SERVICES.get(b, "voice") for u, b in base.items()}),
            "started_at": Time("Startzeitpunkt", "german"),
            "quantity": Measured("_quantity", "_unit", _UNITS),
            "unit": Map("_unit", base),
            "a_number": Phone("Rufnummer", "a"),
            "b_number": Phone("Zielrufnummer", "b"),
            "account": Text("Kartennummer"),
            "destination": Text(("Tarifzone", "Ziel_APN")),
            "cost": Amount(settings["price"]),
            "currency": Const(settings["currency"]),
        }


def _base(shape: str) -> str:
    if shape == "piece":
        return "piece"
    return "second" if shape in ("s", "min") else "byte"
