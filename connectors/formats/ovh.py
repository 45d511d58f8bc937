# SPDX-License-Identifier: AGPL-3.0-or-later
"""OVHcloud telephony: voiceConsumption and previousVoiceConsumption as JSON.

One object a call, as the API gives it for each id, one a line; `billingAccount` and `serviceName`
are added when they are fetched (connectors.carriers.ovh).
Source: https://eu.api.ovh.com/console, /telephony.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.formats.base import Field
from connectors.formats.fields import Currency, Map, Phone, Text
from connectors.formats.measures import Amount, Quantity, Time
from connectors.formats.records import JsonFormat
from connectors.formats.standard import COMMON, MONEY, changed
from connectors.settings import Setting


class Ovh(JsonFormat):
    """One object a call."""

    name = "ovh"
    label = "OVHcloud telephony"
    help = "Calls of OVH's telephony API."
    paths = (
        "consumptionId", "calling", "called", "dialed", "creationDatetime", "designation",
        "duration", "wayType", "planType", "priceWithoutTax.value",
        "priceWithoutTax.currencyCode", "serviceName", "billingAccount",
    )  # fmt: skip
    settings = (
        *changed(COMMON, timezone="Europe/Paris", a_notation="international",
                 b_notation="international, short", country="33"),
        *MONEY,
        Setting(
            "b_from", "Called number", "choice", "called",
            (("called", "The one that was reached"), ("dialed", "What was dialled")),
        ),
    )  # fmt: skip

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        ways = {"outgoing": "out", "incoming": "in", "transfer": "transfer"}
        return {
            "record_id": Text("consumptionId", required=True),
            "direction": Map("wayType", ways),
            "started_at": Time("creationDatetime", "iso"),
            "quantity": Quantity("duration"),
            "a_number": Phone("calling", "a"),
            "b_number": Phone(settings["b_from"], "b"),
            "account": Text(("serviceName", "billingAccount")),
            "destination": Text("designation"),
            "cost": Amount("priceWithoutTax.value"),
            "currency": Currency("priceWithoutTax.currencyCode", default=settings["currency"]),
        }
