# SPDX-License-Identifier: AGPL-3.0-or-later
"""Twilio: lists of calls and messages as JSON (2010-04-01 API).

Prices are negative where Twilio charges, and null until the record was rated.  From and To may be
SIP addresses or clients.  Times are RFC 2822; lists go on behind next_page_uri.
Source: https://www.twilio.com/docs/voice/api/call-resource, /docs/messaging/api/message-resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from connectors.formats.base import Field
from connectors.formats.fields import Currency, Map, Phone, Rule, Text
from connectors.formats.measures import Amount, Measured, Time
from connectors.formats.records import JsonFormat, Record
from connectors.formats.standard import COMMON, MONEY, changed
from connectors.readers.batch import Fault
from connectors.readers.json import read_json

_LISTS = ("calls", "messages")


class Twilio(JsonFormat):
    """One object a call or a message."""

    name = "twilio"
    label = "Twilio"
    help = "Lists of calls and messages of Twilio's API."
    paths = (
        "sid", "account_sid", "status", "direction", "from", "to", "price", "price_unit",
        "start_time", "_sent", "_quantity", "_unit",
    )  # fmt: skip
    settings = (
        *changed(COMMON, timezone="UTC", a_notation="e164", b_notation="e164", extension_max=0,
                 bad_numbers="keep"),
        *changed(MONEY, cost_sign="negative", currency="USD"),
    )  # fmt: skip

    def records(
        self, source: BinaryIO, settings: Mapping[str, Any]
    ) -> Iterator[tuple[int, Record | Fault, str]]:
        return read_json(source, _LISTS)

    def expand(self, record: Record, settings: Mapping[str, Any]) -> Iterable[Record]:
        message = "num_segments" in record
        size = record.get("num_segments" if message else "duration")
        sent = record.get("date_sent") or record.get("date_created")
        unit = "piece" if message else "second"
        return ({**record, "_quantity": size, "_unit": unit, "_sent": sent},)

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        unbilled = ("queued", "ringing", "in-progress", "busy", "failed", "no-answer", "canceled")
        yield Rule("status", unbilled, skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("sid", required=True),
            "service": Map("_unit", {"piece": "sms"}, "voice"),
            "direction": Map("direction", {"inbound": "in"}, "out"),
            "started_at": Time("start_time", "rfc2822", fallback="_sent"),
            "quantity": Measured("_quantity", "_unit", {"second": "s", "piece": "piece"}),
            "unit": Text("_unit"),
            "a_number": Phone("from", "a"),
            "b_number": Phone("to", "b"),
            "account": Text("account_sid"),
            "cost": Amount("price"),
            "currency": Currency("price_unit", default=settings["currency"]),
        }
