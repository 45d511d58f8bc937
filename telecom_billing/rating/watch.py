# SPDX-License-Identifier: AGPL-3.0-or-later
"""What charges add up to in a period: spending limits with alerts, minimum turnovers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from .belonging import named_holders
from .context import Context
from .grants import validity_of
from .limits import Limit, Minimum
from .money import MICRO
from .selector import Selector
from .settled import Settled


def watch(
    context: Context, limit: Limit, price: np.ndarray, settled: Settled
) -> tuple[np.ndarray, list[int], pd.DataFrame]:
    """(what each row may cost under the limit, rows it refuses, alerts); prices in millionths."""
    allowed = price.copy()
    refused: list[int] = []
    concerned = context.charged & context.in_currency(limit.selector, limit.currency)
    rows = np.flatnonzero(limit.selector.mask(context, concerned))
    codes, names = limit.selector.holders(context)
    rows = rows[codes[rows] >= 0]
    rows = rows[np.argsort(context.rank[rows], kind="stable")]
    periods = limit.selector.period.number(context.usage.started[rows])
    alerts: list[tuple[Any, ...]] = []
    borders = [(part, -(-limit.amount * part.numerator // part.denominator))
               for part in limit.thresholds]  # fmt: skip
    place = {name: code for code, name in enumerate(names)}
    sums: dict[tuple[int, int], int] = {
        (place[holder], period): one.money
        for (holder, period), one in settled.sums(limit.selector, currency=limit.currency).items()
        if holder in place
    }
    for row, period in zip(rows.tolist(), periods.tolist(), strict=True):
        whose = (int(codes[row]), period)
        before = sums.get(whose, 0)
        cost = int(price[row])
        if limit.then == "refuse" and before >= limit.amount:
            refused.append(row)
            continue
        after = before + cost
        if limit.then == "free" and cost > 0:
            after = max(before, min(after, limit.amount))
            allowed[row] = after - before
        sums[whose] = after
        for part, border in borders:
            if before < border <= after:
                alerts.append(
                    (
                        "limit",
                        limit.id,
                        limit.selector.share,
                        names[whose[0]],
                        limit.selector.period.start(period),
                        int(part * MICRO),
                        limit.amount,
                        after,
                        row,
                        context.usage.started[row],
                    )
                )
    return allowed, refused, alerts_frame(alerts)


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
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=kind)
            for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }
    )
