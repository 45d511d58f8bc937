# SPDX-License-Identifier: AGPL-3.0-or-later
"""Books and usage from files, charges into files, for use without a server.

CSV speaks as people do: quantities in units ("61", "35.5"), money in the currency ("0.55"), times
in ISO 8601 (without an offset: UTC). Parquet carries the frames as they are: integers of
millionths.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from .book import TariffBook
from .cost import cost, least_cost, margin
from .csv_usage import NUMBERS, digits, instants, read_csv
from .money import decimal_texts
from .result import Rated
from .schema import _MISSING, BookError, Problem
from .usage import UsageError

_OUT_QUANTITIES = ("quantity", "billed", "allowance_units")
_OUT_MONEY = ("allowance_money",)


def read_book(path: str | Path) -> TariffBook:
    """A tariff book from a JSON file; :class:`BookError` where it cannot be used."""
    try:
        content = Path(path).read_bytes()
        data = json.loads(content, parse_float=Decimal, object_pairs_hook=_fields_once)
    except (ValueError, RecursionError) as error:
        problem = Problem(
            str(path),
            "file",
            _MISSING,
            f"is no JSON ({error})",
            "Correct the file; the tariff book comes first, the usage second.",
        )
        raise BookError([problem]) from None
    return TariffBook(data)


def read_usage(path: str | Path) -> pd.DataFrame:
    """A usage frame from CSV or Parquet."""
    if not _is_parquet(path):
        return read_csv(path)
    try:
        frame = pd.read_parquet(path)
    except ValueError as error:
        raise UsageError(f"{path} is no readable Parquet file ({error})") from None
    for name in NUMBERS:
        texts = frame.get(name)
        if texts is not None and texts.dtype.kind == "O":
            written = texts.astype("string")
            if written.str.startswith("+").any():
                frame[name] = written.map(digits, na_action="ignore").astype("string")
    started = frame.get("started_at")
    if started is not None and started.dtype.kind == "O":
        texts = [None if pd.isna(one) else str(one) for one in started]
        frame["started_at"] = instants(texts, range(len(texts)), "row").set_axis(frame.index)
    return frame


def _is_parquet(path: str | Path) -> bool:
    return str(path).lower().endswith((".parquet", ".pq"))


def _fields_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of the book; of a field that is there twice one would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"field {twice!r} stands twice in one object")
    return found


#: What rating finds out besides charges, and which of its columns are millionths.
_MORE = {
    "allowances": ("granted", "used", "left"),
    "alerts": ("threshold", "amount", "spent"),
    "topups": ("required", "turnover", "topup"),
}


def write_more(rated: Rated, usage: pd.DataFrame, folder: str | Path) -> None:
    """Balances, alerts and top-ups as CSV files of a folder, in units and currency; where the book
    has carriers, also what each record costs by its carrier and by each of them."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, columns in _MORE.items():
        frame = getattr(rated, name).copy()
        for column in columns:
            frame[column] = decimal_texts(frame[column].to_numpy())
        frame.to_csv(place / f"{name}.csv", index=False)

    if rated.book.carriers:
        costs = cost(rated.book, usage)
        earned = margin(rated, costs)
        costs = costs.assign(revenue=earned["revenue"], margin=earned["margin"])
        _write_amounts(costs, ("cost", "revenue", "margin"), place / "costs.csv")
        every = least_cost(rated.book, usage)
        amounts = [name for name in every.columns if name.startswith(("cost ", "best_"))]
        _write_amounts(every, amounts, place / "least_cost.csv")


def _write_amounts(frame: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    """A frame as CSV, columns of millionths (NA: empty) in the currency."""
    shown = frame.copy()
    for name in columns:
        texts = decimal_texts(frame[name].fillna(0).to_numpy(dtype="int64"))
        shown[name] = pd.Series(texts, index=frame.index).where(frame[name].notna(), None)
    shown.to_csv(path, index=False)


def write_charges(charges: pd.DataFrame, path: str | Path | Any) -> None:
    """Charges as CSV (in units and currency) or Parquet (as they are)."""
    if _is_parquet(path):
        charges.to_parquet(path, index=False)
        return
    shown = charges.copy()
    shown["price"] = decimal_texts(charges["price"].to_numpy(), charges["rest"].to_numpy())
    for name in (*_OUT_QUANTITIES, *_OUT_MONEY):
        shown[name] = decimal_texts(charges[name].to_numpy())
    shown.drop(columns=["rest"]).to_csv(path, index=False)


def write_sums(found: pd.DataFrame, path: str | Path | Any) -> None:
    """Net, tax and gross as CSV or Parquet."""
    if _is_parquet(path):
        found.to_parquet(path, index=False)
    else:
        found.to_csv(path, index=False)
