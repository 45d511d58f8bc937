# SPDX-License-Identifier: AGPL-3.0-or-later
"""From arrays, single segments and draws on allowances to the frame of charges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .context import Context
from .cover import Cover
from .pricing import Prices
from .reasons import CODES, message
from .result import id_column

_COLUMNS = (
    "rate", "zone", "quantity", "billed", "price", "rest", "allowance", "units", "money",
)  # fmt: skip


@dataclass
class Chunk:
    """Segments of some rows: ``rows`` of the usage, ``place`` of the segment among a row's."""

    rows: np.ndarray
    place: np.ndarray
    columns: dict[str, np.ndarray]


def assemble(
    context: Context, cover: Cover, prices: Prices, bearer: dict[int, int], german: bool = False
) -> pd.DataFrame:
    """The frame of charges, one row per record and segment, records in order; messages in English
    or ``german``."""
    reason = context.found.reason
    bad = reason != 0
    if bad.any():
        for column in (prices.price, prices.rest, prices.billed):
            column[bad] = 0
        prices.rate = np.where(bad, -1, prices.rate)
        prices.quantity = np.where(bad, context.usage.signed_quantity, prices.quantity)
        prices.shown = prices.shown | bad
        for row in [row for row in prices.own if bad[row]]:
            del prices.own[row]
    for row in bearer:
        prices.billed[row] = 0
    rows, segment, columns = _merge(_chunks(context, cover, prices, bad), context.rows)
    if cover.draws or prices.own or context.left_out is not None:
        _report_used(context, cover, prices, rows, columns, bad)
    return _frame(context, rows, segment, columns, german)


def _report_used(context, cover, prices, rows, columns, bad) -> None:
    """A record has used what it has, whatever of it was counted, covered or put on top."""
    sign = np.ones(context.rows, dtype=np.int64) if context.sign is None else context.sign
    several = np.zeros(context.rows, dtype=bool)
    several[list(prices.own)] = True
    for draw in cover.draws:
        several[draw.rows] = True
    size = np.abs(context.quantity)
    columns["quantity"] = columns["quantity"].copy()  # it may be the context's own
    if context.left_out is not None:
        size = size + context.left_out
        single = np.flatnonzero(~(several | bad)[rows])
        columns["quantity"][single] = (size * sign)[rows[single]]
    some = np.flatnonzero((several & ~bad)[rows])
    columns["quantity"][some] = sign[rows[some]] * _used(
        rows[some], np.abs(columns["quantity"][some]), size
    )


def _chunks(context: Context, cover: Cover, prices: Prices, bad: np.ndarray) -> list[Chunk]:
    own = prices.own
    shown = prices.shown.copy()
    shown[list(own)] = False
    whole = bool(shown.all())
    rows = np.arange(context.rows) if whole else np.flatnonzero(shown)
    pick = slice(None) if whole else rows
    zone = np.where(bad, -1, context.zone) if bad.any() else context.zone
    none = np.zeros(len(rows), dtype=np.int64)
    chunks = [
        Chunk(
            rows,
            np.full(len(rows), len(cover.draws)) if cover.draws else none,
            {
                "rate": prices.rate[pick],
                "zone": zone[pick],
                "quantity": prices.quantity[pick],
                "billed": prices.billed[pick],
                "price": prices.price[pick],
                "rest": prices.rest[pick],
                "allowance": none - 1,
                "units": none,
                "money": none,
            },
        )
    ]
    for place, draw in enumerate(cover.draws):
        good = ~bad[draw.rows]
        rows, units = draw.rows[good], draw.units[good]
        covered = draw.covered[good]
        none = np.zeros(len(rows), dtype=np.int64)
        chunks.append(
            Chunk(
                rows,
                none + place,
                {
                    "rate": context.rate[rows],
                    "zone": zone[rows],
                    "quantity": covered,
                    "billed": none,
                    "price": none,
                    "rest": none,
                    "allowance": none + draw.allowance,
                    "units": units,
                    "money": draw.money[good],
                },
            )
        )
    if own:
        first = len(cover.draws)
        flat = [
            (row, first + place, one.rate, one.zone, one.used, one.billed, one.price, one.rest)
            for row, segments in own.items()
            for place, one in enumerate(segments)
        ]
        table = np.array(flat, dtype=np.int64).T
        none = np.zeros(len(flat), dtype=np.int64)
        values = [*table[2:], none - 1, none, none]
        chunks.append(Chunk(table[0], table[1], dict(zip(_COLUMNS, values, strict=True))))
    return chunks


