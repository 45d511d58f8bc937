# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cost side: what carriers take for our records, the margin, the cheapest carrier.

A carrier's price list is a tariff like any other, priced by the same core; where the carrier states
what a record cost, that counts if the book says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .book import TariffBook
from .carriers import Carrier
from .result import Rated
from .usage import Usage

#: What decides a carrier's price; contracts, options and given prices are our customers' matter.
_KEPT = (
    "started_at", "quantity", "unit", "service", "direction", "b_number", "a_number",
    "destination", "conference", "participant", "continuation", "key", "arrival",
)  # fmt: skip


def cost(book: TariffBook, usage: pd.DataFrame) -> pd.DataFrame:
    """What each record costs us: one row per usage row.

    Columns ``usage``, ``carrier``, ``cost`` (millionths, Int64, NA where unknown), ``currency``,
    ``stated`` (taken from the record), ``reason``. The usage column ``carrier`` names the carrier;
    without it the book's only carrier is meant.
    """
    seen = Usage(usage)
    codes, names = seen.codes("carrier")
    if "carrier" not in usage.columns and len(book.carriers) == 1:
        codes, names = np.zeros(seen.rows, dtype=np.int64), list(book.carriers)
    values = np.zeros(seen.rows, dtype=np.int64)
    known = np.zeros(seen.rows, dtype=bool)
    stated = np.zeros(seen.rows, dtype=bool)
    currency = np.full(seen.rows, None, dtype=object)
    reason = np.full(seen.rows, None, dtype=object)
    reason[codes < 0] = "no-carrier"
    for code, name in enumerate(names):
        rows = np.flatnonzero(codes == code)
        carrier = book.carriers.get(name)
        if carrier is None:
            reason[rows] = "no-carrier"
            continue
        taken = _stated(book, carrier, seen, rows, values, currency)
        stated[taken] = known[taken] = True
        rows = rows[~stated[rows]]
        if carrier.tariff is None:
            reason[rows] = "no-stated-cost"
            continue
        listed = _listed(book, carrier.tariff, usage, rows)
        good = listed["reason"].isna().to_numpy()
        values[rows] = listed["price"]
        known[rows] = good
        currency[rows] = listed["currency"].to_numpy()
        reason[rows[~good]] = listed["reason"][~good].to_numpy()
    return pd.DataFrame(
        {
            "usage": np.arange(seen.rows, dtype=np.int64),
            "carrier": pd.Series(
                [names[code] if code >= 0 else None for code in codes], dtype="str"
            ),
            "cost": pd.arrays.IntegerArray(np.where(known, values, 0), ~known),
            "currency": pd.Series(currency, dtype="str"),
            "stated": stated,
            "reason": pd.Series(reason, dtype="str"),
        }
    )


def least_cost(
    book: TariffBook, usage: pd.DataFrame, carriers: Sequence[Any] | None = None
) -> pd.DataFrame:
    """Every record by every carrier's price list, and which is the cheapest.

    Columns ``usage``, one Int64 column ``cost <carrier>`` per carrier (NA where it has no price),
    ``best`` (carrier, the first named of equal ones) and ``best_cost``.
    """
    chosen = [str(name) for name in carriers] if carriers is not None else list(book.carriers)
    rows = np.arange(len(usage))
    frame = pd.DataFrame({"usage": rows})
    best = np.full(len(usage), np.iinfo(np.int64).max)
    best_name = np.full(len(usage), None, dtype=object)
    for name in chosen:
        tariff = book.carriers[name].tariff
        if tariff is None:
            continue
        listed = _listed(book, tariff, usage, rows)
        good = listed["reason"].isna().to_numpy()
        price = listed["price"].to_numpy()
        frame[f"cost {name}"] = pd.arrays.IntegerArray(np.where(good, price, 0), ~good)
        cheaper = good & (price < best)
        best[cheaper] = price[cheaper]
        best_name[cheaper] = name
    missing = best == np.iinfo(np.int64).max
    frame["best"] = pd.Series(best_name, dtype="str")
    frame["best_cost"] = pd.arrays.IntegerArray(np.where(missing, 0, best), missing)
    return frame


def margin(rated: Rated, costs: pd.DataFrame) -> pd.DataFrame:
    """Revenue, cost and margin of each record (millionths, Int64).

    A margin is NA where there is no charge, no cost, or where the two are in different currencies.
    """
    charges = rated.charges
    rows = len(costs)
    revenue = np.zeros(rows, dtype=np.int64)
    np.add.at(revenue, charges["usage"].to_numpy(), charges["price"].to_numpy())
    first = charges.drop_duplicates("usage")
    charged = first["reason"].isna().to_numpy()
    same = (first["currency"].astype("str").to_numpy() == costs["currency"].to_numpy()) & charged
    spent = costs["cost"].fillna(0).to_numpy(dtype=np.int64)
    known = same & costs["cost"].notna().to_numpy()
    return pd.DataFrame(
        {
            "usage": costs["usage"],
            "revenue": pd.arrays.IntegerArray(revenue, ~charged),
            "cost": costs["cost"],
            "margin": pd.arrays.IntegerArray(np.where(known, revenue - spent, 0), ~known),
            "currency": first["currency"].to_numpy(),
        }
    )


def _stated(
    book: TariffBook,
    carrier: Carrier,
    usage: Usage,
    rows: np.ndarray,
    values: np.ndarray,
    currency: np.ndarray,
) -> np.ndarray:
    """Rows whose stated cost counts; fills ``values`` and ``currency``."""
    stated = usage.integers("cost") if carrier.stated else None
    if stated is None:
        return rows[:0]
    taken = rows[stated[1][rows]]
    values[taken] = stated[0][taken]
    default = book.currency
    if carrier.tariff is not None:
        default = book.tariffs[carrier.tariff].currency
    said = usage.texts("currency")
    currency[taken] = [default if said is None else said[row] or default for row in taken]
    return taken


def _listed(book: TariffBook, tariff: str, usage: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """One row per record: price, currency and reason by a carrier's price list."""
    from .engine import rate

    part = usage[[name for name in _KEPT if name in usage.columns]].iloc[rows]
    part = part.reset_index(drop=True)
    part["tariff"] = tariff
    charges = rate(book, part).charges
    total = np.zeros(len(rows), dtype=np.int64)
    np.add.at(total, charges["usage"].to_numpy(), charges["price"].to_numpy())
    first = charges.drop_duplicates("usage")
    return pd.DataFrame(
        {
            "price": total,
            "currency": first["currency"].astype("str").to_numpy(),
            "reason": first["reason"].astype("object").to_numpy(),
        }
    )
