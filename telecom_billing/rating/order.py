# SPDX-License-Identifier: AGPL-3.0-or-later
"""The order in which records use up what they share.

By their start; of records with the same start by their ``key``, and failing that by everything
else they say. So the result does not depend on the order in which files arrive: records that tie on
all of it are the same record twice, and which of the two is covered makes no difference.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .book import TariffBook
from .usage import Usage

#: Columns that tell two records with the same start apart, after the key.
_CONTENT = (
    "key", "contract", "line", "service", "direction", "b_number", "a_number", "destination",
    "unit", "quantity", "conference", "participant", "tariff", "options", "customer", "kind",
    "price", "cost",
)  # fmt: skip


def ranks(book: TariffBook, usage: Usage) -> np.ndarray:
    """Place of each row: 0 is the first to use something up."""
    if book.order == "arrival":
        return np.arange(usage.rows, dtype=np.int64)
    started = usage.started
    order = np.argsort(started, kind="stable")
    sorted_ = started[order]
    same = np.flatnonzero(sorted_[1:] == sorted_[:-1])
    if same.size:
        _untie(usage, order, sorted_, same)
    rank = np.empty(usage.rows, dtype=np.int64)
    rank[order] = np.arange(usage.rows, dtype=np.int64)
    return rank


def _untie(usage: Usage, order: np.ndarray, sorted_: np.ndarray, same: np.ndarray) -> None:
    """Sort the rows that share a start by what else they say."""
    places = np.unique(np.concatenate([same, same + 1]))
    rows = order[places]
    columns = [name for name in _CONTENT if name in usage.frame.columns]
    part = usage.frame[columns].iloc[rows]
    keys = [sorted_[places]]
    for name in columns:
        codes, _ = pd.factorize(part[name].map(_sortable), sort=True)
        keys.append(codes)
    order[places] = rows[np.lexsort(keys[::-1])]


def _sortable(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return value.hex() if isinstance(value, bytes) else str(value)
