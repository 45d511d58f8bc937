# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to whom, where the book says it: a line to its contract, both to a customer.

What a usage frame states counts; what it leaves out is filled in from the book, so that a frame
with nothing but lines finds the price lists and balances of their contracts and customers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .parties import Party
from .selector import Selector

if TYPE_CHECKING:
    from .book import TariffBook
    from .usage import Usage


def complete(book: TariffBook, usage: Usage) -> Usage:
    """``usage`` with contracts and customers that only the book knows, in place."""
    if not (book.lines or book.contracts):
        return usage
    of_line = {name: one.contract for name, one in book.lines.items()}
    usage.fill("contract", "line", of_line)
    usage.fill("customer", "line", {name: one.customer for name, one in book.lines.items()})
    usage.fill("customer", "contract", {n: one.customer for n, one in book.contracts.items()})
    return usage


def whole(book: TariffBook, line: Party) -> Party:
    """A line with what it has from its contract."""
    contract = book.contracts.get(line.contract or "")
    if contract is None:
        return line
    return replace(
        line,
        customer=line.customer or contract.customer,
        tariff=line.tariff or contract.tariff,
        options=[*line.options, *contract.options],
    )


def entitled(selector: Selector, name: str | None, party: Party) -> bool:
    """Does a line (or, without ``name``, a contract) have this, by what the book says of it?"""
    who = selector.who
    tests = {
        "lines": name in who["lines"],
        "contracts": party.contract in who["contracts"],
        "customers": party.customer in who["customers"],
        "tariffs": party.tariff in who["tariffs"],
        "options": any(term.id in who["options"] for term in party.options),
    }
    return all(good for kind, good in tests.items() if who[kind])


def named_holders(book: TariffBook, selector: Selector) -> list[str]:
    """Holders of a balance or minimum that the book names, with or without usage."""
    holders: dict[str, None] = {}
    for name, own in book.lines.items():
        line = whole(book, own)
        if entitled(selector, name, line):
            holder = name if selector.share == "line" else getattr(line, selector.share, None)
            if holder is not None:
                holders[holder] = None
    if selector.share in ("contract", "customer"):
        for name, own in book.contracts.items():
            contract = replace(own, contract=name)
            holder = getattr(contract, selector.share)
            if holder is not None and entitled(selector, None, contract):
                holders[holder] = None
    return list(holders)
