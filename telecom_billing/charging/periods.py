# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices of a whole period (``together``): which periods are closed, as they are on an invoice.

The highest of a month's values is known when the month is over. Once it was invoiced, a late record
cannot change it: it is set aside, until the invoice is reversed or the record is written off.
"""

from __future__ import annotations

import typing

import numpy as np
import pandas as pd
import pyarrow as pa
from odoo.tools import SQL

from ..book.text import plain_id
from ..rating.periods import Period
from ..store import charges as charge_store
from .columns import flat
from .matching import started_of

if typing.TYPE_CHECKING:
    from .context import Context
    from .pricing import Pricing

COLUMNS = ("rate", "line", "contract", "customer", "started")


def nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS))


def rates(book) -> dict[int, int]:
    """{database id: position in the book} of rates that price a period's records as one."""
    return {
        plain_id(rate.id): number
        for number, rate in enumerate(book.listed_rates)
        if rate.together is not None
    }


def closed(cr, context: Context, contracts: np.ndarray | None, stays: SQL) -> pd.DataFrame:
    """Charges by such rates that stay as they are: one row a rate, holder and quarter of an hour,
    at which days begin in every time zone.

    :param stays: condition on charges ``c``
    """
    wanted = list(rates(context.pricing.book))
    if not wanted or stays.code == "FALSE":
        return nothing()
    cr.execute(
        SQL(
            "SELECT c.rate_id, c.line_id, c.contract_id, o.partner_id,"
            " floor(extract(epoch FROM c.started_at) / 900)::bigint * 900000000"
            " FROM telecom_charge_data c JOIN contract_contract o ON o.id = c.contract_id"
            " WHERE c.company_id = %(company)s AND c.rate_id = ANY(%(rates)s)"
            " AND c.reason IS NULL AND c.write_off_id IS NULL AND %(within)s AND %(whose)s"
            " AND (%(stays)s) GROUP BY 1, 2, 3, 4, 5",
            company=context.span.company,
            rates=wanted,
            within=charge_store.within(context.span.begin, context.span.end),
            whose=SQL("TRUE") if contracts is None else charge_store.among(contracts),
            stays=stays,
        )
    )
    return pd.DataFrame(cr.fetchall(), columns=list(COLUMNS))


def too_late(pricing: Pricing, facts: pa.Table, row: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Positions of facts whose price is one with records that are closed.

    :param row, rate: fact and rate (database id) of each charge
    """
    frame, found = pricing.before.closed, []
    if frame.empty:
        return np.zeros(0, dtype=np.int64)
    started = started_of(facts)
    for one, number in rates(pricing.book).items():
        mine, theirs = np.unique(row[rate == one]), frame[frame["rate"] == one]
        if not mine.size or theirs.empty:
            continue
        rule = pricing.book.listed_rates[number].together
        period = Period(rule.period, rule.begins, pricing.book.tariff_of(number).clock)
        holder = flat(facts[rule.share]).to_numpy()[mine]
        known = set(
            zip(
                theirs[rule.share].tolist(),
                period.number(theirs["started"].to_numpy(dtype=np.int64)).tolist(),
                strict=True,
            )
        )
        pairs = zip(holder.tolist(), period.number(started[mine]).tolist(), strict=True)
        found.append(mine[[pair in known for pair in pairs]])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
