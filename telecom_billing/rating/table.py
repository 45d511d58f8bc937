# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rates as arrays, to price millions of records at once with integers only.

Every amount of a rate is an integer over one denominator, in units of the place the charge is
rounded to. So a charge is ``(setup + Σ intervals · price) / denominator``, and rounding is a bias
added before the division. A rate whose numbers could leave int64 says up to which quantity it may
be used here (``safe``); the rest goes the exact way of :mod:`~.record`, with the same result.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from .blocks import blocks
from .money import DOWN, HALF_EVEN, HALF_UP, MICRO, PRICE_PLACES, REST_PLACES, ROUNDINGS, UP
from .rates import Rate, Step

_ROOM = 1 << 61
_ENDLESS = 1 << 61
_MAX_STEPS = 6


class RateTable:
    """Columns over rates; row numbers are positions in ``rates``."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        size = max(len(rates), 1)
        self.fast = np.zeros(size, dtype=bool)
        self.safe = np.full(size, -1, dtype=np.int64)
        self.steps = np.zeros(size, dtype=np.int8)
        self.free = np.zeros(size, dtype=np.int64)
        self.setup = np.zeros(size, dtype=np.int64)
        self.on_zero = np.zeros(size, dtype=bool)
        self.den = np.ones(size, dtype=np.int64)
        self.bias = np.zeros(size, dtype=np.int64)
        self.even = np.zeros(size, dtype=bool)
        self.places = np.full(size, PRICE_PLACES, dtype=np.int8)
        self.low = np.full(size, -_ENDLESS, dtype=np.int64)
        self.high = np.full(size, _ENDLESS, dtype=np.int64)
        shape = (_MAX_STEPS, size)
        self.start = np.full(shape, _ENDLESS, dtype=np.int64)
        self.width = np.zeros(shape, dtype=np.int64)
        self.interval = np.ones(shape, dtype=np.int64)
        self.lead = np.zeros(shape, dtype=np.int64)
        self.price = np.zeros(shape, dtype=np.int64)
        for number, rate in enumerate(rates):
            self._fill(number, rate)
        self.bounded = bool((self.low > -_ENDLESS).any() or (self.high < _ENDLESS).any())
        self.any_free = bool(self.free.any())
        self.any_even = bool(self.even.any())
        self.fine = self.places > PRICE_PLACES
        self.scale = np.where(
            self.fine, 10 ** (REST_PLACES - self.places.astype(np.int64)).clip(0),
            10 ** (PRICE_PLACES - self.places.astype(np.int64)).clip(0),
        )  # fmt: skip
        listed = slice(0, len(rates))
        self.any_setup, self.any_on_zero = bool(self.setup.any()), bool(self.on_zero.any())
        self.any_den = bool((self.den != 1).any())
        self.signed = bool((self.price < 0).any() or (self.setup < 0).any())
        self.signed |= bool(
            ((self.low > -_ENDLESS) & (self.low < 0)).any() or (self.high < 0).any()
        )
        self.all_up = bool((self.lead == self.interval - 1).all())
        scales = set(self.scale[listed][self.fast[listed]].tolist())
        self.one_scale = scales.pop() if len(scales) == 1 else None
        self.any_fine, self.all_fast = bool(self.fine.any()), bool(self.fast[: len(rates)].all())
        self.any_scale = bool((self.scale != 1).any())
        self.most_steps = int(self.steps.max())
        self.least_safe = int(self.safe.min())

    def _fill(self, number: int, rate: Rate) -> None:
        steps = _plain_steps(rate)
        if steps is None:
            return
        places = rate.decimals if rate.round_at in ("step", "part", "charge") else REST_PLACES
        unit = 10**places
        limits = [rate.minimum, rate.maximum if rate.maximum_then == "free" else None]
        if rate.round_at in ("step", "part"):
            # Rounded before setup and limits: the same as after, if those lie on the grid.
            outside = [amount for amount in (rate.setup, *limits) if amount is not None]
            if len(steps) > 1 or any((amount * unit).denominator != 1 for amount in outside):
                return
        rounding = ROUNDINGS.index(rate.rounding) if places < REST_PLACES else HALF_UP
        setup = (rate.setup or Fraction(0)) * unit
        prices = [step.price * unit for step in steps]
        bounds = [None if amount is None else amount * unit for amount in limits]
        known = [setup, *prices, *(bound for bound in bounds if bound is not None)]
        den = lcm(*(amount.denominator for amount in known))
        tops = [int(amount * den) for amount in known]
        room = _ROOM // 10 ** max(PRICE_PLACES - places, 0)
        if den >= room or any(abs(top) >= room for top in tops):
            return
        slope = sum(
            (Fraction(abs(int(price * den)), step.interval)
             for price, step in zip(prices, steps, strict=True)),
            Fraction(0),
        )  # fmt: skip
        fixed = abs(tops[0]) + sum(abs(int(price * den)) for price in prices) + den
        if fixed >= room:
            return
        self.safe[number] = min(int((room - fixed) / slope) if slope else _ROOM, _ROOM)
        self.fast[number] = True
        self.steps[number] = len(steps)
        self.free[number] = rate.free
        self.setup[number] = tops[0]
        self.on_zero[number] = rate.setup_on_zero
        self.den[number] = den
        self.bias[number] = {DOWN: 0, UP: den - 1}.get(rounding, den // 2)
        self.even[number] = rounding == HALF_EVEN and den % 2 == 0
        self.places[number] = places
        if bounds[0] is not None:
            self.low[number] = int(bounds[0] * den)
        if bounds[1] is not None:
            self.high[number] = int(bounds[1] * den)
        for k, (step, price) in enumerate(zip(steps, prices, strict=True)):
            self.start[k, number] = step.start
            self.width[k, number] = _ENDLESS if step.end is None else step.end - step.start
            self.interval[k, number] = step.interval
            self.lead[k, number] = step.interval - 1 if step.rounding == "up" else 0
            self.price[k, number] = int(price * den)

    def prices(self, rate: np.ndarray, quantity: np.ndarray) -> np.ndarray:
        """Which records the table prices: of fast rates, within what is safe for them."""
        if self.all_fast and len(rate) and quantity.max() <= self.least_safe:
            return np.ones(len(rate), dtype=bool)
        found = np.empty(len(rate), dtype=bool)
        for part in blocks(None, len(rate)):
            these = rate[part]
            found[part] = self.fast[these] & (quantity[part] <= self.safe[these])
        return found

    def billed(self, rate: np.ndarray, quantity: np.ndarray) -> np.ndarray:
        """Billed units of records (quantity ≥ 0, millionths of the base unit)."""
        return self._count(rate, quantity)[1]

    def charge(
        self, rate: np.ndarray, quantity: np.ndarray, no_setup: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
        """(price in millionths, rest or None, billed units) of records under fast rates.

        ``quantity`` ≥ 0 and within :attr:`safe`; ``no_setup`` marks continuation parts.
        """
        total, billed = self._count(rate, quantity)
        if self.any_setup or self.bounded:
            charged = quantity > 0
            if self.any_on_zero:
                charged |= self.on_zero[rate]
            setup = self.setup[rate]
            if no_setup is not None:
                setup = np.where(no_setup, 0, setup)
            total += np.where(charged, setup, 0)
            if self.bounded:
                limited = np.minimum(np.maximum(total, self.low[rate]), self.high[rate])
                total = np.where(charged, limited, total)
        value = self._round(rate, total)
        if self.one_scale is None:
            value *= self.scale[rate]
        elif self.one_scale != 1:
            value *= self.one_scale
        if not self.any_fine:
            return value, None, billed
        fine = self.fine[rate]
        price = (np.abs(value) + MICRO // 2) // MICRO
        price = np.where(value < 0, -price, price)
        rest = np.where(fine, value - price * MICRO, 0)
        return np.where(fine, price, value), rest, billed

    def _round(self, rate: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Sums over their denominators, in units of the place that is rounded to."""
        if not self.any_den:
            return total
        den = self.den[rate]
        if not self.signed:
            value = (total + self.bias[rate]) // den
        else:
            value = (np.abs(total) + self.bias[rate]) // den
        if self.any_even:
            tie = self.even[rate] & ((np.abs(total) % den) * 2 == den)
            value -= tie & (value & 1 == 1)
        return np.where(total < 0, -value, value) if self.signed else value

    def _count(self, rate: np.ndarray, quantity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.any_free:
            quantity = np.maximum(quantity - self.free[rate], 0)
        part = quantity
        if self.most_steps > 1:
            part = np.minimum(part, self.width[0][rate])
        interval = self.interval[0][rate]
        intervals = (part + self._lead(0, rate, interval)) // interval
        total = intervals * self.price[0][rate]
        billed = intervals * interval
        for k in range(1, self.most_steps):
            begins = self.start[k][rate]
            rows = np.flatnonzero(quantity > begins)
            if not rows.size:
                break
            chosen = rate[rows]
            part = quantity[rows] - begins[rows]
            if k + 1 < self.most_steps:
                part = np.minimum(part, self.width[k][chosen])
            interval = self.interval[k][chosen]
            intervals = (part + self._lead(k, chosen, interval)) // interval
            total[rows] += intervals * self.price[k][chosen]
            billed[rows] += intervals * interval
        return total, billed

    def _lead(self, k: int, rate: np.ndarray, interval: np.ndarray) -> np.ndarray:
        """What is added before dividing by the interval, to count begun ones."""
        return interval - 1 if self.all_up else self.lead[k][rate]


def _plain_steps(rate: Rate) -> list[Step] | None:
    """The steps as (start, width, interval, price) that can be counted each by itself."""
    if rate.mode != "graduated" or rate.extras or rate.relative or rate.refuse:
        return None
    if rate.conference_by != "leg" or rate.rejoin or rate.months:
        return None
    steps = list(rate.steps)
    if steps and steps[-1].end is not None:
        if rate.beyond == "refuse":
            return None
        if rate.beyond == "last":
            last = steps[-1]
            steps[-1] = Step(last.start, None, last.interval, last.price, last.rounding, last.flat)
        else:
            steps.append(Step(steps[-1].end, None, 1, Fraction(0), "none"))
    if not steps:
        steps = [Step(0, None, 1, Fraction(0), "none")]
    if len(steps) > _MAX_STEPS or any(step.flat or step.setup for step in steps):
        return None
    plain = []
    for step in steps:
        spills = step.rounding == "up" and rate.round_quantity != "step" and step.end is not None
        if spills and (step.end - step.start) % step.interval:
            return None
        if step.rounding == "none":
            # In proportion: intervals of a single millionth of a unit.
            step = Step(step.start, step.end, 1, step.price / step.interval, "none")
        plain.append(step)
    return plain
