# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exact amounts of invoice positions: rounded once, by one rule, with VAT taken out or put in."""

from __future__ import annotations

import decimal
import fractions

CENT = decimal.Decimal("0.01")
Exact = fractions.Fraction


def exact(value: object) -> Exact:
    """A number as a fraction; a binary float is read as the decimal a person typed.

    >>> exact(9.95) == Exact(995, 100)
    True
    """
    return Exact(decimal.Decimal(str(value)))


def unit_of(currency: object) -> decimal.Decimal:
    """The smallest amount of a currency (a record with ``rounding``) that an invoice can have.

    >>> import types
    >>> unit_of(types.SimpleNamespace(rounding=0.01)), unit_of(types.SimpleNamespace(rounding=1.0))
    (Decimal('0.01'), Decimal('1.0'))
    """
    return decimal.Decimal(str(currency.rounding))


def rounded(value: Exact, unit: decimal.Decimal = CENT, method: str = "half_up") -> decimal.Decimal:
    """``value`` as a multiple of ``unit``, by the words of a tariff's rounding.

    half_up: halves away from zero; half_even: halves to the even neighbour; up: away from zero;
    down: towards zero.

    >>> rounded(Exact(1, 200)), rounded(Exact(-1, 200)), rounded(Exact(1, 3))
    (Decimal('0.01'), Decimal('-0.01'), Decimal('0.33'))
    >>> [str(rounded(Exact(1, 200), method=m)) for m in ("half_even", "up", "down")]
    ['0.00', '0.01', '0.00']
    """
    whole, rest = divmod(abs(value) / Exact(unit), 1)
    half = Exact(1, 2)
    if (
        (method == "half_up" and rest >= half)
        or (method == "half_even" and (rest > half or (rest == half and whole % 2)))
        or (method == "up" and rest)
    ):
        whole += 1
    amount = decimal.Decimal(int(whole)) * unit
    return -amount if value < 0 else amount


def convert(value: Exact, from_gross: bool, from_rate: Exact, to_gross: bool, to_rate: Exact):
    """``value`` as a price with or without tax, unrounded.

    ``from_rate`` is the tax a price with tax contains, ``to_rate`` the one the invoice adds or
    contains (19 % = 19/100). A consumer price sold abroad keeps its net value.

    >>> nineteen = Exact(19, 100)
    >>> rounded(convert(exact("69.99"), True, nineteen, False, nineteen))
    Decimal('58.82')
    >>> rounded(convert(exact("49"), False, nineteen, True, nineteen))
    Decimal('58.31')
    >>> convert(exact("9.99"), True, nineteen, True, nineteen) == exact("9.99")
    True
    """
    if from_gross == to_gross and (not from_gross or from_rate == to_rate):
        return value
    net = value / (1 + from_rate) if from_gross else value
    return net * (1 + to_rate) if to_gross else net


def share_out(values: list[Exact], unit: decimal.Decimal = CENT) -> list[decimal.Decimal]:
    """Round ``values`` so that their sum is the rounded sum: largest remainders get the units.

    For tariffs whose amounts are rounded once on the invoice.

    >>> third = Exact(1, 3)
    >>> share_out([third, third, third])
    [Decimal('0.34'), Decimal('0.33'), Decimal('0.33')]
    >>> sum(share_out([Exact(1, 250)] * 10))
    Decimal('0.04')
    """
    steps = [value / Exact(unit) for value in values]
    floors = [step.numerator // step.denominator for step in steps]
    wanted = int(rounded(sum(steps, Exact(0)), decimal.Decimal(1)))
    order = sorted(range(len(steps)), key=lambda i: (floors[i] - steps[i], i))
    for i in order[: wanted - sum(floors)]:
        floors[i] += 1
    return [decimal.Decimal(count) * unit for count in floors]
