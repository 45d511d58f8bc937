# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rating: a usage frame and a tariff book in, charges out.

Every row of the usage frame comes back: with one or more priced segments, or with a reason.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .assemble import assemble
from .at_end import price_by_end
from .bands import day_number
from .belonging import complete
from .book import TariffBook
from .check_rows import bound, check_calls, given_prices
from .conference import gather
from .context import Context
from .cover import Cover, cover
from .lots import Ledger
from .measure import measured
from .pricing import Pricer, Prices
from .rates import Rate
from .reasons import CODES, NUMBER
from .resolve import Resolved, resolve
from .result import Rated
from .settled import Settled
from .tiering import Tiered, tiered
from .together import put_together
from .usage import MAX_QUANTITY, Usage
from .watch import alerts_frame, topups, topups_frame, watch

#: A record of more (millionths of a second: three years) is not cut by bands day after day.
LONGEST_SPLIT = 3 * 366 * 86_400 * 1_000_000
#: A recurring price is not for more than a century.
LONGEST_SPAN = 36_525 * 86_400 * 1_000_000


@dataclass
class Run:
    """Everything a run of rating found out, before it becomes frames."""

    context: Context
    ledger: Ledger
    pricer: Pricer
    bearer: dict[int, int]
    cover: Cover
    tiers: Tiered
    prices: Prices
    alerts: pd.DataFrame
    topups: pd.DataFrame


def rate(
    book: TariffBook,
    usage: pd.DataFrame,
    *,
    opening: pd.DataFrame | None = None,
    spent: pd.DataFrame | None = None,
    settled: pd.DataFrame | None = None,
    span: tuple[dt.date, dt.date] | None = None,
    language: str = "en",
) -> Rated:
    """Price every record of ``usage`` by ``book``.

    ``opening``: ``Rated.allowances`` of the period before, for what rolls over. ``spent``: what
    records of the same periods that are not in ``usage``, and come before it, drew on balances
    (columns allowance, holder, day, units, money; int64 millionths; ``records`` too for allowances
    of the first records). ``settled``: charges of the
    same periods that are not in ``usage``, from whose sums tiers, limits and minimums go on (see
    :mod:`~.settled`). ``span``: first and last
    local day for which balances and top-ups are wanted of holders that the book names, even where
    there is no usage. ``language``: "en" or "de", of the messages about records without a price.

    Raises :class:`~.usage.UsageError` where a column is missing or of a wrong type; a single
    faulty record never raises but gets a reason.
    """
    done = run(book, usage, opening=opening, spent=spent, settled=settled, span=span)
    german = language == "de"
    charges = assemble(done.context, done.cover, done.prices, done.bearer, german)
    return Rated(charges, done.ledger.frame(), done.alerts, done.topups, book)


def run(
    book: TariffBook,
    usage: pd.DataFrame,
    *,
    opening: pd.DataFrame | None = None,
    spent: pd.DataFrame | None = None,
    settled: pd.DataFrame | None = None,
    span: tuple[dt.date, dt.date] | None = None,
) -> Run:
    """The steps of rating one after the other.

    Limits look at prices, and prices at what allowances left and tiers add up. A record that a
    limit refuses uses nothing of them: that is there for others, so all is done again without it.
    """
    days = None if span is None else (day_number(span[0]), day_number(span[1]))
    refused: dict[int, tuple[str, str]] = {}
    while True:
        done = _run(book, usage, opening, spent, Settled(settled, book), days, refused)
        late = _refused_after_all(done)
        if not late:
            return done
        refused |= late


def _refused_after_all(done: Run) -> dict[int, tuple[str, str]]:
    """Rows that drew on an allowance or count in a tier and got a reason afterwards, with that."""
    context = done.context
    reason = context.found.reason
    if not reason.any():
        return {}
    tiered = np.flatnonzero((done.tiers.rate != context.rate) & (reason != 0)).tolist()
    tiered += [row for row in done.tiers.cuts if reason[row]]
    rows = {row for draw in done.cover.draws for row in draw.rows[reason[draw.rows] != 0].tolist()}
    rows.update(tiered)
    return {row: (CODES[int(reason[row])], context.details.get(row, "")) for row in sorted(rows)}


def _run(
    book: TariffBook,
    usage: pd.DataFrame,
    opening: pd.DataFrame | None,
    spent: pd.DataFrame | None,
    settled: Settled,
    days: tuple[int, int] | None,
    refused: dict[int, tuple[str, str]],
) -> Run:
    """Once through all steps; ``refused``: rows that have a reason from the beginning."""
    context = prepare(book, usage)
    for row, (code, detail) in refused.items():
        context.refuse(row, code, detail)
    ledger = Ledger(opening, book.allowance_list, spent)
    bearer = gather(context) | put_together(context)
    pricer = Pricer(context)
    context.amount = pricer.exact_amount
    covered = cover_all(context, pricer, ledger, days)
    # The pricer has the context: all of a run would wait for the garbage collector, and so many
    # columns have so few objects that it does not come for dozens of runs.
    del context.amount
    tiers = tier_all(context, pricer, covered, settled)
    prices = pricer.price(covered, tiers, _to_price(context, bearer))
    prices.put_sign(context.sign)
    if context.given is not None:
        given_prices(context, prices)
    check_calls(context, prices)
    alerts = watch_all(context, prices, settled, covered)
    tops = [topups(context, one, prices.totals(), days, settled) for one in book.minimum_list]
    missing = pd.concat(tops, ignore_index=True) if tops else topups_frame([])
    return Run(context, ledger, pricer, bearer, covered, tiers, prices, alerts, missing)


