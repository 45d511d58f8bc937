# SPDX-License-Identifier: AGPL-3.0-or-later
"""A month of one company: what has to be rated, and rating it.

Three sorts of facts, in this order:

* *all*, where the month was never rated or most of it changed;
* those of *touched* contracts, whose numbers, lines or tariffs changed since: their open charges
  are replaced as a whole;
* *new* deliveries: their charges are added to what is there. Contracts whose tariff looks at a
  month as a whole (allowances, tiers, conferences …) count as touched instead.

The answer is the same as that of rating everything. What is on an invoice is left alone.
"""

from __future__ import annotations

import dataclasses
import decimal
import typing

import numpy as np
import pyarrow as pa
from odoo.tools import SQL

from ..store import charges as charge_store
from ..store import fact_stream, facts
from . import matching, storing, summing
from .changes import Changes
from .columns import flat
from .context import Context
from .pricing import price
from .spool import SHARD, Spool
from .storing import Span

#: Kept of a matched fact; numbers of the caller are not needed any more.
_DROPPED = ("a_number", "source_id", "account")


@dataclasses.dataclass
class Counts:
    """What rating did. records: facts; price: money as Decimal by currency id."""

    records: int = 0
    priced: int = 0
    aside: int = 0
    quantity: int = 0
    amount: dict[int, decimal.Decimal] = dataclasses.field(default_factory=dict)
    shards: int = 0


class Month:
    """Rates one :class:`~.storing.Span`. ``after_shard(done, total)`` is called, and may commit,
    after each part that is complete in itself."""

    def __init__(self, env, company, span: Span, after_shard=None, shard: int = SHARD):
        self.env, self.cr = env, env.cr
        self.company, self.span = company, span
        self.after_shard = after_shard or (lambda done, total: None)
        self.shard = shard
        self.counts = Counts()

    def rate(self, everything: bool = False) -> Counts:
        """Bring the charges of the month up to date; ``everything``: whatever has changed."""
        changes = Changes.find(self.env, self.company, self.span)
        if everything:
            changes.everything = True
        if not changes and not changes.has_open():
            return self.counts
        context = Context.load(self.env, self.company, self.span)
        changes.touch_tariffs(context)
        if not changes:
            return self.counts
        storing.prepare(self.cr, self.span)
        if changes.everything or changes.is_most():
            self._rate_all(context)
        else:
            self._rate_changes(context, changes)
        changes.settle(context)
        return self.counts

    # --- everything ----------------------------------------------------------------------------

    def _rate_all(self, context: Context) -> None:
        """Every open fact of the month, contract by contract."""
        with Spool(self.shard) as spool:
            self._read(self._facts(self._not_frozen()), context, spool.add)
            self._forget(np.setdiff1d(self._charged(), spool.contracts()))
            done = 0
            for shard in spool.shards():
                self._store(context, shard, _contracts(shard))
                done += shard.num_rows
                self.after_shard(done, spool.rows)

    # --- changes -------------------------------------------------------------------------------

    def _rate_changes(self, context: Context, changes: Changes) -> None:
        """Touched contracts as a whole, the rest of the new facts in addition."""
        with Spool(self.shard) as new, Spool(self.shard) as whole:
            fresh = self._facts(changes.new_facts())
            self._read(fresh, context, new.add)
            touched = changes.contracts
            touched = np.union1d(touched, context.wholes(*new.pairs()))
            read = np.array([], dtype=np.int64)
            while len(more := np.setdiff1d(touched, read)):
                # Facts of a touched contract may move to one that was not, or it may share
                # balances with another: those are touched as well.
                self._read(self._facts(changes.facts_of(more)), context, whole.add)
                read = touched
                touched = np.union1d(touched, context.sharing(whole.contracts()))
            for shard in new.shards():
                rows = np.isin(flat(shard["contract"]).to_numpy(), touched)
                if rows.any():
                    whole.add(shard.filter(pa.array(rows)))
            self._forget(np.setdiff1d(touched, whole.contracts()))
            for shard in whole.shards():
                self._store(context, shard, _contracts(shard))
            for shard in new.shards():
                rows = ~np.isin(flat(shard["contract"]).to_numpy(), touched)
                if rows.any():
                    self._store(context, shard.filter(pa.array(rows)), None)

    # --- both ----------------------------------------------------------------------------------

    def _read(self, source: SQL, context: Context, add: typing.Callable) -> None:
        """Stream facts, match them, hand the chunks on."""

        def consume(chunk: pa.Table) -> None:
            matched = matching.match(context.parties, chunk)
            matched["holder"] = matched["customer" if context.shares_customers else "contract"]
            for name, values in matched.items():
                chunk = chunk.append_column(name, pa.array(values))
            add(chunk.drop_columns(list(_DROPPED)))

        fact_stream.stream(self.cr, source, consume)

    def _facts(self, condition: SQL) -> SQL:
        return SQL(
            "%s u WHERE u.company_id = %s AND %s AND %s",
            SQL.identifier(facts.TABLE),
            self.span.company,
            charge_store.within(self.span.begin, self.span.end, "u"),
            condition,
        )

    def _not_frozen(self) -> SQL:
        """Condition on facts: not on an invoice. Cheap where the month has no invoice yet."""
        self.cr.execute(
            SQL(
                "SELECT EXISTS (SELECT 1 FROM telecom_usage_summary WHERE company_id = %s"
                " AND period = %s AND invoice_line_id IS NOT NULL)",
                self.span.company,
                self.span.period,
            )
        )
        if not self.cr.fetchone()[0]:
            return SQL("TRUE")
        return SQL(
            "NOT EXISTS (SELECT 1 FROM telecom_charge_data c WHERE c.usage_id = u.id"
            " AND c.started_at = u.started_at AND %s)",
            charge_store.is_frozen(),
        )

    def _charged(self) -> np.ndarray:
        """Contracts (0 = none) that have open charges."""
        self.cr.execute(
            SQL(
                "SELECT DISTINCT COALESCE(c.contract_id, 0) FROM telecom_charge_data c"
                " WHERE c.company_id = %s AND %s",
                self.span.company,
                charge_store.within(self.span.begin, self.span.end),
            )
        )
        return np.array([contract for (contract,) in self.cr.fetchall()], dtype=np.int64)

    def _forget(self, contracts: np.ndarray) -> None:
        """Remove the open charges of contracts that have no facts any more."""
        if len(contracts):
            storing.remove(self.cr, self.span, contracts)

    def _store(self, context: Context, shard: pa.Table, contracts: np.ndarray | None) -> None:
        """Price a shard and store it: in place of what ``contracts`` have, or beside it (None)."""
        charges = price(context.pricing, shard)
        sums = summing.sum_up(shard, charges)
        if contracts is not None:
            storing.remove(self.cr, self.span, contracts)
        storing.insert(self.cr, self.span, shard, charges, sums, fresh=contracts is not None)
        self._count(shard, charges, sums)

    def _count(self, shard, charges, sums) -> None:
        counts = self.counts
        aside = np.unique(charges.fact[charges.reason > 0]).size
        counts.records += shard.num_rows
        counts.aside += aside
        counts.priced += shard.num_rows - aside
        counts.shards += 1
        for currency in np.unique(sums.keys["currency_id"]):
            own = sums.keys["currency_id"] == currency
            amount = decimal.Decimal(int(sums.price[own].sum())).scaleb(-6)
            counts.amount[int(currency)] = counts.amount.get(int(currency), 0) + amount


def _contracts(shard: pa.Table) -> np.ndarray:
    return np.unique(flat(shard["contract"]).to_numpy())
