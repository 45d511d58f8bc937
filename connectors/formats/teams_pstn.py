# SPDX-License-Identifier: AGPL-3.0-or-later
"""Microsoft Teams: PSTN usage report as CSV (PSTN.calls.<date>.csv in Calls.Export.<id>.zip).

UTC, fractions of seven digits.  The Call ID is not unique, the UsageId is.  Numbers are E.164,
the last digits of foreign ones may be hidden.  Whether the charge contains the connection fee is
not documented, so it is a setting.
Source: https://learn.microsoft.com/microsoftteams/teams-analytics-and-reports/pstn-usage-report
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Currency, Phone, Text
from connectors.formats.measures import Amount, Quantity, Time
from connectors.formats.standard import COMMON, TEXT_FILE, changed
from connectors.readers.batch import Batch
from connectors.settings import Setting


def by_call_type(batch: Batch, name: str) -> Batch:
    """Direction and service from types such as user_out, conf_in, user_out_transfer."""
    kind = pc.utf8_lower(batch.columns[name])
    direction = pc.if_else(pc.match_substring_regex(kind, "(^|_)in(_|$)"), "in", "out")
    transfer = pc.match_substring(kind, "transfer")
    batch.columns["_direction"] = pc.if_else(transfer, "transfer", direction)
    batch.columns["_service"] = pc.if_else(pc.starts_with(kind, "conf"), "conference", "voice")
    return batch


CONNECTION_FEE = Setting(
    "connection_fee", "Connection fee", "choice", "inside",
    (("inside", "Is in the charge"), ("added", "Comes on top of it")),
    help="Compare with an invoice: Microsoft does not say it.",
)  # fmt: skip


class TeamsPstn(DelimitedFormat):
    """One row a call."""

    name = "teams_pstn"
    label = "Microsoft Teams PSTN (CSV)"
    help = "The PSTN usage report of the Teams admin center."
    header = True
    columns = (
        Column("UsageId"),
        Column("Conference ID"),
        Column("UPN"),
        Column("Caller ID"),
        Column("Call Type"),
        Column("Destination Dialed"),
        Column("Destination Number"),
        Column("Start Time"),
        Column("Duration Seconds"),
        Column("Connection Fee", optional=True),
        Column("Charge"),
        Column("Currency"),
    )
    settings = (
        *TEXT_FILE,
        *changed(COMMON, timezone="UTC", a_notation="e164", b_notation="e164", extension_max=0),
        CONNECTION_FEE,
    )

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        return by_call_type(batch, "Call Type")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("UsageId", required=True),
            "service": Text("_service"),
            "direction": Text("_direction"),
            "started_at": Time("Start Time", "iso"),
            "quantity": Quantity("Duration Seconds"),
            "a_number": Phone("Caller ID", "a"),
            "b_number": Phone("Destination Number", "b"),
            "account": Text("UPN"),
            "destination": Text("Destination Dialed"),
            "cost": Amount(
                ("Charge", "Connection Fee") if settings["connection_fee"] == "added" else "Charge"
            ),
            "currency": Currency("Currency", default="EUR"),
            "conference": Text("Conference ID"),
        }
