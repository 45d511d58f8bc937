# SPDX-License-Identifier: AGPL-3.0-or-later
"""AudioCodes SBC: signalling records separated by pipes, as sent to syslog or stored locally.

Each leg reports CALL_START, CALL_CONNECT and CALL_END; CALL_END is the one to bill.  A session
has two legs with the same SessionId, one that was received (Orig RMT) and one that was made
(LCL), so one of the two is chosen.  The fields can be customised: give their order.
Source: AudioCodes, user's manuals, CDR fields for SBC signalling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Phone, Rule, Text
from connectors.formats.measures import Lasting, Time
from connectors.formats.standard import COMMON, SESSION_TIME, TEXT_FILE, UNANSWERED, changed
from connectors.readers.batch import Batch
from connectors.reasons import SettingsError
from connectors.settings import Setting

ORDER = (
    "SBCReportType EPTyp SIPCallId SessionId Orig SourceIp SourcePort DestIp DestPort "
    "TransportType SrcURI SrcURIBeforeMap DstURI DstURIBeforeMap Durat TrmSd TrmReason "
    "TrmReasonCategory SetupTime ConnectTime ReleaseTime RedirectReason RedirectURINum "
    "RedirectURINumBeforeMap TxSigIPDiffServ IPGroup SrdId SIPInterfaceId ProxySetId IpProfileId "
    "MediaRealmId DirectMedia SIPTrmReason"
)

_PATTERN = "HH:MM:SS.f z Day Mon dd yyyy"

_REPORTS = "(?:CALL|DIALOG|MEDIA)_[A-Z]+|[A-Z]+ReportType"

_NEEDED = ("SBCReportType", "SIPCallId", "Orig", "SrcURI", "DstURI", "Durat", "SetupTime",
           "ConnectTime")  # fmt: skip


class AudioCodes(DelimitedFormat):
    """One row a report of a leg."""

    name = "audiocodes"
    label = "AudioCodes SBC"
    help = "Signalling records of an AudioCodes session border controller."
    extensions = ("csv", "txt", "log", "cdr")
    delimiter = "|"
    quote = ""
    extra = 30  # newer versions append SIPTermDesc, Caller, Callee; texts there may hold pipes
    settings = (
        *TEXT_FILE,
        Setting("order", "Fields in their order", default=ORDER, help="Separated by blanks."),
        Setting(
            "leg", "Leg that is billed", "choice", "RMT",
            (("RMT", "The one that was received"), ("LCL", "The one that was made"),
             ("all", "Both: each call is there twice")),
        ),
        Setting("before", "Numbers before manipulation", "bool", False),
        *changed(COMMON, timezone="UTC", a_notation="mixed_de", b_notation="mixed_de"),
        SESSION_TIME,
        UNANSWERED,
    )  # fmt: skip

    def resolve(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        found = super().resolve(settings)
        missing = [name for name in _NEEDED if name not in found["order"].split()]
        if missing:
            raise SettingsError(f"order: {', '.join(missing)} is missing")
        return found

    def shape(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        order = settings["order"].split()
        last = max(order.index(name) for name in _NEEDED)
        # before the first pipe stands nothing, or what syslog puts there
        found = (
            Column("_head"),
            *(Column(name, optional=at > last) for at, name in enumerate(order)),
            Column("_tail", optional=True),
        )
        return super().shape(settings) | {"columns": found}

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        batch.columns = {
            name: pc.utf8_trim_whitespace(values) for name, values in batch.columns.items()
        }
        for name in {"SetupTime", "ConnectTime", "ReleaseTime"} & set(batch.columns):
            batch.columns[name] = pc.replace_substring_regex(batch.columns[name], " +", " ")
        return batch

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("SBCReportType", ("CALL_END",), reason="not_final", known=_REPORTS)
        if settings["leg"] != "all":
            yield Rule("Orig", (settings["leg"],), known="RMT|LCL")
        if not settings["unanswered"]:
            yield Rule("ConnectTime", ("",), skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        suffix = "BeforeMap" if settings["before"] else ""
        return {
            "record_id": Text("SIPCallId"),
            "started_at": Time("ConnectTime", _PATTERN, fallback="SetupTime"),
            "quantity": Lasting("Durat", settings["unit"], "ConnectTime", "ReleaseTime", _PATTERN),
            "a_number": Phone(f"SrcURI{suffix}", "a"),
            "b_number": Phone(f"DstURI{suffix}", "b"),
            "account": Text(("IPGroup", "SrdId")),
        }
