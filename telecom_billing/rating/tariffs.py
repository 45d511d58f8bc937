# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tariffs, their versions by date, and the zones their rates speak of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .clock import Clock, instant
from .prefixes import check_prefix
from .rates import INHERITED, Rate, read_rate
from .schema import Node, unique
from .units import Units

#: Open ends of a validity, in microseconds since 1970 (the years 1678 and 2262).
FIRST, LAST = -(1 << 63) // 1000, ((1 << 63) - 1) // 1000
GAPS = ("suspense", "shorter")


@dataclass(frozen=True)
class Zone:
    """A group of prefixes, or of names by which carriers call a destination."""

    id: Any
    name: str | None
    prefixes: tuple[str, ...]
    destinations: tuple[str, ...]

    @classmethod
    def read(cls, node: Node) -> Zone:
        node.only("id", "name", "prefixes", "destinations")
        prefixes = node.list("prefixes")
        for prefix in prefixes:
            fault = check_prefix(prefix)
            if fault:
                node.fault(
                    "prefixes", fault, "Write 1 to 15 digits with country code, without +.", prefix
                )
                prefixes = []
                break
        if len(set(prefixes)) != len(prefixes):
            twice = next(p for p in prefixes if prefixes.count(p) > 1)
            node.fault("prefixes", "holds a prefix twice", "Keep one of them.", twice)
            prefixes = list(dict.fromkeys(prefixes))
        destinations = [str(name) for name in node.list("destinations")]
        return cls(node.id(), node.text("name"), tuple(prefixes), tuple(destinations))


@dataclass
class Version:
    """The rates of a tariff from an instant to another (UTC microseconds, end excluded)."""

    id: Any
    name: str | None
    valid_from: int
    valid_to: int
    gap: str
    rates: list[Rate]
    continues: Any = None
    tariff: int = -1
    first_rate: int = -1


@dataclass
class Tariff:
    """A price list in one currency; ``fallbacks`` are asked, in order, where it has no price."""

    id: Any
    name: str | None
    currency: str
    clock: Clock
    tax_included: bool
    tax_rate: Fraction
    versions: list[Version]
    fallbacks: list[Any] = field(default_factory=list)


def validity(node: Node, clock: Clock) -> tuple[int, int]:
    """``valid_from`` and ``valid_to`` (excluded; a date means its first moment) of a record."""
    start, end = node.instant("valid_from"), node.instant("valid_to")
    low = FIRST if start is None else clock.utc(start)
    high = LAST if end is None else clock.utc(end)
    if high <= low:
        node.fault(
            "valid_to", "does not lie after valid_from", "It is the first moment that is outside."
        )
    return low, high


def read_tariff(node: Node, currency: str, clock: Clock, units: Units) -> Tariff:
    """A tariff with its versions; refuses one without a version and versions that overlap."""
    node.only(
        "id", "name", "currency", "timezone", "tax_included", "tax_rate", "versions", "fallbacks",
        "gap", *INHERITED,
    )  # fmt: skip
    if node.has("timezone"):
        try:
            clock = Clock(node.text("timezone") or "")
        except ValueError as error:
            node.fault("timezone", str(error), "Choose an IANA name.")
    shared = {name: node.data[name] for name in INHERITED if node.has(name)}
    versions = [
        _read_version(child, shared, node, clock, units)
        for child in node.children("versions", "version")
    ]
    if not versions:
        node.fault(
            "versions", "is empty", "Add at least one version with valid_from and rates.", None
        )
    ordered = sorted(versions, key=lambda pair: pair[0].valid_from)
    for (before, _), (after, child) in pairwise(ordered):
        if after.valid_from < before.valid_to:
            child.fault(
                "valid_from",
                f"overlaps version {before.id}",
                f"End version {before.id} (valid_to) where this one begins.",
            )
    known = {str(version.id) for version, _ in versions}
    for version, child in versions:
        continues = version.continues
        if continues is not None and str(continues) not in known - {str(version.id)}:
            child.fault(
                "continues",
                "is no other version of the tariff",
                "Name the version whose rates it carries on.",
                continues,
            )
    return Tariff(
        id=node.id(),
        name=node.text("name"),
        currency=node.text("currency", currency) or currency,
        clock=clock,
        tax_included=node.flag("tax_included"),
        tax_rate=node.amount("tax_rate") or Fraction(0),
        versions=[version for version, _ in ordered],
        fallbacks=_fallbacks(node),
    )


def _read_version(
    node: Node, shared: Mapping[str, Any], tariff: Node, clock: Clock, units: Units
) -> tuple[Version, Node]:
    node.only("id", "name", "valid_from", "valid_to", "gap", "rates", "continues", *INHERITED)
    own = {**shared, **{name: node.data[name] for name in INHERITED if node.has(name)}}
    children = list(node.children("rates", "rate"))
    rates = [read_rate(child, own, units) for child in children]
    for rate, child in zip(rates, children, strict=True):
        says = rate.steps or rate.refuse is not None or rate.relative
        if not (says or rate.setup is not None or rate.extras or rate.flat):
            child.fault("price", "is missing", "Give a price, steps, a setup or a factor.", None)
    unique([(rate.id, child) for rate, child in zip(rates, children, strict=True)])
    low, high = validity(node, clock)
    gap = node.choice("gap", GAPS, None) or tariff.choice("gap", GAPS, "suspense") or "suspense"
    continues = node.id("continues") if node.has("continues") else None
    return Version(node.id(), node.text("name"), low, high, gap, rates, continues), node


def _fallbacks(node: Node) -> list[Any]:
    """Tariffs asked next, the heavier first: ids, or records {"tariff": …, "weight": …}."""
    found: list[tuple[int, Any]] = []
    for position, value in enumerate(node.list("fallbacks")):
        if isinstance(value, Mapping):
            entry = Node.of(value, f"{node.where}, fallback {position + 1}", node.problems)
            entry.only("tariff", "weight")
            found.append((entry.whole("weight", 0, -(10**9), 10**9) or 0, entry.id("tariff")))
        elif isinstance(value, (int, str)):
            found.append((0, value))
        else:
            node.fault("fallbacks", "holds no identifier", "List ids of tariffs.", value)
    return [tariff for _, tariff in sorted(found, key=lambda pair: -pair[0])]


def validity_text(us: int, clock: Clock) -> str:
    """A validity's end as people write it: a date where it is a local midnight, a dash for open."""
    if us in (FIRST, LAST):
        return "–"
    local = instant(us).astimezone(clock.zone)
    midnight = local.time() == dt.time()
    return local.date().isoformat() if midnight else local.isoformat(sep=" ")
