# SPDX-License-Identifier: AGPL-3.0-or-later
"""What binds single rows: guards, rates that refuse, prices that records bring along."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .context import Context
from .money import join_pico
from .pricing import Prices
from .reasons import NUMBER


def bound(context: Context) -> None:
    """Apply what needs no price: given prices, refusals, guards."""
    _take_given(context)
    _refusals(context)
    book, found = context.book, context.found
    if not book.guard_list:
        return
    usage = context.usage
    context.guard = book.guards.find(usage, found.service, found.services, *_kinds(context))
    # Callers of ours pay nothing for whom they are: limits are about numbers that are called.
    ways = np.array([way != "in" for _, way, _ in found.kinds], dtype=bool)
    context.guard[~ways[found.kind]] = -1
    rows = np.flatnonzero((context.guard >= 0) & (found.rate >= 0) & (found.reason == 0))
    code = context.guard[rows] * len(book.rates) + found.rate[rows]
    size = len(book.rates)
    for one in np.unique(code):
        these = rows[code == one]
        guard, number = book.guard_list[int(one) // size], int(one) % size
        if guard.free:
            found.rate[these] = book.derive_free(number)
            context.free[these] = True
            continue
        breach = guard.breach(book.rates[number], book.tariff_of(number))
        if breach is not None:
            for row in these.tolist():
                context.refuse(row, *breach)
    _free_after_all(context)
    # A free number needs no price: nobody has to list it.
    for row in np.flatnonzero((context.guard >= 0) & _curable(found.reason)).tolist():
        if book.guard_list[context.guard[row]].free:
            found.reason[row] = 0
            found.rate[row] = book.free_rate
            context.free[row] = True


def _free_after_all(context: Context) -> None:
    """What a record says of its price does not count where the law says that it is free."""
    if context.given is None or context.guard is None:
        return
    free = np.array([*(guard.free for guard in context.book.guard_list), False])
    rows = np.flatnonzero(context.given & free[context.guard])
    context.given[rows] = False
    context.free[rows] = True
    unknown = rows[context.found.rate[rows] < 0]
    if unknown.size:
        context.found.rate[unknown] = context.book.free_rate


def _kinds(context: Context) -> tuple[np.ndarray, list[str]]:
    """(code per row, -1 = unknown; names) of the kinds of customers, where a guard asks for them.

    What the record says counts, else what the book says of its line, contract or customer.
    """
    book, usage = context.book, context.usage
    if not any(guard.kinds for guard in book.guard_list):
        return np.full(usage.rows, -1, dtype=np.int64), []
    code, names = usage.codes("kind")
    names = list(dict.fromkeys([*names, *book.kinds]))
    for column in ("line", "contract", "customer"):
        known = {
            who: names.index(kind)
            for kind, members in book.kinds.items()
            for who in members[column + "s"]
        }
        holders, values = usage.codes(column)
        if known and values:
            said = np.array([*(known.get(value, -1) for value in values), -1], dtype=np.int64)
            code = np.where(code < 0, said[holders], code)
    return code, names


def _curable(reason: np.ndarray) -> np.ndarray:
    return (reason == NUMBER["no-zone"]) | (reason == NUMBER["no-rate"])


def _take_given(context: Context) -> None:
    """Rows that bring a price need no rate, only a contract and the tariff's currency."""
    given = context.usage.integers("price")
    if given is None:
        return
    found = context.found
    _, present = given
    missing = np.isin(
        found.reason,
        [NUMBER[code] for code in ("no-tariff", "no-version", "no-zone", "no-rate", "wrong-unit")],
    )
    found.reason[present & missing] = 0
    found.reason[present & (found.reason == NUMBER["no-base-price"])] = 0
    context.given = present & (found.reason == 0)
    currency = context.usage.texts("currency")
    if currency is not None:
        for row in np.flatnonzero(context.given).tolist():
            if currency[row] is not None and currency[row] != context.currency(row):
                context.refuse(row, "wrong-currency")
                context.given[row] = False


def _refusals(context: Context) -> None:
    refusing = [n for n, rate in enumerate(context.book.rates) if rate.refuse is not None]
    if not refusing:
        return
    for row in np.flatnonzero(np.isin(context.rate, refusing) & (context.found.reason == 0)):
        if context.given is None or not context.given[row]:
            said = context.book.rates[context.rate[row]].refuse
            context.refuse(int(row), "refused", str(said))


def given_prices(context: Context, prices: Prices) -> None:
    """Take over the prices that records bring."""
    given = context.usage.integers("price")
    assert given is not None and context.given is not None
    rows = np.flatnonzero(context.given)
    sign = 1 if context.sign is None else context.sign[rows]
    prices.price[rows] = given[0][rows]
    prices.quantity = prices.quantity.copy()
    prices.billed[rows] = prices.quantity[rows] = context.quantity[rows] * sign


def check_calls(context: Context, prices: Prices) -> None:
    """Refuse calls whose charge exceeds what the law allows for one call, or whose price did so
    after all: in a band or tier that they ran into."""
    if context.guard is None:
        return
    book = context.book
    bound = (context.guard >= 0) & (context.found.reason == 0)
    other = np.flatnonzero(bound & (prices.rate != context.rate)).tolist()
    for row in {*other, *(row for row in prices.own if bound[row])}:
        used = {one.rate for one in prices.own.get(row, ())} or {int(prices.rate[row])}
        guard = book.guard_list[context.guard[row]]
        for number in sorted(used - {int(context.rate[row]), -1}):
            breach = guard.breach(book.rates[number], book.tariff_of(number))
            if breach is not None and not guard.free:
                context.refuse(row, *breach)
                break
    _check_amounts(context, prices)
    capped = [number for number, guard in enumerate(book.guard_list) if guard.per_call is not None]
    for row in np.flatnonzero(np.isin(context.guard, capped) & (context.found.reason == 0)):
        if context.rate[row] < 0 or (context.given is not None and context.given[row]):
            continue
        charge = _charge(prices, int(row))
        number = int(context.rate[row])
        guard = book.guard_list[context.guard[row]]
        used = {number}
        if book.rates[number].setup_per == "part":
            used |= {one.rate for one in prices.own.get(int(row), ())} - {-1}
        for one in sorted(used):
            limit = guard.breach_of_call(book.rates[one], book.tariff_of(one), charge)
            if limit is not None:
                context.refuse(int(row), "cap-per-call", limit)
                break


def _check_amounts(context: Context, prices: Prices) -> None:
    """Refuse records that bring a price, or are priced by their cost, above every limit."""
    assert context.guard is not None
    book, usage = context.book, context.usage
    by_cost = np.array([*(rate.on == "cost" for rate in book.rates), False])[context.rate]
    if context.given is not None:
        by_cost = by_cost | context.given
    rows = np.flatnonzero(by_cost & (context.guard >= 0) & (context.found.reason == 0))
    unit, names = usage.filled_codes("unit", "second")
    for row in rows.tolist():
        tariff = context.found.tariff[row]
        if tariff < 0 or context.free[row]:
            continue
        base, factor = book.units.base(names[unit[row]])
        size = abs(int(usage.signed_quantity[row])) * factor
        guard = book.guard_list[context.guard[row]]
        charge = abs(_charge(prices, row))
        breach = guard.breach_of_amount(book.tariff_list[tariff], charge, base, size)
        if breach is not None:
            context.refuse(row, *breach)


def _charge(prices: Prices, row: int) -> Fraction:
    segments = prices.own.get(row)
    if segments is None:
        return join_pico(int(prices.price[row]), int(prices.rest[row]))
    return sum((join_pico(one.price, one.rest) for one in segments), join_pico(0, 0))
