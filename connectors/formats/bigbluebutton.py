# SPDX-License-Identifier: AGPL-3.0-or-later
"""BigBlueButton: the analytics callback at the end of a meeting, as JSON.

One document a meeting with its attendees; each attendee has lists of joins and leaves, which are
made into stays.  A leave that is missing is the end of the meeting.  The callback is signed
(HS512 JWT, connectors.webhooks).
Source: https://docs.bigbluebutton.org, development/api, analytics callback.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from connectors.convert.times import parse_times
from connectors.formats.base import Field
from connectors.formats.fields import Const, Text
from connectors.formats.measures import Between, Time
from connectors.formats.records import JsonFormat, Record, value_at
from connectors.formats.standard import COMMON, REJOINS, changed
from connectors.formats.zoom import person_key
from connectors.readers.batch import Batch
from connectors.settings import Setting


class BigBlueButton(JsonFormat):
    """One document a meeting; one record a stay of an attendee."""

    name = "bigbluebutton"
    label = "BigBlueButton"
    help = "Analytics callbacks of BigBlueButton, one meeting each."
    paths = ("conference", "account", "person", "name", "join", "leave")
    settings = (
        *changed(COMMON, timezone="UTC"),
        Setting(
            "account", "Account", default="meeting_id",
            help="Path to what names the customer, such as data.metadata.tenant.",
        ),
        REJOINS,
    )  # fmt: skip

    def expand(self, record: Record, settings: Mapping[str, Any]) -> Iterator[Record]:
        if "join" in record and "conference" in record:
            yield record  # a single stay, retried
            return
        people = value_at(record, "data.attendees")
        header = {
            "conference": value_at(record, "internal_meeting_id"),
            "account": value_at(record, settings["account"]),
        }
        for person in people if isinstance(people, list) else ():
            if not isinstance(person, Mapping):
                yield {**header, "name": str(person), "join": None}
                continue
            who = {
                **header,
                "person": person.get("ext_user_id") or person.get("name"),
                "name": person.get("name"),
            }
            zone = settings["timezone"]
            joins, leaves = (_in_order(person.get(name), zone) for name in ("joins", "leaves"))
            finish = value_at(record, "data.finish")
            for number, (moment, join) in enumerate(joins):
                after = [text for left, text in leaves[number:] if left >= moment]
                yield {**who, "join": join, "leave": after[0] if after else finish}
            if not joins:
                yield {**who, "join": None}

    def combines(self, settings: Mapping[str, Any]) -> str:
        return "" if settings["rejoins"] == "keep" else settings["rejoins"]

    def group(self, batch: Batch, settings: Mapping[str, Any]) -> tuple[pa.Array, pa.Array | None]:
        return person_key(batch, "conference", "person"), None

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "service": Const("conference"),
            "direction": Const("in"),
            "started_at": Time("join", "iso"),
            "quantity": Between("join", "leave", "iso"),
            "account": Text("account"),
            "a_raw": Text("name", default=""),
            "conference": Text("conference", required=True),
            "participant": Text("person"),
        }


def _in_order(values: Any, zone: str) -> list[tuple[int, str]]:
    """(moment, text) of each time, by moment: clocks that are put back do not turn them round."""
    texts = [str(value) for value in values] if isinstance(values, list) else []
    moments = parse_times(pa.array(texts, pa.string()), "iso", zone).utc.tolist()
    return sorted(zip(moments, texts, strict=True))
