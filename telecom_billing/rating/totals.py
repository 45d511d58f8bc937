# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charges added up to positions and invoices, rounded where their rates say so.

A charge that its rate leaves unrounded keeps twelve places. A position is the sum of such charges,
rounded once by the rate's rule; an invoice likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from .money import MICRO, join_pico, round_fraction
from .result import Rated
from .room import check_sums, may_overflow

LEVELS = ("position", "invoice")


def totals(rated: Rated, by: Sequence[str], level: str = "position") -> pd.DataFrame:
    """Sums of the charges by columns of ``Rated.charges``, in millionths (``price``, int64).

    Charges of rates that round at ``level`` are added exactly and rounded as a sum, those of
    different rules apart; what rounds elsewhere is added as it is, to the millionth half up.
    """
    if level not in LEVELS:
        raise ValueError(f"level {level!r} is unknown; choose one of {', '.join(LEVELS)}")
    charges = rated.charges[rated.charges["reason"].isna()]
    rules = [
        (rate.decimals, rate.rounding) if rate.round_at == level else (6, "half_up")
        for rate in rated.book.listed_rates
    ]
    known = dict.fromkeys([*rules, (6, "half_up")])
    place = {rule: number for number, rule in enumerate(known)}
    of_rate = np.array([*(place[rule] for rule in rules), place[6, "half_up"]], dtype=np.int64)
    keys = [*by, "_rule"]
    frame = charges[[*dict.fromkeys(by), "price", "rest"]].assign(
        _rule=of_rate[rated.rate_places(charges)]
    )
    prices = frame["price"].to_numpy()
    if may_overflow(prices):
        group = np.zeros(len(frame), dtype=np.int64)
        if by:
            group = frame.groupby(list(by), dropna=False, observed=True).ngroup().to_numpy()
        check_sums(group, prices, "sums of charges")
    sums = frame.groupby(keys, dropna=False, observed=True, sort=True)[["price", "rest"]].sum()
    rounded = []
    for (*_, rule), price, rest in zip(
        [key if isinstance(key, tuple) else (key,) for key in sums.index],
        sums["price"],
        sums["rest"],
        strict=True,
    ):
        decimals, rounding = list(known)[rule]
        exact: Fraction = join_pico(price, rest)
        rounded.append(int(round_fraction(exact, decimals, rounding) * MICRO))
    found = sums.assign(price=np.array(rounded, dtype=np.int64)).reset_index()
    if not by:
        return pd.DataFrame({"price": [int(found["price"].sum())]}, dtype="int64")
    grouped = found.groupby(list(by), dropna=False, observed=True, sort=True)["price"].sum()
    return grouped.reset_index()
