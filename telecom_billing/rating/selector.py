# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who has an allowance (tier, limit, minimum), what it is for, and whose balance it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .clock import Clock
from .parties import key
from .periods import Period
from .schedule import Schedule
from .schema import Node
from .tariffs import FIRST, LAST, validity

if TYPE_CHECKING:
    from .context import Context

SHARES = ("line", "contract", "customer", "pool")
WHO = ("tariffs", "options", "lines", "contracts", "customers", "pools")
WHAT = ("services", "zones", "bands", "rates")
FIELDS = (*WHO, *WHAT, "share", "period", "begins", "valid_from", "valid_to")


@dataclass(frozen=True)
class Selector:
    """Which records something concerns. Empty lists name everybody and everything."""

    who: dict[str, tuple[str, ...]]
    what: dict[str, tuple[str, ...]]
    share: str
    period: Period
    valid_from: int = FIRST
    valid_to: int = LAST

    @classmethod
    def read(cls, node: Node, clock: Clock) -> Selector:
        low, high = validity(node, clock)
        who = {name: tuple(key(one) for one in node.ids(name)) for name in WHO}
        what = {name: tuple(key(one) for one in node.ids(name)) for name in WHAT}
        share = node.choice("share", SHARES, "pool" if who["pools"] else "line") or "line"
        if share == "pool" and not who["pools"]:
            node.fault("share", "needs a pool", "Name one in 'pools'.")
            share = "line"
        return cls(who, what, share, Period.read(node, clock), low, high)

    @property
    def everybody(self) -> bool:
        return not any(self.who.values())

    def mask(self, context: Context, among: np.ndarray) -> np.ndarray:
        """The rows, of those marked in ``among``, that this concerns."""
        mask = among.copy()
        if self.valid_from > FIRST or self.valid_to < LAST:
            started = context.usage.started
            mask &= (started >= self.valid_from) & (started < self.valid_to)
        if not self.everybody:
            mask &= self._whose(context)
        what = self.what
        if what["services"]:
            known = np.array([name in what["services"] for name in context.services] + [False])
            mask &= known[context.service]
        if what["zones"]:
            known = np.array([key(z.id) in what["zones"] for z in context.book.zone_list] + [False])
            mask &= known[context.zone]
        if what["rates"]:
            named = [key(rate.id) in what["rates"] for rate in context.book.rates]
            mask &= np.array([*named, False])[context.rate]
        if what["bands"]:
            mask &= self._in_bands(context, mask)
        return mask

    def _in_bands(self, context: Context, among: np.ndarray) -> np.ndarray:
        """Rows whose rate has one of the bands; of rates without any, those that start in one."""
        book, bands = context.book, self.what["bands"]
        named = [rate.band is not None and key(rate.band) in bands for rate in book.rates]
        mask = np.array([*named, False])[context.rate]
        always = np.array([*(rate.band is None for rate in book.rates), False])
        rows = np.flatnonzero(among & always[context.rate])
        tariffs = context.found.tariff[rows]
        for place in np.unique(tariffs).tolist():
            clock = book.tariff_list[place].clock if place >= 0 else book.clock
            own = rows[tariffs == place]
            for band in bands:
                holds = Schedule([book.bands[band]], [0], clock)
                mask[own] |= holds.winner_at(context.usage.started[own]) >= 0
        return mask

    def _whose(self, context: Context) -> np.ndarray:
        who = self.who
        mask = np.ones(context.rows, dtype=bool)
        for name in ("line", "contract", "customer"):
            listed = who[name + "s"]
            if listed:
                codes, values = context.usage.codes(name)
                known = np.array([value in listed for value in values] + [False])
                mask &= known[codes]
        if who["tariffs"]:
            known = np.array([one in who["tariffs"] for one in context.chains.named], dtype=bool)
            mask &= known[context.chains.row]
        if who["options"]:
            mask &= self._holds(context)
        if who["pools"]:
            mask &= context.pool_of(who["pools"]) >= 0
        return mask

    def _holds(self, context: Context) -> np.ndarray:
        mask = np.zeros(context.rows, dtype=bool)
        started = context.usage.started
        for chain, terms in enumerate(context.chains.options):
            for term in terms:
                if term.id not in self.who["options"]:
                    continue
                rows = context.chains.row == chain
                if term.valid_from > FIRST or term.valid_to < LAST:
                    rows &= (started >= term.valid_from) & (started < term.valid_to)
                mask |= rows
        return mask

    def holders(self, context: Context) -> tuple[np.ndarray, list[str]]:
        """(code per row or -1, the holders behind the codes) of whose balance it is."""
        if self.share == "pool":
            return context.pool_of(self.who["pools"]), list(self.who["pools"])
        codes, values = context.usage.codes(self.share)
        if not values and self.share == "line":
            return context.usage.codes("contract")
        return codes, values


def check_selector(selector: Selector, book: Any, here: Node) -> None:
    """Report names that lead nowhere."""
    tables = {
        "tariffs": book.tariffs,
        "options": book.options,
        "pools": book.pools,
        "zones": book.zones,
        "bands": book.bands,
    }
    for name, table in tables.items():
        for one in {**selector.who, **selector.what}.get(name, ()):
            if one not in table:
                here.fault(name, "names something unknown", f"Add it to '{name}'.", one)
