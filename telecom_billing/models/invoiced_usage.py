# SPDX-License-Identifier: AGPL-3.0-or-later
"""From when to when the usage of records is on invoices; what several locks of the past ask."""

from __future__ import annotations

from odoo.tools import SQL

from ..store.invoiced_days import spans


def invoiced_days(records, column: str, contracts) -> dict[int, tuple]:
    """{id: (first, last)}: local days of the usage that is on invoices or handed over.

    :param column: of the usage summaries, that names ``records``
    :param contracts: whose summaries are looked at; by their index
    """
    env = records.env
    if not records.ids or not contracts.ids:
        return {}
    env["telecom.usage.summary"].flush_model()
    condition = SQL(
        "s.contract_id = ANY(%s) AND %s = ANY(%s) AND s.first_started_at IS NOT NULL",
        contracts.ids,
        SQL.identifier("s", column),
        records.ids,
    )
    return spans(env.cr, SQL.identifier("s", column), condition)


def days_of_both(days: tuple | None, begin, end) -> tuple | None:
    """(first, last) of the invoiced days from ``begin`` to ``end`` (False: without bound)."""
    if not days:
        return None
    first, last = max(days[0], begin or days[0]), min(days[1], end or days[1])
    return (first, last) if first <= last else None
