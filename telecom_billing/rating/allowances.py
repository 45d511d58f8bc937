# SPDX-License-Identifier: AGPL-3.0-or-later
"""Allowances as a book states them: inclusive units, inclusive money, flat."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .clock import Clock
from .money import MICRO
from .schema import Node
from .selector import FIELDS, Selector
from .units import Units
from .uses import Use, read_uses

COUNTS = ("billed", "exact")
MEASURES = ("units", "money")
SETUPS = ("waived", "charged")
USES = ("first", "last")
#: What negative quantities do: cost the negative of the rate's price, or give back what was drawn.
REFUNDS = ("own", "return")
#: A flat allowance holds this much: more than any record can ask for.
ENDLESS = 1 << 61


@dataclass(frozen=True)
class Rollover:
    """What is left moves on for ``periods`` periods, used before or after the new grant."""

    periods: int
    use: str
    maximum: int | None


@dataclass(frozen=True)
class Allowance:
    """One allowance. ``quantity`` in millionths of the base unit, ``money`` exact."""

    id: Any
    name: str | None
    selector: Selector
    #: The base unit; None: a flat that states none covers whatever is measured.
    unit: str | None
    quantity: int
    money: Fraction | None
    flat: bool
    fair_use: int | None
    priority: int
    count: str
    measure: str
    setup: str
    per_member: bool
    prorate: bool
    rollover: Rollover | None
    #: Only the first so many records of a period; None: all.
    records: int | None = None
    #: The balance is used by begun units of this size (millionths); None: as ``count`` says.
    step: int | None = None
    #: What one unit of each kind of record uses up of it; empty: what it measures, one to one.
    uses: tuple[Use, ...] = ()
    #: Of inclusive money; None: as the tariffs or the book have it.
    currency: str | None = None
    refunds: str = "own"

    @classmethod
    def read(cls, node: Node, clock: Clock, units: Units) -> Allowance:
        node.only(
            "id", "name", *FIELDS, "quantity", "unit", "money", "flat", "fair_use", "priority",
            "count", "measure", "setup", "per_member", "prorate", "rollover", "records", "step",
            "currency", "uses", "refunds",
        )  # fmt: skip
        said = node.has("unit") or node.has("fair_use")
        base, factor = units.base(node.text("unit", "second") or "second")
        kinds = [name for name in ("quantity", "money") if node.has(name)]
        kinds += ["flat"] if node.flag("flat") else []
        if len(kinds) != 1:
            node.fault(
                "quantity",
                "is missing" if not kinds else f"stands beside {' and '.join(kinds[1:])}",
                "Give one of quantity, money and flat.",
                kinds,
            )
        money = node.quantity("money")
        size = node.quantity("quantity", scale=factor) or Fraction(0)
        fair_use = node.quantity("fair_use", scale=factor)
        return cls(
            id=node.id(),
            name=node.text("name"),
            selector=Selector.read(node, clock),
            unit=None if node.flag("flat") and not said else base,
            quantity=int(size * factor * MICRO),
            money=money,
            flat=node.flag("flat"),
            fair_use=None if fair_use is None else int(fair_use * factor * MICRO),
            priority=node.whole("priority", 0, -(10**9), 10**9) or 0,
            count=node.choice("count", COUNTS, "billed") or "billed",
            measure=node.choice("measure", MEASURES, "units") or "units",
            setup=node.choice("setup", SETUPS, "waived") or "waived",
            per_member=node.flag("per_member"),
            prorate=node.flag("prorate"),
            rollover=_rollover(node, factor),
            records=node.whole("records", None, 1, 10**9),
            step=_step(node, factor),
            currency=node.text("currency"),
            uses=read_uses(node, clock, units, factor),
            refunds=_refunds(node),
        )


def _step(node: Node, factor: int) -> int | None:
    """Increments of an allowance's own, for what records used, not for what they are charged."""
    step = node.quantity("step", positive=True, scale=factor)
    if step is None:
        return None
    if node.has("money") or node.data.get("count") != "exact":
        node.fault("step", "needs units counted as used", "Set 'count' to exact, or leave it out.")
    return int(step * factor * MICRO)


def _refunds(node: Node) -> str:
    """What negative quantities do; only plain units can be given back."""
    found = node.choice("refunds", REFUNDS, "own") or "own"
    others = [name for name in ("money", "records", "uses") if node.has(name)]
    if found == "return" and others:
        node.fault(
            "refunds",
            f"stands beside '{others[0]}'",
            "Only units that are counted one to one come back: take one of the two out.",
        )
    return found


def _rollover(node: Node, factor: int) -> Rollover | None:
    if not node.has("rollover"):
        return None
    inner = Node.of(node.data["rollover"], f"{node.where}, rollover", node.problems)
    inner.only("periods", "use", "maximum")
    maximum = inner.quantity("maximum", scale=factor)
    if node.has("money") or node.flag("flat"):
        node.fault("rollover", "needs a quantity", "Only inclusive units roll over.")
    if node.data.get("period") == "once":
        node.fault("rollover", "has no next period", "Choose another period than once.")
    return Rollover(
        inner.whole("periods", 1, 1, 1200) or 1,
        inner.choice("use", USES, "first") or "first",
        None if maximum is None else int(maximum * factor * MICRO),
    )
