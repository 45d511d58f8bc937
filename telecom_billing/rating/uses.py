# SPDX-License-Identifier: AGPL-3.0-or-later
"""One balance for several things: how much of it a unit of each uses up.

An allowance of 500 units of which a minute uses one, a minute to mobiles three and a message two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .clock import Clock
from .money import MICRO
from .schema import MAX_UNITS, Node
from .selector import WHAT, Selector
from .units import Units

if TYPE_CHECKING:
    from .context import Context

_MOST = MAX_UNITS * MICRO
#: What is counted by the piece is covered as a whole or not at all: nobody sells half a message.
WHOLE = "piece"


@dataclass(frozen=True)
class Use:
    """Records that it is for use ``ratio`` base units of the balance for each base unit of theirs;
    ``shown``: what an explanation calls it (unit, base units of the balance)."""

    selector: Selector
    unit: str
    ratio: Fraction
    shown: tuple[str, Fraction]

    @classmethod
    def read(cls, node: Node, clock: Clock, units: Units, factor: int) -> Use:
        """``factor``: base units of one unit of the allowance."""
        node.only(*WHAT, "unit", "each")
        unit = node.text("unit", "second") or "second"
        base, size = units.base(unit)
        if not node.has("each"):
            node.fault("each", "is missing", "Say how many of the allowance one unit uses.", None)
        each = node.quantity("each", Fraction(1), positive=True, scale=factor) or Fraction(1)
        selector = Selector.read(node, clock)
        return cls(selector, base, each * factor / size, (unit, each * factor))


@dataclass
class Counted:
    """Rows in the measure of an allowance's balance: ``use`` (position, -1: not for this row)."""

    uses: tuple[Use, ...]
    use: np.ndarray
    _num: np.ndarray = field(init=False)
    _den: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self._num = np.array([use.ratio.numerator for use in self.uses], dtype=object)
        self._den = np.array([use.ratio.denominator for use in self.uses], dtype=object)

    @classmethod
    def of(cls, uses: tuple[Use, ...], context: Context, among: np.ndarray) -> Counted:
        """The first use that fits each row marked in ``among``."""
        found = np.full(context.rows, -1, dtype=np.int64)
        for place, use in enumerate(uses):
            mask = use.selector.mask(context, among & (found < 0))
            found[mask & context.book.rates_in(use.unit)[context.rate]] = place
        return cls(uses, found)

    def wanted(self, rows: np.ndarray, units: np.ndarray) -> np.ndarray:
        """What units (≥ 0) of rows ask the balance for, rounded up to a millionth."""
        return self._times(rows, units, self._num, self._den, up=True)

    def covered(
        self, rows: np.ndarray, units: np.ndarray, wanted: np.ndarray, drawn: np.ndarray
    ) -> np.ndarray:
        """The units of rows that are covered by what was drawn of what they wanted."""
        found = self._times(rows, drawn, self._den, self._num, up=False)
        return np.where(drawn >= wanted, units, np.minimum(found, units))

    def lots(self, rows: np.ndarray) -> np.ndarray:
        """What one piece asks for, where a row is counted by the piece; else 0."""
        lots = [
            min(-(-use.ratio * MICRO // 1), _MOST) if use.unit == WHOLE else 0 for use in self.uses
        ]
        return np.array(lots, dtype=np.int64)[self.use[rows]]

    def _times(
        self, rows: np.ndarray, units: np.ndarray, times: np.ndarray, over: np.ndarray, *, up: bool
    ) -> np.ndarray:
        if not len(rows):
            return units.copy()
        use = self.use[rows]
        if int(units.max()) * int(times.max()) + int(over.max()) < 1 << 62:
            times, over = times.astype(np.int64), over.astype(np.int64)
        else:
            units = units.astype(object)
        found = units * times[use]
        found = -(-found // over[use]) if up else found // over[use]
        return np.minimum(found, _MOST).astype(np.int64)


def read_uses(node: Node, clock: Clock, units: Units, factor: int) -> tuple[Use, ...]:
    """The list ``uses`` of an allowance."""
    if not node.has("uses"):
        return ()
    if not node.has("quantity") or node.has("step"):
        node.fault(
            "uses",
            "needs a quantity, and no step",
            "Give the balance a 'quantity' in a unit of its own, and take 'step' out.",
        )
    found = tuple(Use.read(child, clock, units, factor) for child in node.children("uses", "use"))
    if not found and not node.list("uses"):
        node.fault("uses", "is an empty list", "Name at least one, or leave it out for all.")
    return found
