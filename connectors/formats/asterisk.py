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
from connectors.formats.fields import Const, Map, Phone, Quantity, Rule, Text, Time
from connectors.formats.standard import BILL_FROM, COMMON, TEXT_FILE, changed
from connectors.settings import Setting


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
        Setting("unanswered", "Keep unanswered calls", "bool", False),
        Setting(
            "incoming_contexts", "Contexts of incoming calls",
            help="Values of dcontext, separated by commas; all others are outgoing.",
        ),
    )  # fmt: skip

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        if not settings["unanswered"]:
            yield Rule("disposition", ("ANSWERED",), reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        from_answer = settings["bill_from"] == "answer"
        incoming = [part.strip() for part in settings["incoming_contexts"].split(",")]
        return {
            "record_id": Text("uniqueid"),
            "direction": _direction([part for part in incoming if part]),
            "started_at": Time("answer", "iso", fallback="start")
            if from_answer
            else Time("start", "iso"),
            "quantity": Quantity("billsec" if from_answer else "duration"),
            "a_number": Phone("src", "a"),
            "b_number": Phone("dst", "b"),
            "account": Text("accountcode"),
        }


def _direction(contexts: list[str]) -> Field:
    if not contexts:
        return Const("out")
    return Map("dcontext", dict.fromkeys(contexts, "in"), default="out")
