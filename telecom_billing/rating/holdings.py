# SPDX-License-Identifier: AGPL-3.0-or-later
"""The balances of an allowance: one for each holder and period, with or without usage."""

from __future__ import annotations

import numpy as np

from .allowances import Allowance
from .belonging import named_holders
from .context import Context
from .grants import grants, validity_of
from .lots import Ledger


class Holdings:
    """Balances that rows draw on, and those that no row draws on but that matter.

    ``of_row``: number of the balance of each row; ``sizes``: what each balance holds (millionths);
    ``before``: what earlier records drew on it.
    """

    def __init__(self, codes: np.ndarray, names: list[str], periods: np.ndarray) -> None:
        low = int(periods.min()) if len(periods) else 0
        width = int(periods.max()) - low + 1 if len(periods) else 1
        unique, place = np.unique(codes * width + periods - low, return_inverse=True)
        self.of_row = place.reshape(-1).astype(np.int64)
        self.holders = [names[one] for one in (unique // width).tolist()]
        self.periods = (unique % width + low).tolist()
        self.sizes = self.before = np.zeros(len(unique), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.holders)

    def fill(
        self,
        allowance: Allowance,
        context: Context,
        ledger: Ledger,
        rows: np.ndarray,
        span: tuple[int, int] | None,
    ) -> np.ndarray:
        """Add idle balances and find out what each holds; returns the grants."""
        self._add_idle(allowance, context, ledger, span)
        granted = grants(allowance, context, rows, self.of_row, self.holders, self.periods)
        self.before = ledger.before(allowance, self.holders, self.periods)
        rolls = allowance.rollover is not None
        self.sizes = granted.copy() if rolls else np.maximum(granted - self.before, 0)
        return granted

    def sums(self, units: np.ndarray) -> np.ndarray:
        """What each balance gave, exactly."""
        total = np.zeros(len(self), dtype=np.int64)
        np.add.at(total, self.of_row, units)
        return total

    def _add_idle(
        self,
        allowance: Allowance,
        context: Context,
        ledger: Ledger,
        span: tuple[int, int] | None,
    ) -> None:
        """Balances without usage, where a span was asked for or something rolls over."""
        wanted = _periods(allowance, context, ledger, span)
        if not wanted:
            return
        selector = allowance.selector
        holders = dict.fromkeys([*self.holders, *ledger.holders(allowance)])
        if selector.share == "pool":
            holders.update(dict.fromkeys(selector.who["pools"]))
        else:
            holders.update(dict.fromkeys(named_holders(context.book, selector)))
        present = set(zip(self.holders, self.periods, strict=True))
        for holder in holders:
            valid = validity_of(context.book, selector, holder)
            for one in wanted:
                if (holder, one) not in present and selector.period.covered(one, *valid)[0]:
                    self.holders.append(holder)
                    self.periods.append(one)


def _periods(
    allowance: Allowance, context: Context, ledger: Ledger, span: tuple[int, int] | None
) -> list[int]:
    """Periods in which balances matter even without usage."""
    period = allowance.selector.period
    found: list[int] = []
    if span is not None:
        found += period.of_day(np.array(span, dtype=np.int64)).tolist()
    if allowance.rollover is not None:
        started = context.usage.started[~context.usage.bad_start]
        if len(started):
            found += period.number(np.array([started.min(), started.max()])).tolist()
        if found and ledger.until(allowance) is not None:
            # The months between the last run and this one granted something, too.
            found.append(min(int(ledger.until(allowance) or 0) + 1, *found))
    return list(range(min(found), max(found) + 1)) if found else []
