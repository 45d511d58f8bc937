# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can only be checked once a whole book is read: references, cycles, mixed currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .guards import overlapping
from .parties import Party, key
from .schema import Node
from .selector import check_selector

if TYPE_CHECKING:
    from .book import TariffBook


def check_references(book: TariffBook, node: Node) -> None:
    """Report every reference that leads nowhere, into a circle or into another currency."""
    if book.default_tariff is not None and book.default_tariff not in book.tariffs:
        node.fault("default_tariff", "is unknown", "Add it to 'tariffs' or leave it out.")
    _check_rates(book, node)
    _check_fallbacks(book, node)
    for kind, parties in (("contract", book.contracts), ("line", book.lines)):
        for name, party in parties.items():
            _check_party(book, Node({}, f"{kind} {name}", node.problems), party)
    _check_selectors(book, node)
    overlapping(book.guard_list, node.problems)
    for name, carrier in book.carriers.items():
        if carrier.tariff is not None and carrier.tariff not in book.tariffs:
            Node({}, f"carrier {name}", node.problems).fault(
                "tariff", "is unknown", "Add it to 'tariffs'.", carrier.tariff
            )
    for name, option in book.options.items():
        if option.price_list is not None and option.price_list not in book.tariffs:
            Node({}, f"option {name}", node.problems).fault(
                "price_list", "is unknown", "Add it to 'tariffs'.", option.price_list
            )


def _check_selectors(book: TariffBook, node: Node) -> None:
    kinds = {
        "allowance": book.allowance_list,
        "tier set": book.tier_list,
        "limit": book.limit_list,
        "minimum": book.minimum_list,
    }
    for kind, records in kinds.items():
        for record in records:
            here = Node({}, f"{kind} {record.id}", node.problems)
            check_selector(record.selector, book, here)
            for use in getattr(record, "uses", ()):
                check_selector(use.selector, book, here)
            money = kind in ("limit", "minimum") or getattr(record, "money", None) is not None
            named = [name for name in record.selector.who["tariffs"] if name in book.tariffs]
            currencies = sorted({book.tariffs[name].currency for name in named})
            if money and len(currencies) > 1:
                here.fault(
                    "tariffs",
                    f"mix currencies {' and '.join(currencies)} under one amount",
                    "Make one for each currency.",
                    named,
                )


def _check_rates(book: TariffBook, node: Node) -> None:
    for tariff in book.tariffs.values():
        for version in tariff.versions:
            for rate in version.rates:
                where = f"tariff {tariff.id}, version {version.id}, rate {rate.id}"
                here = Node({}, where, node.problems)
                for zone in rate.zones:
                    if key(zone) not in book.zones:
                        here.fault("zone", "is unknown", "Add it to 'zones'.", zone)
                for origin in rate.origins:
                    if key(origin) not in book.zones:
                        here.fault("origin", "is unknown", "Add it to 'zones'.", origin)
                    elif not book.zones[key(origin)].prefixes:
                        here.fault(
                            "origin",
                            "is a zone without prefixes",
                            "Name a zone of numbers: callers are known by theirs.",
                            origin,
                        )
                if rate.band is not None and key(rate.band) not in book.bands:
                    here.fault("band", "is unknown", "Add it to 'bands'.", rate.band)


def _check_fallbacks(book: TariffBook, node: Node) -> None:
    for name, tariff in book.tariffs.items():
        here = Node({}, f"tariff {tariff.id}", node.problems)
        seen, queue = {name}, [key(other) for other in tariff.fallbacks]
        while queue:
            other = queue.pop(0)
            if other not in book.tariffs:
                here.fault("fallbacks", "names an unknown tariff", "Add it to 'tariffs'.", other)
                break
            if other == name:
                here.fault(
                    "fallbacks",
                    "lead back to the tariff itself",
                    "Take it out of the chain.",
                    other,
                )
                break
            if book.tariffs[other].currency != tariff.currency:
                here.fault(
                    "fallbacks",
                    f"mixes {tariff.currency} with {book.tariffs[other].currency}",
                    "Use price lists of one currency.",
                    other,
                )
                break
            if other not in seen:
                seen.add(other)
                queue += [key(more) for more in book.tariffs[other].fallbacks]


def _check_party(book: TariffBook, here: Node, party: Party) -> None:
    currencies = {}
    named = [term.id for term in party.price_lists]
    if party.tariff is not None:
        named.append(party.tariff)
    for name in named:
        if name not in book.tariffs:
            here.fault("tariff", "is unknown", "Add it to 'tariffs'.", name)
        else:
            currencies[book.tariffs[name].currency] = name
    if len(currencies) > 1:
        here.fault(
            "price_lists",
            f"mix currencies {' and '.join(sorted(currencies))}",
            "Give a contract price lists of one currency.",
            named,
        )
    for term in party.options:
        if term.id not in book.options:
            here.fault("options", "names an unknown option", "Add it to 'options'.", term.id)
