# SPDX-License-Identifier: AGPL-3.0-or-later
"""What allowances gave before: to the same period's earlier records, and by earlier periods.

Charges say what each record drew; balances (``telecom.allowance.balance``) say what a period
granted and left, which is what rolls over and what customers are shown.
"""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from odoo.tools import SQL

from ..store import charges as charge_store
from ..store import copying
from . import periods, turnovers
from .columns import flat, ids

TABLE = "telecom_allowance_balance"
#: Whose balance it is: column of a fact, column of a charge or its contract, of a balance.
SHARES = {
    "line": ("line", "c.line_id", "line_id"),
    "contract": ("contract", "c.contract_id", "contract_id"),
    "customer": ("customer", "o.partner_id", "partner_id"),
}
#: Column of a balance that holds its owner, by share.
HOLDERS = {share: own[2] for share, own in SHARES.items()} | {"pool": "pool_id"}
SPENT = ("allowance", "share", "holder", "day", "units", "money", "records")
OPENING = ("allowance", "share", "holder", "period", "origin", "left")


@dataclasses.dataclass
class Before:
    """What is known of earlier records, by holder; frames as the rating core reads them."""

    spent: pd.DataFrame
    opening: pd.DataFrame
    #: Whose customer's each pool is.
    pools: dict[int, int] = dataclasses.field(default_factory=dict)
    #: Charges from whose sums tiers and limits go on.
    settled: pd.DataFrame = dataclasses.field(default_factory=turnovers.nothing)
    #: Periods whose records are priced as one and were invoiced, see :mod:`.periods`.
    closed: pd.DataFrame = dataclasses.field(default_factory=periods.nothing)

    @classmethod
    def nothing(cls) -> Before:
        return cls(pd.DataFrame(columns=list(SPENT)), pd.DataFrame(columns=list(OPENING)))

    def of(self, facts: pa.Table) -> dict[str, pd.DataFrame | None]:
        """The arguments ``spent``, ``opening`` and ``settled`` of ``rate()`` for a shard."""
        return {
            "settled": turnovers.of(self.settled, facts),
            "spent": _of(self.spent, facts, self.pools),
            "opening": _of(self.opening, facts, self.pools),
        }


def _of(frame: pd.DataFrame, facts: pa.Table, pools: dict[int, int]) -> pd.DataFrame | None:
    if frame.empty:
        return None
    mask = np.zeros(len(frame), dtype=bool)
    for share, (column, _charge, _balance) in SHARES.items():
        own = np.unique(flat(facts[column]).to_numpy())
        mask |= (frame["share"] == share).to_numpy() & np.isin(frame["holder"], own)
    if pools:
        customers = np.unique(flat(facts["customer"]).to_numpy())
        own = [pool for pool, customer in pools.items() if customer in customers]
        mask |= (frame["share"] == "pool").to_numpy() & np.isin(frame["holder"], own)
    return frame[mask] if mask.any() else None


def load(
    cr,
    context,
    contracts: np.ndarray | None,
    everything: bool,
    since=None,
    stays: SQL | None = None,
) -> Before:
    """What charges that stay drew and added up to, and what rolled over.

    :param contracts: only of these; None: of all
    :param everything: whether all charges of the span stay, or only those on invoices
    :param since: open charges from this moment (naive UTC) on do not stay, although they are
        before the span
    :param stays: condition on charges ``c`` that stay, instead of ``everything``
    """
    allowances = context.data.get("allowances", [])
    if stays is None:
        stays = SQL("TRUE") if everything else charge_store.is_invoiced()
        if context.replay or not (everything or context.has_frozen()):
            stays = SQL("FALSE")
    since = since or context.span.begin
    settled = turnovers.nothing()
    # Contracts whose prices depend on sums are never rated in addition, but as a whole.
    if (rules := turnovers.rules(context)) and not everything:
        kept, begin = _kept(context, stays, since, rules)
        if kept is not None:
            whose = SQL("TRUE") if contracts is None else charge_store.among(contracts)
            settled = turnovers.load(cr, context, whose, kept, begin)
    pools = context.env["telecom.pool"].browse(one["id"] for one in context.data.get("pools", []))
    return Before(
        _spent(cr, context, contracts, stays, allowances, since),
        _opening(cr, context),
        {pool.id: pool.partner_id.id for pool in pools},
        settled,
        periods.closed(cr, context, contracts, stays),
    )


