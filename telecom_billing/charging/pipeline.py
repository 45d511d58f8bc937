# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shards on their way into the database: the next is priced while the one before is stored.

PostgreSQL works on one processor and numpy on another. Only the caller's thread uses the cursor;
the other one knows nothing but arrays.
"""

from __future__ import annotations

import collections
import dataclasses
import decimal
import threading
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
    """A priced shard; ``numbers`` and ``rows`` (as COPY reads them) where ids were at hand."""

    facts: pa.Table
    charges: Charges
    sums: Sums
    numbers: np.ndarray | None = None
    rows: bytes | None = None
    columns: tuple[str, ...] = ()

    def write(self, span: Span) -> None:
        """Make the rows of the charges."""
        columns = storing.charge_rows(span, self.facts, self.charges, self.sums, self.numbers)
        self.columns = tuple(columns)
        self.rows = binary.rows(list(columns.values()), len(self.charges))

    @property
    def last_holder(self) -> int:
        """The highest holder; shards come in the order of their holders."""
        return int(flat(self.facts["holder"]).to_numpy().max())

    @property
    def contracts(self) -> np.ndarray:
        return np.unique(flat(self.facts["contract"]).to_numpy())


class Stock:
    """Ids that one thread reserves and another one uses, each once."""

    def __init__(self):
        self._ids = np.array([], dtype=np.int64)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, more: np.ndarray) -> None:
        """Put new ids to those that are left."""
        with self._lock:
            self._ids = np.concatenate([self._ids, more])

    def take(self, count: int) -> np.ndarray | None:
        """So many ids; None where there are not as many."""
        with self._lock:
            if count > len(self._ids):
                return None
            taken, self._ids = self._ids[:count], self._ids[count:]
            return taken


class Pipeline:
    """Prices and stores shards of one span."""

    def __init__(self, cr, context):
        self.cr, self.context = cr, context
        self.span: Span = context.span
        self.pricing: Pricing = context.pricing
        self.counts = Counts()
        #: Contracts that were stored, 0 for records without.
        self.contracts: list[np.ndarray] = []
        self._numbers = Stock()
        self._nobodys_removed = False
        #: Prices shards elsewhere, if there is one.
        self.cluster: Cluster | None = None

    def run(self, shards: typing.Iterable[pa.Table], fresh: bool) -> typing.Iterator[Prepared]:
        """Store each shard; yields it afterwards.

        :param fresh: put it in the place of what its contracts have open; else beside that
        """
        for prepared in ahead(self._ready(shards, fresh)):
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
            self._store_fresh(prepared)
        else:
            self._store_beside(prepared)
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

    def _ready(self, shards: typing.Iterable[pa.Table], fresh: bool) -> typing.Iterator[Prepared]:
        """The priced shards in their order; with a cluster, some of them on their way at a time."""
        if self.cluster is None:
            yield from (self._prepare(shard, fresh) for shard in shards)
            return
        under_way: collections.deque = collections.deque()
        for shard in shards:
            under_way.append((shard, self.cluster.start(self.pricing, shard)))
            if len(under_way) >= self.cluster.window:
                yield self._answered(*under_way.popleft(), fresh)
        while under_way:
            yield self._answered(*under_way.popleft(), fresh)

    def _answered(self, facts: pa.Table, future: typing.Any, fresh: bool) -> Prepared:
        return self._prepare(facts, fresh, self.cluster.result(future))

    def _prepare(self, facts: pa.Table, fresh: bool, rated: typing.Any = None) -> Prepared:
        """In the other thread: everything up to the rows that COPY reads."""
        charges = price(self.pricing, facts, rated)
        prepared = Prepared(facts, charges, sum_up(facts, charges))
        if fresh:
            prepared.numbers = self._numbers.take(len(prepared.sums))
        if prepared.numbers is not None:
            prepared.write(self.span)
        return prepared

    def _store_fresh(self, prepared: Prepared) -> None:
        if prepared.numbers is None:
            prepared.numbers = summaries.reserve(self.cr, len(prepared.sums))
        # Ids for about two more shards like this one: then the other thread need not wait.
        missing = 2 * len(prepared.sums) - len(self._numbers)
        if missing > 0:
            self._numbers.add(summaries.reserve(self.cr, missing))
        rows = storing.summary_rows(self.span, prepared.sums, prepared.numbers)
        summaries.add(self.cr, rows, len(prepared.sums))
        self._copy_charges(prepared)

    def _store_beside(self, prepared: Prepared) -> None:
        rows = storing.summary_rows(
            self.span, prepared.sums, np.arange(len(prepared.sums), dtype=np.int64)
        )
        prepared.numbers = summaries.grow(self.cr, rows, prepared.sums.keys)
        self._copy_charges(prepared)

    def _copy_charges(self, prepared: Prepared) -> None:
        if prepared.rows is None:
            prepared.write(self.span)
        copying.copy_binary(self.cr, storing.CHARGES, prepared.columns, prepared.rows)
        prepared.rows = None
