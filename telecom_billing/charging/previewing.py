# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rating that stores nothing: what would each contract pay, compared with what it is charged.

The same way as :mod:`.month`, with a pipeline that adds up and forgets.
"""

from __future__ import annotations

import dataclasses
import decimal
import typing

import numpy as np
import pandas as pd
import pyarrow as pa
from odoo.tools import SQL

from ..store import charges as charge_store
from ..store import exact
from . import balances
from .changes import Changes
from .columns import flat
from .context import Context
from .month import Month
from .pipeline import Pipeline, Prepared
from .replay import Replay
from .spool import Spool
from .storing import Span

#: What is compared, by contract (0 = none) and currency; pieces, but for the amounts.
COUNTS = ("records", "aside", "newly_charged", "newly_aside")
_ATTO = decimal.Decimal("0.000000000001")


@dataclasses.dataclass
class Carry:
    """What the months of a preview hand on to the next: they are not stored, but roll over.

    ``since``: where the first of them begins.
    """

    since: typing.Any
    spent: list[pd.DataFrame] = dataclasses.field(default_factory=list)
    balances: list[pd.DataFrame] = dataclasses.field(default_factory=list)

    def onto(self, stored: balances.Before) -> balances.Before:
        """What the store knows of before, and these months over it."""
        spent = pd.concat([stored.spent, *self.spent]) if self.spent else stored.spent
        if not self.balances:
            return dataclasses.replace(stored, spent=spent)
        key = ["allowance", "share", "holder"]
        own = pd.concat(self.balances)
        own = own[own["period"] == own.groupby(key)["period"].transform("max")]
        known = pd.MultiIndex.from_frame(own[key])
        kept = stored.opening
        if not kept.empty:
            kept = kept[~pd.MultiIndex.from_frame(kept[key]).isin(known)]
        opening = pd.concat([kept, own]) if not kept.empty else own
        return dataclasses.replace(stored, spent=spent, opening=opening.reset_index(drop=True))


class Comparison(Pipeline):
    """Adds up instead of storing."""

    def __init__(self, cr, context, aside: np.ndarray, carry: Carry):
        super().__init__(cr, context)
        self.aside, self.carry = aside, carry
        self.gone: list[np.ndarray] = []
        self.frames: list[pd.DataFrame] = []

    def forget(self, contracts: np.ndarray) -> None:
        self.gone.append(contracts)

    def touched(self) -> np.ndarray:
        """Contracts that were rated, or would lose all."""
        return np.unique(np.concatenate([*self.contracts, *self.gone, np.zeros(0, np.int64)]))

    def _written(self, prepared: Prepared) -> Prepared:
        return prepared

    def _put(self, prepared: Prepared, fresh: bool) -> None:
        amounts = pd.DataFrame(
            {
                "contract": prepared.sums.keys["contract_id"],
                "currency": prepared.sums.keys["currency_id"],
                "price": prepared.sums.price,
                "rest": prepared.sums.rest,
            }
        )
        self.frames.append(_total(pd.concat([self._records(prepared), amounts])))
        if self.context.lasting():
            self._carry_on(prepared)

    def _records(self, prepared: Prepared) -> pd.DataFrame:
        facts, charges = prepared.facts, prepared.charges
        rows = facts.num_rows
        good = charges.reason == 0
        aside = np.ones(rows, dtype=bool)
        aside[charges.fact[good]] = False
        currency = np.full(rows, self.pricing.own_currency, dtype=np.int64)
        currency[charges.fact[good]] = charges.currency[good]
        ids = flat(facts["id"]).to_numpy()
        place = np.searchsorted(self.aside, ids)
        before = np.zeros(rows, dtype=bool)
        inside = place < len(self.aside)
        before[inside] = self.aside[place[inside]] == ids[inside]
        return pd.DataFrame(
            {
                "contract": flat(facts["contract"]).to_numpy(),
                "currency": currency,
                "records": (~aside).astype(np.int64),
                "aside": aside.astype(np.int64),
                "newly_charged": (before & ~aside).astype(np.int64),
                "newly_aside": (aside & ~before).astype(np.int64),
            }
        )

    def _carry_on(self, prepared: Prepared) -> None:
        """Keep what was drawn, and what is left, for the next month."""
        found = prepared.charges.balances
        if found is None or found.empty:
            return
        found = found.astype({"allowance": "int64", "holder": "int64"})
        self.carry.balances.append(found[list(balances.OPENING)])
        self.carry.spent.append(self._drawn(found, self.pricing.before.of(prepared.facts)))

    def _drawn(self, found: pd.DataFrame, before: dict) -> pd.DataFrame:
        """What the shard drew by balance and period: what is used, less what was used before."""
        key = ["allowance", "share", "holder", "period"]
        used = found.groupby(key)["used"].sum()
        known = {int(one.id): one for one in self.pricing.book.allowance_list}
        spent = before["spent"]
        for one in [] if spent is None else spent.to_dict("records"):
            allowance = known.get(int(one["allowance"]))
            if allowance is None:
                continue
            day = np.datetime64(one["day"], "D").astype(np.int64)
            number = int(allowance.selector.period.of_day(np.array([day]))[0])
            start = pd.Timestamp(allowance.selector.period.start(number))
            place = (int(one["allowance"]), one["share"], int(one["holder"]), start)
            if place in used.index:
                used[place] -= int(one["units"] if allowance.money is None else one["money"])
        frame = used.reset_index()
        in_money = frame["allowance"].map(lambda one: known[one].money is not None)
        return pd.DataFrame(
            {
                **{name: frame[name] for name in key[:3]},
                "day": frame["period"].dt.date,
                "units": frame["used"].where(~in_money, 0),
                "money": frame["used"].where(in_money, 0),
                "records": 0,
            }
        )


class Preview(Month):
    """One month compared. ``replay``: all its facts by other prices; else what is open, as
    "rate again" would do it."""

    def __init__(self, env, company, span: Span, carry: Carry, replay=None, after_shard=None):
        super().__init__(env, company, span, after_shard)
        self.carry, self.replay = carry, replay
        self.basis: dict = {}

    def compare(self, contracts: np.ndarray | None = None) -> pd.DataFrame:
        """Figures before and after, a row a contract and currency.

        :param contracts: only these, with those who share their balances; None: all
        :raises BadBook: the tariffs cannot be used
        """
        changes = Changes.find(self.env, self.company, self.span)
        context = Context.load(self.env, self.company, self.span, replay=self.replay)
        if self.replay is not None:
            self._replay(context, contracts)
        elif contracts is None:
            self._rate_all(context)
        else:
            self._rate_some(context, changes, contracts)
        self.basis = basis(self.env, self.company, self.span, context, changes)
        found: Comparison = self._stored
        after = _total(pd.concat(found.frames)) if found.frames else _total(pd.DataFrame())
        everybody = contracts is None and self.replay is None
        before = self.charged(None if everybody else found.touched())
        return _joined(before, after)

    def _replay(self, context: Context, contracts: np.ndarray | None) -> None:
        """Every fact of the contracts, invoiced or not, by the start of the records."""
        wanted = None if contracts is None else context.sharing(contracts)
        with Spool(self.shard) as spool:

            def add(chunk: pa.Table) -> None:
                if wanted is not None:
                    rows = np.isin(flat(chunk["contract"]).to_numpy(), wanted)
                    chunk = chunk.filter(pa.array(rows))
                spool.add(chunk)

            written_off = SQL(
                "NOT EXISTS (SELECT 1 FROM telecom_charge_data c WHERE c.usage_id = u.id"
                " AND c.started_at = u.started_at AND c.write_off_id IS NOT NULL)"
            )
            self._read(self._facts(written_off), context, add)
            pipeline = self._pipeline(context)
            pipeline.forget(self._charged() if wanted is None else wanted)
            context.pricing.before = self._before(context, None, everything=False)
            for _prepared in pipeline.run(spool.shards(), fresh=True):
                self.after_shard(pipeline.counts.records, spool.rows)

    # --- what Month leaves to be decided ---------------------------------------------------------

    def _pipeline(self, context: Context) -> Comparison:
        pipeline = self._stored = Comparison(self.cr, context, self._aside(context), self.carry)
        self.counts = pipeline.counts
        return pipeline

    def _before(self, context, contracts, everything) -> balances.Before:
        stored = balances.load(self.cr, context, contracts, everything, self.carry.since)
        return self.carry.onto(stored)

    # --- what there is ---------------------------------------------------------------------------

    def _compared(self) -> SQL:
        """Condition on charges: those that are compared."""
        kept = SQL("c.write_off_id IS NULL") if self.replay else charge_store.is_open()
        return SQL(
            "c.company_id = %s AND %s AND %s",
            self.span.company,
            charge_store.within(self.span.begin, self.span.end),
            kept,
        )

    def _aside(self, context: Context) -> np.ndarray:
        """Ids of the facts that are set aside, sorted."""
        self.cr.execute(
            SQL(
                "SELECT c.usage_id FROM telecom_charge_data c WHERE c.reason IS NOT NULL AND %s"
                " ORDER BY 1",
                self._compared(),
            )
        )
        return np.array([usage for (usage,) in self.cr.fetchall()], dtype=np.int64)

    def charged(self, contracts: np.ndarray | None = None) -> pd.DataFrame:
        """What is stored: records, aside and amount by contract and currency."""
        rows = exact.fetch(
            self.cr,
            SQL(
                "SELECT coalesce(c.contract_id, 0), CASE WHEN c.reason IS NULL THEN c.currency_id"
                " ELSE %s END, count(*) FILTER (WHERE c.reason IS NULL AND c.segment = 0),"
                " count(*) FILTER (WHERE c.reason IS NOT NULL AND c.segment = 0),"
                " coalesce(sum(c.price), 0) FROM telecom_charge_data c WHERE %s AND %s"
                " GROUP BY 1, 2",
                self.company.currency_id.id,
                self._compared(),
                SQL("TRUE") if contracts is None else charge_store.among(contracts),
            ),
        )
        names = ["contract", "currency", "records", "aside", "amount"]
        return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[:4], "int64"))


def _total(frame: pd.DataFrame) -> pd.DataFrame:
    """Sums by contract and currency; whole numbers, so they are exact."""
    names = ["contract", "currency", *COUNTS, "price", "rest"]
    frame = frame.reindex(columns=names).fillna(0).astype("int64")
    return frame.groupby(["contract", "currency"], as_index=False).sum()


def _joined(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    after = after.assign(
        amount=[
            decimal.Decimal(int(price)).scaleb(-6) + int(rest) * _ATTO
            for price, rest in zip(after["price"], after["rest"], strict=True)
        ]
    ).drop(columns=["price", "rest"])
    both = before.merge(
        after, how="outer", on=["contract", "currency"], suffixes=("_before", "_after")
    )
    counts = [name for name in both.columns if not name.startswith("amount")]
    both[counts] = both[counts].astype("Int64").fillna(0).astype("int64")
    for name in ("amount_before", "amount_after"):
        both[name] = [decimal.Decimal(0) if pd.isna(one) else one for one in both[name]]
    return both


def basis(env, company, span: Span, context: Context, changes: Changes) -> dict:
    """What a month is rated by, to tell later what changed: as JSON."""
    ((invoiced,),) = env.execute_query(
        SQL(
            "SELECT coalesce(sum(records), 0)::bigint FROM telecom_usage_summary"
            " WHERE company_id = %s AND period = %s AND (invoice_line_id IS NOT NULL"
            " OR handover_batch_id IS NOT NULL)",
            company.id,
            span.period,
        )
    )
    return {
        "deliveries": changes.deliveries,
        "tariffs": context.fingerprints,
        "invoiced": invoiced,
    }


def basis_now(env, company, spans: list[Span]) -> dict[str, dict]:
    """:func:`basis` of several months, by their first days."""
    return {
        str(span.period): basis(
            env, company, span, Context.load(env, company, span), Changes.find(env, company, span)
        )
        for span in spans
    }


def stored(env, company, spans: list[Span]) -> pd.DataFrame:
    """What is charged and open now: records, aside and amount by contract and currency."""
    found = [Preview(env, company, span, Carry(span.begin)).charged() for span in spans]
    return pd.concat(found).groupby(["contract", "currency"], as_index=False).sum()


def compare(
    env,
    company,
    spans: list[Span],
    contracts: np.ndarray | None = None,
    replay: Replay | None = None,
    progress: typing.Callable[[int, int], None] | None = None,
) -> tuple[pd.DataFrame, dict[str, dict]]:
    """The months one after the other, in sum: a row a contract and currency; and the
    :func:`basis` of each.

    Columns: contract (0 = none), currency (ids), records, aside and amount (Decimal), each with
    ``_before`` and ``_after``; newly_charged, newly_aside.

    :raises BadBook: the tariffs cannot be used
    """
    carry = Carry(since=spans[0].begin)
    found, seen = [], {}
    for number, span in enumerate(spans):

        def after_shard(done: int, total: int, number=number) -> None:
            if progress:
                progress(number * 1000 + 1000 * done // max(total, 1), 1000 * len(spans))

        preview = Preview(env, company, span, carry, replay, after_shard)
        found.append(preview.compare(contracts))
        seen[str(span.period)] = preview.basis
    return pd.concat(found).groupby(["contract", "currency"], as_index=False).sum(), seen
