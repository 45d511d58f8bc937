# SPDX-License-Identifier: AGPL-3.0-or-later
"""DIDWW: exports of call records as CSV; the columns changed with each version of the API.

Calls to numbers are paid by three amounts, which are added.  UTC, US dollars.
Source: https://doc.didww.com/api3, Get CSV File of Export, versions 2017-09-18 to 2026-11-19.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Const, Phone, Rule, Text
from connectors.formats.measures import Amount, Quantity, Time
from connectors.formats.standard import COMMON, TEXT_FILE, UNANSWERED, changed

_START = ("Date/Time (UTC)", "Date/Time Start (UTC)", "Time Start (UTC)")


class Didww(DelimitedFormat):
    """One row an incoming call."""

    name = "didww"
    label = "DIDWW"
    help = "Exported records of calls to DIDWW numbers."
    header = True
    columns = (
        Column(_START[0], aliases=_START[1:]),
        Column("Date/Time Connect (UTC)", optional=True),
        Column("Source", aliases=("Source Number",)),
        Column("DID", aliases=("Destination DID", "DID Number")),
        Column("Destination", optional=True),
        Column("Duration (secs)", aliases=("Duration (sec)", "Duration")),
        Column("TollFree Amount (USD)", aliases=("Toll-free (USD)", "Toll-Free Amount (USD)"),
               optional=True),
        Column("Termination Amount (USD)", aliases=("PSTN (USD)", "Termination (USD)"),
               optional=True),
        Column("Metered Channels Amount (USD)",
               aliases=("Metered Channels (USD)", "Metered (USD)"), optional=True),
    )  # fmt: skip
    settings = (
        *TEXT_FILE,
        *changed(COMMON, timezone="UTC", a_notation="e164", b_notation="e164",
                 bad_numbers="keep"),
        UNANSWERED,
    )  # fmt: skip

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        if not settings["unanswered"]:
            yield Rule("Duration (secs)", ("", "0"), skip=True, reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "direction": Const("in"),
            "started_at": Time("Date/Time Connect (UTC)", "iso", fallback=_START[0]),
            "quantity": Quantity("Duration (secs)"),
            "a_number": Phone("Source", "a"),
            "b_number": Phone("DID", "b"),
            "account": Text("Destination"),
            "cost": Amount(
                (
                    "TollFree Amount (USD)",
                    "Termination Amount (USD)",
                    "Metered Channels Amount (USD)",
                )
            ),
            "currency": Const("USD"),
        }