def _merge(chunks: list[Chunk], size: int) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """All segments, by row and place; segments are numbered from 0 within their row."""
    if len(chunks) == 1 and len(chunks[0].rows) == size:
        return chunks[0].rows, np.zeros(size, dtype=np.int16), chunks[0].columns
    rows = np.concatenate([chunk.rows for chunk in chunks])
    place = np.concatenate([chunk.place for chunk in chunks])
    order = np.lexsort((place, rows))
    rows = rows[order]
    columns = {
        name: np.concatenate([chunk.columns[name] for chunk in chunks])[order] for name in _COLUMNS
    }
    begins = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    counts = np.diff(np.append(begins, len(rows)))
    segment = np.arange(len(rows), dtype=np.int64) - np.repeat(begins, counts)
    return rows, segment.astype(np.int16), columns


def _used(rows: np.ndarray, quantity: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The quantities of rows' segments, in order, such that those of a row are its ``size``.

    An allowance gives billed units, and tiers part them; what increments put on top of a record is
    not used by it.

    >>> _used(np.array([1, 1]), np.array([60, 61]), np.array([0, 61])).tolist()
    [60, 1]
    >>> _used(np.array([0, 1, 1]), np.array([360, 60, 60]), np.array([358, 30])).tolist()
    [358, 30, 0]
    """
    if not len(rows):
        return quantity
    begins = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    ends = np.append(begins[1:], len(rows)) - 1
    before = np.cumsum(quantity) - quantity
    before -= np.repeat(before[begins], ends - begins + 1)
    remaining = np.maximum(size[rows] - before, 0)
    used = np.minimum(remaining, quantity)
    used[ends] = remaining[ends]
    return used


def _frame(
    context: Context,
    rows: np.ndarray,
    segment: np.ndarray,
    columns: dict[str, np.ndarray],
    german: bool,
) -> pd.DataFrame:
    book, found = context.book, context.found
    rate = columns["rate"]
    if book.derived_from:
        rate = np.array([*map(book.origin, range(len(book.rates))), -1])[rate]
    version = np.array([*book.rate_version, -1], dtype=np.int64)[rate]
    tariff = np.array([*(v.tariff for v in book.versions), -1], dtype=np.int64)[version]
    listed = len(book.listed_rates)
    band = np.array(
        [*(book.band_place.get(str(r.band), -1) for r in book.listed_rates), -1], dtype=np.int64
    )
    # A free number that nobody lists has a rate beyond those of the book.
    rate = np.where(rate < listed, rate, -1)
    known = np.where(tariff < 0, found.tariff[rows], tariff)
    names = list(dict.fromkeys([book.currency, *(t.currency for t in book.tariff_list)]))
    currency = np.array([*(names.index(t.currency) for t in book.tariff_list), 0])[known]
    return pd.DataFrame(
        {
            "usage": rows,
            "segment": segment,
            "tariff": id_column([t.id for t in book.tariff_list], tariff),
            "version": id_column([v.id for v in book.versions], version),
            "rate": id_column([r.id for r in book.listed_rates], rate),
            "zone": id_column([z.id for z in book.zone_list], columns["zone"]),
            "band": id_column([b.id for b in book.band_list], band[rate]),
            "quantity": columns["quantity"],
            "billed": columns["billed"],
            "allowance": id_column([a.id for a in book.allowance_list], columns["allowance"]),
            "allowance_units": columns["units"],
            "allowance_money": columns["money"],
            "price": columns["price"],
            "rest": columns["rest"],
            "currency": pd.Categorical.from_codes(currency, names),
            "reason": pd.Categorical.from_codes(
                found.reason[rows].astype(np.int64) - 1, list(CODES[1:])
            ),
            "message": _messages(context, rows, german),
        },
        copy=False,
    )


def _messages(context: Context, rows: np.ndarray, german: bool) -> pd.Series:
    """Sentences for rows with a reason, NA for the others."""
    found = context.found
    bad = np.flatnonzero(found.reason[rows])
    said: list[str | None] = []
    for row, facts in zip(rows[bad].tolist(), context.usage.facts(rows[bad]), strict=True):
        if facts["tariff"] is None:
            facts["tariff"] = found.chains.named[found.chains.row[row]]
        facts["tariff"] = context.book.named_tariff(facts["tariff"])
        facts["detail"] = context.details.get(row)
        said.append(message(CODES[found.reason[row]], facts, german))
    place = np.full(len(rows), -1, dtype=np.int64)
    place[bad] = np.arange(len(bad))
    return pd.Series(pd.array([*said, None], dtype="string").take(place, allow_fill=True))
