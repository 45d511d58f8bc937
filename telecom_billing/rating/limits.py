# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spending limits and minimum turnovers as a book states them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .clock import Clock
from .money import MICRO
from .schema import Node
from .selector import FIELDS, Selector

THEN = ("alert", "free", "refuse")


@dataclass(frozen=True)
class Limit:
    """A spending limit; ``amount`` in millionths, ``thresholds`` as parts of it."""

    id: Any
    name: str | None
    selector: Selector
    amount: int
    thresholds: tuple[Fraction, ...]
    then: str
    currency: str | None = None

    @classmethod
    def read(cls, node: Node, clock: Clock) -> Limit:
        node.only("id", "name", *FIELDS, "amount", "currency", "thresholds", "then")
        thresholds = []
        for value in node.list("thresholds") or ["1"]:
            inner = Node({"threshold": value}, node.where, node.problems)
            thresholds.append(inner.quantity("threshold", positive=True) or Fraction(1))
        return cls(
            node.id(),
            node.text("name"),
            Selector.read(node, clock),
            _amount(node),
            tuple(sorted(set(thresholds))),
            node.choice("then", THEN, "alert") or "alert",
            node.text("currency"),
        )


@dataclass(frozen=True)
class Minimum:
    """A minimum turnover per period; ``amount`` in millionths."""

    id: Any
    name: str | None
    selector: Selector
    amount: int
    prorate: bool
    currency: str | None = None

    @classmethod
    def read(cls, node: Node, clock: Clock) -> Minimum:
        node.only("id", "name", *FIELDS, "amount", "currency", "prorate")
        return cls(
            node.id(),
            node.text("name"),
            Selector.read(node, clock),
            _amount(node),
            node.flag("prorate"),
            node.text("currency"),
        )


def _amount(node: Node) -> int:
    amount = node.quantity("amount", positive=True)
    if amount is None:
        node.fault("amount", "is missing", "Write the amount, for example '50.00'.", None)
        return MICRO
    return int(amount * MICRO)
