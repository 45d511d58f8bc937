# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why does this record cost that? Every decision with its source, as data and as sentences.

The record is rated once more, together with those that share its balances, and each decision is
read off the run: nothing here computes a price of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .belonging import complete
from .book import TariffBook
from .engine import run
from .explain_price import priced
from .explain_route import route
from .sentences import sentence
from .usage import Usage


@dataclass(frozen=True)
class Decision:
    """One step on the way to a price: its kind and the facts behind it."""

    step: str
    facts: dict[str, Any]

    def sentence(self, language: str = "en") -> str:
        """The decision in words, ``language`` "de" or "en"."""
        return sentence(self.step, self.facts, language)


@dataclass(frozen=True)
class Explanation:
    """All decisions about one record, in order."""

    row: int
    decisions: list[Decision] = field(default_factory=list)

    def text(self, language: str = "en") -> str:
        """One sentence a line."""
        return "\n".join(decision.sentence(language) for decision in self.decisions)

    def data(self) -> list[dict[str, Any]]:
        """JSON-able: each decision with both sentences."""
        return [
            {
                "step": one.step,
                "facts": one.facts,
                "en": one.sentence("en"),
                "de": one.sentence("de"),
            }
            for one in self.decisions
        ]

    def facts(self, step: str) -> list[dict[str, Any]]:
        """The facts of every decision of one kind."""
        return [one.facts for one in self.decisions if one.step == step]


def explain(
    book: TariffBook,
    usage: pd.DataFrame,
    row: int,
    *,
    opening: pd.DataFrame | None = None,
    spent: pd.DataFrame | None = None,
    settled: pd.DataFrame | None = None,
) -> Explanation:
    """Explain row ``row`` (position) of ``usage``.

    The frame needs the records of the period that share allowances, tiers or limits with the row;
    others do not matter. ``opening``, ``spent`` and ``settled`` as for
    :func:`~.engine.rate`.
    """
    rows = related(book, usage, row)
    part = usage.iloc[rows].reset_index(drop=True)
    place = int(np.flatnonzero(rows == row)[0])
    done = run(book, part, opening=opening, spent=spent, settled=settled)
    found = Explanation(row)

    def say(step: str, **facts: Any) -> None:
        found.decisions.append(Decision(step, facts))

    route(done, place, say)
    priced(done, place, rows, say)
    return found


def related(book: TariffBook, usage: pd.DataFrame, row: int) -> np.ndarray:
    """Positions of the rows whose rating may touch that of ``row``, itself among them."""
    shared = [*book.allowance_list, *book.tier_list, *book.limit_list]
    conference = any(
        rate.conference_by != "leg" or rate.rejoin or rate.together for rate in book.listed_rates
    )
    if not shared and not conference:
        return np.array([row])
    if any(one.selector.share == "pool" for one in shared):
        return np.arange(len(usage))
    same = np.zeros(len(usage), dtype=bool)
    same[row] = True
    seen = complete(book, Usage(usage))
    for name in ("line", "contract", "customer", "conference"):
        if name in usage.columns and not usage[name].isna().any():
            same |= (usage[name] == usage[name].iloc[row]).to_numpy(dtype=bool)
        elif (codes := seen.codes(name)[0])[row] >= 0:
            same |= codes == codes[row]
    if not any(name in usage.columns for name in ("line", "contract")):
        return np.arange(len(usage))
    return np.flatnonzero(same)
