# SPDX-License-Identifier: AGPL-3.0-or-later
"""Books and usage from files, charges into files, for use without a server.

CSV speaks as people do: quantities in units ("61", "35.5"), money in the currency ("0.55"), times
in ISO 8601 (without an offset: UTC). Parquet carries the frames as they are: integers of
millionths.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from .book import TariffBook
from .money import decimal_text, to_micro
from .result import Rated
from .schema import BookError, Problem
from .usage import UsageError

_QUANTITIES = ("quantity",)
_MONEY = ("price", "cost")
_OUT_QUANTITIES = ("quantity", "billed", "allowance_units")
_OUT_MONEY = ("allowance_money",)


def read_book(path: str | Path) -> TariffBook:
    """A tariff book from a JSON file; :class:`BookError` where it cannot be used."""
    text = Path(path).read_text(encoding="utf-8")
    try:
        data = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        problem = Problem(str(path), "file", "", f"is no JSON ({error})", "Correct the file.")
        raise BookError([problem]) from None
    return TariffBook(data)


def read_usage(path: str | Path) -> pd.DataFrame:
    """A usage frame from CSV or Parquet."""
    if str(path).lower().endswith((".parquet", ".pq")):
        frame = pd.read_parquet(path)
        if "started_at" in frame.columns and frame["started_at"].dtype == object:
            frame["started_at"] = pd.Series(
                pd.to_datetime(frame["started_at"], utc=True)
            ).dt.tz_localize(None)
        return frame
    raw = pd.read_csv(path, dtype="object", keep_default_na=False, sep=None, engine="python")
    frame = raw.map(lambda text: text.strip() or None).rename(columns=str.strip)
    for name in frame.columns:
        if name in (*_QUANTITIES, *_MONEY):
            frame[name] = _micros(frame[name], name)
        elif name == "started_at":
            frame[name] = _instants(frame[name])
        elif name == "continuation":
            frame[name] = frame[name].map(lambda t: str(t).lower() in ("1", "true", "yes"))
        else:
            frame[name] = frame[name].astype("string")
    return frame


def _micros(column: pd.Series, name: str) -> pd.Series:
    values = []
    for row, text in enumerate(column):
        try:
            values.append(pd.NA if text is None else to_micro(text))
        except ValueError as error:
            raise UsageError(f"usage row {row}, {name}: {error}; correct the file") from None
    return pd.Series(values, index=column.index, dtype="Int64")


def _instants(column: pd.Series) -> pd.Series:
    try:
        values = pd.to_datetime(column, utc=True, format="ISO8601")
    except ValueError as error:
        raise UsageError(f"started_at: {error}; write times like 2026-01-31T08:00:00Z") from None
    return values.dt.tz_localize(None).astype("datetime64[us]")


#: What rating finds out besides charges, and which of its columns are millionths.
_MORE = {
    "allowances": ("granted", "used", "left"),
    "alerts": ("threshold", "amount", "spent"),
    "topups": ("required", "turnover", "topup"),
}


def write_more(rated: Rated, folder: str | Path) -> None:
    """Balances, alerts and top-ups as CSV files of a folder, in units and currency."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, columns in _MORE.items():
        frame = getattr(rated, name).copy()
        for column in columns:
            frame[column] = [decimal_text(value) for value in frame[column]]
        frame.to_csv(place / f"{name}.csv", index=False)


def write_charges(charges: pd.DataFrame, path: str | Path | Any) -> None:
    """Charges as CSV (in units and currency) or Parquet (as they are)."""
    if str(path).lower().endswith((".parquet", ".pq")):
        charges.to_parquet(path, index=False)
        return
    shown = charges.copy()
    shown["price"] = [
        decimal_text(price, rest)
        for price, rest in zip(charges["price"], charges["rest"], strict=True)
    ]
    for name in (*_OUT_QUANTITIES, *_OUT_MONEY):
        shown[name] = [decimal_text(value) for value in charges[name]]
    shown.drop(columns=["rest"]).to_csv(path, index=False)
