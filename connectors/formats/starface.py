# SPDX-License-Identifier: AGPL-3.0-or-later
"""STARFACE: exported line data (output.csv).

Local times dd.MM.yyyy HH:mm:ss; billed from answer (linktime) to hang-up, since the unit of the
column duration is not documented.  The account is the provider line.  The column id counts the
lines of a list, so a record is known by its leg, channel and answer.
Source: https://knowledge.starface.de, Verbindungsdaten exportieren.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Map, Phone, Rule, Text
from connectors.formats.measures import Between, Time
from connectors.formats.standard import COMMON, TEXT_FILE, changed
from connectors.readers.batch import TEXT, Batch


class Starface(DelimitedFormat):
    """One row a call leg on a provider line."""

    name = "starface"
    label = "STARFACE"
    help = "Exported call data of a STARFACE telephone system."
    header = True
    columns = (
        Column("id"),
        Column("callleguuid", aliases=("calllegguuid", "calllegid"), optional=True),
        Column("callernumber"),
        Column("callednumber"),
        Column("starttime"),
        Column("linktime"),
        Column("hanguptime"),
        Column("callresult"),
        Column("incoming"),
        Column("linename", optional=True),
        Column("callerlogin", optional=True),
        Column("channelname", optional=True),
    )
    settings = (*TEXT_FILE, *changed(COMMON, a_notation="mixed_de", b_notation="mixed_de"))

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        columns = batch.columns
        leg = columns.get("callleguuid")
        if leg is not None:
            none = pa.repeat(pa.scalar("", TEXT), len(batch.line))
            channel, answer = columns.get("channelname", none), columns["linktime"]
            key = pc.binary_join_element_wise(leg, channel, answer, "/")
            columns["_id"] = pc.if_else(pc.equal(leg, ""), "", key)
        return batch

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("callresult", ("CONNECTED",), reason="not_answered", known="(?:NOT_)?CONNECTED")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("_id"),
            "direction": Map("incoming", {"true": "in", "t": "in", "1": "in"}, "out"),
            "started_at": Time("linktime", "german"),
            "quantity": Between("linktime", "hanguptime", "german"),
            "a_number": Phone("callernumber", "a"),
            "b_number": Phone("callednumber", "b"),
            "account": Text(("callerlogin", "linename")),
        }
