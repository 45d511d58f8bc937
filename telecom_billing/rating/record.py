# SPDX-License-Identifier: AGPL-3.0-or-later
"""The price of one record the exact way, whatever its tariff says.

:mod:`~.table` prices the common case by the million; this prices everything, a record at a time,
with fractions. Where both can answer they give the same numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from .book import TariffBook
from .clock import DAY, instant
from .money import split_pico
from .parts import Cells, Part, split
from .proration import in_months
from .rates import Rate
from .steps import Piece, bounded, extras, rounded
from .tiers import Cut


@dataclass
class Segment:
    """One priced part of a record: the rate, units used and billed, the price."""

    rate: int
    zone: int
    used: int
    billed: int
    price: int
    rest: int


@dataclass
class Priced:
    """The parts of a record and the exact amount before and after rounding."""

    parts: list[Part]
    raw: Fraction
    amount: Fraction
    segments: list[Segment]


def price(
    book: TariffBook,
    rate: int,
    zone: int,
    cells: Cells | None,
    started: int,
    quantity: int,
    *,
    begin: int = 0,
    covered: int = 0,
    setup: bool = True,
    tiers: Sequence[Cut] | None = None,
    owed: Fraction | None = None,
) -> Priced:
    """Price ``quantity`` (≥ 0, millionths of the base unit) of a record.

    ``begin``: units at the front that something else covered, which shift the time but not the
    steps; ``covered``: billed units at the front that are covered, the rest being their tail;
    ``tiers``: from front to back; ``owed``: what a money allowance
    leaves of the price, instead of the price.
    """
    own = book.rates[rate]
    shifted = max(quantity - own.free, 0)
    shift = begin + min(own.free, quantity) if own.unit == "second" else 0
    parts = split(book, rate, zone, cells, started + shift, 0, shifted)
    if own.months is not None and shifted:
        parts = [Part(rate, zone, 0, [_span(book, rate, started + shift, shifted)])]
    if covered:
        parts = _tail(parts, covered)
    if tiers:
        parts = _by_tier(book, parts, tiers)
    charged = quantity > 0 or own.setup_on_zero
    fixed = Fraction(0)
    if setup and charged:
        fixed = sum((fee for _, fee in setups(book, rate, parts, quantity)), Fraction(0))
    fixed += extras(own, quantity)
    segments: list[Segment] = []
    raw, before = fixed, Fraction(0)
    for number, part in enumerate(parts):
        raw += part_amount(book.rates[part.rate], part.pieces)
        total = rounded(own, bounded(own, raw) if charged else raw, "charge")
        if owed is not None:
            total = owed if number == len(parts) - 1 else before
        cost, rest = split_pico(total - before)
        used = sum(piece.used for piece in part.pieces)
        billed = sum(piece.billed for piece in part.pieces)
        segments.append(Segment(part.rate, part.zone, used, billed, cost, rest))
        before = total
    segments[0].used += quantity - shifted
    return Priced(parts, raw, before, segments)


def setups(
    book: TariffBook, rate: int, parts: Sequence[Part], quantity: int
) -> list[tuple[int | None, Fraction]]:
    """The setup fees of a record: (None or the step's start whose fee it is, amount).

    For nothing at all the fee of the first step, and what it costs as a whole, count as well: the
    record is there, and its rate charges for that (``setup_on_zero``).
    """
    own = book.rates[rate]
    found: list[tuple[int | None, Fraction]] = []
    if own.setup_per == "record" or not parts:
        found.append((None, own.setup or Fraction(0)))
    else:
        before = -1
        for part in parts:
            listed = book.origin(part.rate)
            if listed != before and part.pieces:
                found.append((None, book.rates[part.rate].setup or Fraction(0)))
            before = listed
        if not found:
            found.append((None, own.setup or Fraction(0)))
    if quantity == 0 and own.steps:
        first = own.steps[0]
        found.append((first.start, first.setup + (first.price if first.flat else 0)))
    return [(start, fee) for start, fee in found if fee]


def _span(book: TariffBook, rate: int, started: int, size: int) -> Piece:
    """A span of days at the price of a month; begun days count, from the local day of its start."""
    own, clock = book.rates[rate], book.tariff_of(rate).clock
    first = instant(started).astimezone(clock.zone).date()
    last = first + dt.timedelta(days=-(-size // DAY) - 1)
    worth = in_months(first, last, str(own.months))
    step = own.steps[0]
    return Piece(step, 0, size, size, step.price * worth, months=worth)


def billed_units(
    book: TariffBook, rate: int, zone: int, cells: Cells | None, started: int, quantity: int
) -> int:
    """The units that are charged for a record."""
    own = book.rates[rate]
    shifted = max(quantity - own.free, 0)
    shift = quantity - shifted if own.unit == "second" else 0
    parts = split(book, rate, zone, cells, started + shift, 0, shifted)
    return sum(piece.billed for part in parts for piece in part.pieces)


def part_amount(rate: Rate, found: list[Piece]) -> Fraction:
    """The price of a part, rounded by step and part where its rate says so."""
    steps = sum((rounded(rate, piece.price, "step") for piece in found), Fraction(0))
    return rounded(rate, steps, "part")


def _tail(parts: list[Part], covered: int) -> list[Part]:
    """What is left of the parts when their first ``covered`` billed units are taken away."""
    kept: list[Part] = []
    for part in parts:
        left = []
        for piece in part.pieces:
            taken = min(covered, piece.billed)
            covered -= taken
            if piece.billed > taken or piece.billed == 0:
                left.append(piece.cut(piece.billed - taken))
        if left:
            kept.append(replace(part, pieces=left))
    return kept or [replace(parts[-1], pieces=[])]


def _by_tier(book: TariffBook, parts: list[Part], tiers: Sequence[Cut]) -> list[Part]:
    """Cut parts where tiers change, and put each tier's price in."""
    queue = [list(tier) for tier in tiers]
    cut: list[Part] = []
    for part in parts:
        for piece in part.pieces:
            rest = piece
            while queue:
                left, number, step, place = queue[0]
                last = len(queue) == 1
                size = rest.billed if last else min(left, rest.billed)
                rate = book.derive_tier(number, step, part.rate)
                front = rest.cut(size) if size < rest.billed else rest
                own = book.tier_list[number].steps[step].reprice(front, place)
                if cut and cut[-1].rate == rate and cut[-1].zone == part.zone:
                    cut[-1].pieces.append(own)
                else:
                    cut.append(Part(rate, part.zone, part.begin, [own]))
                queue[0][0] -= size
                queue[0][3] += size
                if queue[0][0] <= 0 and not last:
                    queue.pop(0)
                if size >= rest.billed:
                    break
                rest = replace(rest.cut(rest.billed - size), used=max(rest.used - front.used, 0))
    return cut or parts
