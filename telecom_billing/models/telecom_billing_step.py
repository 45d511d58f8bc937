# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from odoo import api, fields, models
from odoo.tools import SQL

from ..steps import STEPS, Paused
from .telecom_finding import BLOCKING


class TelecomBillingStep(models.Model):
    """One step of one billing run: whether and when it ran, and what it counted."""

    _name = "telecom.billing.step"
    _description = "Billing Step"
    _order = "run_id, sequence, id"

    run_id = fields.Many2one(
        "telecom.billing.run", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    name = fields.Char(compute="_compute_name")
    state = fields.Selection(
        [("todo", "To do"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        default="todo",
        required=True,
        readonly=True,
    )
    requested = fields.Boolean(readonly=True, help="Waits for its turn in the background.")
    started_at = fields.Datetime("Started", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    duration = fields.Float("Duration (s)", digits=(12, 1), readonly=True, aggregator="sum")
    starts = fields.Integer(readonly=True, help="How often the step was started.")
    interrupted = fields.Boolean(readonly=True, help="Goes on where it was paused or killed.")
    begun_with = fields.Integer(readonly=True, help="The start which those since then continue.")
    records = fields.Integer(readonly=True)
    quantity = fields.Float(digits=(20, 6), readonly=True)
    currency_id = fields.Many2one(related="run_id.currency_id")
    amount = fields.Monetary(readonly=True, currency_field="currency_id")
    progress = fields.Float(readonly=True, aggregator=None, help="Percent.")
    message = fields.Text(readonly=True)
    result = fields.Json(readonly=True, help="Further counts of the step, by name.")
    result_text = fields.Text("Details", compute="_compute_result_text")
    finding_ids = fields.One2many("telecom.finding", "step_id")
    finding_count = fields.Integer("Open Findings", compute="_compute_finding_count")

    _code_uniq = models.Constraint(
        "UNIQUE (run_id, code)", "A billing run has each step only once."
    )

    # --- compute -----------------------------------------------------------------------------

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_name(self):
        for step in self:
            kind = STEPS.get(step.code)
            step.name = self.env._(kind.name) if kind else step.code

    @api.depends("result")
    def _compute_result_text(self):
        for step in self:
            details = step.result or {}
            step.result_text = "\n".join(f"{name}: {value}" for name, value in details.items())

    @api.depends("finding_ids.state")
    def _compute_finding_count(self):
        for step in self:
            step.finding_count = len(
                step.finding_ids.filtered(lambda finding: finding.state == "open")
            )

    # --- actions -----------------------------------------------------------------------------

    def action_start(self):
        """Have this one step done in the background, again if it was done before."""
        self.run_id._request(self)
        return True

    def action_view_findings(self):
        action = self.run_id.action_view_findings()
        return action | {"domain": [("step_id", "in", self.ids)]}

    def _is_over(self) -> bool:
        """Done, or failed with every reason waived by name: what comes next may start."""
        self.ensure_one()
        return self.state == "done" or (
            self.state == "failed" and not self.finding_ids.filtered_domain(BLOCKING)
        )

    # --- what the work of a step calls ---------------------------------------------------------

    def _commit_progress(self, done: int, total: int) -> None:
        """Keep the chunk that is done and show how far the step is.

        :raises Paused: when the scheduled action's time is up; the step goes on from here later
        """
        self.ensure_one()
        self.progress = min(100.0 * done / total, 100.0) if total else 100.0
        if not self.run_id._commits():
            self.env.flush_all()
            return
        remaining = self.env["ir.cron"]._commit_progress(1, remaining=1)
        if remaining <= 0 and done < total:
            raise Paused

    def _add_finding(self, code, message, severity="block", record=None, amount=None):
        """Keep a finding; the same one (code and record) of an earlier start is taken up again.

        What was waived stays waived, unless the amount is another one now.
        """
        self.ensure_one()
        known = self.finding_ids.filtered(
            lambda finding: (
                finding.code == code
                and (finding.res_model or False) == (record._name if record else False)
                and (finding.res_id or 0) == (record.id if record else 0)
            )
        )[:1]
        vals = {"message": message, "severity": severity, "amount": amount or 0.0}
        if not known:
            known = self.env["telecom.finding"].create(
                vals
                | {
                    "run_id": self.run_id.id,
                    "step_id": self.id,
                    "company_id": self.company_id.id,
                    "code": code,
                    "res_model": record._name if record else False,
                    "res_id": record.id if record else False,
                }
            )
        elif known.state != "waived" or self._differs(known.amount, amount):
            known.write(vals | {"state": "open", "waived_by": False, "solved_by": False})
        known.seen = self.starts
        return known

    def _differs(self, before: float, now) -> bool:
        return self.currency_id.compare_amounts(before, now or 0.0) != 0

    def _write_totals(self, totals) -> None:
        """Store what was counted; by SQL, since an ORM float would not be exact."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE telecom_billing_step SET records = %s, quantity = %s, amount = %s"
                " WHERE id = %s",
                totals.records,
                totals.quantity,
                totals.amount,
                self.id,
            )
        )
        self.invalidate_recordset(["records", "quantity", "amount"])
        self.result = totals.details
