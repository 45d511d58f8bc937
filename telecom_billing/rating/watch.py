# SPDX-License-Identifier: AGPL-3.0-or-later
"""What charges add up to in a period: spending limits with alerts, minimum turnovers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from .belonging import named_holders
from .context import Context
from .grants import validity_of
from .limits import Limit, Minimum
from .money import INT64_MAX, MICRO
from .room import too_much
from .selector import Selector
from .settled import Settled


@dataclass
class _Account:
    """What the holders of one limit have spent in each period, and what they are told."""

    limit: Limit
    names: list[str]
    sums: dict[tuple[int, int], int]
    borders: list[tuple[Fraction, int]]
    alerts: list[tuple[Any, ...]] = field(default_factory=list)

    def room(self, whose: tuple[int, int], cost: int) -> int:
        """How much of a positive ``cost`` may be charged."""
        if self.limit.then != "free" or cost <= 0:
            return cost
        return max(min(cost, self.limit.amount - self.sums.get(whose, 0)), 0)

    def reached(self, whose: tuple[int, int]) -> bool:
        return self.limit.then == "refuse" and self.sums.get(whose, 0) >= self.limit.amount

    def spend(self, whose: tuple[int, int], cost: int, row: int, started: int) -> None:
        before = self.sums.get(whose, 0)
        after = self.sums[whose] = before + cost
        limit, (code, period) = self.limit, whose
        for part, border in self.borders:
            if before < border <= after:
                self.alerts.append(
                    (
                        "limit",
                        limit.id,
                        limit.selector.share,
                        self.names[code],
                        limit.selector.period.start(period),
                        int(part * MICRO),
                        limit.amount,
                        after,
                        row,
                        started,
                    )
                )


def watch(
    context: Context, limits: Sequence[Limit], price: np.ndarray, settled: Settled
) -> tuple[np.ndarray, dict[int, Limit], pd.DataFrame]:
    """(what each row may cost under all limits, who refuses a row, alerts); millionths.

    Record by record: a limit counts what the others left of a charge, whichever is listed first.
    """
    accounts: list[_Account] = []
    entries: list[np.ndarray] = []
    for number, limit in enumerate(limits):
        account, found = _account(context, limit, settled)
        accounts.append(account)
        entries.append(np.vstack([found, np.full(found.shape[1], number)]))
    rows, codes, periods, numbers = np.concatenate(entries, axis=1)
    order = np.lexsort((numbers, context.rank[rows]))
    allowed, refused = price.copy(), dict[int, Limit]()
    started = context.usage.started
    if len(accounts) == 1:
        _alone(accounts[0], (rows[order], codes[order], periods[order]), allowed, refused, started)
        return allowed, refused, alerts_frame(accounts[0].alerts)
    told = zip(*(one[order].tolist() for one in (rows, codes, periods, numbers)), strict=True)
    # The rows stand in order, and the core knows no Odoo whose groupby would sort them.
    for row, group in groupby(told, key=itemgetter(0)):  # pylint: disable=bad-builtin-groupby
        mine = [(accounts[number], (code, period)) for _, code, period, number in group]
        stop = next((one.limit for one, whose in mine if one.reached(whose)), None)
        if stop is not None:
            refused[row] = stop
            continue
        cost = int(price[row])
        left = min(one.room(whose, cost) for one, whose in mine)
        allowed[row] = left
        for one, whose in mine:
            one.spend(whose, left, row, started[row])
    return allowed, refused, alerts_frame([told for one in accounts for told in one.alerts])


def _alone(
    account: _Account,
    entries: tuple[np.ndarray, np.ndarray, np.ndarray],
    allowed: np.ndarray,
    refused: dict[int, Limit],
    started: np.ndarray,
) -> None:
    """The same for a single limit: a holder is looked at closely only where something happens."""
    limit, sums = account.limit, account.sums
    nearest = min([limit.amount, *(border for _, border in account.borders)])
    costs = allowed[entries[0]].tolist()
    for row, code, period, cost in zip(*(one.tolist() for one in entries), costs, strict=True):
        whose = (code, period)
        after = sums.get(whose, 0) + cost
        if cost >= 0 and after < nearest:
            sums[whose] = after
        elif account.reached(whose):
            refused[row] = limit
        else:
            allowed[row] = left = account.room(whose, cost)
            account.spend(whose, left, row, started[row])


def _account(context: Context, limit: Limit, settled: Settled) -> tuple[_Account, np.ndarray]:
    """A limit with what was spent before, and (rows, holders, periods) that it concerns."""
    concerned = context.charged & context.in_currency(limit.selector, limit.currency)
    rows = np.flatnonzero(limit.selector.mask(context, concerned))
    codes, names = limit.selector.holders(context)
    rows = rows[codes[rows] >= 0]
    periods = limit.selector.period.number(context.usage.started[rows])
    borders = [(part, -(-limit.amount * part.numerator // part.denominator))
               for part in limit.thresholds]  # fmt: skip
    place = {name: code for code, name in enumerate(names)}
    sums: dict[tuple[int, int], int] = {
        (place[holder], period): one.money
        for (holder, period), one in settled.sums(limit.selector, currency=limit.currency).items()
        if holder in place
    }
    return _Account(limit, names, sums, borders), np.vstack([rows, codes[rows], periods])


def topups(
    context: Context,
    minimum: Minimum,
    price: np.ndarray,
    span: tuple[int, int] | None,
    settled: Settled,
) -> pd.DataFrame:
    """What is missing to a minimum turnover, per holder and period."""
    selector = minimum.selector
    concerned = context.charged & context.in_currency(selector, minimum.currency)
    rows = np.flatnonzero(selector.mask(context, concerned))
    codes, names = selector.holders(context)
    rows = rows[codes[rows] >= 0]
    periods = selector.period.number(context.usage.started[rows])
    earlier = settled.sums(selector, currency=minimum.currency)
    sums = {whose: one.money for whose, one in earlier.items()}
    for row, period in zip(rows.tolist(), periods.tolist(), strict=True):
        whose = (names[int(codes[row])], period)
        sums[whose] = sums.get(whose, 0) + int(price[row])
    for whose in _named(context, selector, periods, span):
        sums.setdefault(whose, 0)
    found = []
    for (holder, period), turnover in sorted(sums.items()):
        required = Fraction(minimum.amount)
        if minimum.prorate:
            days, total = selector.period.covered(
                period, *validity_of(context.book, selector, holder)
            )
            required = required * days / total
        # Rounded to the millionth; the invoice rounds the position it becomes.
        due = int((required * 2 + 1) // 2)
        found.append(
            (
                minimum.id,
                selector.share,
                holder,
                selector.period.start(period),
                due,
                turnover,
                max(due - turnover, 0),
            )
        )
    return topups_frame(found)


def _named(
    context: Context, selector: Selector, periods: np.ndarray, span: tuple[int, int] | None
) -> list[tuple[str, int]]:
    """Holders that the book names, in all periods of the span (or of the usage)."""
    if span is not None:
        ends = selector.period.of_day(np.array(span, dtype=np.int64))
    elif len(periods):
        ends = np.array([periods.min(), periods.max()])
    else:
        return []
    holders = named_holders(context.book, selector)
    return [(holder, one) for holder in holders for one in range(int(ends[0]), int(ends[1]) + 1)]


def alerts_frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Alerts with fixed types, also when there are none; ``kind`` says what ``limit`` names: a
    spending limit (money) or, "fair-use", a flat allowance (units)."""
    return _frame(
        rows,
        {
            "kind": "object",
            "limit": "object",
            "share": "object",
            "holder": "object",
            "period": "datetime64[s]",
            "threshold": "int64",
            "amount": "int64",
            "spent": "int64",
            "usage": "int64",
            "reached_at": "datetime64[us]",
        },
    )


def topups_frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Top-ups with fixed types, also when there are none."""
    return _frame(
        rows,
        {
            "minimum": "object",
            "share": "object",
            "holder": "object",
            "period": "datetime64[s]",
            "required": "int64",
            "turnover": "int64",
            "topup": "int64",
        },
    )


def _frame(rows: list[tuple[Any, ...]], kinds: dict[str, str]) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    for name, values in zip(kinds, columns, strict=True):
        if kinds[name] == "int64" and any(abs(int(one)) > INT64_MAX for one in values):
            raise too_much("sums of charges under limits and minimums")
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=kind)
            for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }
    )
