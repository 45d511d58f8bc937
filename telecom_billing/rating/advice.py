# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is allowed in a tariff book, but seldom meant: special numbers priced like any other.

Premium rate and directory enquiries cost what their providers ask. A price list that knows only
"Germany" would sell them at the price of a call to the neighbour.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from .book import TariffBook
from .schema import Problem

#: Classes of German numbers, where a book states no guards of its own.
_GERMANY = Path(__file__).parent.parent / "data" / "numbering" / "germany.json"


class Unpriced(NamedTuple):
    """Numbers of a class (``prefix``, ``name``) that cost what ``zone`` (``by``) costs."""

    prefix: str
    name: str
    by: str
    zone: str


def unpriced(priced: Mapping[str, str], special: Mapping[str, str]) -> list[Unpriced]:
    """Special numbers (prefix → class) that only a shorter prefix (→ zone) prices.

    >>> unpriced({"49": "Germany", "491805": "0180-5"}, {"49900": "0900", "49180": "0180"})
    [Unpriced(prefix='49900', name='0900', by='49', zone='Germany')]
    """
    found = []
    for prefix, name in special.items():
        if any(one.startswith(prefix) for one in priced):
            continue
        by = max((one for one in priced if prefix.startswith(one)), key=len, default=None)
        if by is not None:
            found.append(Unpriced(prefix, name, by, priced[by]))
    return found


def special(
    guards: Iterable[tuple[str, Iterable[str], bool, Iterable[str], Iterable[str]]],
) -> dict:
    """Prefix → class of what has prices of its own.

    :param guards: (name, prefixes, free, services, kinds of customers) of legal limits
    """
    return {
        prefix: name
        for name, prefixes, free, services, kinds in guards
        if not (free or set(kinds) or (set(services) and "voice" not in services))
        for prefix in prefixes
    }


def advise(book: TariffBook) -> list[Problem]:
    """Everything about a book that may be used, but should be looked at."""
    classes = special(
        (str(one.name or one.id), one.prefixes, one.free, one.services, one.kinds)
        for one in book.guard_list
    )
    found = []
    bought = {carrier.tariff for carrier in book.carriers.values()}
    for name, tariff in book.tariffs.items():
        for version in tariff.versions if name not in bought else ():
            priced = {
                prefix: str(book.zones[str(zone)].name or zone)
                for rate in version.rates
                if rate.direction in ("out", "any")
                and (not rate.services or "voice" in rate.services)
                for zone in rate.zones
                for prefix in book.zones[str(zone)].prefixes
            }
            known = _german() if not book.guard_list and "49" in priced else classes
            found += [
                Problem(
                    f"tariff {tariff.id}, version {version.id}",
                    "rates",
                    one.prefix,
                    f"have none for {one.name}: such calls cost what {one.zone} ({one.by}) costs",
                    "Add a rate for these numbers, or one that refuses them.",
                )
                for one in unpriced(priced, known)
            ]
    return found


@lru_cache(maxsize=1)
def _german() -> dict[str, str]:
    if not _GERMANY.exists():
        return {}
    limits = json.loads(_GERMANY.read_text(encoding="utf-8"))["limits"]
    return special(
        (
            one["names"]["en"],
            one["prefixes"],
            one.get("free", False),
            [one["service"]] if one.get("service") else [],
            [one["kind"]] if one.get("kind") else [],
        )
        for one in limits
    )
