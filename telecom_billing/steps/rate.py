# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step: usage to contract lines and prices."""

from __future__ import annotations

import decimal

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Step, StepError, Totals, register

_lt = LazyTranslate(__name__)


@register
class Rate(Step):
    code = "rate"
    sequence = 30
    name = _lt("Match and rate")

    def execute(self) -> Totals:
        """Rate what came or changed, in every month up to the run's; count what the month has."""
        rating = self.env["telecom.rating.state"]
        try:
            months = rating._rate_months(self.company, self.run.period_start, self.progress)
        except rating.BadBook as error:
            raise StepError(
                self.env._("The tariffs cannot be used:\n%(faults)s", faults=error)
            ) from error
        for fault in {counts.cluster_fault for counts in months.values()} - {None}:
            self.finding(
                "rate_cluster",
                self.env._(
                    "The Dask workers did not price all of it, this server did the rest: %s. The"
                    " prices are the same, it only took longer.",
                    fault,
                ),
                severity="info",
            )
        return self._totals()

    def _totals(self) -> Totals:
        """What is open or invoiced of the run's month, and what is set aside up to its end."""
        _begin, end = self.run._period_utc()
        ((records, quantity, amount),) = self.env["telecom.usage.summary"]._totals(
            self.company, self.run.period_start
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT reason, count(*) FROM telecom_charge_data"
                " WHERE company_id = %s AND reason IS NOT NULL AND write_off_id IS NULL"
                " AND started_at < %s"
                " GROUP BY reason ORDER BY reason",
                self.company.id,
                end,
            )
        )
        return Totals(
            records=records or 0,
            quantity=quantity or decimal.Decimal(0),
            amount=amount or decimal.Decimal(0),
            details=dict(rows),
        )
