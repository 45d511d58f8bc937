# SPDX-License-Identifier: AGPL-3.0-or-later
"""FreeSWITCH's Master.csv (mod_cdr_csv, template "example"), without header.

Local time; the answer time is empty for unanswered calls.  Destinations come as they were dialled,
in all notations at once.  Source: https://developer.signalwire.com/freeswitch, mod_cdr_csv.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.formats.base import Field
from connectors.formats.delimited import DelimitedFormat, columns
from connectors.formats.fields import Phone, Rule, Text, incoming
from connectors.formats.measures import Quantity, Time
from connectors.formats.standard import (
    BILL_FROM,
    COMMON,
    INCOMING,
    TEXT_FILE,
    UNANSWERED,
    changed,
)


class FreeswitchCsv(DelimitedFormat):
    """One row a call leg."""

    name = "freeswitch_csv"
    label = "FreeSWITCH CSV"
    help = "Call records of mod_cdr_csv with the template “example”."
    columns = columns(
        "caller_id_name caller_id_number destination_number context start_stamp answer_stamp "
        "end_stamp duration billsec hangup_cause uuid bleg_uuid accountcode",
        optional="read_codec write_codec",
    )
    settings = (
        *TEXT_FILE,
        *changed(COMMON, a_notation="mixed_de", b_notation="mixed_de"),
        BILL_FROM,
        UNANSWERED,
        INCOMING,
    )

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("hangup_cause", (), skip=True, known="[A-Z0-9_]*[A-Z][A-Z0-9_]*")
        if not settings["unanswered"]:
            yield Rule("answer_stamp", ("",), skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        from_answer = settings["bill_from"] == "answer"
        return {
            "record_id": Text("uuid"),
            "direction": incoming("context", settings),
            "started_at": Time("answer_stamp", "iso", fallback="start_stamp")
            if from_answer
            else Time("start_stamp", "iso"),
            "quantity": Quantity("billsec" if from_answer else "duration"),
            "a_number": Phone("caller_id_number", "a"),
            "b_number": Phone("destination_number", "b"),
            "account": Text("accountcode"),
        }
