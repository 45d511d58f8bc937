# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a rating of a whole month stopped, so that the next start goes on from there.

Shards are stored in the order of their holders, each with its commit. What is kept beside them is
the last holder that is done, and a fingerprint of everything the charges depend on: facts, tariffs,
owners of numbers, carriers' prices, what is on invoices, balances from before. With another
fingerprint the month begins anew.

Contracts that changed are stored in shards as well. What is kept then is only that it was begun,
see :class:`.changes.Changes`.
"""

from __future__ import annotations

import hashlib
import json

from odoo.tools import SQL

from .changes import Changes
from .context import Context
from .parties import QUERY


class Bookmark:
    """Where the rating of a month is. ``anew``: do not go on from where it was."""

    def __init__(self, cr, context: Context, changes: Changes, anew: bool = False):
        self._cr, self._span = cr, context.span
        self._context, self._changes, self._anew = context, changes, anew
        self._fingerprint = ""

    def find(self) -> tuple[int, int | None]:
        """(records that are stored, the last holder of them or None); by now the context must
        know what was before."""
        self._fingerprint = fingerprint(self._cr, self._context, self._changes)
        if self._anew:
            self.remove()
        self._cr.execute(
            SQL(
                "SELECT done, holder FROM telecom_rating_progress"
                " WHERE company_id = %s AND period = %s AND fingerprint = %s",
                self._span.company,
                self._span.period,
                self._fingerprint,
            )
        )
        return self._cr.fetchone() or (0, None)

    def begin(self) -> None:
        """What is stored from now on may be a part only, until :meth:`remove`."""
        self._cr.execute(
            SQL(
                "INSERT INTO telecom_rating_progress"
                " (company_id, period, fingerprint, done, holder)"
                " VALUES (%s, %s, '', 0, 0) ON CONFLICT (company_id, period) DO NOTHING",
                self._span.company,
                self._span.period,
            )
        )

    def put(self, done: int, holder: int) -> None:
        """Every holder up to this one is stored, with so many records."""
        self._cr.execute(
            SQL(
                "INSERT INTO telecom_rating_progress"
                " (company_id, period, fingerprint, done, holder)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (company_id, period) DO UPDATE SET"
                " fingerprint = EXCLUDED.fingerprint, done = EXCLUDED.done,"
                " holder = EXCLUDED.holder",
                self._span.company,
                self._span.period,
                self._fingerprint,
                done,
                holder,
            )
        )

    def remove(self) -> None:
        """The month is done, or begins anew."""
        self._cr.execute(
            SQL(
                "DELETE FROM telecom_rating_progress WHERE company_id = %s AND period = %s",
                self._span.company,
                self._span.period,
            )
        )


def fingerprint(cr, context: Context, changes: Changes) -> str:
    """What a month is rated with, all of it; other than :class:`Changes`, which tells whom a change
    concerns, this also holds for a month that was never rated to its end."""
    span = context.span
    cr.execute(SQL("SELECT md5(string_agg(q::text, ';')) FROM (%s) q", SQL(QUERY, span.company)))
    (owners,) = cr.fetchone()
    cr.execute(
        SQL(
            "SELECT count(*), COALESCE(sum(id), 0)::text FROM telecom_usage_summary"
            " WHERE company_id = %s AND period = %s"
            " AND (invoice_line_id IS NOT NULL OR handover_batch_id IS NOT NULL)",
            span.company,
            span.period,
        )
    )
    frozen = cr.fetchone()
    before = context.pricing.before
    said = [
        changes.deliveries,
        context.data,
        context.fingerprints,  # what carriers ask as well
        sorted(context.pricing.free_incoming),
        owners,
        frozen,
        before.spent.to_csv(index=False),
        before.opening.to_csv(index=False),
        before.settled.to_csv(index=False),
        sorted(before.pools.items()),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
