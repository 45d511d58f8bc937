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

from .blocks import blocks
from .clock import Clock
from .derived import price_per
from .money import MICRO
from .prefixes import PrefixIndex, check_prefix
from .rates import Rate
from .schema import Node, Problem
from .tariffs import Tariff, validity
from .usage import Usage

_LENGTHS = ("longest_increment", "longest_initial", "longest_step")


@dataclass(frozen=True)
class Guard:
    """One class of numbers with its limits; lengths in millionths of a second."""

    id: Any
    name: str | None
    prefixes: tuple[str, ...]
    but: tuple[str, ...]
    services: frozenset[str]
    kinds: frozenset[str]
    valid_from: int
    valid_to: int
    free: bool
    per_minute: Fraction | None
    per_call: Fraction | None
    per_message: Fraction | None
    longest: tuple[int | None, int | None, int | None]
    tax_included: bool
    tax_rate: Fraction

    @classmethod
    def read(cls, node: Node, clock: Clock) -> Guard:
        node.only(
            "id", "name", "source", "prefixes", "but", "services", "kinds", "valid_from",
            "valid_to", "free", "per_minute", "per_call", "per_message", *_LENGTHS,
            "tax_included", "tax_rate",
        )  # fmt: skip
        prefixes = _prefixes(node, "prefixes")
        if not prefixes:
            node.fault("prefixes", "are missing", "List the prefixes of this class.", None)
        low, high = validity(node, clock)
        longest = [node.quantity(name, positive=True) for name in _LENGTHS]
        return cls(
            node.id(),
            node.text("name"),
            prefixes,
            _prefixes(node, "but"),
            frozenset(map(str, node.ids("services"))),
            frozenset(map(str, node.ids("kinds"))),
            low,
            high,
            node.flag("free"),
            node.amount("per_minute"),
            node.amount("per_call"),
            node.amount("per_message"),
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
        if rate.unit == "piece" and self.per_message is not None:
            fixed = (rate.setup or 0) + max(
                (step.price for step in rate.steps if step.flat), default=0
            )
            cost = max(price_per(rate, 1) + fixed, rate.minimum or 0)
            if cost * self.tax(tariff) > self.per_message:
                return "cap-per-message", _shown(self.per_message)
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

    def breach_of_amount(
        self, tariff: Tariff, charge: Fraction, unit: str, size: int
    ) -> tuple[str, str] | None:
        """(reason code, limit) that an amount breaks, however it came about, or None.

        Nobody knows whether it depends on time: what is allowed for the begun minutes of a call, or
        for a call as a whole, is allowed. ``size``: of the record, millionths of its base ``unit``.
        """
        charge = charge * self.tax(tariff)
        message = self.per_message
        if unit == "piece" and message is not None and charge * MICRO > message * size:
            return "cap-per-message", _shown(message)
        if unit != "second":
            return None
        allowed = []
        if self.per_minute is not None:
            allowed.append((self.per_minute * -(-size // (60 * MICRO)), "cap-per-minute",
                            self.per_minute))  # fmt: skip
        if self.per_call is not None:
            allowed.append((self.per_call, "cap-per-call", self.per_call))
        if not allowed or charge <= max(most for most, _, _ in allowed):
            return None
        _, code, limit = allowed[0]
        return code, _shown(limit)


def _prefixes(node: Node, field: str) -> tuple[str, ...]:
    found = [] if node.data.get(field) == [] else node.list(field)
    for prefix in found:
        fault = check_prefix(prefix)
        if fault:
            node.fault(field, fault, "Write 1 to 15 digits with country code.", prefix)
            return ()
    return tuple(dict.fromkeys(found))


class Guards:
    """All guards of a book, found by number, service, kind of customer and date."""

    def __init__(self, guards: list[Guard]) -> None:
        self.list = guards
        prefixes: dict[str, list[int]] = {}
        for number, guard in enumerate(guards):
            for prefix in guard.prefixes:
                prefixes.setdefault(prefix, []).append(number)
            for prefix in guard.but:
                prefixes.setdefault(prefix, []).append(~number)
        self._index = PrefixIndex(list(prefixes))
        self._guards = list(prefixes.values())

    def find(
        self,
        usage: Usage,
        service: np.ndarray,
        services: list[str],
        kind: np.ndarray,
        kinds: list[str],
    ) -> np.ndarray:
        """Position of the guard that binds each row, or -1. ``kind`` of customer: -1 = unknown."""
        found = np.full(usage.rows, -1, dtype=np.int64)
        place = np.empty(usage.rows, dtype=np.int32)
        for part in blocks(None, usage.rows):
            place[part] = self._index.lookup(usage.numbers(part))
        rows, started = np.flatnonzero(place >= 0), usage.started
        names = [*kinds, None]
        code = (place[rows].astype(np.int64) * len(services) + service[rows]) * len(names)
        code += np.where(kind[rows] < 0, len(kinds), kind[rows])
        for one in np.unique(code):
            these = rows[code == one]
            rest, who = divmod(int(one), len(names))
            position, name = divmod(rest, len(services))
            left_out: set[int] = set()
            while position >= 0 and these.size:
                bound = self._guards[position]
                left_out.update(~number for number in bound if number < 0)
                for number in bound:
                    if number < 0 or number in left_out:
                        continue
                    guard = self.list[number]
                    if guard.services and services[name] not in guard.services:
                        continue
                    if guard.kinds and names[who] not in guard.kinds:
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
                if _apart(guard.services, other.services) or _apart(guard.kinds, other.kinds):
                    continue
                if guard.valid_from < other.valid_to and other.valid_from < guard.valid_to:
                    Node({}, f"guard {guard.id}", problems).fault(
                        "prefixes",
                        f"are bound by guard {other.id} at the same time",
                        "End one of them (valid_to) where the other begins.",
                        prefix,
                    )
            by_prefix[prefix].append(guard)


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Do two lists of names, of which an empty one means all, have nothing in common?"""
    return bool(one and other) and not one & other


def _shown(limit: Fraction) -> str:
    whole, cents = divmod(int(limit * 100), 100)
    return f"{whole}.{cents:02d}"
