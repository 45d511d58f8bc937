# SPDX-License-Identifier: AGPL-3.0-or-later
"""One rate of a tariff version: what a quantity costs.

Whatever notation the book uses (a price with increments 60/1, or a list of steps), a rate becomes
a list of :class:`Step`: from which to which position within the record, in intervals of which
size, at which exact price an interval. Positions, widths and intervals are millionths of the base
unit; prices are fractions of the currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .measure import WHOLES
from .money import MICRO, ROUNDINGS
from .proration import RULES
from .schema import MAX_UNITS, Node
from .together import Together
from .units import Units

SPLITS = ("start", "increment", "exact", "end")
ROUND_QUANTITY = ("record", "step", "fragment")
ROUND_AT = ("step", "part", "charge", "position", "invoice")
MODES = ("graduated", "volume")
BEYOND = ("free", "last", "refuse")
SETUP_PER = ("record", "part")
ON = ("quantity", "cost")
#: What prices on a record's stated cost count: one of the currency.
AMOUNT = "amount"
#: What a tariff states for its calls does not concern prices on a cost.
OF_QUANTITY = ("unit", "per", "initial", "step", "whole", "ignore_below")
QUANTITY_ROUNDINGS = ("up", "none", "down")
DIRECTIONS = ("out", "in", "transfer", "any")
CONFERENCE_BY = ("leg", "participant", "session", "peak")
REJOIN = ("sum", "merge")

#: A border that no record reaches.
_FAR = MAX_UNITS * MICRO
#: Properties that a tariff or version may state once for all its rates.
INHERITED = (
    "unit", "per", "initial", "step", "setup_on_zero", "rounding", "decimals", "round_at", "split",
    "round_quantity", "mode", "beyond", "maximum_then", "direction", "whole", "ignore_below",
    "setup_per",
)  # fmt: skip
_OWN = (
    "id", "name", "service", "zone", "zones", "band", "weight", "price", "price_initial", "steps",
    "factor", "refuse", "flat", "free", "setup", "minimum", "maximum", "extras", "conference",
    "months", "origin", "origins", "together", "add", "on",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """``start`` ≤ position < ``end`` (None: without end); ``price`` of one ``interval``.

    ``rounding``: "up" = every begun interval counts, "down" = only full ones, "none" = in
    proportion. ``flat``: the price is for the step as a whole, once it is entered. ``setup``: a fee
    beside the price, once where the record enters the step.
    """

    start: int
    end: int | None
    interval: int
    price: Fraction
    rounding: str = "up"
    flat: bool = False
    setup: Fraction = Fraction(0)

    def per_unit(self) -> Fraction:
        """Price of one base unit."""
        return self.price * MICRO / self.interval


@dataclass(frozen=True)
class Rate:
    """A rate ready to price; see ``readme/TARIFF_BOOK.md`` for what each property means."""

    id: Any
    name: str | None
    services: frozenset[str]
    zones: tuple[Any, ...]
    band: Any
    weight: int | None
    unit: str
    steps: tuple[Step, ...]
    mode: str = "graduated"
    beyond: str = "free"
    factor: Fraction | None = None
    #: Beside or instead of a factor: what is added to each base unit's price below.
    add: Fraction | None = None
    refuse: str | None = None
    free: int = 0
    setup: Fraction | None = None
    setup_on_zero: bool = False
    #: Whether each part of a record under another rate pays that rate's setup fee.
    setup_per: str = "record"
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    maximum_then: str = "free"
    extras: tuple[Step, ...] = ()
    rounding: str = "half_up"
    decimals: int = 6
    round_at: str = "charge"
    split: str = "start"
    round_quantity: str = "record"
    conference_by: str = "leg"
    rejoin: str | None = None
    times: int | None = None
    #: Without any leg for so long (millionths of a second) a conference is over; None: never.
    pause: int | None = None
    direction: str = "out"
    flat: bool = False
    whole: str | None = None
    grain: int = MICRO
    ignore_below: int = 0
    #: How a span of days becomes months, whose price the step has; None: no span.
    months: str | None = None
    #: Zones of the caller's number; none: any caller whom no nearer rate names.
    origins: tuple[Any, ...] = ()
    #: Records of a period that are priced as one; None: each by itself.
    together: Together | None = None
    #: Whether its units are those of the record or of the cost that the record states.
    on: str = "quantity"

    @property
    def relative(self) -> bool:
        """Does it change the price found further down the chain, instead of stating one?"""
        return self.factor is not None or self.add is not None

    @property
    def usage_unit(self) -> str:
        """What usage records of this rate count: a peak of participants is found from seconds."""
        return "second" if self.conference_by in ("session", "peak") else self.unit


def read_rate(node: Node, inherited: Mapping[str, Any], units: Units) -> Rate:
    """A rate from its record; ``inherited`` holds what its version and tariff state for all."""
    node.only(*_OWN, *INHERITED)
    on = node.choice("on", ON, "quantity") or "quantity"
    default = "second"
    if on == "cost":
        default = AMOUNT
        inherited = {key: value for key, value in inherited.items() if key not in OF_QUANTITY}
        for name in ("unit", "conference", "together", "months"):
            if node.has(name):
                node.fault(name, "stands beside 'on'", "Take one of the two out.")
    node = Node({**inherited, **node.data}, node.where, node.problems)
    base, factor = units.base(node.text("unit", default) or default)
    conference = Node.of(node.data.get("conference") or {}, node.where, node.problems)
    conference.only("by", "rejoin", "times", "pause")
    by = conference.choice("by", CONFERENCE_BY, "leg") or "leg"
    if by == "session" and base != "second":
        node.fault("unit", "is no time", "A session is priced by its length; use second or minute.")
    for one, many in (("zone", "zones"), ("origin", "origins")):
        if node.has(one) and node.has(many):
            node.fault(many, f"stands beside '{one}'", "Use one of the two.")
    minimum, maximum = node.amount("minimum"), node.amount("maximum")
    if minimum is not None and maximum is not None and minimum > maximum:
        node.fault("minimum", f"is above the maximum {maximum}", "Exchange the two.")
    _one_price(node)
    services = node.data.get("service")
    named = [services] if isinstance(services, str) else node.list("service")
    if services == []:
        node.fault("service", "is an empty list", "Name at least one, or leave it out for all.")
    if not all(isinstance(name, str) for name in named):
        node.fault("service", "is no name", "Write a service such as voice, or leave it out.")
        named = []
    return Rate(
        id=node.id(),
        name=node.text("name"),
        services=frozenset(named),
        zones=tuple(node.ids("zones") or node.ids("zone")),
        origins=tuple(node.ids("origins") or node.ids("origin")),
        band=node.id("band", required=False),
        weight=node.whole("weight", None, -(10**9), 10**9),
        unit=base,
        steps=_steps(node, units, base, factor),
        mode=node.choice("mode", MODES, "graduated") or "graduated",
        beyond=node.choice("beyond", BEYOND, "free") or "free",
        factor=node.amount("factor"),
        add=_added(node, units, base, factor),
        refuse=node.text("refuse"),
        free=int((node.quantity("free", scale=factor) or 0) * factor * MICRO),
        setup=node.amount("setup"),
        setup_on_zero=node.flag("setup_on_zero"),
        setup_per=node.choice("setup_per", SETUP_PER, "record") or "record",
        minimum=minimum,
        maximum=maximum,
        maximum_then=node.choice("maximum_then", ("free", "disconnect"), "free") or "free",
        extras=_extras(node, factor),
        rounding=node.choice("rounding", ROUNDINGS, "half_up") or "half_up",
        decimals=node.whole("decimals", 6, 0, 12) or 0,
        round_at=node.choice("round_at", ROUND_AT, "charge") or "charge",
        split=node.choice("split", SPLITS, "start") or "start",
        round_quantity=node.choice("round_quantity", ROUND_QUANTITY, "record") or "record",
        conference_by=by,
        rejoin=conference.choice("rejoin", REJOIN, None),
        times=_seconds(conference, "times", units),
        pause=_seconds(conference, "pause", units),
        direction=node.choice("direction", DIRECTIONS, "out") or "out",
        flat=node.flag("flat"),
        whole=_whole(node, by, conference),
        grain=factor * MICRO,
        months=_months(node, base),
        together=Together.read(node),
        on=on,
        ignore_below=int((node.quantity("ignore_below", scale=factor) or 0) * factor * MICRO),
    )


def _one_price(node: Node) -> None:
    """Report a rate that says in several ways what it costs: one of them would be lost."""
    ways = {
        "price": node.has("price") and str(node.data["price"]).strip("0.") != "",
        "steps": node.has("steps"),
        "factor": node.has("factor") or node.has("add"),
        "flat": node.data.get("flat") is True,
        "refuse": node.has("refuse"),
    }
    said = [name for name, given in ways.items() if given]
    for name in said[1:]:
        node.fault(name, f"stands beside '{said[0]}'", "Use one of the two.")


def _added(node: Node, units: Units, base: str, factor: int) -> Fraction | None:
    """What a rate adds to the price of a base unit below it."""
    more = node.amount("add")
    return None if more is None else more / _per(node, units, base, factor, Fraction(factor))


def _whole(node: Node, by: str, conference: Node) -> str | None:
    """How the quantity becomes whole units; records that are priced together have another one."""
    for name in ("whole", "ignore_below"):
        if node.has(name) and (by != "leg" or conference.has("rejoin")):
            node.fault(
                name,
                "stands beside a price of several records together",
                "Take one of the two out; records of a conference are measured together.",
            )
    return node.choice("whole", WHOLES, None)


def _months(node: Node, base: str) -> str | None:
    """The rule by which a record's days are months of a recurring price."""
    rule = node.choice("months", RULES, None)
    if rule is None:
        return None
    if base != "second" or not node.has("price"):
        node.fault("months", "needs a price and days", "Set 'unit' to day, and give a 'price'.")
    return rule


