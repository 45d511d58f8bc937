# SPDX-License-Identifier: AGPL-3.0-or-later
"""What rating hands back: frames of charges, balances, alerts and top-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .money import MICRO, join_pico

if TYPE_CHECKING:
    from .book import TariffBook


@dataclass
class Rated:
    """The answer of :func:`~.engine.rate`; ``readme/TARIFF_BOOK.md`` lists every column.

    ``charges``: one row per record and priced part, in the order of the usage frame.
    ``allowances``: one row per balance and period. ``alerts``: thresholds of spending limits
    reached. ``topups``: what is missing to minimum turnovers.
    """

    charges: pd.DataFrame
    allowances: pd.DataFrame
    alerts: pd.DataFrame
    topups: pd.DataFrame
    book: TariffBook

    def total(self, currency: str | None = None) -> Fraction:
        """The exact sum of all charges (in one currency)."""
        charges = self.charges
        if currency is not None:
            charges = charges[charges["currency"] == currency]
        price = sum(map(int, charges["price"].to_numpy()))
        rest = sum(map(int, charges["rest"].to_numpy()))
        return Fraction(price, MICRO) + join_pico(0, rest)

    def rate_places(self, charges: pd.DataFrame) -> np.ndarray:
        """Position in the book of each charge's rate, -1 where it has none.

        Rates are unique within their version only, so the two are looked up together.
        """
        names = ["tariff", "version", "rate"]
        listed = {
            (str(self.book.tariff_list[version.tariff].id), str(version.id), str(rate.id)): place
            for version in self.book.versions
            for place, rate in enumerate(version.rates, version.first_rate)
        }
        distinct = charges[names].drop_duplicates()
        place = [listed.get(tuple(map(str, key)), -1) for key in distinct.itertuples(index=False)]
        found = charges[names].merge(distinct.assign(_place=place), on=names, how="left")
        return found["_place"].to_numpy(dtype=np.int64)


def id_column(ids: Sequence[Any], codes: np.ndarray) -> Any:
    """The identifiers behind codes (-1 = NA): Int64 if all are numbers, else a categorical."""
    if all(isinstance(value, int) for value in ids):
        values = np.array([*ids, 0], dtype=np.int64)[codes]
        return pd.arrays.IntegerArray(values, codes < 0)
    texts = [str(value) for value in ids]
    unique = list(dict.fromkeys(texts))
    if len(unique) != len(texts):
        place = {text: number for number, text in enumerate(unique)}
        codes = np.array([*(place[text] for text in texts), -1], dtype=np.int64)[codes]
    return pd.Categorical.from_codes(codes, categories=pd.Index(unique, dtype="object"))
