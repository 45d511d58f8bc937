# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import datetime
import logging
import zoneinfo

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.modules import module

from ..steps import STEPS, engine
from ..store import locks
from .telecom_finding import BLOCKING

_logger = logging.getLogger(__name__)


class TelecomBillingRun(models.Model):
    """One month's bill of one company: the steps from fetching files to dunning."""

    _name = "telecom.billing.run"
    _description = "Billing Run"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "period_start desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        tracking=True,
        default=lambda self: self.env.user if not self.env.user._is_superuser() else False,
        help="Is told when the run is locked.",
    )
    period_start = fields.Date(
        "Month", required=True, default=lambda self: self._default_period_start(), tracking=True
    )
    period_end = fields.Date(compute="_compute_period_end", store=True, precompute=True)
    invoice_date = fields.Date(
        required=True,
        compute="_compute_invoice_date",
        store=True,
        precompute=True,
        readonly=False,
        tracking=True,
    )
    state = fields.Selection(
        [("draft", "Open"), ("running", "Running"), ("locked", "Locked"), ("done", "Done")],
        default="draft",
        required=True,
        readonly=True,
    )
    is_alive = fields.Boolean(compute="_compute_is_alive")
    is_under_way = fields.Boolean(
        compute="_compute_is_under_way", help="Working, or waiting for the scheduled action."
    )
    step_ids = fields.One2many("telecom.billing.step", "run_id")
    finding_ids = fields.One2many("telecom.finding", "run_id")
    finding_count = fields.Integer("Open Findings", compute="_compute_finding_counts")
    blocking_count = fields.Integer("Blocking", compute="_compute_finding_counts")
    delivery_ids = fields.One2many("telecom.delivery", "run_id")
    delivery_count = fields.Integer("Deliveries", compute="_compute_delivery_count")
    progress = fields.Float(compute="_compute_progress")
    step_summary = fields.Char(compute="_compute_progress")

    _period_uniq = models.Constraint(
        "UNIQUE (company_id, period_start)",
        "There is a billing run for this month already. Open it; its steps can be started again.",
    )

    # --- compute -----------------------------------------------------------------------------

    @api.model
    def _default_period_start(self):
        return fields.Date.context_today(self) + relativedelta(months=-1, day=1)

    @api.depends("period_start")
    def _compute_name(self):
        for run in self:
            run.name = f"{run.period_start:%Y-%m}" if run.period_start else False

    @api.depends("period_start")
    def _compute_period_end(self):
        for run in self:
            start = run.period_start
            run.period_end = start and start + relativedelta(months=1, days=-1)

    @api.depends("period_end")
    def _compute_invoice_date(self):
        for run in self:
            run.invoice_date = run.period_end and run.period_end + relativedelta(days=1)

    @api.depends("state")
    def _compute_is_alive(self):
        for run in self:
            run.is_alive = run.state == "running" and locks.is_held(
                self.env.cr, engine.ROOM, run.company_id.id
            )

    @api.depends("state", "step_ids.requested")
    def _compute_is_under_way(self):
        for run in self:
            run.is_under_way = run.state == "running" or any(run.step_ids.mapped("requested"))

    @api.depends("finding_ids.state", "finding_ids.severity")
    def _compute_finding_counts(self):
        for run in self:
            opened = run.finding_ids.filtered(lambda finding: finding.state == "open")
            run.finding_count = len(opened)
            run.blocking_count = len(opened.filtered(lambda one: one.severity == "block"))

    @api.depends("delivery_ids")
    def _compute_delivery_count(self):
        for run in self:
            run.delivery_count = len(run.delivery_ids)

    @api.depends("step_ids.progress", "step_ids.state")
    def _compute_progress(self):
        for run in self:
            steps = run.step_ids
            done = steps.filtered(lambda step: step.state == "done")
            begun = sum(step.progress for step in steps if step.state == "running")
            run.progress = (100.0 * len(done) + begun) / len(steps) if steps else 0.0
            run.step_summary = f"{len(done)}/{len(steps)}"

    # --- constraints -------------------------------------------------------------------------

    @api.constrains("period_start")
    def _check_period_start(self):
        for run in self:
            if run.period_start.day != 1:
                raise ValidationError(
                    self.env._(
                        "A billing run covers a calendar month: %s is not the first of a month.",
                        run.period_start,
                    )
                )

    # --- CRUD --------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        runs = super().create(vals_list)
        runs._sync_steps()
        return runs

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for run in self:
            if run.step_ids.filtered(lambda step: step.state != "todo"):
                raise UserError(
                    self.env._("Billing run %s has begun; it is kept as evidence.", run.name)
                )

    # --- actions -----------------------------------------------------------------------------

    def action_start(self):
        """Have all steps that are not done yet done in the background."""
        for run in self:
            run._request(run.step_ids.filtered(lambda step: step.state != "done"))
        return True

    def action_stop(self):
        """Take back what was requested; a step that is under way comes to its end."""
        self.step_ids.requested = False
        return True

    def action_view_findings(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_finding"
        )
        return action | {"domain": [("run_id", "in", self.ids)]}

    def action_view_deliveries(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_delivery"
        )
        return action | {"domain": [("run_id", "in", self.ids)]}

    # --- business ----------------------------------------------------------------------------

    @api.model
    def _get_or_create(self, company, period_start: datetime.date):
        """The run of ``company`` for the month that begins at ``period_start``."""
        run = self.search(
            [("company_id", "=", company.id), ("period_start", "=", period_start)], limit=1
        )
        return run or self.create({"company_id": company.id, "period_start": period_start})

    def _run_all(self, until: str | None = None) -> bool:
        """Do the steps that are not done, in order, up to and with the step ``until``.

        Works here and now, and commits in chunks. Returns False when the run was left locked.

        :raises UserError: when another process is at work on a run of the company
        """
        self.ensure_one()
        self._sync_steps()
        last = STEPS[until].sequence if until else max(self.step_ids.mapped("sequence"), default=0)
        steps = self.step_ids.filtered(lambda step: step.state != "done" and step.sequence <= last)
        return engine.work(self, steps)

    def _run_step(self, code: str) -> bool:
        """Do one step here and now, again if it was done before."""
        self.ensure_one()
        self._sync_steps()
        return engine.work(self, self.step_ids.filtered(lambda step: step.code == code))

    def _get_zone(self) -> zoneinfo.ZoneInfo:
        """The time zone in which the company's months begin and end."""
        return zoneinfo.ZoneInfo(self.company_id.partner_id.tz or "Europe/Berlin")

    def _period_utc(self) -> tuple[datetime.datetime, datetime.datetime]:
        """Begin and end (exclusive) of the month as naive UTC, by the company's time zone."""
        self.ensure_one()
        return self._month_utc(self.period_start)

    def _month_utc(self, month: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
        """The same for any month, given by its first day."""
        zone = self._get_zone()
        return tuple(
            datetime.datetime(day.year, day.month, day.day, tzinfo=zone)
            .astimezone(datetime.timezone.utc)
            .replace(tzinfo=None)
            for day in (month, month + relativedelta(months=1))
        )

    def _previous_month(self) -> datetime.date:
        self.ensure_one()
        return self.period_start - relativedelta(months=1)

    def _get_previous(self):
        """The run of the month before, or none."""
        self.ensure_one()
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("period_start", "=", self._previous_month()),
            ],
            limit=1,
        )

    # --- the engine's side ---------------------------------------------------------------------

    def _sync_steps(self) -> None:
        """Give each run all steps there are now; what was added by an update joins in."""
        for run in self:
            known = set(run.step_ids.mapped("code"))
            self.env["telecom.billing.step"].create(
                [
                    {"run_id": run.id, "code": code, "sequence": kind.sequence}
                    for code, kind in sorted(STEPS.items(), key=lambda item: item[1].sequence)
                    if code not in known
                ]
            )

    def _request(self, steps) -> None:
        self.ensure_one()
        self.check_access("write")
        first = steps.sorted("sequence")[:1]
        if first:
            engine.check_startable(first)
        steps.requested = True
        self.env.ref("telecom_billing.cron_billing_runs").sudo()._trigger()

    def _reopen(self, codes) -> None:
        """Steps that were done have something to do again; unattended runs do it by themselves."""
        for run in self:
            steps = run.step_ids.filtered(
                lambda step: step.code in codes and step.state in ("done", "failed")
            )
            if not steps:
                continue
            autopilot = run.company_id.telecom_autopilot
            steps.write({"state": "todo", "progress": 0.0, "requested": autopilot})
            if run.state == "done":
                run._update_state()

    def _update_state(self) -> None:
        """Locked or not, by the open blocking findings and failed steps; done when all is."""
        for run in self:
            if run.state == "running" and run.is_alive:
                continue
            summary = run._lock_summary()
            was_locked = run.activity_ids.filtered_domain([("summary", "=", summary)])
            if run.finding_ids.filtered_domain(BLOCKING):
                run.state = "locked"
            elif run.step_ids and all(step._is_over() for step in run.step_ids):
                run.state = "done"
            else:
                run.state = "draft"
            if run.state != "locked":
                was_locked.action_feedback()
            elif run.user_id and not was_locked:
                run.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=summary,
                    user_id=run.user_id.id,
                )

    def _lock_summary(self) -> str:
        return self.env._("Billing run %s is locked by its findings", self.name)

    @api.model
    def _commits(self) -> bool:
        """Whether work is committed in chunks: always, but for a test's own transaction."""
        if self.env.context.get("telecom_commits"):
            return True
        return not (module.current_test or tools.config["test_enable"])
