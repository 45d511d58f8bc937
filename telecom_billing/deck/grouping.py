# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prefixes of the same name and the same prices, to zones.

>>> from decimal import Decimal
>>> minute = ((Key(), Terms(Decimal("0.02"))),)
>>> zones = group([Stretch("4930", "Germany", minute), Stretch("4989", "Germany", minute),
...                Stretch("33", "France", minute)], Base())
>>> [(zone.code, zone.label, [prefix for prefix, _begin, _end in zone.prefixes]) for zone in zones]
[('GERMANY', 'Germany', ['4930', '4989']), ('FRANCE', 'France', ['33'])]
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Sequence

from .comparing import Base, Day, Stretch
from .terms import Key, Special, Terms

_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
_CODE_LENGTH = 40


@dataclasses.dataclass
class Zone:
    """``origin``: the base's zone whose name, code and kind it takes over."""

    label: str
    prices: tuple[tuple[Key, Terms | Special], ...]
    prefixes: list[tuple[str, Day | None, Day | None]]
    origin: int | None = None
    code: str = ""


def group(stretches: Sequence[Stretch], base: Base, codes: dict[int, str] | None = None):
    """The zones of a new version, in the order of their first prefixes.

    :param codes: of the base's zones
    """
    zones: dict[tuple, Zone] = {}
    for one in stretches:
        zone = zones.setdefault((one.label, one.prices), Zone(one.label, one.prices, []))
        zone.prefixes.append((one.prefix, one.begin, one.end))
    found = list(zones.values())
    _origins(found, base)
    _codes(found, codes or {})
    return found


def same_division(zones: Sequence[Zone], base: Base, start: Day) -> bool:
    """Are the zones the base's own, so that its zone plan serves the new version too?"""
    origins = [zone.origin for zone in zones]
    if None in origins or len(set(origins)) < len(origins):
        return False
    count = 0
    for zone in zones:
        for prefix, begin, end in zone.prefixes:
            count += 1
            spans = [span for span in base.prefixes.get(prefix, ()) if _holds(span, start)]
            (_begin, until, owner), *more = spans or [(None, None, None)]
            if begin or end or more or until or owner != zone.origin:
                return False
    return count == sum(
        any(_holds(span, start) for span in spans) for spans in base.prefixes.values()
    )


def _holds(span, start: Day) -> bool:
    _begin, end, _zone = span
    return end is None or end >= start


def _origins(zones: list[Zone], base: Base) -> None:
    """Each zone of the base lends its identity once: to the zone of its name with its prefixes."""
    taken: set[int] = set()
    for zone in zones:
        for prefix, _begin, _end in zone.prefixes:
            for _from, _to, number in base.prefixes.get(prefix, ()):
                if number not in taken and zone.label in base.zones[number].labels:
                    zone.origin = number
                    taken.add(number)
                    break
            if zone.origin is not None:
                break


def _codes(zones: list[Zone], known: dict[int, str]) -> None:
    """Short and unique names; those of the base stay."""
    taken = {known[zone.origin] for zone in zones if zone.origin in known}
    numbers: dict[str, int] = {}
    for zone in zones:
        if zone.origin in known:
            zone.code = known[zone.origin]
            continue
        code = base = code_of(zone.label)
        while code in taken:
            numbers[base] = numbers.get(base, 1) + 1
            code = f"{base}-{numbers[base]}"
        taken.add(code)
        zone.code = code


def code_of(label: str) -> str:
    """A code for a name.

    >>> code_of("Österreich, Mobilfunk (A1)"), code_of("北京")
    ('OESTERREICH-MOBILFUNK-A1', 'ZONE')
    """
    plain = unicodedata.normalize("NFKD", label.translate(_LETTERS))
    text = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]+", "-", text.upper()).strip("-")[:_CODE_LENGTH] or "ZONE"
