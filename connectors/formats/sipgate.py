# SPDX-License-Identifier: AGPL-3.0-or-later
"""sipgate: history of calls, messages, faxes and voicemails as JSON; no prices.

Objects lie in "items".  Calls have a duration in seconds, messages and faxes count one piece;
voicemails, missed calls and faxes that were not
sent are not billed.  Source: https://developer.sipgate.io, /history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.formats.base import Field
from connectors.formats.fields import Map, Phone, Rule, Text
from connectors.formats.measures import Measured, Time
from connectors.formats.records import JsonFormat, Record
from connectors.formats.standard import COMMON, UNANSWERED, changed


class Sipgate(JsonFormat):
    """One object an event."""

    name = "sipgate"
    label = "sipgate"
    help = "History of sipgate's API."
    container = "items"
    paths = (
        "id", "type", "direction", "created", "source", "target", "connectionIds", "faxStatusType",
        "_quantity", "_unit",
    )  # fmt: skip
    settings = (
        *changed(COMMON, timezone="UTC", a_notation="mixed_de", b_notation="mixed_de"),
        UNANSWERED,
    )

    def expand(self, record: Record, settings: Mapping[str, Any]) -> Iterable[Record]:
        call = record.get("type") == "CALL"
        size = record.get("duration") if call else 1
        return ({**record, "_quantity": size, "_unit": "second" if call else "piece"},)

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("type", ("CALL", "SMS", "FAX"), reason="other_record_type")
        yield Rule(
            "faxStatusType",
            ("FAILED", "PENDING", "SENDING", "SCHEDULED"),
            skip=True,
            reason="not_final",
        )
        if not settings["unanswered"]:
            missed = ("MISSED_INCOMING", "MISSED_OUTGOING")
            yield Rule("direction", missed, skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        ways = {"INCOMING": "in", "MISSED_INCOMING": "in"}
        return {
            "record_id": Text("id", required=True),
            "service": Map("type", {"CALL": "voice", "SMS": "sms", "FAX": "fax"}),
            "direction": Map("direction", ways, "out"),
            "started_at": Time("created", "iso"),
            "quantity": Measured("_quantity", "_unit", {"second": "s", "piece": "piece"}),
            "unit": Text("_unit"),
            "a_number": Phone("source", "a"),
            "b_number": Phone("target", "b"),
            "account": Text("connectionIds"),
        }
