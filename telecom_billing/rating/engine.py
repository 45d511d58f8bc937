# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rating: a usage frame and a tariff book in, charges out.

Every row of the usage frame comes back: with one or more priced segments, or with a reason.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .assemble import Rows, assemble
from .book import TariffBook
from .parts import Cells, NoRate
from .reasons import CODES, NUMBER
from .record import price
from .resolve import Resolved, resolve
from .result import Rated
from .steps import BeyondSteps
from .usage import Usage


def rate(book: TariffBook, usage: pd.DataFrame) -> Rated:
    """Price every record of ``usage`` by ``book``.

    Raises :class:`~.usage.UsageError` where a column is missing or of a wrong type; a single
    faulty record never raises but gets a reason.
    """
    seen = Usage(usage)
    found = resolve(book, seen)
    quantity, sign = base_quantity(book, seen, found)
    rows = Rows.empty(seen.rows)
    rows.rate, rows.zone, rows.reason = found.rate, found.zone, found.reason
    price_rows(book, seen, found, rows, quantity, sign)
    return assemble(book, seen, found, rows)


def base_quantity(
    book: TariffBook, usage: Usage, found: Resolved
) -> tuple[np.ndarray, np.ndarray | None]:
    """Size of each quantity in millionths of the rate's base unit, and its sign if any is < 0.

    Rows whose unit measures something else than their rate get a reason.
    """
    unit, names = usage.filled_codes("unit", "second")
    bases = [book.units.base(name) for name in names]
    rate_units = {name: place for place, name in enumerate({r.unit for r in book.rates})}
    of_rate = np.array([*(rate_units[r.unit] for r in book.rates), -1], dtype=np.int16)
    of_unit = np.array([*(rate_units.get(base, -2) for base, _ in bases), -2], dtype=np.int16)
    wrong = (of_rate[found.rate] != of_unit[unit]) & (found.reason == 0)
    if wrong.any():
        found.reason[wrong] = NUMBER["wrong-unit"]
    size = usage.signed_quantity
    sign = None
    if len(size) and size.min() < 0:
        sign = np.where(size < 0, -1, 1)
        size = np.abs(size)
    if any(factor != 1 for _, factor in bases):
        factor = np.array([*(factor for _, factor in bases), 1], dtype=np.int64)[unit]
        too_large = size > (1 << 61) // factor
        found.reason[too_large] = NUMBER["bad-quantity"]
        size = np.where(too_large, 0, size) * factor
    return size, sign


def price_rows(
    book: TariffBook,
    usage: Usage,
    found: Resolved,
    rows: Rows,
    quantity: np.ndarray,
    sign: np.ndarray | None,
) -> None:
    """Fill prices: the fast way by the table, the rest one by one."""
    table = book.table
    continuation = usage.flags("continuation")
    good = found.reason == 0
    fast = good & table.fast[found.rate] & (quantity <= table.safe[found.rate])
    over = crossing(found, usage.started, quantity)
    if over is not None:
        fast &= ~over
    whole = bool(fast.all())
    chosen = slice(None) if whole else np.flatnonzero(fast)
    no_setup = None if continuation is None else continuation[chosen]
    cost, rest, billed = table.charge(found.rate[chosen], quantity[chosen], no_setup)
    if sign is not None:
        cost, billed = cost * sign[chosen], billed * sign[chosen]
        rest = None if rest is None else rest * sign[chosen]
    rows.quantity = quantity if sign is None else quantity * sign
    if whole:
        rows.price, rows.billed = cost, billed
        rows.rest = np.zeros(len(cost), dtype=np.int64) if rest is None else rest
        return
    rows.price[chosen], rows.billed[chosen] = cost, billed
    if rest is not None:
        rows.rest[chosen] = rest
    for row in np.flatnonzero(good & ~fast):
        _price_one(book, usage, found, rows, int(row), int(quantity[row]), sign, continuation)


def _price_one(
    book: TariffBook,
    usage: Usage,
    found: Resolved,
    rows: Rows,
    row: int,
    quantity: int,
    sign: np.ndarray | None,
    continuation: np.ndarray | None,
) -> None:
    rate_ = book.rates[found.rate[row]]
    if rate_.refuse is not None:
        rows.refuse(row, "refused", rate_.refuse)
        return
    try:
        answer = price(
            book,
            int(found.rate[row]),
            int(found.zone[row]),
            cells_of(book, found, row),
            int(usage.started[row]),
            quantity,
            setup=continuation is None or not continuation[row],
        )
    except NoRate:
        rows.refuse(row, "no-rate")
        return
    except BeyondSteps:
        rows.refuse(row, "beyond-steps")
        return
    rows.put(row, answer.segments, -1 if sign is not None and sign[row] < 0 else 1)


def crossing(found: Resolved, started: np.ndarray, quantity: np.ndarray) -> np.ndarray | None:
    """Records that may run over a band border (None: no rate splits there)."""
    if found.until is None:
        return None
    # Where the last increment ends may lie beyond the record, but it begins within it.
    return started + quantity > found.until


def cells_of(book: TariffBook, found: Resolved, row: int) -> Cells | None:
    """The competing rates around the rate of a row, or None if no band is involved."""
    number = int(found.rate[row])
    factors, base = book.derived_from.get(number, ((), number))
    plan = book.plan(book.rate_version[base], found.services[found.service[row]])
    cell = plan.cells[found.cell[row]]
    if cell.schedule is None:
        return None
    rates = cell.rates
    if factors:
        rates = tuple(book.derive(factors, one) for one in rates)
    return Cells(rates, plan.zones_of(int(found.cell[row])), cell.schedule)


__all__ = ["CODES", "rate"]
