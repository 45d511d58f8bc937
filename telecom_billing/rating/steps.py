# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one quantity costs under one rate, exactly: the definition that everything else follows.

A record is cut into *pieces*: so many intervals of one step. Three ways of counting increments:

- ``record``: intervals follow one another through the record; one that began in a step may run
  past the step's end, and the next step begins after it;
- ``step``: the steps are laid end to end and each rounds the part that falls into it;
- volume mode: all units are priced at the one step that the quantity reaches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from .money import round_fraction
from .rates import Rate, Step

_ENDLESS = 1 << 62


class BeyondSteps(Exception):
    """The quantity runs past the last step of a rate that refuses that."""


@dataclass(frozen=True)
class Piece:
    """``used`` units of the record priced as ``billed`` units (both in millionths); ``fee``: what
    of the price is for entering the step.

    A tier of the period adds ``place``, the units before it in the tier (where packages are
    counted over records), and ``entry``, what of the price is for entering the tier."""

    step: Step
    position: int
    used: int
    billed: int
    price: Fraction
    fee: Fraction = Fraction(0)
    place: int | None = None
    #: What the units are in months of a recurring price; None: no span of days.
    months: Fraction | None = None
    entry: Fraction = Fraction(0)

    def cut(self, billed: int) -> Piece:
        """The last ``billed`` units of this piece, priced in proportion but for its fee."""
        if self.billed == 0:
            return self
        return replace(
            self,
            used=min(self.used, billed),
            billed=billed,
            price=(self.price - self.fee) * Fraction(billed, self.billed) + self.fee,
        )


FREE = Step(0, None, 1, Fraction(0), "none")


def count(step: Step, part: int) -> tuple[int, Fraction]:
    """(billed units, price) of a part that falls into a step."""
    if step.flat:
        return part, step.price if part > 0 else Fraction(0)
    if step.rounding == "none":
        return part, step.price * Fraction(part, step.interval)
    intervals = part // step.interval
    if step.rounding == "up" and part % step.interval:
        intervals += 1
    return intervals * step.interval, step.price * intervals


def pieces(rate: Rate, begin: int, end: int) -> list[Piece]:
    """The units from position ``begin`` to ``end`` of a record, priced by ``rate``.

    >>> from .money import MICRO
    >>> minute = Fraction("0.10")
    >>> first = Step(0, 60 * MICRO, 60 * MICRO, minute)
    >>> steps = (first, Step(60 * MICRO, None, MICRO, minute / 60))
    >>> rate = Rate(1, None, frozenset(), (), None, None, "second", steps)
    >>> [(p.billed // MICRO, p.price) for p in pieces(rate, 0, 61 * MICRO)]
    [(60, Fraction(1, 10)), (1, Fraction(1, 600))]
    """
    if end <= begin:
        return []
    if rate.mode == "volume":
        return [_piece(_reached(rate, end), begin, end - begin, begin == 0)]
    found: list[Piece] = []
    position = begin
    for step in _laid(rate):
        high = _ENDLESS if step.end is None else step.end
        if position >= end:
            break
        if high <= position:
            continue
        # A part that goes on where another ended is in the middle of its first step.
        entered = position > begin or begin <= step.start
        piece = _piece(step, position, min(high, end) - position, entered)
        found.append(piece)
        position = min(high, end)
        if rate.round_quantity != "step" and step.rounding == "up" and not step.flat:
            position = piece.position + piece.billed
    return found


def extras(rate: Rate, quantity: int) -> Fraction:
    """Fees for each begun unit above a quantity."""
    total = Fraction(0)
    for extra in rate.extras:
        if quantity > extra.start:
            total += count(extra, quantity - extra.start)[1]
    return total


def bounded(rate: Rate, amount: Fraction) -> Fraction:
    """``amount`` raised to the minimum and cut at the maximum of one record."""
    if rate.minimum is not None:
        amount = max(amount, rate.minimum)
    if rate.maximum is not None and rate.maximum_then == "free":
        amount = min(amount, rate.maximum)
    return amount


def rounded(rate: Rate, amount: Fraction, level: str) -> Fraction:
    """``amount`` rounded if ``level`` is where this rate rounds."""
    if rate.round_at != level:
        return amount
    return round_fraction(amount, rate.decimals, rate.rounding)


def priced(rate: Rate, found: Iterable[Piece]) -> Fraction:
    """The price of pieces of one rate, rounded where the rate rounds each step's part."""
    return sum((rounded(rate, piece.price, "step") for piece in found), Fraction(0))


def _piece(step: Step, position: int, part: int, entered: bool) -> Piece:
    if isinstance(step, _Refusal):
        raise BeyondSteps
    billed, price = count(step, part)
    fee = step.setup if entered else Fraction(0)
    return Piece(step, position, part, billed, price + fee, fee)


def _laid(rate: Rate) -> list[Step]:
    """The steps, with what follows the last one."""
    if not rate.steps:
        return [FREE]
    last = rate.steps[-1]
    if last.end is None:
        return list(rate.steps)
    if rate.beyond == "last":
        return [*rate.steps[:-1], replace(last, end=None)]
    if rate.beyond == "refuse":
        return [*rate.steps, _Refusal(last.end, None, 1, Fraction(0), "none")]
    return [*rate.steps, replace(FREE, start=last.end)]


class _Refusal(Step):
    """Stands behind the last step of a rate that refuses what runs past it."""


def _reached(rate: Rate, quantity: int) -> Step:
    for step in rate.steps:
        if step.end is None or quantity <= step.end:
            return step
    if not rate.steps or rate.beyond == "free":
        return FREE
    if rate.beyond == "refuse":
        raise BeyondSteps
    return rate.steps[-1]
