# SPDX-License-Identifier: AGPL-3.0-or-later
"""What charges come to on an invoice: net, tax and gross by whoever pays, taken from one sum.

Prices with tax keep the gross that was promised, prices without it the net; the tax is worked out
once for each rate of tax, never line by line (:mod:`~.tax`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from .money import MICRO
from .result import Rated
from .tax import from_gross, from_net
from .totals import totals

COLUMNS = ("currency", "tax_rate", "net", "tax", "gross")


def sums(
    rated: Rated, usage: pd.DataFrame, by: Sequence[str] = ("contract",), places: int = 2
) -> pd.DataFrame:
    """Net, tax and gross (Decimal) by columns of the usage frame, currency and rate of tax.

    Charges that a rate leaves to be rounded on the invoice are rounded as a sum first.
    ``ValueError`` for a column that the usage has not.
    """
    missing = [name for name in by if name not in usage.columns]
    if missing:
        raise ValueError(f"usage has no column {missing[0]!r}; choose one of its own")
    charges = rated.charges[rated.charges["reason"].isna()]
    rules = [(one.tax_included, one.tax_rate) for one in rated.book.tariff_list]
    known = list(dict.fromkeys([*rules, (False, Fraction(0))]))
    place = {key: number for number, key in enumerate(known)}
    names = (str(one.id) for one in rated.book.tariff_list)
    of_tariff = {name: place[rule] for name, rule in zip(names, rules, strict=True)}
    rule = charges["tariff"].map(lambda name: of_tariff.get(str(name), place[known[-1]]))
    own = {name: usage[name].array[charges["usage"].to_numpy()] for name in by}
    whole = charges.assign(**own, _tax=np.asarray(rule, dtype=np.int64))
    found = totals(replace(rated, charges=whole), [*by, "currency", "_tax"], "invoice")
    rows = []
    for one in found.to_dict("records"):
        included, rate = known[int(one["_tax"])]
        amount = Fraction(int(one["price"]), MICRO)
        split = (from_gross if included else from_net)(amount, rate, places)
        shown = Decimal(rate.numerator) / Decimal(rate.denominator)
        rows.append((*(one[name] for name in by), one["currency"], shown, *split))
    return pd.DataFrame(rows, columns=[*by, *COLUMNS])
