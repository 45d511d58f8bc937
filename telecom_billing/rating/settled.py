# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charges of the same periods that are not rated now: tiers and limits go on from their sums.

A record that comes after its month was invoiced must not begin the first tier again. What it adds
to is told by a frame of charges, one row for as many as share all of its columns: ``started_at``
(UTC), ``contract``, ``line``, ``customer``, ``tariff`` (of the line), ``service``, ``zone``,
``band``, ``rate``, ``unit`` (the rate's base unit), ``billed`` and ``price`` (int64 millionths).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .book import TariffBook
from .parties import Term, key
from .schedule import Schedule
from .selector import Selector
from .tariffs import FIRST, LAST

COLUMNS = (
    "started_at", "contract", "line", "customer", "tariff", "service", "zone", "band", "rate",
    "unit", "billed", "price",
)  # fmt: skip


@dataclass(frozen=True)
class Sum:
    """What a holder has in a period: millionths of the base unit, of the currency."""

    units: int
    money: int


class Settled:
    """Earlier charges by whom and what they concern."""

    def __init__(self, frame: pd.DataFrame | None, book: TariffBook) -> None:
        self.book = book
        self.empty = frame is None or frame.empty
        if self.empty:
            return
        assert frame is not None
        self.frame = frame
        self.started = frame["started_at"].to_numpy().astype("datetime64[us]").astype(np.int64)
        self.billed = frame["billed"].to_numpy(dtype=np.int64)
        self.price = frame["price"].to_numpy(dtype=np.int64)
        self._texts: dict[str, np.ndarray] = {}

    def sums(
        self,
        selector: Selector,
        unit: str | None = None,
        *,
        currency: str | None = None,
        refunds: bool = False,
    ) -> dict[tuple[str, int], Sum]:
        """Sums by (holder, number of the period) of what a selector concerns.

        :param unit: only of rates by this base unit
        :param refunds: units that were given back count, negatively
        :param currency: of an amount of money; None: see ``TariffBook.currency_of``
        """
        if self.empty:
            return {}
        mask = self._mask(selector)
        if unit is None:
            mask &= self._in_currency(self.book.currency_of(selector, currency))
        else:
            mask &= self._text("unit") == unit
        holders = self._holders(selector)
        rows = np.flatnonzero(mask & (holders != ""))
        periods = selector.period.number(self.started[rows])
        found: dict[tuple[str, int], Sum] = {}
        for row, period in zip(rows.tolist(), periods.tolist(), strict=True):
            whose = (str(holders[row]), period)
            known = found.get(whose, Sum(0, 0))
            billed = int(self.billed[row])
            units = known.units + (billed if refunds else max(billed, 0))
            found[whose] = Sum(units, known.money + int(self.price[row]))
        return found

    def _text(self, name: str) -> np.ndarray:
        """A column as texts, empty where there is nothing."""
        if name not in self._texts:
            column = self.frame[name] if name in self.frame.columns else [None] * len(self.frame)
            self._texts[name] = np.array(
                ["" if pd.isna(value) else key(value) for value in column], dtype=object
            )
        return self._texts[name]

    def _mask(self, selector: Selector) -> np.ndarray:
        mask = (self.started >= selector.valid_from) & (self.started < selector.valid_to)
        named = {**selector.who, **selector.what}
        for column in ("line", "contract", "customer", "tariff", "service", "zone", "rate"):
            if wanted := named[column + "s"]:
                mask &= np.isin(self._text(column), list(wanted))
        if selector.who["options"]:
            mask &= self._holds(selector.who["options"])
        if selector.who["pools"]:
            mask &= self._pool(selector.who["pools"]) != ""
        if selector.what["bands"]:
            mask &= self._in_bands(selector.what["bands"])
        return mask

    def _in_currency(self, wanted: str) -> np.ndarray:
        others = [name for name, one in self.book.tariffs.items() if one.currency != wanted]
        return ~np.isin(self._text("tariff"), others)

    def _holders(self, selector: Selector) -> np.ndarray:
        if selector.share == "pool":
            return self._pool(selector.who["pools"])
        found = self._text(selector.share)
        if selector.share == "line" and not (found != "").any():
            return self._text("contract")
        return found

    def _pool(self, pools: tuple[str, ...]) -> np.ndarray:
        """The first of the pools that each row's line, contract or customer is a member of."""
        found = np.full(len(self.frame), "", dtype=object)
        for pool in reversed(pools):
            members = self.book.pool_members(pool)
            for name in ("line", "contract", "customer"):
                found[np.isin(self._text(name), list(members[name]))] = pool
        return found

    def _holds(self, options: tuple[str, ...]) -> np.ndarray:
        mask = np.zeros(len(self.frame), dtype=bool)
        for column, parties in (("line", self.book.lines), ("contract", self.book.contracts)):
            held: dict[str, list[Term]] = {}
            for name, party in parties.items():
                terms = [term for term in party.options if term.id in options]
                if terms:
                    held[name] = terms
            for name, terms in held.items():
                own = self._text(column) == name
                for term in terms:
                    whole = term.valid_from <= FIRST and term.valid_to >= LAST
                    then = (self.started >= term.valid_from) & (self.started < term.valid_to)
                    mask |= own if whole else own & then
        return mask

    def _in_bands(self, bands: tuple[str, ...]) -> np.ndarray:
        named = self._text("band")
        mask = np.isin(named, list(bands))
        rows = np.flatnonzero(named == "")
        for band in bands:
            holds = Schedule([self.book.bands[band]], [0], self.book.clock)
            mask[rows] |= holds.winner_at(self.started[rows]) >= 0
        return mask