def _pool_of_charge(context, allowances) -> SQL:
    """The pool whose balance a charge ``c`` drew on: the first of the allowance's with its line."""
    found: dict[tuple[int, int], int] = {}
    for one in allowances:
        if one.get("share") == "pool":
            for pool in context.env["telecom.pool"].browse(one["pools"]):
                for line in pool._members().ids:
                    found.setdefault((one["id"], line), pool.id)
    return SQL(
        "(SELECT m.pool FROM unnest(%s::int[], %s::int[], %s::int[]) AS m (allowance, line, pool)"
        " WHERE m.allowance = c.allowance_id AND m.line = c.line_id)",
        [allowance for allowance, _line in found],
        [line for _allowance, line in found],
        list(found.values()),
    )


def _kept(context, stays: SQL, since, records) -> tuple[SQL | None, datetime.datetime]:
    """(condition on charges ``c`` that count for these records; None: none do, from when on)."""
    span = context.span
    first = earliest(span.period, records)
    if not records or first >= span.period:
        return (None if stays.code == "FALSE" or not records else stays), span.begin
    # Periods longer than a month: what earlier months drew counts in any case.
    kept = [stays, SQL("c.started_at < %s", since)]
    if since < span.begin and not context.replay:
        kept.append(charge_store.is_invoiced())
    begin = datetime.datetime.combine(first, datetime.time()) - datetime.timedelta(days=1)
    return SQL(" OR ").join(kept), begin


def _spent(cr, context, contracts, stays: SQL, allowances, since) -> pd.DataFrame:
    span = context.span
    kept, begin = _kept(context, stays, since, allowances)
    if kept is None:
        return pd.DataFrame(columns=list(SPENT))
    holder = SQL(" ").join(
        [
            SQL("CASE a.share"),
            *(SQL(f"WHEN '{share}' THEN {own[1]}") for share, own in SHARES.items()),
            SQL("WHEN 'pool' THEN %s", _pool_of_charge(context, allowances)),
            SQL("END"),
        ]
    )
    counted = any(one.get("records") for one in allowances)
    # Few kinds of many charges: they are added up before it is asked whose they are.
    cr.execute(
        SQL(
            "SELECT c.allowance_id, a.share, %(holder)s, c.day, sum(c.units)::bigint,"
            " sum(c.money)::bigint, sum(c.records)::bigint"
            " FROM (SELECT c.allowance_id, c.contract_id, c.line_id, %(day)s AS day,"
            "  sum(c.allowance_used) AS units, coalesce(sum(c.allowance_money), 0) AS money,"
            "  %(records)s AS records FROM telecom_charge_data c"
            "  WHERE c.company_id = %(company)s AND c.allowance_id IS NOT NULL"
            "  AND c.write_off_id IS NULL AND c.started_at >= %(begin)s AND c.started_at < %(end)s"
            "  AND %(whose)s AND (%(kept)s) GROUP BY 1, 2, 3, 4) c"
            " JOIN telecom_allowance a ON a.id = c.allowance_id"
            " JOIN contract_contract o ON o.id = c.contract_id"
            " GROUP BY 1, 2, 3, 4",
            holder=holder,
            day=_day_of_charge(context, allowances, begin),
            records=SQL("count(DISTINCT c.usage_id)") if counted else SQL("0"),
            company=span.company,
            begin=begin,
            end=span.end,
            whose=SQL("TRUE") if contracts is None else charge_store.among(contracts),
            kept=kept,
        )
    )
    return pd.DataFrame(cr.fetchall(), columns=list(SPENT))


