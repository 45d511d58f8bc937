# SPDX-License-Identifier: AGPL-3.0-or-later
"""A month of one company: what has to be rated, and rating it.

Three sorts of facts, in this order:

* *all*, where the month was never rated or most of it changed;
* those of *touched* contracts, whose numbers, lines or tariffs changed since: their open charges
  are replaced as a whole;
* *new* deliveries: their charges are added to what is there. Contracts whose tariff looks at a
  month as a whole (tiers, limits, conferences …) count as touched instead; so do those with
  allowances where a new record begins before one that has drawn on them.

The answer is the same as that of rating everything. What is on an invoice is left alone.
"""

from __future__ import annotations

import contextlib
import gc
import typing

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from odoo.tools import SQL

from ..store import charges as charge_store
from ..store import fact_stream, facts, give_back
from . import balances, matching, storing
from .changes import Changes
from .cluster import of_settings
from .columns import NONE, digits, flat, integers
from .context import Context
from .pipeline import Counts, Pipeline, Prepared
from .resuming import Bookmark
from .spool import SHARD, Spool
from .storing import Span

#: Not kept of a matched fact; numbers of callers are, where prices depend on them.
_DROPPED = ("a_number", "account")


class Month:
    """Rates one :class:`~.storing.Span`. ``after_shard(done, total)`` is called, and may commit,
    after each part that is complete in itself."""

    #: Takes the priced shards.
    pipeline = Pipeline

    def __init__(self, env, company, span: Span, after_shard=None, shard: int = SHARD):
        self.env, self.cr = env, env.cr
        self.company, self.span = company, span
        self.after_shard = after_shard or (lambda done, total: None)
        self.shard = shard
        self.counts = Counts()

    def rate(self, everything: bool = False, contracts: np.ndarray | None = None) -> Counts:
        """Bring the charges of the month up to date.

        :param everything: whatever has changed
        :param contracts: only these (and those who share their balances) as a whole; what else
            changed is left for the next rating
        """
        with _unsearched():
            return self._rate(everything, contracts)

    def _rate(self, everything: bool, contracts: np.ndarray | None) -> Counts:
        changes = Changes.find(self.env, self.company, self.span)
        if contracts is not None:
            context = Context.load(self.env, self.company, self.span)
            storing.prepare(self.cr, self.span)
            bookmark = Bookmark(self.cr, context, changes)
            bookmark.begin()
            self._rate_some(context, changes, contracts)
            self._pass_on(context)
            if not changes.cut:
                bookmark.remove()
            return self.counts
        if everything:
            changes.everything = True
        if not changes and not changes.has_open():
            return self.counts
        context = Context.load(self.env, self.company, self.span)
        changes.touch_tariffs(context)
        if not changes:
            return self.counts
        storing.prepare(self.cr, self.span)
        bookmark = Bookmark(self.cr, context, changes, anew=everything)
        if changes.everything or changes.is_most():
            self._rate_all(context, bookmark)
        else:
            bookmark.begin()
            self._rate_changes(context, changes)
            bookmark.remove()
        self._pass_on(context)
        changes.settle(context)
        return self.counts

    def _pass_on(self, context: Context) -> None:
        """Later months that were rated already look again at contracts whose balances last."""
        if not context.lasting() or not self._stored.contracts:
            return
        contracts = np.unique(np.concatenate(self._stored.contracts))
        self.env["telecom.rating.mark"]._pass_on(
            self.company, contracts[contracts > 0].tolist(), self.span.period
        )

    # --- everything ----------------------------------------------------------------------------

    def _rate_all(self, context: Context, bookmark: Bookmark | None = None) -> None:
        """Every open fact of the month, contract by contract, from where it was stopped."""
        context.pricing.before = self._before(context, None, everything=False)
        done, last = bookmark.find() if bookmark else (0, None)
        with Spool(self.shard, after=last) as spool:
            self._read(self._facts(self._not_frozen(context)), context, spool.add)
            pipeline = self._pipeline(context)
            pipeline.forget(np.setdiff1d(self._charged(), spool.contracts()))
            if last is not None:
                pipeline.contracts.append(spool.contracts())
            total = done + spool.rows
            with self._workers(context, spool.rows):
                for prepared in self._parts(spool):
                    stored = done + pipeline.counts.records
                    if bookmark:
                        bookmark.put(stored, prepared.last_holder)
                    self.after_shard(stored, total)
        if bookmark:
            bookmark.remove()

    # --- changes -------------------------------------------------------------------------------

    def _rate_changes(self, context: Context, changes: Changes) -> None:
        """Touched contracts as a whole, the rest of the new facts in addition."""
        with Spool(self.shard) as new, Spool(self.shard) as whole:
            beside = self._read_new(context, changes, new)
            touched = np.union1d(changes.contracts, context.wholes(*new.pairs()))
            ordered = context.in_order(*new.pairs())
            if len(ordered) and (beside or changes.overtakes(new.first_start())):
                touched = np.union1d(touched, self._overtaken(context, new, ordered))
            touched = self._rate_whole(context, changes, touched, new, whole)
            # Also those that draw on nothing: their holder's balances are booked anew as well.
            added = context.sharing(np.setdiff1d(new.contracts(), touched))
            context.pricing.before = self._before(context, added, everything=True)
            pipeline, total = self._stored, whole.rows + new.rows
            with self._workers(context, new.rows):
                for _prepared in pipeline.run(_without(new.shards(), touched), fresh=False):
                    self.after_shard(pipeline.counts.records, total)

    def _rate_some(self, context: Context, changes: Changes, contracts: np.ndarray) -> None:
        """Some contracts as a whole, with what may have become theirs; nothing else."""
        with Spool(self.shard) as new, Spool(self.shard) as whole:
            self._read_new(context, changes, new)
            wanted = np.union1d(context.sharing(contracts), [NONE])
            self._rate_whole(context, changes, wanted, new, whole)

    def _read_new(self, context: Context, changes: Changes, spool: Spool) -> bool:
        """Read what has come and has no charge yet; returns whether others of the same deliveries
        may have one."""
        if not changes.some_charged:
            ids: list[int] = []

            def add(chunk: pa.Table) -> None:
                ids.extend(pc.min_max(chunk["id"]).as_py().values())
                spool.add(chunk)

            self._read(self._facts(changes.new_facts()), context, add)
            if not ids or not changes.is_any_charged(min(ids), max(ids)):
                return False
            spool.clear()  # only some contracts were rated since it came
        self._read(self._facts(changes.uncharged_facts()), context, spool.add)
        return True

    def _rate_whole(
        self, context: Context, changes: Changes, touched: np.ndarray, new: Spool, whole: Spool
    ) -> np.ndarray:
        """Replace what touched contracts have open; returns all that had to be touched."""
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
        pipeline = self._pipeline(context)
        pipeline.forget(np.setdiff1d(touched, whole.contracts()))
        context.pricing.before = self._before(context, touched, everything=False)
        with self._workers(context, whole.rows):
            for _prepared in self._parts(whole):
                self.after_shard(pipeline.counts.records, whole.rows + new.rows)
        return touched

    def _overtaken(self, context: Context, new: Spool, contracts: np.ndarray) -> np.ndarray:
        """Contracts with new facts that begin before something that was charged already.

        Records draw on allowances in the order of their start, so these are rated as a whole.
        """
        first_starts = new.first_starts()
        holder = SQL("o.partner_id") if context.shares_customers else SQL("o.id")
        self.cr.execute(
            SQL(
                "SELECT %(holder)s, max(s.last_started_at) FROM contract_contract o"
                " JOIN telecom_usage_summary s ON s.contract_id = o.id AND s.period = %(period)s"
                " WHERE %(holder)s = ANY(%(holders)s) GROUP BY 1",
                holder=holder,
                period=self.span.period,
                holders=list(first_starts),
            )
        )
        late = {
            owner
            for owner, last in self.cr.fetchall()
            if first_starts[owner] <= np.datetime64(last, "us").astype(np.int64)
        }
        self.cr.execute(
            SQL("SELECT o.id FROM contract_contract o WHERE %s = ANY(%s)", holder, sorted(late))
        )
        return np.intersect1d(
            contracts, np.array([contract for (contract,) in self.cr.fetchall()], dtype=np.int64)
        )

    # --- both ----------------------------------------------------------------------------------

    def _before(
        self, context: Context, contracts: np.ndarray | None, everything: bool
    ) -> balances.Before:
        """What allowances gave to records that are not rated now."""
        return balances.load(self.cr, context, contracts, everything)

    def _read(self, source: SQL, context: Context, add: typing.Callable) -> None:
        """Stream facts, match them, hand the chunks on."""
        parties = context.parties  # read now: while facts stream, the cursor is occupied
        shared = context.shares_customers
        callers = ("a_number",) if context.pricing.asks_caller else ()

        def consume(chunk: pa.Table) -> None:
            matched = matching.match(parties, chunk)
            matched["holder"] = matched["customer" if shared else "contract"]
            for name, values in matched.items():
                chunk = chunk.append_column(name, pa.array(values))
            for name in ("b_number", *callers):
                place = chunk.schema.get_field_index(name)
                chunk = chunk.set_column(place, name, integers(digits(chunk[name])))
            add(chunk.drop_columns([name for name in _DROPPED if name not in callers]))

        fact_stream.stream(self.cr, source, consume)
        give_back()

    def _facts(self, condition: SQL) -> SQL:
        return SQL(
            "%s u WHERE u.company_id = %s AND %s AND %s",
            SQL.identifier(facts.TABLE),
            self.span.company,
            charge_store.within(self.span.begin, self.span.end, "u"),
            condition,
        )

    def _not_frozen(self, context: Context) -> SQL:
        """Condition on facts: not on an invoice. Cheap where the month has no invoice yet."""
        if not context.has_frozen():
            return SQL("TRUE")
        lasting = SQL(
            "NOT EXISTS (SELECT 1 FROM telecom_charge_data c WHERE c.usage_id = u.id"
            " AND c.started_at = u.started_at AND %s)",
            charge_store.is_invoiced(),
        )
        return SQL(
            "%s AND NOT EXISTS (SELECT 1 FROM telecom_charge_data c WHERE c.usage_id = u.id"
            " AND c.started_at = u.started_at AND c.write_off_id IS NOT NULL)",
            lasting,
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

    def _pipeline(self, context: Context) -> Pipeline:
        pipeline = self._stored = self.pipeline(self.cr, context)
        self.counts = pipeline.counts
        return pipeline

    def _parts(self, spool: Spool) -> typing.Iterator[Prepared]:
        """Store all shards afresh; yields each with which all is stored of those whom it concerns.
        Of nobody's that is the last, for what they had is removed before the first."""
        nobodys = spool.nobodys()
        for prepared in self._stored.run(spool.shards(), fresh=True):
            if prepared.last_holder != NONE or self.counts.records >= nobodys:
                yield prepared

    @contextlib.contextmanager
    def _workers(self, context: Context, rows: int) -> typing.Iterator[None]:
        """Let the settings' cluster price what is more than a shard."""
        cluster = of_settings(self.env, context.data) if rows > self.shard else None
        if cluster is None:
            yield
            return
        with cluster:
            self._stored.cluster = cluster
            try:
                yield
            finally:
                self._stored.cluster = None
                self.counts.cluster_fault = cluster.fault or self.counts.cluster_fault


@contextlib.contextmanager
def _unsearched() -> typing.Iterator[None]:
    """Let the garbage collector leave alone what was there before: Odoo's registry and models are
    millions of objects, through which it would go again and again for the few that come."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _without(shards: typing.Iterable[pa.Table], contracts: np.ndarray) -> typing.Iterator[pa.Table]:
    """The shards without the facts of some contracts."""
    for shard in shards:
        rows = ~np.isin(flat(shard["contract"]).to_numpy(), contracts)
        if rows.any():
            yield shard.filter(pa.array(rows))
