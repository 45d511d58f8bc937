# SPDX-License-Identifier: AGPL-3.0-or-later
"""Microsoft Graph: getPstnCalls, the same records as the PSTN usage report, as JSON.

Records lie in "value", further pages behind @odata.nextLink; a query spans at most 90 days, and
records are 24 to 48 hours late.
Source: https://learn.microsoft.com/graph/api/resources/callrecords-pstncalllogrow
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.formats.base import Field
from connectors.formats.fields import Currency, Phone, Text
from connectors.formats.measures import Amount, Quantity, Time
from connectors.formats.records import JsonFormat
from connectors.formats.standard import COMMON, changed
from connectors.formats.teams_pstn import CONNECTION_FEE, by_call_type
from connectors.readers.batch import Batch


class TeamsGraph(JsonFormat):
    """One object a call."""

    name = "teams_graph"
    label = "Microsoft Teams PSTN (Graph)"
    help = "Answers of Microsoft Graph to getPstnCalls."
    container = "value"
    paths = (
        "id", "callType", "startDateTime", "duration", "callerNumber", "calleeNumber",
        "userPrincipalName", "destinationName", "charge", "currency", "conferenceId",
        "connectionCharge",
    )  # fmt: skip
    settings = (
        *changed(COMMON, timezone="UTC", a_notation="e164", b_notation="e164", extension_max=0),
        CONNECTION_FEE,
    )

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        return by_call_type(batch, "callType")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("id", required=True),
            "service": Text("_service"),
            "direction": Text("_direction"),
            "started_at": Time("startDateTime", "iso"),
            "quantity": Quantity("duration"),
            "a_number": Phone("callerNumber", "a"),
            "b_number": Phone("calleeNumber", "b"),
            "account": Text("userPrincipalName"),
            "destination": Text("destinationName"),
            "cost": Amount(
                ("charge", "connectionCharge")
                if settings["connection_fee"] == "added"
                else "charge"
            ),
            "currency": Currency("currency", default="EUR"),
            "conference": Text("conferenceId"),
        }
