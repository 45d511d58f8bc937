# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers: prices that depend on how much a holder used in the period, in units or in money.

``graduated``: each unit costs what its place in the period's sum says; ``volume``: all cost what
the whole sum reaches. Most records fall into one tier and simply get a rate derived from their own;
one that straddles a border is cut (:mod:`~.tiering`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .clock import Clock
from .money import MICRO
from .rates import Rate, reprice
from .schema import Node
from .selector import FIELDS, Selector
from .steps import Piece
from .units import Units

ON = ("quantity", "money")
MODES = ("graduated", "volume")


@dataclass(frozen=True)
class TierStep:
    """From ``start`` (millionths) on: a price of one base unit, or a factor on the rate's own."""

    start: int
    unit_price: Fraction | None
    factor: Fraction | None

    def derive(self, rate: Rate) -> Rate:
        """``rate`` at this tier's price."""
        return reprice(rate, self.unit_price, self.factor)

    def reprice(self, piece: Piece) -> Fraction:
        """The price of a piece of a record at this tier."""
        if self.unit_price is None:
            own = 1 if self.factor is None else self.factor
            return (piece.price - piece.fee) * own + piece.fee
        return self.unit_price * Fraction(piece.billed, MICRO) + piece.fee


@dataclass(frozen=True)
class Tiers:
    """A set of tiers. ``end``: where the last one ends (None: never); what lies beyond is free."""

    id: Any
    name: str | None
    selector: Selector
    on: str
    mode: str
    unit: str
    steps: tuple[TierStep, ...]

    @classmethod
    def read(cls, node: Node, clock: Clock, units: Units) -> Tiers:
        node.only("id", "name", *FIELDS, "on", "mode", "unit", "steps")
        on = node.choice("on", ON, "quantity") or "quantity"
        base, factor = units.base(node.text("unit", "second") or "second")
        scale = factor * MICRO if on == "quantity" else MICRO
        steps = []
        border: Fraction | None = Fraction(0)
        for child in node.children("steps", "step"):
            child.only("from", "to", "price", "per", "factor")
            start = child.quantity("from", Fraction(0)) or Fraction(0)
            if start != border:
                child.fault("from", "is not the end of the step before", "Lay them end to end.")
            end = child.quantity("to")
            if end is not None and end <= start:
                child.fault("to", "does not lie above 'from'", "Correct the bounds.")
            border = end
            if child.has("price") == child.has("factor"):
                child.fault("price", "or a factor is needed", "Give one of the two.", None)
            price, per = child.amount("price"), _per(child, units, base, factor)
            steps.append(
                TierStep(
                    int(start * scale),
                    None if price is None else price / per,
                    child.amount("factor"),
                )
            )
        if not steps:
            node.fault("steps", "are missing", "Add at least one.", None)
        elif border is not None:
            node.fault("steps", "end", "Leave 'to' of the last step out.", border)
        return cls(
            node.id(),
            node.text("name"),
            Selector.read(node, clock),
            on,
            node.choice("mode", MODES, "graduated") or "graduated",
            base,
            tuple(steps),
        )


def _per(node: Node, units: Units, base: str, factor: int) -> Fraction:
    value = node.data.get("per")
    if isinstance(value, str) and not value[:1].isdigit():
        per_base, per_factor = units.base(value)
        if per_base != base:
            node.fault("per", f"does not measure {base}", "Use a unit of the same kind.")
        return Fraction(per_factor)
    return (node.quantity("per", Fraction(1), positive=True) or Fraction(1)) * factor