def _day_of_charge(context, allowances, begin: datetime.datetime) -> SQL:
    """The local day of a charge ``c``; its month's first, where days make no difference."""
    if any(one.get("period") in ("day", "week") for one in allowances):
        kind = "day"
    elif begin < context.span.begin:
        kind = "month"
    else:
        return SQL("%s::date", context.span.period)
    return SQL(
        "date_trunc(%s, c.started_at AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
        kind,
        context.data["timezone"],
    )


def earliest(period: datetime.date, allowances: list[dict]) -> datetime.date:
    """First day from which what was drawn still counts in a month."""
    days = [period]
    for one in allowances:
        kind = one.get("period", "month")
        if kind == "week":
            days.append(period - datetime.timedelta(days=period.weekday()))
        elif kind == "quarter":
            days.append(period - datetime.timedelta(days=120))
        elif kind == "year":
            days.append(period.replace(year=period.year - 1))
        elif kind == "once":
            days.append(datetime.date(2000, 1, 1))
        elif kind == "month" and one.get("begins", 1) > 1:
            days.append((period - datetime.timedelta(days=1)).replace(day=one["begins"]))
    return min(days)


def _opening(cr, context) -> pd.DataFrame:
    """The last balances before the span, of allowances that roll over."""
    rolling = [one["id"] for one in context.data.get("allowances", []) if one.get("rollover")]
    if not rolling:
        return pd.DataFrame(columns=list(OPENING))
    cr.execute(
        SQL(
            "SELECT allowance_id, share, COALESCE(line_id, contract_id, partner_id, pool_id),"
            " period, origin, round(units_left * 1000000)::bigint FROM ("
            "  SELECT b.*, rank() OVER (PARTITION BY allowance_id, share, line_id, contract_id,"
            "  partner_id, pool_id ORDER BY period DESC) AS place FROM telecom_allowance_balance b"
            "  WHERE company_id = %s AND allowance_id = ANY(%s) AND period < %s) b WHERE place = 1",
            context.span.company,
            rolling,
            context.span.period,
        )
    )
    frame = pd.DataFrame(cr.fetchall(), columns=list(OPENING))
    return frame.assign(
        period=pd.to_datetime(frame["period"]), origin=pd.to_datetime(frame["origin"])
    )


def store(cr, context, balances: pd.DataFrame) -> None:
    """Put balances in the place of those of the same allowances, holders and periods."""
    if balances.empty:
        return
    days = balances["period"].to_numpy().astype("datetime64[D]")
    kinds = balances.assign(period=days.astype(object)).groupby(["allowance", "period", "share"])
    for (allowance, period, share), rows in kinds:
        cr.execute(
            SQL(
                "DELETE FROM telecom_allowance_balance WHERE company_id = %s AND allowance_id = %s"
                " AND period = %s AND share = %s AND %s = ANY(%s)",
                context.span.company,
                int(allowance),
                period,
                share,
                # As the index has it: one of the columns is filled.
                SQL("COALESCE(%s)", SQL(", ").join(map(SQL.identifier, HOLDERS.values()))),
                rows["holder"].astype("int64").unique().tolist(),
            )
        )
    copying.copy(cr, TABLE, _rows(context, balances))


def _rows(context, balances: pd.DataFrame) -> pa.Table:
    rows = len(balances)
    holder = balances["holder"].astype("int64").to_numpy()
    share = balances["share"].to_numpy()
    return pa.table(
        {
            "company_id": copying.constant(context.span.company, rows),
            "allowance_id": pa.array(balances["allowance"].astype("int64")),
            "share": pa.array(share, type=pa.string()),
            **{column: ids(np.where(share == name, holder, 0)) for name, column in HOLDERS.items()},
            "period": pa.array(balances["period"].to_numpy().astype("datetime64[D]")),
            "origin": pa.array(balances["origin"].to_numpy().astype("datetime64[D]")),
            "unit": pa.array(balances["unit"].to_numpy(), type=pa.string()),
            **{
                f"units_{name}": copying.micro(balances[name].reset_index(drop=True))
                for name in ("granted", "used", "left")
            },
        }
    )
