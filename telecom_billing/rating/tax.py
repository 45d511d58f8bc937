# SPDX-License-Identifier: AGPL-3.0-or-later
"""Net and tax of amounts, rounded once.

Prices for consumers contain the tax: the gross sum must stay what was advertised, so the net is
taken from the sum and the tax is the difference. Rounding lines to net cents first and adding the
tax again makes 70.00 of 69.99.

>>> from_gross("69.99", "0.19")
Taxed(net=Decimal('58.82'), tax=Decimal('11.17'), gross=Decimal('69.99'))
>>> from_net("167.00", "0.19")
Taxed(net=Decimal('167.00'), tax=Decimal('31.73'), gross=Decimal('198.73'))
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from .money import exact, round_fraction


class Taxed(NamedTuple):
    """An amount as an invoice shows it; net + tax = gross, exactly."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def net_of(gross: Any, rate: Any) -> Fraction:
    """The exact net amount in a gross one."""
    return exact(gross) / (1 + exact(rate))


def from_gross(gross: Any, rate: Any, places: int = 2, rounding: str = "half_up") -> Taxed:
    """Net and tax of a sum that contains its tax; ``rate`` "0.19" for 19 %."""
    whole = round_fraction(exact(gross), places, rounding)
    net = round_fraction(net_of(whole, rate), places, rounding)
    return Taxed(_decimal(net, places), _decimal(whole - net, places), _decimal(whole, places))


def from_net(net: Any, rate: Any, places: int = 2, rounding: str = "half_up") -> Taxed:
    """Tax and gross of a sum without tax."""
    whole = round_fraction(exact(net), places, rounding)
    tax = round_fraction(whole * exact(rate), places, rounding)
    return Taxed(_decimal(whole, places), _decimal(tax, places), _decimal(whole + tax, places))


def sum_of(
    amounts: Iterable[Any],
    rate: Any,
    *,
    tax_included: bool,
    per_line: bool = False,
    places: int = 2,
    rounding: str = "half_up",
) -> Taxed:
    """Net, tax and gross of several amounts: taken from their sum, or line by line and added.

    >>> sum_of(["18.95", "18.95"], "0.19", tax_included=True)
    Taxed(net=Decimal('31.85'), tax=Decimal('6.05'), gross=Decimal('37.90'))
    >>> sum_of(["18.95", "18.95"], "0.19", tax_included=True, per_line=True).net
    Decimal('31.84')
    """
    split = from_gross if tax_included else from_net
    if not per_line:
        total = sum((exact(amount) for amount in amounts), Fraction(0))
        return split(total, rate, places, rounding)
    lines = [split(amount, rate, places, rounding) for amount in amounts]
    lines.append(split(0, rate, places, rounding))
    return Taxed(*map(sum, zip(*lines, strict=True)))


def _decimal(value: Fraction, places: int) -> Decimal:
    return Decimal(int(value * 10**places)).scaleb(-places)
