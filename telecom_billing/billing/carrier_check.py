# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier's invoice beside our own usage, destination by destination; exact, without Odoo."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from decimal import Decimal

ZERO = Decimal(0)

OK, TOLERATED, VARIANCE = "ok", "tolerated", "variance"
ONLY_INVOICED, ONLY_OURS, OTHER = "only_invoiced", "only_ours", "other"


@dataclasses.dataclass(frozen=True)
class Sums:
    """records; seconds; amount in money. None: the side does not say.

    slack: seconds by which the side rounded what it wrote.
    """

    records: int | None = None
    seconds: Decimal | None = None
    amount: Decimal | None = None
    slack: Decimal = ZERO

    def __add__(self, other: Sums) -> Sums:
        added = (_add(a, b) for a, b in zip(self.parts(), other.parts(), strict=True))
        return Sums(*added, self.slack + other.slack)

    def parts(self) -> tuple:
        """The three numbers in order."""
        return self.records, self.seconds, self.amount


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """What is let pass: `percent` of our number, but for money at least `amount`."""

    percent: Decimal = ZERO
    amount: Decimal = ZERO

    def allows(self, ours: Sums, difference: Sums) -> bool:
        """Whether a difference (None: nothing to compare) is small enough."""
        for mine, off, least in zip(
            ours.parts(), difference.parts(), (ZERO, difference.slack, self.amount), strict=True
        ):
            if off and abs(off) > max(abs(mine or 0) * self.percent / 100, least):
                return False
        return True


@dataclasses.dataclass(frozen=True)
class Row:
    """One destination: what is invoiced under which names, what we have, what is between."""

    destination: str
    names: tuple[str, ...]
    invoiced: Sums
    ours: Sums
    status: str

    @property
    def difference(self) -> Sums:
        """Invoiced less ours; None where one side does not say."""
        return difference(self.invoiced, self.ours)


def difference(invoiced: Sums, ours: Sums) -> Sums:
    """Invoiced less ours; None where one side does not say."""
    pairs = zip(invoiced.parts(), ours.parts(), strict=True)
    found = (None if a is None or b is None else a - b for a, b in pairs)
    return Sums(*found, invoiced.slack + ours.slack)


def key(name: str) -> str:
    """A destination's name without what differs between two writings of it.

    >>> key("  Germany   MOBILE ")
    'germany mobile'
    """
    return " ".join(name.split()).casefold()


def compare(
    positions: Iterable[tuple[str, Sums]],
    usage: Iterable[tuple[str, Sums]],
    tolerance: Tolerance,
    aliases: Mapping[str, str] | None = None,
) -> list[Row]:
    """Variances by destination, in the order of the invoice, then what only we have.

    Several positions of one destination (peak, off-peak) are added up. `aliases`: the carrier's
    name -> the name in the usage. A position without records and duration that we have no usage
    for is no usage but a fee (status "other").
    """
    names_of = {key(theirs): ours for theirs, ours in (aliases or {}).items()}
    invoiced: dict[str, Sums] = {}
    names: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for name, sums in positions:
        label = names_of.get(key(name), name)
        at = key(label)
        invoiced[at] = invoiced[at] + sums if at in invoiced else sums
        labels.setdefault(at, label)
        if name not in names.setdefault(at, []):
            names[at].append(name)
    ours: dict[str, Sums] = {}
    for name, sums in usage:
        at = key(name)
        ours[at] = ours[at] + sums if at in ours else sums
        labels.setdefault(at, name)
    found = []
    for at in [*invoiced, *(at for at in ours if at not in invoiced)]:
        theirs = invoiced.get(at)
        mine = ours.get(at)
        found.append(
            Row(
                labels[at],
                tuple(names.get(at, ())),
                theirs or Sums(0, ZERO, ZERO),
                mine or Sums(0, ZERO, ZERO),
                _status(theirs, mine, tolerance),
            )
        )
    return found


def _status(theirs: Sums | None, mine: Sums | None, tolerance: Tolerance) -> str:
    if mine is None:
        fee = theirs.records is None and theirs.seconds is None
        return OTHER if fee else ONLY_INVOICED
    if theirs is None:
        free = not mine.amount
        return OK if free else ONLY_OURS
    off = difference(theirs, mine)
    if not any(off.parts()):
        return OK
    return TOLERATED if tolerance.allows(mine, off) else VARIANCE


def _add(a, b):
    if a is None:
        return b
    return a if b is None else a + b
