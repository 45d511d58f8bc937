# SPDX-License-Identifier: AGPL-3.0-or-later
"""3CX: CDR file or socket output, fields in the order the administrator chose.

Numbers of extensions are written Ext.960.  Source: https://www.3cx.com/docs/cdr-call-data-records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Phone, Rule, Text
from connectors.formats.measures import Quantity, Time
from connectors.formats.standard import (
    COMMON,
    INTERNAL,
    PATTERN,
    TEXT_FILE,
    UNANSWERED,
    changed,
)
from connectors.readers.batch import Batch
from connectors.reasons import SettingsError
from connectors.settings import Setting

ORDER = (
    "historyid callid duration time-start time-answered time-end reason-terminated from-no to-no "
    "from-dn to-dn dial-no reason-changed final-number final-dn bill-code bill-rate bill-cost "
    "bill-name chain"
)

_NEEDED = ("callid", "duration", "time-start", "time-answered", "from-no", "to-no")


class ThreeCx(DelimitedFormat):
    """One row a call."""

    name = "threecx"
    label = "3CX"
    help = "Call records of a 3CX system; give the fields in the order set there."
    extensions = ("csv", "txt", "log")
    extra = 12  # versions from 16 on append from-type, to-type, … missed-queue-calls
    settings = (
        *TEXT_FILE,
        Setting("order", "Fields in their order", default=ORDER, help="Separated by blanks."),
        *changed((PATTERN,), time_pattern="yyyy/mm/dd HH:MM:SS"),
        *changed(COMMON, a_notation="mixed_de", b_notation="mixed_de"),
        UNANSWERED,
        INTERNAL,
    )

    def resolve(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        found = super().resolve(settings)
        order = found["order"].split()
        missing = [name for name in _NEEDED if name not in order]
        if missing or len(set(order)) != len(order):
            raise SettingsError(f"order: {', '.join(missing) or 'a field'} is missing or doubled")
        return found

    def shape(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        order = settings["order"].split()
        # what the system leaves out at the end of a line is empty
        last = max(order.index(name) for name in _NEEDED)
        found = tuple(Column(name, optional=at > last) for at, name in enumerate(order))
        return super().shape(settings) | {"columns": found}

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        inner = [pc.starts_with(batch.columns[name], "Ext.") for name in ("from-no", "to-no")]
        both = pc.and_(*inner)
        kind = pc.if_else(both, "internal", pc.if_else(inner[0], "out", "in"))
        batch.columns["kind"] = kind
        batch.columns["direction"] = pc.if_else(both, "out", kind)
        return batch

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("callid", (), skip=True, known=".+")
        if not settings["internal"]:
            yield Rule("kind", ("internal",), skip=True, reason="internal")
        if not settings["unanswered"]:
            yield Rule("time-answered", ("",), skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("callid"),
            "direction": Text("direction", default="out"),
            "started_at": Time("time-answered", fallback="time-start"),
            "quantity": Quantity("duration", "hms"),
            "a_number": Phone("from-no", "a"),
            "b_number": Phone("to-no", "b"),
            "account": Text("from-dn"),
        }
