# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zoom: participants of past meetings and webinars (report API) as JSON.

The answer lists "participants"; which meeting they were in is added when they are fetched:
meeting_id, meeting_uuid and host (connectors.carriers.zoom).  Durations are seconds (those of
meetings are minutes).  Somebody who leaves and comes back is there several times.
Source: https://developers.zoom.us/docs/api/meetings, meeting reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.fields import Const, Text
from connectors.formats.measures import Quantity, Time
from connectors.formats.records import JsonFormat, Record
from connectors.formats.standard import COMMON, REJOINS, changed
from connectors.readers.batch import Batch
from connectors.settings import Setting


def person_key(batch: Batch, conference: str, participant: str) -> pa.Array:
    """A key for the stays of one person in one conference; null where one is unknown."""
    left, right = batch.columns[conference], batch.columns[participant]
    known = pc.and_(pc.not_equal(left, ""), pc.not_equal(right, ""))
    key = pc.binary_join_element_wise(left, right, "\x1f")
    return pc.if_else(known, key, pa.scalar(None, pa.string()))


class Zoom(JsonFormat):
    """One object a stay of a participant."""

    name = "zoom"
    label = "Zoom participants"
    help = "Participant reports of Zoom meetings and webinars."
    container = "participants"
    paths = (
        "id", "user_id", "name", "user_email", "join_time", "leave_time", "duration",
        "^.meeting_id", "^.meeting_uuid", "^.host", "_person",
    )  # fmt: skip
    settings = (
        *changed(COMMON, timezone="UTC"),
        Setting("account", "Account", help="Where the records name no host."),
        REJOINS,
    )

    def combines(self, settings: Mapping[str, Any]) -> str:
        return "" if settings["rejoins"] == "keep" else settings["rejoins"]

    def group(self, batch: Batch, settings: Mapping[str, Any]) -> tuple[pa.Array, pa.Array | None]:
        return person_key(batch, "^.meeting_uuid", "_person"), None

    def expand(self, record: Record, settings: Mapping[str, Any]) -> Iterable[Record]:
        names = ("user_email", "id", "name", "user_id")
        person = next((record[name] for name in names if record.get(name)), "")
        return ({**record, "_person": person},)

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        columns = batch.columns
        parts = [columns[name] for name in ("^.meeting_uuid", "user_id", "join_time")]
        known = pc.and_(pc.not_equal(parts[0], ""), pc.not_equal(parts[1], ""))
        key = pc.binary_join_element_wise(*parts, "/")
        columns["_id"] = pc.if_else(known, key, "")
        return batch

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("_id"),
            "service": Const("conference"),
            "direction": Const("in"),
            "started_at": Time("join_time", "iso"),
            "quantity": Quantity("duration"),
            "account": Text(("^.host", "^.meeting_id"), default=settings["account"] or None),
            "a_raw": Text("name", default=""),
            "conference": Text(("^.meeting_uuid", "^.meeting_id")),
            "participant": Text("_person"),
        }
