# SPDX-License-Identifier: AGPL-3.0-or-later
"""BroadWorks (Cisco) application server: accounting XML.

Records of type Normal are complete; Start, End and interim ones are parts of long calls that come
again as Normal.  Times are UTC (GMT) with milliseconds; userTimeZone says only where the user is.
Source: BroadWorks, Accounting Call Detail Record Interface Specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.fields import Map, Phone, Rule, Text
from connectors.formats.measures import Between, Time
from connectors.formats.records import XmlFormat
from connectors.formats.standard import COMMON, UNANSWERED, changed
from connectors.readers.batch import Batch

_PATTERN = "yyyymmddHHMMSS.f"


class BroadWorks(XmlFormat):
    """One element cdrData a call leg."""

    name = "broadworks"
    label = "BroadWorks XML"
    help = (
        "Accounting records of a BroadWorks application server. Its times are UTC; the zone stated "
        "in a record says only where the user is."
    )
    tag = "cdrData"
    paths = (
        "headerModule.recordId.eventCounter", "headerModule.recordId.systemId",
        "headerModule.recordId.date", "headerModule.type", "headerModule.userId",
        "basicModule.userNumber", "basicModule.direction", "basicModule.callingNumber",
        "basicModule.calledNumber", "basicModule.startTime", "basicModule.answerIndicator",
        "basicModule.answerTime", "basicModule.releaseTime",
    )  # fmt: skip
    settings = (
        *changed(COMMON, timezone="UTC", a_notation="mixed_de", b_notation="mixed_de"),
        UNANSWERED,
    )

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        columns = batch.columns
        parts = [columns[f"headerModule.recordId.{name}"]
                 for name in ("eventCounter", "systemId", "date")]  # fmt: skip
        columns["id"] = pc.binary_join_element_wise(*parts, "/")
        answered = pc.starts_with(columns["basicModule.answerIndicator"], "Yes")
        columns["answered"] = pc.if_else(answered, "yes", columns["basicModule.answerIndicator"])
        answer, start = columns["basicModule.answerTime"], columns["basicModule.startTime"]
        columns["begin"] = pc.if_else(pc.equal(answer, ""), start, answer)
        release = columns["basicModule.releaseTime"]
        columns["end"] = pc.if_else(pc.equal(answer, ""), columns["begin"], release)
        return batch

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("headerModule.type", ("Normal",), reason="not_final")
        if not settings["unanswered"]:
            yield Rule("answered", ("yes",), reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("id"),
            "direction": Map(
                "basicModule.direction", {"Originating": "out", "Terminating": "in"}, "out"
            ),
            "started_at": Time("begin", _PATTERN),
            "quantity": Between("begin", "end", _PATTERN),
            "a_number": Phone("basicModule.callingNumber", "a"),
            "b_number": Phone("basicModule.calledNumber", "b"),
            "account": Text(("headerModule.userId", "basicModule.userNumber")),
        }
