# SPDX-License-Identifier: AGPL-3.0-or-later
"""Thresholds of spending limits that rating found reached, kept once each."""

from __future__ import annotations

import decimal

import numpy as np
import pandas as pd
from odoo.tools import SQL

from ..rating.money import MICRO
from ..store import charges

_COLUMNS = (
    "limit_id", "share", "holder", "period", "percent", "amount", "spent", "usage_id", "contract",
    "line", "reached_at",
)  # fmt: skip


def of_facts(alerts: pd.DataFrame, facts, contracts, lines) -> pd.DataFrame:
    """``Rated.alerts`` with record, contract and line instead of a row of the usage frame.

    :param facts: ids of the usage rows; ``contracts`` and ``lines`` likewise
    """
    alerts = alerts[alerts["kind"] == "limit"]
    row = alerts["usage"].to_numpy()
    return alerts.assign(usage_id=facts[row], contract=contracts[row], line=lines[row])


def store(cr, span, alerts: pd.DataFrame | None, contracts: np.ndarray) -> None:
    """Put the alerts of these contracts in the place of those that their month had.

    One that is reached no more goes, or is marked where somebody was told already.
    """
    rows = [] if alerts is None else _rows(alerts)
    cr.execute(
        SQL(
            "UPDATE telecom_limit_alert a SET state = 'gone'"
            " WHERE a.company_id = %s AND a.month = %s AND a.contract_id = ANY(%s)"
            # What is on an invoice reached its thresholds for good.
            " AND NOT EXISTS (SELECT 1 FROM telecom_charge_data c WHERE c.usage_id = a.usage_id"
            " AND %s AND %s)",
            span.company,
            span.period,
            [int(one) for one in contracts],
            charges.within(span.begin, span.end),
            charges.is_invoiced(),
        )
    )
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cr.execute(
            SQL(
                "INSERT INTO telecom_limit_alert (company_id, month, currency_id, limit_id, share,"
                " holder, period, percent, amount, spent, usage_id, contract_id, partner_id,"
                " line_id, reached_at, state, create_date, write_date)"
                " SELECT %(company)s, %(month)s, l.currency_id, v.*, 'new', now(), now() FROM ("
                "  SELECT a.limit_id, a.share, a.holder, a.period, a.percent, a.amount, a.spent,"
                "  a.usage_id, a.contract, o.partner_id, nullif(a.line, 0), a.reached_at"
                "  FROM unnest(%(columns)s) AS a (%(names)s)"
                "  JOIN contract_contract o ON o.id = a.contract) v"
                " JOIN telecom_limit l ON l.id = v.limit_id"
                " ON CONFLICT (limit_id, share, holder, period, percent) DO UPDATE SET"
                " month = EXCLUDED.month, amount = EXCLUDED.amount, spent = EXCLUDED.spent,"
                " usage_id = EXCLUDED.usage_id, contract_id = EXCLUDED.contract_id,"
                " partner_id = EXCLUDED.partner_id, line_id = EXCLUDED.line_id,"
                " reached_at = EXCLUDED.reached_at, write_date = now(),"
                " state = CASE WHEN telecom_limit_alert.told_at IS NULL THEN 'new' ELSE 'seen' END",
                company=span.company,
                month=span.period,
                columns=SQL(", ").join(
                    SQL(f"%s::{kind}[]", column)
                    for kind, column in zip(_KINDS, columns, strict=True)
                ),
                names=SQL(", ").join(SQL.identifier(name) for name in _COLUMNS),
            )
        )
    cr.execute(
        "DELETE FROM telecom_limit_alert WHERE company_id = %s AND month = %s"
        " AND contract_id = ANY(%s) AND state = 'gone' AND told_at IS NULL",
        [span.company, span.period, [int(one) for one in contracts]],
    )


_KINDS = (
    "integer", "varchar", "integer", "date", "numeric", "numeric", "numeric", "bigint", "integer",
    "integer", "timestamp",
)  # fmt: skip


def _rows(alerts: pd.DataFrame) -> list[tuple]:
    return [
        (
            int(one.limit),
            one.share,
            int(one.holder),
            one.period.date(),
            decimal.Decimal(int(one.threshold)) * 100 / MICRO,
            decimal.Decimal(int(one.amount)) / MICRO,
            decimal.Decimal(int(one.spent)) / MICRO,
            int(one.usage_id),
            int(one.contract),
            int(one.line),
            one.reached_at.to_pydatetime().replace(microsecond=0),
        )
        for one in alerts.itertuples()
    ]
