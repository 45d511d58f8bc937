# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exact numbers: fractions where a price list speaks, integers where a frame stores.

Amounts travel as ``int64`` millionths (:data:`MICRO`) of the currency, quantities as ``int64``
millionths of their unit. A charge that its tariff leaves unrounded keeps what is smaller than a
millionth in a second column of millionths of a millionth (:data:`PICO`), so that sums stay exact.

>>> exact("0.19") * 3
Fraction(57, 100)
>>> round_fraction(exact("0.125"), 2, "half_up"), round_fraction(exact("-0.125"), 2, "half_up")
(Fraction(13, 100), Fraction(-13, 100))
>>> split_pico(exact("0.0000015"))
(2, -500000)
>>> decimal_text(-1_250_000), decimal_text(61_000_000)
('-1.25', '61')
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

MICRO = 1_000_000
PICO = MICRO * MICRO
#: Decimal places that a frame's price column can hold, and those of price and rest together.
PRICE_PLACES = 6
REST_PLACES = 12

#: How a charge is rounded; "up" and "down" mean away from zero and towards zero.
ROUNDINGS = ("down", "up", "half_up", "half_even")
DOWN, UP, HALF_UP, HALF_EVEN = range(4)

INT64_MAX = (1 << 63) - 1
#: What a price list may write for a number, and its most characters.
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_LONGEST = 40


def exact(value: Any) -> Fraction:
    """``value`` (text, int, Decimal or Fraction) as an exact fraction.

    Raises ``ValueError`` for anything else: binary floating point cannot hold a price.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, Fraction)):
        raise ValueError(f"{value!r} is no exact number; write it as text, for example '0.19'")
    if isinstance(value, str):
        # Fraction() also reads "1/3", "1e400000000", "1_000" and other scripts' digits.
        value = value.strip()
        if len(value) > _LONGEST and _DECIMAL.fullmatch(value):
            raise ValueError(f"{value[:20]!r}… has more than {_LONGEST} characters; round it")
        fits = len(value) <= _LONGEST and _DECIMAL.fullmatch(value)
    elif isinstance(value, Decimal):
        # A bare 1e400000000 in a JSON file would fill the memory with zeros.
        fits = value.is_finite() and len(value.as_tuple().digits) <= _LONGEST
        fits = fits and abs(value.adjusted()) <= _LONGEST
    else:
        fits = abs(value) < 10**_LONGEST
    if not fits:
        shown = value if isinstance(value, (str, Decimal)) else "a number of that size"
        raise ValueError(f"{str(shown)[:60]!r} is no decimal number; write it like '0.19'")
    return Fraction(value)


def to_micro(value: Any) -> int:
    """``value`` in millionths; ``ValueError`` if it has more than six decimal places."""
    scaled = exact(value) * MICRO
    if scaled.denominator != 1:
        raise ValueError(f"{value!r} has more than six decimal places")
    return int(scaled)


def round_fraction(value: Fraction, places: int, rounding: str) -> Fraction:
    """``value`` rounded to ``places`` decimal places by one of :data:`ROUNDINGS`."""
    scaled = abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    if (
        (rounding == "up" and rest)
        or (rounding == "half_up" and twice >= scaled.denominator)
        or (
            rounding == "half_even"
            and (twice > scaled.denominator or (twice == scaled.denominator and whole % 2))
        )
    ):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def split_pico(value: Fraction) -> tuple[int, int]:
    """(price in millionths, rest in millionths of a millionth) of an exact amount.

    The price is rounded half up, the rest is what that left over (-500000 … 500000), so a reader
    who ignores the rest has a correctly rounded price and one who adds it has the amount itself,
    to twelve decimal places.
    """
    pico = int(round_fraction(value, REST_PLACES, "half_up") * PICO)
    price = (abs(pico) + MICRO // 2) // MICRO
    price = price if pico >= 0 else -price
    return price, pico - price * MICRO


def join_pico(price: int, rest: int) -> Fraction:
    """The exact amount behind a price column and its rest column."""
    return Fraction(int(price) * MICRO + int(rest), PICO)


def carried(price: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same amounts with a rest of the price's sign and below a millionth, as digits show them.

    >>> carried(np.array([2, -1, 0]), np.array([-300_000, 2_500_000, -7]))
    (array([1, 1, 0]), array([700000, 500000,     -7]))
    """
    carry = np.sign(rest) * (np.abs(rest) // MICRO)
    price, rest = price + carry, rest - carry * MICRO
    lent = np.where((price > 0) & (rest < 0), 1, np.where((price < 0) & (rest > 0), -1, 0))
    return price - lent, rest + lent * MICRO


def decimal_text(micro: int, rest: int = 0) -> str:
    """Millionths (and the rest, millionths of a millionth) as a short decimal text."""
    pico = int(micro) * MICRO + int(rest)
    sign = "-" if pico < 0 else ""
    whole, part = divmod(abs(pico), PICO)
    digits = f"{part:012d}".rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def decimal_texts(micro: np.ndarray, rest: np.ndarray | None = None) -> np.ndarray:
    """The texts of a whole column, an object each; those of equal numbers are made once.

    >>> decimal_texts(np.array([1_500_000, 2_000_000, 1_500_000])).tolist()
    ['1.5', '2', '1.5']
    """
    if rest is not None and rest.any():
        pairs = zip(micro.tolist(), rest.tolist(), strict=True)
        return np.array([decimal_text(*pair) for pair in pairs], dtype=object)
    found, place = np.unique(micro, return_inverse=True)
    return np.array([*map(decimal_text, found.tolist()), None], dtype=object)[place.reshape(-1)]


def micro_decimal(micro: int) -> Decimal:
    """Millionths as a Decimal, for the border to documents and databases."""
    return Decimal(int(micro)).scaleb(-PRICE_PLACES)


def round_ratio(num: np.ndarray, den: np.ndarray | int, mode: np.ndarray | int) -> np.ndarray:
    """``num / den`` rounded to whole numbers, element by element, on int64 without overflow.

    ``den`` is positive; ``mode`` holds indexes into :data:`ROUNDINGS`. The caller guarantees
    ``abs(num) + den`` below 2**63.

    >>> round_ratio(np.array([5, -5, 7, 1]), 2, np.array([HALF_UP, HALF_UP, HALF_EVEN, DOWN]))
    array([ 3, -3,  4,  0])
    """
    size = np.abs(num)
    whole = size // den
    twice = (size - whole * den) * 2
    more = np.select(
        [mode == UP, mode == HALF_UP, mode == HALF_EVEN],
        [twice > 0, twice >= den, (twice > den) | ((twice == den) & (whole & 1 == 1))],
        default=False,
    )
    return np.where(num < 0, -1, 1) * (whole + more)
