# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who uses: customers, contracts, lines, the options they booked and the pools they share.

A book needs to name only those who have something of their own (an individual price list, an
option, a first or last day inside the period); for everyone else the usage frame's columns say
enough.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .schema import Node
from .tariffs import FIRST, LAST, validity


def key(identifier: Any) -> str:
    """Identifiers are compared as text, so a CSV file may name record 7 of a JSON book."""
    return str(identifier)


@dataclass(frozen=True)
class Term:
    """Something that holds from an instant to another: a price list, a tariff, an option."""

    id: str
    valid_from: int = FIRST
    valid_to: int = LAST
    weight: int = 0
    quantity: int = 1


@dataclass
class Party:
    """A contract or a line with what it has of its own."""

    id: Any
    contract: str | None
    customer: str | None
    tariff: str | None
    valid_from: int
    valid_to: int
    price_lists: list[Term]
    options: list[Term]


@dataclass(frozen=True)
class Option:
    """What can be booked beside a tariff: a price list above it, allowances naming it."""

    id: Any
    name: str | None
    price_list: str | None
    weight: int


@dataclass
class Pool:
    """Lines, contracts, customers and further pools that share balances."""

    id: Any
    name: str | None
    lines: list[str]
    contracts: list[str]
    customers: list[str]
    pools: list[str]
    node: Node = field(repr=False)


def read_party(node: Node, clock: Clock) -> Party:
    """A contract ("contracts") or a line ("lines") of the book."""
    node.only(
        "id", "name", "contract", "customer", "tariff", "valid_from", "valid_to", "price_lists",
        "options",
    )  # fmt: skip
    low, high = validity(node, clock)
    return Party(
        node.id(),
        _key(node, "contract"),
        _key(node, "customer"),
        _key(node, "tariff"),
        low,
        high,
        _terms(node, "price_lists", "tariff", clock),
        _terms(node, "options", "option", clock),
    )


def read_option(node: Node) -> Option:
    node.only("id", "name", "price_list", "weight")
    return Option(
        node.id(),
        node.text("name"),
        _key(node, "price_list"),
        node.whole("weight", 0, -(10**9), 10**9) or 0,
    )


def read_pool(node: Node) -> Pool:
    node.only("id", "name", "lines", "contracts", "customers", "pools")
    members = [
        [key(member) for member in node.ids(kind, empty=True)]
        for kind in ("lines", "contracts", "customers", "pools")
    ]
    return Pool(node.id(), node.text("name"), *members, node=node)


def read_kinds(node: Node) -> dict[str, dict[str, frozenset[str]]]:
    """Kinds of customers ("kinds"): which customers, contracts and lines are of each."""
    found = {}
    for name, value in node.mapping("kinds").items():
        members = Node.of(value, f"kind {name!r}", node.problems)
        members.only("customers", "contracts", "lines")
        found[str(name)] = {
            field: frozenset(map(key, members.ids(field, empty=True)))
            for field in ("customers", "contracts", "lines")
        }
    return found


def check_pools(pools: dict[str, Pool]) -> None:
    """Report pools that contain unknown pools or, over any number of steps, themselves."""
    done: set[str] = set()
    for first in pools:
        # The way from the first pool to where we are, each with the members still to be seen.
        way = [] if first in done else [(first, iter(pools[first].pools))]
        while way:
            name, members = way[-1]
            member = next(members, None)
            if member is None:
                way.pop()
                done.add(name)
            elif member not in pools:
                pools[name].node.fault(
                    "pools", "names an unknown pool", "Add it to 'pools'.", member
                )
            elif member in (names := [one for one, _ in way]):
                loop = [*names[names.index(member) :], member]
                pools[member].node.fault(
                    "pools",
                    f"form a cycle: {' → '.join(loop)}",
                    "Take one of them out of the other.",
                )
            elif member not in done:
                way.append((member, iter(pools[member].pools)))


def _key(node: Node, name: str) -> str | None:
    value = node.id(name, required=False)
    return None if value is None else key(value)


def _terms(node: Node, field_: str, what: str, clock: Clock) -> list[Term]:
    """Ids, or records with a validity, in order of weight."""
    terms = []
    for position, value in enumerate(node.list(field_), 1):
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            terms.append(Term(key(value)))
            continue
        entry = Node.of(value, f"{node.where}, {field_} {position}", node.problems)
        entry.only(what, "valid_from", "valid_to", "weight", "quantity")
        low, high = validity(entry, clock)
        terms.append(
            Term(
                key(entry.id(what)),
                low,
                high,
                entry.whole("weight", 0, -(10**9), 10**9) or 0,
                entry.whole("quantity", 1, 1, 10**6) or 1,
            )
        )
    return sorted(terms, key=lambda term: -term.weight)
