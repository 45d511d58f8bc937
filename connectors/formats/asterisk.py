# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asterisk's Master.csv (cdr_csv), without header.

Local time unless `usegmtime` is set; `uniqueid` and `userfield` only where configured, and
without uniqueid a record has no key of its own.  Answer is empty when nobody answered.  Take
Master.csv only: the per-account files beside it hold the same calls again.
Source: https://docs.asterisk.org, CDR specification; cdr_csv.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.formats.base import Field
from connectors.formats.delimited import DelimitedFormat, columns
from connectors.formats.fields import Phone, Rule, Text, incoming
from connectors.formats.measures import Quantity, Time
from connectors.formats.standard import BILL_FROM, COMMON, INCOMING, TEXT_FILE, UNANSWERED, changed


class Asterisk(DelimitedFormat):
    """One row a call."""

    name = "asterisk"
    label = "Asterisk Master.csv"
    help = "Call records of Asterisk, FreePBX and kin, as written by cdr_csv."
    columns = columns(
        "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end "
        "duration billsec disposition amaflags",
        optional="uniqueid userfield",
    )
    settings = (
        *TEXT_FILE,
        *changed(COMMON, a_notation="pbx_de", b_notation="pbx_de"),
        BILL_FROM,
        UNANSWERED,
        INCOMING,
    )

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        if not settings["unanswered"]:
            yield Rule("disposition", ("ANSWERED",), reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        from_answer = settings["bill_from"] == "answer"
        return {
            "record_id": Text("uniqueid"),
            "direction": incoming("dcontext", settings),
            "started_at": Time("answer", "iso", fallback="start")
            if from_answer
            else Time("start", "iso"),
            "quantity": Quantity("billsec" if from_answer else "duration"),
            "a_number": Phone("src", "a"),
            "b_number": Phone("dst", "b"),
            "account": Text("accountcode"),
        }