def _to_price(context: Context, bearer: dict[int, int]) -> np.ndarray | None:
    """Rows that need a price (None: all): not refused, not priced already, not borne by another
    row."""
    reason = context.found.reason
    if not bearer and context.given is None:
        return np.flatnonzero(reason == 0) if reason.any() else None
    rows = np.flatnonzero(reason == 0)
    idle = np.zeros(context.rows, dtype=bool)
    idle[list(bearer)] = True
    if context.given is not None:
        idle |= context.given
    return rows[~idle[rows]]


def prepare(book: TariffBook, usage: pd.DataFrame) -> Context:
    """Resolve every record and bind it by the guards."""
    seen = complete(book, Usage(usage))
    found = resolve(book, seen)
    size, sign = base_quantity(book, seen, found)
    price_by_end(book, found, seen.started, size)
    quantity, left_out = measured(book, found, size)
    context = Context(book, seen, found, quantity, sign, left_out)
    bound(context)
    return context


def base_quantity(
    book: TariffBook, usage: Usage, found: Resolved
) -> tuple[np.ndarray, np.ndarray | None]:
    """Size of each quantity in millionths of the rate's base unit, and its sign if any is < 0.

    Rows whose unit measures something else than their rate get a reason.
    """
    by_cost = None
    if book.asks_cost:
        by_cost = np.array([*(rate.on == "cost" for rate in book.rates), False])[found.rate]
    unit, names = usage.filled_codes("unit", "second")
    bases = [book.units.base(name) for name in names]
    wanted = [rate.usage_unit for rate in book.rates]
    place = {name: number for number, name in enumerate(dict.fromkeys(wanted))}
    of_rate = np.array([*(place[name] for name in wanted), -1], dtype=np.int16)
    of_unit = np.array([*(place.get(base, -2) for base, _ in bases), -2], dtype=np.int16)
    if len(place) > 1 or (of_unit[:-1] != 0).any():
        wrong = (of_rate[found.rate] != of_unit[unit]) & (found.reason == 0)
        if by_cost is not None:
            wrong &= ~by_cost
        found.reason[wrong] = NUMBER["wrong-unit"]
    size = usage.signed_quantity
    if by_cost is not None:
        size = cost_quantity(book, usage, found, by_cost)
    sign = None
    if len(size) and size.min() < 0:
        sign = np.where(size < 0, -1, 1)
        size = np.abs(size)
    if any(factor != 1 for _, factor in bases):
        factor = np.array([*(factor for _, factor in bases), 1], dtype=np.int64)[unit]
        if by_cost is not None:
            factor = np.where(by_cost, 1, factor)
        too_large = size > (1 << 61) // factor
        found.reason[too_large] = NUMBER["bad-quantity"]
        size = np.where(too_large, 0, size) * factor
    if len(size) and size.max() > LONGEST_SPLIT:
        most = np.array([*map(_longest, book.rates), MAX_QUANTITY])
        long = size > most[found.rate]
        found.reason[long & (found.reason == 0)] = NUMBER["bad-quantity"]
    return size, sign


def cost_quantity(
    book: TariffBook, usage: Usage, found: Resolved, by_cost: np.ndarray
) -> np.ndarray:
    """The quantities, of rows priced by it the cost that they state; without one they get a
    reason."""
    size = usage.signed_quantity.copy()
    stated = usage.integers("cost")
    values, present = (np.zeros_like(size), by_cost & False) if stated is None else stated
    open_ = by_cost & (found.reason == 0)
    size[by_cost] = values[by_cost]
    found.reason[open_ & ~present] = NUMBER["no-cost"]
    found.reason[open_ & present & (np.abs(size) > MAX_QUANTITY)] = NUMBER["bad-quantity"]
    currency = usage.texts("currency")
    for row in np.flatnonzero(open_ & present).tolist() if currency is not None else ():
        own = book.tariff_of(book.origin(int(found.rate[row]))).currency
        if currency[row] is not None and currency[row] != own:
            found.reason[row] = NUMBER["wrong-currency"]
    return size


def _longest(rate: Rate) -> int:
    """The greatest quantity of a record that a rate prices, millionths of its base unit."""
    if rate.months is not None:
        return LONGEST_SPAN
    return (
        LONGEST_SPLIT
        if rate.split in ("increment", "exact") and rate.unit == "second"
        else (MAX_QUANTITY)
    )


def cover_all(
    context: Context, pricer: Pricer, ledger: Ledger, span: tuple[int, int] | None
) -> Cover:
    """What allowances leave of every record."""
    if not context.book.allowance_list:
        return Cover.of(context.quantity)
    return cover(context, ledger, pricer.billed, span)


def tier_all(context: Context, pricer: Pricer, covered: Cover, settled: Settled) -> Tiered:
    """The tier of every record."""
    if not context.book.tier_list:
        return Tiered(context.rate)

    def billed(rows: np.ndarray) -> np.ndarray:
        units = pricer.billed(rows, covered)
        return np.where(covered.tail[rows], covered.left[rows], units)

    def amounts(rows: np.ndarray) -> np.ndarray:
        return pricer.amounts(rows, covered)

    return tiered(context, billed, amounts, pricer.fast & (covered.cut == 0), settled)


def watch_all(context: Context, prices: Prices, settled: Settled, covered: Cover) -> pd.DataFrame:
    """Hold the charges against all spending limits."""
    frames = [alerts_frame(covered.fair_use)] if covered.fair_use else []
    if context.book.limit_list:
        totals = prices.totals()
        allowed, refused, alerts = watch(context, context.book.limit_list, totals, settled)
        frames.append(alerts)
        for row, limit in refused.items():
            context.refuse(row, "limit-reached", str(limit.name or limit.id))
        for row in np.flatnonzero(allowed != totals).tolist():
            prices.lower(row, int(allowed[row]))
    return pd.concat(frames, ignore_index=True) if frames else alerts_frame([])
