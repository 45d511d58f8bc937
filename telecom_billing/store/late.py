# SPDX-License-Identifier: AGPL-3.0-or-later
"""Late records: they came in after the run of their month had made its invoices.

A record is late for a run if its month lies before the run's, a run of its month or later has made
its invoices, and its delivery was taken in by a later run than that month's. What was freed by a
reversed invoice is not late: its delivery belongs to the run of its month. Nor is what came after
the invoice of its month was reversed: it goes on the new one.
"""

from __future__ import annotations

import datetime

from odoo.tools import SQL

from . import charges, exact, facts
from .summaries import recount


def _late(run) -> SQL:
    """Charges ``c`` and summaries ``s`` of the late records of ``run``."""
    return SQL(
        "telecom_usage_summary s"
        " JOIN %(charges)s c ON c.summary_id = s.id AND c.contract_id = s.contract_id"
        " JOIN %(facts)s u ON u.id = c.usage_id AND u.started_at = c.started_at"
        " JOIN telecom_delivery d ON d.id = u.delivery_id"
        " LEFT JOIN telecom_billing_run r ON r.id = d.run_id"
        " WHERE s.company_id = %(company)s AND s.period < %(period)s"
        " AND s.invoice_line_id IS NULL AND s.handover_batch_id IS NULL"
        " AND c.write_off_id IS NULL"
        " AND (r.id IS NULL OR r.period_start > s.period)"
        " AND EXISTS (SELECT 1 FROM telecom_billing_run b JOIN telecom_billing_step t"
        "  ON t.run_id = b.id AND t.code = 'invoice' AND t.state = 'done'"
        "  WHERE b.company_id = s.company_id AND b.period_start >= s.period"
        "  AND b.period_start < %(period)s)"
        " AND (NOT EXISTS (SELECT 1 FROM %(invoices)s AND m.telecom_reversed)"
        "  OR EXISTS (SELECT 1 FROM %(invoices)s AND m.state = 'posted'"
        "   AND m.telecom_reversed IS NOT TRUE))",
        invoices=SQL(
            "account_move m JOIN telecom_billing_run v ON v.id = m.telecom_run_id"
            " WHERE m.telecom_contract_id = s.contract_id AND v.period_start = s.period"
        ),
        charges=SQL.identifier(charges.TABLE),
        facts=SQL.identifier(facts.TABLE),
        company=run.company_id.id,
        period=run.period_start,
    )


def groups(run) -> list[dict]:
    """contract_id, period, currency_id, records, seconds (as units), amount (Decimal), first and
    last start (naive UTC) of the late records, by contract and month."""
    return exact.dicts(
        run.env.cr,
        SQL(
            "SELECT s.contract_id, s.period, s.currency_id,"
            " count(*) FILTER (WHERE c.segment = 0) AS records,"
            " coalesce(sum(c.quantity) FILTER (WHERE u.unit = 'second'), 0) / 1000000 AS seconds,"
            " coalesce(sum(c.price), 0) AS amount,"
            " min(c.started_at) AS first, max(c.started_at) AS last"
            " FROM %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            _late(run),
        ),
    )


def contracts(run) -> set[int]:
    """Ids of contracts with late records."""
    run.env.cr.execute(SQL("SELECT DISTINCT s.contract_id FROM %s", _late(run)))
    return {contract for (contract,) in run.env.cr.fetchall()}


def records(run, contract: int, period: datetime.date) -> list[int]:
    """Ids of the late usage records of a contract's month."""
    run.env.cr.execute(
        SQL(
            "SELECT DISTINCT u.id FROM %s AND s.contract_id = %s AND s.period = %s ORDER BY 1",
            _late(run),
            contract,
            period,
        )
    )
    return [number for (number,) in run.env.cr.fetchall()]


def write_off(run, contract: int, period: datetime.date, number: int) -> tuple:
    """Put a contract's late records of a month under a write-off; their summaries shrink.

    Returns (records, quantity in millionths, first start, last start, whether allowances had
    been drawn on).
    """
    cr = run.env.cr
    cr.execute(
        SQL(
            "WITH late AS (SELECT c.usage_id, c.started_at, c.segment, c.summary_id"
            "  FROM %(late)s AND s.contract_id = %(contract)s AND s.period = %(period)s),"
            " gone AS (UPDATE %(charges)s c SET write_off_id = %(number)s, summary_id = NULL"
            "  FROM late l WHERE c.usage_id = l.usage_id AND c.started_at = l.started_at"
            "  AND c.segment = l.segment"
            "  RETURNING c.segment, c.quantity, c.started_at, c.allowance_id, l.summary_id)"
            " SELECT count(*) FILTER (WHERE segment = 0), coalesce(sum(quantity), 0)::bigint,"
            " min(started_at), max(started_at), coalesce(bool_or(allowance_id IS NOT NULL), FALSE),"
            " array_agg(DISTINCT summary_id) FROM gone",
            late=_late(run),
            charges=SQL.identifier(charges.TABLE),
            contract=contract,
            period=period,
            number=number,
        )
    )
    *counted, touched = cr.fetchone()
    recount(cr, touched or [])
    return tuple(counted)
