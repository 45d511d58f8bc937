# SPDX-License-Identifier: AGPL-3.0-or-later
"""FreeSWITCH's XML records (mod_xml_cdr): one document a call leg.

The values of <variables> are URL-encoded; times are taken from the *_epoch variables.  A call has
an A-leg (direction inbound: from the caller into the switch) and usually a B-leg with the same
content again, so only A-legs are billed.  Of several <callflow> the first is the last state of
the call.  Source: https://developer.signalwire.com/freeswitch, mod_xml_cdr.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from connectors.formats.base import Field
from connectors.formats.fields import Phone, Rule, Text, incoming
from connectors.formats.measures import Quantity, Time
from connectors.formats.records import Record, XmlFormat, plain, value_at
from connectors.formats.standard import BILL_FROM, COMMON, INCOMING, UNANSWERED, changed
from connectors.settings import Setting

_CALLER = "callflow.caller_profile."


class FreeswitchXml(XmlFormat):
    """One document a leg."""

    name = "freeswitch_xml"
    label = "FreeSWITCH XML"
    help = "Call records of mod_xml_cdr."
    tag = "cdr"
    paths = (
        "variables.uuid", "variables.direction", "variables.accountcode",
        "variables.start_epoch", "variables.answer_epoch", "variables.duration",
        "variables.billsec", f"{_CALLER}caller_id_number", f"{_CALLER}destination_number",
        f"{_CALLER}context",
    )  # fmt: skip
    settings = (
        *changed(COMMON, a_notation="mixed_de", b_notation="mixed_de"),
        BILL_FROM,
        UNANSWERED,
        INCOMING,
        Setting(
            "legs", "Legs", "choice", "a",
            (("a", "Only A-legs"), ("all", "All legs: each call is there twice")),
        ),
    )  # fmt: skip

    def expand(self, record: Record, settings: Mapping[str, Any]) -> Iterable[Record]:
        if all(path in record for path in self.paths):
            return (record,)  # decoded again: it was unquoted before
        return ({path: unquote(plain(value_at(record, path))) for path in self.paths},)

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        if settings["legs"] == "a":
            yield Rule("variables.direction", ("inbound",), known="inbound|outbound")
        if not settings["unanswered"]:
            yield Rule("variables.answer_epoch", ("", "0"), skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        answer = settings["bill_from"] == "answer"
        start = "variables.start_epoch"
        return {
            "record_id": Text("variables.uuid"),
            "direction": incoming(f"{_CALLER}context", settings),
            "started_at": Time("variables.answer_epoch", "epoch", fallback=start, zero_empty=True)
            if answer
            else Time(start, "epoch"),
            "quantity": Quantity("variables.billsec" if answer else "variables.duration"),
            "a_number": Phone(f"{_CALLER}caller_id_number", "a"),
            "b_number": Phone(f"{_CALLER}destination_number", "b"),
            "account": Text("variables.accountcode"),
        }
