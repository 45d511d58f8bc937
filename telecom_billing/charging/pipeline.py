# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shards on their way into the database: the next is priced while the one before is stored.

PostgreSQL works on one processor and numpy on another. Only the caller's thread uses the cursor;
the other one knows nothing but arrays.
"""

from __future__ import annotations

import collections
import dataclasses
import decimal
import typing

import numpy as np
import pyarrow as pa

from ..store import binary, copying, give_back, summaries
from ..store.intake import ahead
from . import alerts, balances, storing
from .cluster import Cluster
from .columns import NONE, flat
from .pricing import Charges, Pricing, price
from .storing import Span
from .summing import Sums, sum_up


@dataclasses.dataclass
class Counts:
    """What rating did. records: facts; amount: money as Decimal by currency id."""

    records: int = 0
    priced: int = 0
    aside: int = 0
    amount: dict[int, decimal.Decimal] = dataclasses.field(default_factory=dict)
    shards: int = 0
    #: Why the workers of the Dask scheduler did not price all of it.
    cluster_fault: str | None = None

    def add(self, prepared: Prepared) -> None:
        charges, sums = prepared.charges, prepared.sums
        aside = np.unique(charges.fact[charges.reason > 0]).size
        self.records += prepared.facts.num_rows
        self.aside += aside
        self.priced += prepared.facts.num_rows - aside
        self.shards += 1
        for currency in np.unique(sums.keys["currency_id"]):
            own = sums.keys["currency_id"] == currency
            amount = decimal.Decimal(int(sums.price[own].sum())).scaleb(-6)
            self.amount[int(currency)] = self.amount.get(int(currency), 0) + amount


@dataclasses.dataclass
class Prepared:
    """A priced shard; its rows as COPY reads them, where they are to be stored."""

    facts: pa.Table
    charges: Charges
    sums: Sums
    charge_rows: binary.Draft | None = None
    summary_rows: binary.Draft | None = None

    @property
    def last_holder(self) -> int:
        """The highest holder; shards come in the order of their holders."""
        return int(flat(self.facts["holder"]).to_numpy().max())

    @property
    def contracts(self) -> np.ndarray:
        return np.unique(flat(self.facts["contract"]).to_numpy())


class Pipeline:
    """Prices and stores shards of one span."""

    def __init__(self, cr, context):
        self.cr, self.context = cr, context
        self.span: Span = context.span
        self.pricing: Pricing = context.pricing
        self.counts = Counts()
        #: Contracts that were stored, 0 for records without.
        self.contracts: list[np.ndarray] = []
        self._nobodys_removed = False
        #: Prices shards elsewhere, if there is one.
        self.cluster: Cluster | None = None

    def run(self, shards: typing.Iterable[pa.Table], fresh: bool) -> typing.Iterator[Prepared]:
        """Store each shard; yields it afterwards.

        :param fresh: put it in the place of what its contracts have open; else beside that
        """
        for prepared in ahead(self._ready(shards)):
            self._put(prepared, fresh)
            self.contracts.append(prepared.contracts)
            self.counts.add(prepared)
            give_back()
            yield prepared

    def forget(self, contracts: np.ndarray) -> None:
        """Remove the open charges of contracts that have no facts any more."""
        if len(contracts):
            storing.remove(self.cr, self.span, contracts)
            if self.context.has_limits:
                alerts.store(self.cr, self.span, None, contracts)

    def _put(self, prepared: Prepared, fresh: bool) -> None:
        """Store a priced shard; :mod:`.previewing` only compares it."""
        if fresh:
            self._remove(prepared.contracts)
        self._store(prepared, fresh)
        if prepared.charges.balances is not None:
            balances.store(self.cr, self.context, prepared.charges.balances)
        if fresh and self.context.has_limits:
            alerts.store(self.cr, self.span, prepared.charges.alerts, prepared.contracts)

    def _remove(self, contracts: np.ndarray) -> None:
        """Take away what contracts have open; of nobody's records, only before their first shard
        is stored."""
        if self._nobodys_removed:
            contracts = contracts[contracts != NONE]
        self._nobodys_removed |= NONE in contracts
        if len(contracts):
            storing.remove(self.cr, self.span, contracts)

    def _ready(self, shards: typing.Iterable[pa.Table]) -> typing.Iterator[Prepared]:
        """The priced shards in their order; with a cluster, some of them on their way at a time."""
        if self.cluster is None:
            yield from map(self._prepare, shards)
            return
        under_way: collections.deque = collections.deque()
        for shard in shards:
            under_way.append((shard, self.cluster.start(self.pricing, shard)))
            if len(under_way) >= self.cluster.window:
                yield self._answered(*under_way.popleft())
        while under_way:
            yield self._answered(*under_way.popleft())

    def _answered(self, facts: pa.Table, future: typing.Any) -> Prepared:
        return self._prepare(facts, self.cluster.result(future))

    def _prepare(self, facts: pa.Table, rated: typing.Any = None) -> Prepared:
        """In the other thread: everything up to the rows that COPY reads."""
        charges = price(self.pricing, facts, rated)
        sums = sum_up(facts, charges)
        return self._written(Prepared(facts, charges, sums))

    def _written(self, prepared: Prepared) -> Prepared:
        """Make the rows that COPY reads."""
        facts, charges, sums = prepared.facts, prepared.charges, prepared.sums
        prepared.charge_rows = storing.charge_rows(self.span, facts, charges, sums)
        prepared.summary_rows = storing.summary_rows(self.span, sums)
        return prepared

    def _store(self, prepared: Prepared, fresh: bool) -> None:
        """The summaries first, since the charges name them."""
        enter = summaries.add if fresh else summaries.grow
        numbers = np.append(enter(self.cr, prepared.summary_rows), NONE)[prepared.sums.group]
        rows = prepared.charge_rows
        copying.copy_binary(self.cr, storing.CHARGES, rows.columns, rows.filled(numbers))
        prepared.charge_rows = prepared.summary_rows = None
