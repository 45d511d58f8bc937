# SPDX-License-Identifier: AGPL-3.0-or-later
"""Carriers: whoever we pay for a record, by their price list or by what they state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .parties import key
from .schema import Node


@dataclass(frozen=True)
class Carrier:
    """``stated``: what the carrier's records say they cost counts before the price list."""

    id: Any
    name: str | None
    tariff: str | None
    stated: bool

    @classmethod
    def read(cls, node: Node) -> Carrier:
        node.only("id", "name", "tariff", "stated")
        tariff = node.id("tariff", required=False)
        carrier = cls(
            node.id(),
            node.text("name"),
            None if tariff is None else key(tariff),
            node.flag("stated"),
        )
        if carrier.tariff is None and not carrier.stated:
            node.fault("tariff", "is missing", "Name a price list, or set stated to true.", None)
        return carrier
