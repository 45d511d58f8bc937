# SPDX-License-Identifier: AGPL-3.0-or-later
"""Months of usage come and go: partitions made ahead, and emptied when retention ends.

Traffic data may be kept for billing for six months after the bill went out (TDDDG § 10), longer
only while an objection is open. A month is over for a company when that many whole months have
passed since; what a hold names, what other companies may still keep, and what waits for its
invoice stays.
"""

from __future__ import annotations

import datetime
import logging

from dateutil.relativedelta import relativedelta
from odoo.tools import SQL

from ..store import charges, facts, partitions

_logger = logging.getLogger(__name__)

AHEAD = 2


def make_ahead(env, today: datetime.date) -> None:
    """The partitions of this and the next months, so that no load has to make them."""
    wanted = [today + relativedelta(months=number) for number in range(AHEAD + 1)]
    for table in (facts.TABLE, charges.TABLE):
        partitions.ensure(env.cr, table, wanted)


def retire(env, today: datetime.date) -> dict[datetime.date, int]:
    """Let go of usage whose time is over; returns the number of facts gone, by month."""
    gone = {}
    for month in partitions.months(env.cr, facts.TABLE):
        due = _companies_due(env, month, today)
        if not due or not _has_rows_to_go(env, month, due):
            continue
        gone[month] = partitions.retire(env.cr, facts.TABLE, month, _keep(env, due))
        partitions.retire(
            env.cr,
            charges.TABLE,
            month,
            SQL(
                "EXISTS (SELECT 1 FROM telecom_usage_data u"
                " WHERE u.id = d.usage_id AND u.started_at = d.started_at)"
            ),
        )
        _logger.info("usage of %s: %s records gone", month, gone[month])
    _forget_originals(env, today)
    env["telecom.usage"].invalidate_model()
    return gone


def _end_of_retention(month: datetime.date, company) -> datetime.date:
    return month + relativedelta(months=1 + company.telecom_retention_months)


def _companies_due(env, month: datetime.date, today: datetime.date):
    return (
        env["res.company"]
        .with_context(active_test=False)
        .search([])
        .filtered(lambda company: _end_of_retention(month, company) <= today)
    )


def _keep(env, due) -> SQL:
    conditions = [
        SQL("d.company_id NOT IN %s", tuple(due.ids)),
        env["telecom.usage.hold"]._keep_condition(),
        SQL(
            "EXISTS (SELECT 1 FROM telecom_charge_data c"
            " JOIN telecom_usage_summary s ON s.id = c.summary_id"
            " WHERE c.usage_id = d.id AND c.started_at = d.started_at"
            " AND s.invoice_line_id IS NULL AND s.handover_batch_id IS NULL)"
        ),
    ]
    return SQL("(%s)", SQL(" OR ").join(conditions))


def _has_rows_to_go(env, month: datetime.date, due) -> bool:
    part = SQL.identifier(partitions.name_of(facts.TABLE, month))
    env.cr.execute(SQL("SELECT EXISTS (SELECT 1 FROM %s d WHERE NOT %s)", part, _keep(env, due)))
    return env.cr.fetchone()[0]


def _forget_originals(env, today: datetime.date) -> None:
    """Files and rejected lines hold the same data; the delivery and its counts stay."""
    for company in env["res.company"].search([]):
        limit = today - relativedelta(months=1 + company.telecom_retention_months)
        old = env["telecom.delivery"].search(
            [
                ("company_id", "=", company.id),
                ("parent_id", "=", False),
                ("attachment_id", "!=", False),
                ("state", "in", ("loaded", "undone")),
                ("last_started_at", "<", limit + relativedelta(day=1, months=1)),
            ]
        )
        for delivery in old:
            leaves = delivery | delivery.child_ids
            if not facts.count(env.cr, leaves.ids):
                delivery.attachment_id.unlink()
                leaves.reject_ids.unlink()
