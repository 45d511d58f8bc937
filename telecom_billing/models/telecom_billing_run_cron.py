# SPDX-License-Identifier: AGPL-3.0-or-later
"""Billing runs by themselves: the scheduled action opens the month and does what waits."""

from __future__ import annotations

import logging

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.exceptions import UserError

from ..steps import engine
from ..store import locks

_logger = logging.getLogger(__name__)


class TelecomBillingRun(models.Model):
    _inherit = "telecom.billing.run"

    @api.model
    def _cron_run(self):
        """Scheduled action: open the month's run where that is wished, go on with what waits."""
        for company in self.env["res.company"].search([("telecom_autopilot", "=", True)]):
            self._open_due(company)
        for run in self.search([("state", "!=", "done")], order="period_start, id"):
            if locks.is_held(self.env.cr, engine.ROOM, run.company_id.id):
                continue
            steps = run.step_ids.filtered(lambda step: step.requested or step.state == "running")
            try:
                engine.work(run, steps)
            except UserError as error:
                _logger.warning("billing run %s: %s", run.name, error)
                steps.requested = False
        waiting = self.env["telecom.billing.step"].search_count(
            [("requested", "=", True), ("run_id.state", "!=", "locked")]
        )
        self.env["ir.cron"]._commit_progress(0, remaining=waiting)

    def _open_due(self, company) -> None:
        """On the company's day of the month, make last month's run and request all its steps."""
        today = company.with_context(**self.env.context)._telecom_today()
        if today.day < company.telecom_autopilot_day:
            return
        start = today + relativedelta(months=-1, day=1)
        if not self.search_count(
            [("company_id", "=", company.id), ("period_start", "=", start)], limit=1
        ):
            run = self.create({"company_id": company.id, "period_start": start})
            run.step_ids.requested = True
