# SPDX-License-Identifier: AGPL-3.0-or-later
"""The order in which records use up what they share.

By their start; of records with the same start by their ``key``, and failing that by everything
else they say. So the result does not depend on the order in which files arrive: records that tie on
all of it are the same record twice, and which of the two is covered makes no difference. Where the
same records are rated again in another order, ``arrival`` (an integer) keeps even those apart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .book import TariffBook
from .usage import Usage

#: Columns that tell two records with the same start apart, one after the other.
_CONTENT = (
    "key", "contract", "line", "service", "direction", "b_number", "a_number", "destination",
    "unit", "quantity", "conference", "participant", "tariff", "options", "customer", "kind",
    "price", "cost", "arrival",
)  # fmt: skip
_NONE = np.iinfo(np.int64).min


def ranks(book: TariffBook, usage: Usage) -> np.ndarray:
    """Place of each row: 0 is the first to use something up."""
    if book.order == "arrival":
        return np.arange(usage.rows, dtype=np.int64)
    started = usage.started
    order = np.argsort(started, kind="stable")
    _untie(usage, order, started[order])
    rank = np.empty(usage.rows, dtype=np.int64)
    rank[order] = np.arange(usage.rows, dtype=np.int64)
    return rank


def _untie(usage: Usage, order: np.ndarray, group: np.ndarray) -> None:
    """Sort the rows that share a start by what else they say, until none is left that tie.

    ``order``: the rows by their start, changed in place; ``group``: what they tie on so far.
    """
    places, group = _tied(np.arange(len(order)), group)
    for name in _CONTENT:
        if not places.size:
            return
        if name not in usage.frame.columns:
            continue
        rows = order[places]
        value = _sortable(usage.frame[name].iloc[rows])
        new = np.lexsort((value, group))
        order[places], value = rows[new], value[new]
        differs = (group[1:] != group[:-1]) | (value[1:] != value[:-1])
        places, group = _tied(places, np.cumsum(np.append(False, differs)))


def _tied(places: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What stands beside another of its group (groups stand together)."""
    same = np.zeros(len(group) + 1, dtype=bool)
    same[1:-1] = group[1:] == group[:-1]
    tied = same[1:] | same[:-1]
    return places[tied], group[tied]


def _sortable(column: pd.Series) -> np.ndarray:
    """Integers in the order of a column's values, those that are NA first."""
    if pd.api.types.is_integer_dtype(column.dtype) and column.dtype.kind == "i":
        return column.fillna(_NONE).to_numpy(dtype=np.int64)
    codes, values = pd.factorize(column, use_na_sentinel=True)
    texts = [value.hex() if isinstance(value, bytes) else str(value) for value in values]
    place = np.empty(len(texts) + 1, dtype=np.int64)
    place[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    place[-1] = -1
    return place[codes]
