# SPDX-License-Identifier: AGPL-3.0-or-later
"""Avaya IP Office: SMDR, comma separated, without header.

A call that is held, transferred or parked makes several records with the same call id; all but
the last have a continuation of 1.  They are one call, whose connected times are added.  Call ids
begin anew when the system restarts, so the start belongs to the key.
Source: Avaya, Administering IP Office Platform with Manager, SMDR fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.combine import SUM
from connectors.formats.delimited import DelimitedFormat, columns
from connectors.formats.fields import Map, Phone, Rule, Text
from connectors.formats.measures import Quantity, Time
from connectors.formats.standard import COMMON, INTERNAL, TEXT_FILE, UNANSWERED, changed
from connectors.readers.batch import Batch
from connectors.settings import Setting


class AvayaSmdr(DelimitedFormat):
    """One row a segment of a call."""

    name = "avaya_smdr"
    label = "Avaya IP Office SMDR"
    help = (
        "Station message detail records, as sent to a host or written by SMDR loggers. A record's "
        "time is the beginning of the call, its duration is counted from the answer."
    )
    extensions = ("csv", "txt", "log")
    columns = columns(
        "start connected ring caller direction called dialled account internal callid continuation",
        optional="party1_device party1_name party2_device party2_name hold park",
    )
    extra = 30
    settings = (
        *TEXT_FILE,
        *changed(COMMON, a_notation="mixed_de", b_notation="mixed_de"),
        Setting("merge", "Join the segments of a call", "bool", True),
        UNANSWERED,
        INTERNAL,
    )

    def combines(self, settings: Mapping[str, Any]) -> str:
        return SUM if settings["merge"] else ""

    def group(self, batch: Batch, settings: Mapping[str, Any]) -> tuple[pa.Array, pa.Array | None]:
        # segments start at different times; the day keeps ids of another day apart
        day = pc.utf8_slice_codeunits(batch.columns["start"], 0, 10)
        key = pc.binary_join_element_wise(batch.columns["callid"], day, " ")
        return key, pc.if_else(pc.equal(batch.columns["continuation"], "1"), "open", "close")

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        columns = batch.columns
        columns["id"] = pc.binary_join_element_wise(columns["start"], columns["callid"], " ")
        return batch

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("direction", (), skip=True, known="[IO]")
        if not settings["internal"]:
            yield Rule("internal", ("1", "I"), skip=True, reason="internal", known="[01I]")
        if not settings["unanswered"]:
            yield Rule("connected", ("", "00:00:00"), skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("id"),
            "direction": Map("direction", {"I": "in", "O": "out"}),
            "started_at": Time("start", "yyyy/mm/dd HH:MM:SS"),
            "quantity": Quantity("connected", "hms"),
            "a_number": Phone("caller", "a"),
            "b_number": Phone("called", "b"),
            "account": Text("account"),
        }
