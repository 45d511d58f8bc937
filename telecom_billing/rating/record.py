# SPDX-License-Identifier: AGPL-3.0-or-later
"""The price of one record the exact way, whatever its tariff says.

:mod:`~.table` prices the common case by the million; this prices everything, a record at a time,
with fractions. Where both can answer they give the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .book import TariffBook
from .money import split_pico
from .parts import Cells, Part, split
from .rates import Rate
from .steps import Piece, bounded, extras, rounded


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
    covered: int | None = None,
    setup: bool = True,
) -> Priced:
    """Price ``quantity`` (≥ 0, millionths of the base unit) of a record.

    ``begin``: units at the front that something else covered, which shift the time but not the
    steps; ``covered``: billed units at the front that are covered, the rest being their tail.
    """
    own = book.rates[rate]
    shifted = max(quantity - own.free, 0)
    parts = split(book, rate, zone, cells, started + begin + min(own.free, quantity), 0, shifted)
    if covered:
        parts = _tail(parts, covered)
    amounts = [part_amount(book.rates[part.rate], part.pieces) for part in parts]
    charged = quantity > 0 or own.setup_on_zero
    fixed = (own.setup or Fraction(0)) if setup and charged else Fraction(0)
    fixed += extras(own, quantity)
    segments: list[Segment] = []
    raw, before = fixed, Fraction(0)
    for part, amount in zip(parts, amounts, strict=True):
        raw += amount
        total = rounded(own, bounded(own, raw) if charged else raw, "charge")
        cost, rest = split_pico(total - before)
        segments.append(
            Segment(
                part.rate,
                part.zone,
                sum(piece.used for piece in part.pieces),
                sum(piece.billed for piece in part.pieces),
                cost,
                rest,
            )
        )
        before = total
    segments[0].used += quantity - shifted
    return Priced(parts, raw, before, segments)


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
            kept.append(Part(part.rate, part.zone, part.begin, left))
    return kept or [Part(parts[-1].rate, parts[-1].zone, parts[-1].begin, [])]
