# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers: prices that depend on how much a holder used in the period, in units or in money.

``graduated``: each unit costs what its place in the period's sum says; ``volume``: all cost what
the whole sum reaches. Most records fall into one tier and simply get a rate derived from their own;
one that straddles a border is cut (:mod:`~.tiering`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from .clock import Clock
from .derived import reprice
from .money import MICRO
from .rates import QUANTITY_ROUNDINGS, Rate, Step, named
from .schema import MAX_UNITS, Node
from .selector import FIELDS, Selector
from .steps import Piece, count
from .units import Units

ON = ("quantity", "money")
MODES = ("graduated", "volume")
#: What negative quantities cost: the rate's own price, or that of the tiers they take back.
REFUNDS = ("own", "tier")


class Cut(NamedTuple):
    """``units`` (billed, millionths) of a record in one tier, ``place`` of it used before them."""

    units: int
    tiers: int
    step: int
    place: int


@dataclass(frozen=True)
class TierStep:
    """From ``start`` (millionths) on: a price of one base unit, or a factor on the rate's own.

    ``interval`` (millionths of the base unit, None: each unit by itself): begun packages of the
    holder's sum in the tier are charged in full, by the record that begins them; ``setup``: a fee
    of the record that enters the tier.
    """

    start: int
    unit_price: Fraction | None
    factor: Fraction | None
    interval: int | None = None
    rounding: str = "up"
    setup: Fraction = Fraction(0)

    @property
    def staged(self) -> bool:
        """Does it matter where in the tier a unit lies?"""
        return self.interval is not None or self.setup != 0

    def derive(self, rate: Rate) -> Rate:
        """``rate`` at this tier's price."""
        return reprice(rate, self.unit_price, self.factor)

    def reprice(self, piece: Piece, place: int) -> Piece:
        """A piece of a record at this tier, of which ``place`` units were used before it."""
        entry = self.setup if place == 0 else Fraction(0)
        more = piece.fee + entry
        if self.interval is not None and self.unit_price is not None:
            package = Step(0, None, self.interval, self.unit_price * self.interval / MICRO,
                           self.rounding)  # fmt: skip
            price = count(package, place + piece.billed)[1] - count(package, place)[1]
            return replace(piece, step=package, price=price + more, place=place, entry=entry)
        if self.unit_price is None:
            own = Fraction(1) if self.factor is None else self.factor
            step = replace(piece.step, price=piece.step.price * own)
            price = (piece.price - piece.fee) * own
        else:
            price = self.unit_price * Fraction(piece.billed, MICRO)
            step = replace(
                piece.step, price=self.unit_price * piece.step.interval / MICRO, flat=False
            )
        return replace(piece, step=step, price=price + more, entry=entry)


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
    refunds: str = "own"

    def listed(self, charged: int) -> int:
        """The money (millionths) before these tiers that became ``charged``.

        Tiers count what rates would have charged; what is on an invoice is known after them. A
        step with a price instead of a factor cannot be turned back: its money counts as it is.
        """
        factors = [step.factor for step in self.steps]
        if any(not factor for factor in factors):
            return charged
        starts = [step.start for step in self.steps]
        ends = [*starts[1:], None]
        if self.mode == "volume":
            for factor, end in zip(factors, ends, strict=True):
                before = int(Fraction(charged) / (factor or 1))
                if end is None or before <= end:
                    return before
        before, left = Fraction(0), Fraction(charged)
        for start, end, factor in zip(starts, ends, factors, strict=True):
            width = left / (factor or 1)
            if end is None or width <= end - start:
                return int(before + width)
            before, left = before + end - start, left - (end - start) * (factor or 1)
        return int(before)

    @classmethod
    def read(cls, node: Node, clock: Clock, units: Units) -> Tiers:
        node.only("id", "name", *FIELDS, "on", "mode", "unit", "steps", "refunds")
        on = node.choice("on", ON, "quantity") or "quantity"
        base, factor = units.base(node.text("unit", "second") or "second")
        scale = factor * MICRO if on == "quantity" else MICRO
        steps = []
        border: Fraction | None = Fraction(0)
        for child in node.children("steps", "step"):
            child.only("from", "to", "price", "per", "factor", "interval", "rounding", "setup")
            start = child.quantity("from", scale=0) or Fraction(0)
            if start != border:
                child.fault("from", "is not the end of the step before", "Lay them end to end.")
            end = child.quantity("to", scale=0)
            if end is not None and end <= start:
                child.fault("to", "does not lie above 'from'", "Correct the bounds.")
            border = end
            if child.has("price") == child.has("factor"):
                child.fault("price", "or a factor is needed", "Give one of the two.", None)
            interval = child.quantity("interval", positive=True, scale=factor)
            if interval is not None and (child.has("factor") or on == "money"):
                child.fault("interval", "needs a price and units", "Count units, and give a price.")
            price, per = child.amount("price"), _per(child, units, base, factor, interval)
            steps.append(
                TierStep(
                    min(int(start * scale), MAX_UNITS * MICRO),
                    None if price is None else price / per,
                    child.amount("factor"),
                    None if interval is None else int(interval * scale),
                    child.choice("rounding", QUANTITY_ROUNDINGS, "up") or "up",
                    child.amount("setup") or Fraction(0),
                )
            )
        if not steps:
            node.fault("steps", "are missing", "Add at least one.", None)
        elif border is not None:
            node.fault("steps", "end", "Leave 'to' of the last step out.", border)
        refunds = node.choice("refunds", REFUNDS, "own") or "own"
        if refunds == "tier" and any(step.setup for step in steps):
            node.fault(
                "refunds",
                "stands beside a fee of a step",
                "Fees are not given back: take 'setup' out, or leave 'refunds' out.",
            )
        return cls(
            node.id(),
            node.text("name"),
            Selector.read(node, clock),
            on,
            node.choice("mode", MODES, "graduated") or "graduated",
            base,
            tuple(steps),
            refunds,
        )


def _per(node: Node, units: Units, base: str, factor: int, interval: Fraction | None) -> Fraction:
    """The base units that a price is for; a package where there is one and nothing is said."""
    value = node.data.get("per")
    if named(value):
        per_base, per_factor = units.base(str(value))
        if per_base != base:
            node.fault("per", f"does not measure {base}", "Use a unit of the same kind.")
        return Fraction(per_factor)
    default = interval or Fraction(1)
    return (node.quantity("per", default, positive=True) or default) * factor
