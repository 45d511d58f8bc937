# SPDX-License-Identifier: AGPL-3.0-or-later
"""Legal limits as dated data: free numbers, highest prices, longest increments.

A breach is never billed: under TKG §116 it would void the whole charge. The record gets a reason
and waits until the tariff is mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from .clock import Clock
from .digits import NumberColumn
from .money import MICRO
from .prefixes import PrefixIndex, check_prefix
from .rates import Rate, price_per
from .schema import Node, Problem
from .tariffs import Tariff, validity

_LENGTHS = ("longest_increment", "longest_initial", "longest_step")


@dataclass(frozen=True)
class Guard:
    """One class of numbers with its limits; lengths in millionths of a second."""

    id: Any
    name: str | None
    prefixes: tuple[str, ...]
    services: frozenset[str]
    valid_from: int
    valid_to: int
    free: bool
    per_minute: Fraction | None
    per_call: Fraction | None
    longest: tuple[int | None, int | None, int | None]
    tax_included: bool
    tax_rate: Fraction

    @classmethod
    def read(cls, node: Node, clock: Clock) -> Guard:
        node.only(
            "id", "name", "source", "prefixes", "services", "valid_from", "valid_to", "free",
            "per_minute", "per_call", *_LENGTHS, "tax_included", "tax_rate",
        )  # fmt: skip
        prefixes = [] if node.data.get("prefixes") == [] else node.list("prefixes")
        for prefix in prefixes:
            fault = check_prefix(prefix)
            if fault:
                node.fault("prefixes", fault, "Write 1 to 15 digits with country code.", prefix)
                prefixes = []
                break
        if not prefixes:
            node.fault("prefixes", "are missing", "List the prefixes of this class.", None)
        low, high = validity(node, clock)
        longest = [node.quantity(name, positive=True) for name in _LENGTHS]
        return cls(
            node.id(),
            node.text("name"),
            tuple(dict.fromkeys(prefixes)),
            frozenset(map(str, node.ids("services"))),
            low,
            high,
            node.flag("free"),
            node.amount("per_minute"),
            node.amount("per_call"),
            tuple(None if one is None else int(one * MICRO) for one in longest),  # type: ignore[arg-type]
            node.flag("tax_included"),
            node.amount("tax_rate") or Fraction(0),
        )

    def tax(self, tariff: Tariff) -> Fraction:
        """What a price of the tariff is multiplied with to compare it with this guard's limits."""
        rate = tariff.tax_rate or self.tax_rate
        if self.tax_included and not tariff.tax_included:
            return 1 + rate
        if tariff.tax_included and not self.tax_included:
            return 1 / (1 + rate)
        return Fraction(1)

    def breach(self, rate: Rate, tariff: Tariff) -> tuple[str, str] | None:
        """(reason code, limit) that a rate breaks whatever the record, or None."""
        if rate.unit != "second":
            return None
        limit = self.per_minute
        if limit is not None and price_per(rate, 60) * self.tax(tariff) > limit:
            return "cap-per-minute", _shown(limit)
        any_, first, later = self.longest
        priced = [step for step in rate.steps if step.price and not step.flat]
        for number, step in enumerate(priced):
            if step.rounding != "up":
                continue
            opens = step.start == 0 and len(priced) > 1 and number == 0
            limits = [any_, first if opens or step.start == 0 else None]
            limits.append(later if not opens else None)
            for limit in limits:
                if limit is not None and step.interval > limit:
                    return "cap-increment", f"{limit // MICRO} s"
        return None

    def breach_of_call(self, rate: Rate, tariff: Tariff, charge: Fraction) -> str | None:
        """The limit that the charge of one call breaks, or None.

        It binds where some of the price does not depend on time; a mere price per minute is bound
        by the minute.
        """
        fixed = bool(rate.setup or rate.minimum)
        fixed |= any(step.flat or step.setup for step in rate.steps)
        if self.per_call is None or not fixed or charge * self.tax(tariff) <= self.per_call:
            return None
        return _shown(self.per_call)


class Guards:
    """All guards of a book, found by number, service and date."""

    def __init__(self, guards: list[Guard]) -> None:
        self.list = guards
        prefixes: dict[str, list[int]] = {}
        for number, guard in enumerate(guards):
            for prefix in guard.prefixes:
                prefixes.setdefault(prefix, []).append(number)
        self._index = PrefixIndex(list(prefixes))
        self._guards = list(prefixes.values())

    def find(
        self, numbers: NumberColumn, service: np.ndarray, services: list[str], started: np.ndarray
    ) -> np.ndarray:
        """Position of the guard that binds each row, or -1."""
        place = self._index.lookup(numbers)
        found = np.full(len(place), -1, dtype=np.int64)
        rows = np.flatnonzero(place >= 0)
        code = place[rows].astype(np.int64) * len(services) + service[rows]
        for one in np.unique(code):
            these = rows[code == one]
            position, name = int(one) // len(services), services[int(one) % len(services)]
            while position >= 0 and these.size:
                for number in self._guards[position]:
                    guard = self.list[number]
                    if guard.services and name not in guard.services:
                        continue
                    holds = (started[these] >= guard.valid_from) & (started[these] < guard.valid_to)
                    found[these[holds]] = number
                    these = these[~holds]
                position = int(self._index.parent[position])
        return found


def overlapping(guards: list[Guard], problems: list[Problem]) -> None:
    """Report guards that bind the same prefix and service at the same time."""
    by_prefix: dict[str, list[Guard]] = {}
    for guard in guards:
        for prefix in guard.prefixes:
            for other in by_prefix.setdefault(prefix, []):
                services = guard.services and other.services
                if services and not guard.services & other.services:
                    continue
                if guard.valid_from < other.valid_to and other.valid_from < guard.valid_to:
                    Node({}, f"guard {guard.id}", problems).fault(
                        "prefixes",
                        f"are bound by guard {other.id} at the same time",
                        "End one of them (valid_to) where the other begins.",
                        prefix,
                    )
            by_prefix[prefix].append(guard)


def _shown(limit: Fraction) -> str:
    whole, cents = divmod(int(limit * 100), 100)
    return f"{whole}.{cents:02d}"
