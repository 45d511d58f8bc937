# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices: frames in, frames out; numpy and pandas only, no Odoo, no database, no floats for money.

>>> import pandas as pd
>>> book = TariffBook({
...     "format": 1,
...     "zones": [{"id": 1, "name": "Germany", "prefixes": ["49"]}],
...     "tariffs": [{"id": 7, "versions": [{"id": 71, "valid_from": "2026-01-01", "rates": [
...         {"id": 711, "service": "voice", "zone": 1, "initial": "60", "step": "60",
...          "price": "0.10", "per": "minute"}]}]}],
... })
>>> usage = pd.DataFrame({
...     "contract": [1], "line": [10], "tariff": [7], "service": ["voice"], "unit": ["second"],
...     "started_at": pd.to_datetime(["2026-03-02T09:30:00"]), "quantity": [61_000_000],
...     "b_number": ["493012345"]})
>>> rated = rate(book, usage)
>>> rated.charges[["rate", "billed", "price"]].values.tolist()
[[711, 120000000, 200000]]
"""

from .advice import advise
from .book import TariffBook
from .cost import cost, least_cost, margin
from .engine import rate
from .explain import Explanation, explain
from .money import MICRO, exact
from .prefixes import PrefixIndex
from .result import Rated
from .schema import BookError, Problem
from .sums import sums
from .totals import totals
from .usage import UsageError

__all__ = [
    "MICRO",
    "BookError",
    "Explanation",
    "PrefixIndex",
    "Problem",
    "Rated",
    "TariffBook",
    "UsageError",
    "advise",
    "cost",
    "exact",
    "explain",
    "least_cost",
    "margin",
    "rate",
    "sums",
    "totals",
]
