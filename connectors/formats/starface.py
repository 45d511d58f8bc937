# SPDX-License-Identifier: AGPL-3.0-or-later
"""STARFACE: exported line data (output.csv).

Local times dd.MM.yyyy HH:mm:ss; billed from answer (linktime) to hang-up, since the unit of the
column duration is not documented.  The account is the provider line.
Source: https://knowledge.starface.de, Verbindungsdaten exportieren.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Map, Phone, Rule, Text
from connectors.formats.measures import Between, Time
from connectors.formats.standard import COMMON, TEXT_FILE, changed


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
    )
    settings = (*TEXT_FILE, *changed(COMMON, a_notation="mixed_de", b_notation="mixed_de"))

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("callresult", ("CONNECTED",), reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("id", required=True),
            "direction": Map("incoming", {"true": "in", "t": "in", "1": "in"}, "out"),
            "started_at": Time("linktime", "german"),
            "quantity": Between("linktime", "hanguptime", "german"),
            "a_number": Phone("callernumber", "a"),
            "b_number": Phone("callednumber", "b"),
            "account": Text(("callerlogin", "linename")),
        }
