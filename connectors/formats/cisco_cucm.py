# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cisco Unified Communications Manager: cdr_* files.

The first line names the columns, the second their SQL types; the set of columns grows with each
release, so they are taken by name.  Times are epoch seconds, and a dateTimeConnect of 0 means that
nobody answered.  cmr_* files (record type 2) hold quality data, no calls.  A transfer makes
several records of one globalCallID, each with the time it lasted itself.
Source: Cisco, Reporting and Billing Administration Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Map, Phone, Rule, Text
from connectors.formats.measures import Quantity, Time
from connectors.formats.standard import COMMON, INTERNAL, TEXT_FILE, UNANSWERED, changed
from connectors.readers.batch import TEXT, Batch
from connectors.settings import Setting


class CiscoCucm(DelimitedFormat):
    """One row a call leg."""

    name = "cisco_cucm"
    label = "Cisco CUCM"
    help = "Files cdr_* of Cisco Unified Communications Manager; leave cmr_* out."
    extensions = ()  # the files have none
    header = True
    below = 1
    below_mark = "INTEGER"  # the types of the columns, which some exports leave out
    columns = (
        Column("cdrRecordType"),
        Column("pkid"),
        Column("dateTimeOrigination"),
        Column("dateTimeConnect"),
        Column("duration"),
        Column("callingPartyNumber"),
        Column("originalCalledPartyNumber"),
        Column("finalCalledPartyNumber"),
        Column("origDeviceName", optional=True),
        Column("destDeviceName", optional=True),
    )
    settings = (
        *TEXT_FILE,
        *changed(COMMON, a_notation="mixed_de", b_notation="mixed_de"),
        Setting(
            "called", "Called number", "choice", "finalCalledPartyNumber",
            (("finalCalledPartyNumber", "Where the call ended"),
             ("originalCalledPartyNumber", "What was dialled")),
        ),
        Setting(
            "gateways", "Trunks and gateways",
            help="Device names, separated by commas: calls from them are incoming, calls that "
            "touch none of them are internal. Empty: all calls are outgoing.",
        ),
        UNANSWERED,
        INTERNAL,
    )  # fmt: skip

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        names = [part.strip() for part in settings["gateways"].split(",") if part.strip()]
        count = len(batch.line)
        if not names:
            batch.columns["kind"] = pa.repeat(pa.scalar("out", TEXT), count)
            return batch
        known = pa.array(names, TEXT)
        none = pa.repeat(pa.scalar("", TEXT), count)
        orig = pc.is_in(batch.columns.get("origDeviceName", none), value_set=known)
        dest = pc.is_in(batch.columns.get("destDeviceName", none), value_set=known)
        kind = pc.if_else(dest, "out", "internal")
        batch.columns["kind"] = pc.if_else(pc.and_not(orig, dest), "in", kind)
        return batch

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("cdrRecordType", ("1",), reason="other_record_type", known="[0-9]")
        if not settings["unanswered"]:
            yield Rule("dateTimeConnect", ("", "0"), skip=True, reason="not_answered")
        if not settings["internal"]:
            yield Rule("kind", ("internal",), skip=True, reason="internal")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("pkid"),
            "direction": Map("kind", {"in": "in"}, default="out"),
            "started_at": Time(
                "dateTimeConnect", "epoch", fallback="dateTimeOrigination", zero_empty=True
            ),
            "quantity": Quantity("duration"),
            "a_number": Phone("callingPartyNumber", "a"),
            "b_number": Phone(settings["called"], "b"),
            "account": Text("origDeviceName"),
        }
