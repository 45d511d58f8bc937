# SPDX-License-Identifier: AGPL-3.0-or-later
"""Oracle (Acme Packet) session border controller: local CDR files, comma separated.

The first field is the RADIUS status: 1 Start, 2 Stop, 3 Interim; only Stop is billed.  Positions
of the Stop record, from 0: 3 session id, 9 calling, 10 called, 12 session time in seconds, 13
setup, 14 connect and 15 disconnect time.  A session time that the controller gives in another unit
than declared is noticed, since it is longer than the call was.
Source: Oracle, Accounting Guide, Local CDR Stop Record; Millisecond Granularity for CDRs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.formats.base import Field
from connectors.formats.delimited import DelimitedFormat, columns
from connectors.formats.fields import Phone, Rule, Text
from connectors.formats.measures import Lasting, Time
from connectors.formats.standard import COMMON, SESSION_TIME, TEXT_FILE, UNANSWERED, changed
from connectors.settings import Setting


class OracleAcme(DelimitedFormat):
    """One row an accounting record."""

    name = "oracle_acme"
    label = "Oracle / Acme Packet SBC"
    help = "Local CDR files of an Oracle session border controller."
    extensions = ("csv", "txt", "cdr")
    columns = columns(
        "status nas_ip nas_port session_id ingress_callid egress_callid protocol forked generic_id "
        "calling called cause seconds setup connect",
        optional="disconnect",
    )
    extra = 300  # vendor attributes; how many depends on the release
    settings = (
        *TEXT_FILE,
        Setting(
            "time_pattern", "Pattern of times", default="HH:MM:SS.f z Mon dd yyyy",
            help="Such as 12:30:00.094 UTC APR 01 2026.",
        ),
        SESSION_TIME,
        *changed(COMMON, timezone="UTC", a_notation="mixed_de", b_notation="mixed_de"),
        UNANSWERED,
    )  # fmt: skip

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("status", ("2",), reason="not_final", known="[0-9]{1,2}")
        yield Rule("nas_ip", (), skip=True, known=".*[.:].*")
        if not settings["unanswered"]:
            yield Rule("connect", ("", "0"), skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("session_id"),
            "started_at": Time("connect", fallback="setup", zero_empty=True),
            "quantity": Lasting("seconds", settings["unit"], "connect", "disconnect"),
            "a_number": Phone("calling", "a"),
            "b_number": Phone("called", "b"),
            "account": Text("nas_ip"),
        }
