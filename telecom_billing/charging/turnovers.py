# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tiers and limits go on from: charges of their periods that are not rated now.

That is what is on invoices, when late records join a month, and what earlier months charged, where
a rule adds up over more than one. The core reads it as ``settled`` (:mod:`..rating.settled`).
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from odoo.tools import SQL

from ..book.text import plain_id
from ..rating.rates import AMOUNT
from ..rating.settled import COLUMNS
from .columns import flat

#: Rules whose sums go on.
SECTIONS = ("tiers", "limits")
#: Bands begin and end on quarters of an hour.
_QUARTER = 900


def rules(context) -> list[dict]:
    """Tiers and limits of the context's book."""
    return [one for section in SECTIONS for one in context.data.get(section, [])]


def nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS))


def load(cr, context, whose: SQL, kept: SQL, begin: datetime.datetime) -> pd.DataFrame:
    """Charges ``c`` that go on, as many in a row as rules cannot tell apart; refunds apart.

    :param whose: condition on the contracts
    :param kept: condition on charges that are not rated now
    :param begin: no rule looks at what is before (naive UTC)
    """
    span = context.span
    zone = context.data["timezone"]
    moment = SQL(
        "date_trunc('day', c.started_at AT TIME ZONE 'UTC' AT TIME ZONE %s)"
        " AT TIME ZONE %s AT TIME ZONE 'UTC'",
        zone,
        zone,
    )
    if any(one.get("bands") for one in rules(context)):
        moment = SQL(
            "to_timestamp(floor(extract(epoch FROM c.started_at) / %(size)s) * %(size)s)"
            " AT TIME ZONE 'UTC'",
            size=_QUARTER,
        )
    cr.execute(
        SQL(
            "SELECT %(moment)s, c.contract_id, c.line_id, o.partner_id, l.telecom_tariff_id,"
            " c.service, c.zone_id, c.band_id, c.rate_id,"
            " CASE WHEN r.on_cost THEN %(amount)s ELSE r.unit END,"
            " sum(%(size)s)::bigint, round(sum(c.price) * 1000000)::bigint"
            " FROM telecom_charge_data c JOIN contract_contract o ON o.id = c.contract_id"
            " LEFT JOIN contract_line l ON l.id = c.line_id"
            " LEFT JOIN telecom_rate r ON r.id = c.rate_id"
            " WHERE c.company_id = %(company)s AND c.reason IS NULL AND c.write_off_id IS NULL"
            " AND c.started_at >= %(begin)s AND c.started_at < %(end)s"
            " AND %(whose)s AND (%(kept)s)"
            " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, %(size)s < 0",
            moment=moment,
            amount=AMOUNT,
            # What is priced on our cost counts in money, see ``on`` of a rate.
            size=SQL("CASE WHEN r.on_cost THEN round(c.cost * 1000000) ELSE c.billed END"),
            company=span.company,
            begin=begin,
            end=span.end,
            whose=whose,
            kept=kept,
        )
    )
    frame = pd.DataFrame(cr.fetchall(), columns=list(COLUMNS))
    units = context.pricing.book.units
    base = {name: units.base(name)[0] for name in frame["unit"].dropna().unique()}
    names = {plain_id(str(zone["id"])): zone["id"] for zone in context.data.get("zones", [])}
    return frame.assign(
        started_at=pd.to_datetime(frame["started_at"]).astype("datetime64[us]"),
        unit=frame["unit"].map(base),
        zone=frame["zone"].map(names),
        **{name: frame[name].astype("Int64") for name in
           ("contract", "line", "customer", "tariff", "band", "rate")},
    )  # fmt: skip


def of(frame: pd.DataFrame, facts: pa.Table) -> pd.DataFrame | None:
    """The rows of the facts' contracts, and of others of the same customers."""
    if frame.empty:
        return None
    mine = np.zeros(len(frame), dtype=bool)
    for name in ("contract", "customer"):
        mine |= frame[name].isin(np.unique(flat(facts[name]).to_numpy())).to_numpy(dtype=bool)
    return frame[mine] if mine.any() else None
