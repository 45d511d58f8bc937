# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rates made of other rates: by a price list above them, by a tier, by a law that says free."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from .money import MICRO, exact
from .rates import Rate, Step


def price_per(rate: Rate, quantity: Any) -> Fraction:
    """The highest price of ``quantity`` base units over all steps; guards look at it."""
    return max((step.per_unit() for step in rate.steps if not step.flat), default=Fraction(0)) * (
        exact(quantity)
    )


def scaled(base: Rate, over: Rate) -> Rate:
    """``base`` with the prices of its steps times the factor of ``over``, plus what that adds.

    Prices of whole steps and of months, and of another kind of unit, only know the factor. A setup
    fee, a minimum or a maximum that ``over`` states replaces that of ``base``.
    """
    factor = Fraction(1) if over.factor is None else over.factor
    more = over.add if over.add is not None and over.unit == base.unit else Fraction(0)

    def changed(step: Step) -> Step:
        plain = step.flat or base.months is not None
        extra = Fraction(0) if plain else more * step.interval / MICRO
        return replace(step, price=step.price * factor + extra)

    return replace(
        base,
        steps=tuple(map(changed, base.steps)),
        extras=tuple(replace(step, price=step.price * factor) for step in base.extras),
        factor=None,
        add=None,
        setup=base.setup if over.setup is None else over.setup,
        minimum=base.minimum if over.minimum is None else over.minimum,
        maximum=base.maximum if over.maximum is None else over.maximum,
    )


def reprice(base: Rate, unit_price: Fraction | None, factor: Fraction | None) -> Rate:
    """``base`` with every step at ``unit_price`` a base unit, or at ``factor`` times its own."""
    if unit_price is None:
        own = Fraction(1) if factor is None else factor
        steps = tuple(replace(step, price=step.price * own) for step in base.steps)
    else:
        steps = tuple(
            replace(step, price=unit_price * step.interval / MICRO, flat=False)
            for step in base.steps
        )
    return replace(base, steps=steps)


def freed(base: Rate) -> Rate:
    """``base`` at no price at all."""
    return replace(
        base, steps=(), extras=(), setup=None, minimum=None, maximum=None, refuse=None,
        factor=None, add=None,
    )  # fmt: skip