def _seconds(conference: Node, field: str, units: Units) -> int | None:
    """Millionths of a second of a length of time, from a unit's name or a number of seconds."""
    value = conference.data.get(field)
    if value is None:
        return None
    if named(value):
        base, factor = units.base(value)
        if base == "second":
            return factor * MICRO
        conference.fault(field, "is no time", "Name a unit such as minute, or seconds.")
        return None
    found = conference.quantity(field, positive=True)
    return None if found is None else int(found * MICRO)


def _per(node: Node, units: Units, base: str, factor: int, default: Fraction) -> Fraction:
    """The quantity (in base units) that a price is for: a number of units, or a unit's name."""
    value = node.data.get("per")
    if value is None:
        return default
    if named(value):
        return (_sized(node, "per", units, base, factor) or default / factor) * factor
    return (node.quantity("per", positive=True) or default / factor) * factor


def named(value: Any) -> bool:
    """Is a quantity given by the name of a unit (of which it is one)?"""
    return isinstance(value, str) and value[:1].isalpha()


def _sized(
    node: Node, field: str, units: Units, base: str, factor: int, default: Fraction | None = None
) -> Fraction | None:
    """A quantity of the rate's units above zero: their number, or the name of a unit."""
    value = node.data.get(field)
    if not named(value):
        return node.quantity(field, default, positive=True, scale=factor)
    own, size = units.base(str(value))
    if own != base:
        node.fault(field, f"does not measure {base}", "Use a unit of the same kind.")
        return default
    return Fraction(size, factor)


