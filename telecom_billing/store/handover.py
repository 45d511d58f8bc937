# SPDX-License-Identifier: AGPL-3.0-or-later
"""Priced usage for other systems: which summaries, and their rows, read from the database."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from odoo.tools import SQL

from . import charges, exact, facts

#: Columns of a summary: key -> SQL. Money and quantities are Decimals, times naive UTC.
SUMMARY = {
    "summary": "s.id",
    "customer": "p.ref",
    "customer_name": "p.name",
    "contract": "o.code",
    "contract_line": "l.name",
    "number": "n.name",
    "period": "s.period",
    "service": "s.service",
    "tariff": "t.name->>'en_US'",
    "zone": "z.name->>'en_US'",
    "zone_code": "z.code",
    "band": "b.name->>'en_US'",
    "currency": "y.name",
    "records": "s.records",
    "quantity": "s.quantity",
    "billed": "s.billed",
    "allowance_used": "s.allowance_used",
    "amount": "s.amount",
    "cost": "s.cost",
    "first_started_at": "s.first_started_at",
    "last_started_at": "s.last_started_at",
}
#: Columns of a priced record.
RECORD = {
    "record": "u.id",
    "segment": "c.segment",
    "summary": "s.id",
    "customer": "p.ref",
    "customer_name": "p.name",
    "contract": "o.code",
    "contract_line": "l.name",
    "number": "n.name",
    "period": "s.period",
    "record_id": "u.record_id",
    "service": "c.service",
    "direction": "u.direction",
    "started_at": "u.started_at",
    "a_number": "coalesce(u.a_number, u.a_raw)",
    "b_number": "coalesce(u.b_number, u.b_raw)",
    "destination": "u.destination",
    "account": "u.account",
    "conference": "u.conference",
    "participant": "u.participant",
    "unit": "u.unit",
    "quantity": "c.quantity / 1000000.0",
    "billed": "c.billed / 1000000.0",
    "allowance_used": "c.allowance_used / 1000000.0",
    "tariff": "t.name->>'en_US'",
    "zone": "z.name->>'en_US'",
    "zone_code": "z.code",
    "band": "b.name->>'en_US'",
    "currency": "y.name",
    "price": "c.price",
    "cost": "c.cost",
    "source": "q.code",
    "file": "d.name",
    "line": "u.line",
}
COLUMNS = {"summaries": SUMMARY, "records": RECORD}

_NAMES = (
    " JOIN contract_contract o ON o.id = s.contract_id"
    " LEFT JOIN res_partner p ON p.id = o.partner_id"
    " LEFT JOIN contract_line l ON l.id = s.contract_line_id"
    " LEFT JOIN telecom_number n ON n.id = s.number_id"
    " LEFT JOIN telecom_tariff t ON t.id = s.tariff_id"
    " LEFT JOIN telecom_zone z ON z.id = s.zone_id"
    " LEFT JOIN telecom_band b ON b.id = s.band_id"
    " LEFT JOIN res_currency y ON y.id = s.currency_id"
)


def due(cr, company: int, period: datetime.date, channel: int | None) -> list[tuple[int, int]]:
    """[(summary id, records)] in the order in which they are handed over.

    :param channel: what its contracts have open up to the period; None: all usage of the period
    """
    mine = SQL("s.period = %s", period)
    if channel:
        mine = SQL(
            "s.period <= %s AND s.invoice_line_id IS NULL AND s.handover_batch_id IS NULL"
            " AND o.telecom_handover_channel_id = %s",
            period,
            channel,
        )
    cr.execute(
        SQL(
            "SELECT s.id, s.records FROM telecom_usage_summary s"
            " JOIN contract_contract o ON o.id = s.contract_id"
            " WHERE s.company_id = %s AND %s ORDER BY s.contract_id, s.period, s.id",
            company,
            mine,
        )
    )
    return cr.fetchall()


def batches(found: Iterable[tuple[int, int]], size: int, what: str) -> list[list[int]]:
    """Summary ids in batches of about ``size`` rows; a summary is never cut in two."""
    made: list[list[int]] = []
    rows = size
    for number, records in found:
        weight = records if what == "records" else 1
        if rows + weight > size or not made:
            made.append([])
            rows = 0
        made[-1].append(number)
        rows += weight
    return made


def rows(cr, what: str, summaries: list[int], columns: Iterable[str]) -> list[dict]:
    """The rows of some summaries, with the columns asked for."""
    known = COLUMNS[what]
    chosen = ", ".join(f'{known[name]} AS "{name}"' for name in dict.fromkeys(columns))
    if what == "summaries":
        query = SQL(
            f"SELECT {chosen} FROM telecom_usage_summary s{_NAMES} WHERE s.id = ANY(%s)"
            " ORDER BY s.contract_id, s.period, s.id",
            summaries,
        )
        return exact.dicts(cr, query)
    cr.execute(
        SQL(
            "SELECT array_agg(DISTINCT contract_id), min(first_started_at), max(last_started_at)"
            " FROM telecom_usage_summary WHERE id = ANY(%s)",
            summaries,
        )
    )
    contracts, first, last = cr.fetchone()
    query = SQL(
        f"SELECT {chosen} FROM %s c JOIN telecom_usage_summary s ON s.id = c.summary_id"
        " JOIN %s u ON u.id = c.usage_id AND u.started_at = c.started_at"
        " LEFT JOIN telecom_source q ON q.id = u.source_id"
        f" LEFT JOIN telecom_delivery d ON d.id = u.delivery_id{_NAMES}"
        " WHERE c.contract_id = ANY(%s) AND c.summary_id = ANY(%s)"
        " AND c.started_at >= %s AND c.started_at <= %s"
        " AND u.started_at >= %s AND u.started_at <= %s"
        " ORDER BY s.contract_id, c.started_at, c.usage_id, c.segment",
        SQL.identifier(charges.TABLE),
        SQL.identifier(facts.TABLE),
        contracts,
        summaries,
        *((first, last + datetime.timedelta(seconds=1)) * 2),
    )
    return exact.dicts(cr, query)


def totals(cr, summaries: list[int]) -> tuple:
    """(records, amount as Decimal) of some summaries."""
    ((records, amount),) = exact.fetch(
        cr,
        SQL(
            "SELECT coalesce(sum(records), 0)::bigint, coalesce(sum(amount), 0)"
            " FROM telecom_usage_summary WHERE id = ANY(%s)",
            summaries,
        ),
    )
    return records, amount


def of_batch(cr, batch: int) -> list[int]:
    """Ids of the summaries that a batch froze, in their order."""
    cr.execute(
        SQL(
            "SELECT id FROM telecom_usage_summary WHERE handover_batch_id = %s"
            " ORDER BY contract_id, period, id",
            batch,
        )
    )
    return [number for (number,) in cr.fetchall()]


def mark(cr, summaries: list[int], batch: int) -> int:
    """Freeze summaries as handed over; returns how many were still free."""
    cr.execute(
        SQL(
            "UPDATE telecom_usage_summary SET handover_batch_id = %s WHERE id = ANY(%s)"
            " AND invoice_line_id IS NULL AND handover_batch_id IS NULL",
            batch,
            summaries,
        )
    )
    return cr.rowcount