def _steps(node: Node, units: Units, base: str, factor: int) -> tuple[Step, ...]:
    if node.has("months"):
        # The price of a month; increments and "per" of the tariff are for other rates.
        return (Step(0, None, MICRO, node.amount("price") or Fraction(0), "none"),)
    if node.has("steps"):
        return _listed(node, units, base, factor)
    if not node.has("price"):
        return ()
    price = node.amount("price") or Fraction(0)
    per = _per(node, units, base, factor, Fraction(factor))
    initial = _sized(node, "initial", units, base, factor)
    step = _sized(node, "step", units, base, factor, initial)
    if step is None:
        # In proportion, but told by what the price is for: a gigabyte, not a byte.
        return (Step(0, None, int(per * MICRO), price, "none"),)
    size = int(step * factor * MICRO)
    rest = price * step * factor / per
    if initial is None or (initial == step and not node.has("price_initial")):
        return (Step(0, None, size, rest),)
    first = int(initial * factor * MICRO)
    opening = (node.amount("price_initial", price) or Fraction(0)) * initial * factor / per
    return (Step(0, first, first, opening), Step(first, None, size, rest))


def _listed(node: Node, units: Units, base: str, factor: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    for part in node.children("steps", "step"):
        part.only("from", "to", "interval", "price", "per", "rounding", "flat", "setup")
        start = part.quantity(
            "from",
            Fraction(steps[-1].end or 0, MICRO * factor) if steps else Fraction(0),
            scale=0,
        )
        end = part.quantity("to", scale=0)
        interval = _sized(part, "interval", units, base, factor) or Fraction(1)
        price = part.amount("price")
        if price is None:
            part.fault("price", "is missing", "Write it as text, for example '0.19'.", None)
            price = Fraction(0)
        per = _per(part, units, base, factor, interval * factor)
        flat = part.flag("flat")
        low = min(int((start or 0) * factor * MICRO), _FAR)
        high = None if end is None else min(int(end * factor * MICRO), _FAR)
        if high is not None and high <= low:
            part.fault("to", "does not lie above 'from'", "Correct the bounds.")
            continue
        expected = steps[-1].end if steps else 0
        if low != expected:
            shown = "the end of the step before" if steps else "zero"
            part.fault("from", f"is not {shown}", "Lay the steps end to end, the first from 0.")
            continue
        steps.append(
            Step(
                low,
                high,
                int(interval * factor * MICRO),
                price if flat else price * interval * factor / per,
                part.choice("rounding", QUANTITY_ROUNDINGS, "up") or "up",
                flat,
                part.amount("setup") or Fraction(0),
            )
        )
    if steps and steps[-1].end is not None and not node.has("beyond"):
        node.fault(
            "steps",
            "end without saying what usage beyond them costs",
            "Leave 'to' of the last step out, or set 'beyond' to free, last or refuse.",
            None,
        )
    return tuple(steps)


def _extras(node: Node, factor: int) -> tuple[Step, ...]:
    extras = []
    for part in node.children("extras", "extra"):
        part.only("above", "each", "price")
        above = part.quantity("above", scale=0) or Fraction(0)
        each = part.quantity("each", positive=True, scale=0) or Fraction(1)
        extras.append(
            Step(
                min(int(above * factor * MICRO), _FAR),
                None,
                min(int(each * factor * MICRO), _FAR),
                part.amount("price", Fraction(0)) or Fraction(0),
            )
        )
    return tuple(extras)
