# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another system that gets priced usage: what, in which shape, and how it gets there."""

from __future__ import annotations

import logging

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from connectors import priced
from connectors.reasons import SettingsError
from connectors.settings import resolve

from ..store import handover as store
from ..terms import told
from . import connector_choices as choices

_logger = logging.getLogger(__name__)

#: Rows of the preview.
SHOWN = 5
#: What a new channel hands over, until somebody changes it.
COLUMNS = {
    "records": ("record", "segment", "customer", "contract", "number", "service", "started_at",
                "a_number", "b_number", "quantity", "unit", "zone", "price", "currency"),
    "summaries": ("summary", "customer", "contract", "number", "period", "service", "zone",
                  "records", "quantity", "amount", "currency"),
}  # fmt: skip


class TelecomHandoverChannel(models.Model):
    _name = "telecom.handover.channel"
    _description = "System That Gets Priced Usage"
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Char(
        required=True, copy=False, help="Short name, used by the shell tool and the API."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    marks = fields.Boolean(
        "It makes the invoices",
        help="Usage of the contracts that name this system is handed over once, marked as invoiced "
        "elsewhere, and not invoiced here. Else it is a copy of a month's usage.",
    )
    contract_ids = fields.One2many("contract.contract", "telecom_handover_channel_id")
    contract_count = fields.Integer(compute="_compute_contract_count")

    what = fields.Selection(
        [("records", "Priced records"), ("summaries", "Summaries")],
        default="summaries",
        required=True,
    )
    column_ids = fields.One2many("telecom.handover.column", "channel_id", copy=True)
    kind = fields.Selection(
        [(kind, label) for kind, (label, _type, _ending) in priced.KINDS.items()],
        "File",
        default="csv",
        required=True,
    )
    delimiter = fields.Char(default=";", help=r"\t for a tabulator.")
    header = fields.Boolean("Names in the first line", default=True)
    decimal = fields.Selection(
        [(".", "Point"), (",", "Comma")], "Decimal Sign", default=".", required=True
    )
    encoding = fields.Char(default="utf-8", required=True)
    moment = fields.Char(
        "Pattern of Times",
        default="%Y-%m-%dT%H:%M:%SZ",
        required=True,
        help="Times are UTC. For instance %d.%m.%Y %H:%M:%S",
    )
    root = fields.Char("List or Outer Element", default="usage")
    element = fields.Char("Element of a Row", default="record")
    batch_size = fields.Integer("Rows a Batch", default=5000, required=True)

    way = fields.Selection(
        [("file", "File to download"), ("rest", "REST, with acknowledgement")],
        default="file",
        required=True,
    )
    rest = fields.Json(default=dict, help="Address and login of the service.")
    rest_schema = fields.Json(compute="_compute_rest_schema")
    automatic = fields.Boolean(
        help="The scheduled action hands over the last month as soon as its run is checked."
    )
    handover_ids = fields.One2many("telecom.handover", "channel_id")
    preview = fields.Text(readonly=True, copy=False)

    _code_uniq = models.Constraint(
        "UNIQUE (company_id, code)", "Another system of this company has this code."
    )
    _batch_positive = models.Constraint("CHECK (batch_size > 0)", "A batch has a row at least.")

    # ------------------------------------------------------------------ compute
    @api.depends("contract_ids")
    def _compute_contract_count(self):
        for channel in self:
            channel.contract_count = len(channel.contract_ids)

    @api.depends("way")
    @api.depends_context("lang")
    def _compute_rest_schema(self):
        schema = choices.labelled([setting.describe() for setting in priced.REST], self.env)
        for channel in self:
            channel.rest_schema = schema if channel.way == "rest" else []

    # ------------------------------------------------------------------ constraints
    @api.constrains(
        "column_ids", "kind", "delimiter", "decimal", "encoding", "moment", "root", "element",
        "way", "rest", "what",
    )  # fmt: skip
    def _check_template(self):
        for channel in self:
            fault = ""
            try:
                channel._template()
                if channel.way == "rest":
                    resolve(priced.REST, channel._rest_without_secret())
            except SettingsError as error:
                fault = told(self.env, str(error))
            if fault:
                raise ValidationError(
                    self.env._("System %(name)s: %(fault)s", name=channel.name, fault=fault)
                )

    def _rest_without_secret(self) -> dict:
        """The settings, without looking a secret up in the environment of this process."""
        return {name: value for name, value in (self.rest or {}).items() if name != "secret"}

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("column_ids"):
                names = COLUMNS[vals.get("what") or "summaries"]
                vals["column_ids"] = [
                    fields.Command.create({"sequence": place, "field": name, "name": name})
                    for place, name in enumerate(names, 1)
                ]
        return super().create(vals_list)

    # ------------------------------------------------------------------ actions
    def action_hand_over(self):
        """Hand over the last month (or, for what is invoiced elsewhere, its run)."""
        self.ensure_one()
        month = fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)
        return self._hand_over(month)._open()

    def action_preview(self):
        """The first rows of the latest month with usage, as the other system would get them."""
        self.ensure_one()
        cr = self.env.cr
        month = self.env["telecom.usage.summary"].search(
            [("company_id", "=", self.company_id.id)], order="period desc", limit=1
        )
        if not month:
            raise UserError(self.env._("There is no priced usage yet. Rate a month first."))
        due = store.due(cr, self.company_id.id, month.period, None)[:SHOWN]
        try:
            template = self._template()
            keys = [key for _name, key in template.columns]
            rows = store.rows(cr, self.what, [number for number, _records in due], keys)
            shown = template.render(rows[:SHOWN])
        except SettingsError as error:
            fault = told(self.env, str(error))
            raise UserError(
                self.env._("System %(name)s: %(fault)s", name=self.name, fault=fault)
            ) from error
        self.preview = shown.decode(self.encoding)
        return True

    def action_view_handovers(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_handover"
        )
        return action | {"domain": [("channel_id", "=", self.id)], "context": {}}

    # ------------------------------------------------------------------ business
    def _template(self) -> priced.Template:
        self.ensure_one()
        unknown = [
            column.field for column in self.column_ids
            if column.field not in store.COLUMNS[self.what]
        ]  # fmt: skip
        if unknown:
            raise SettingsError(
                self.env._(
                    "%(names)s: not among the columns of %(what)s",
                    names=", ".join(unknown),
                    what=self.what,
                )
            )
        return priced.Template(
            columns=tuple((column.name, column.field) for column in self.column_ids.sorted()),
            kind=self.kind,
            delimiter=self.delimiter or ";",
            header=self.header,
            decimal=self.decimal,
            encoding=self.encoding,
            moment=self.moment,
            root=self.root or "usage",
            element=self.element or "record",
        )

    def _hand_over(self, period, run=None):
        """Prepare (and, by REST, send) a month; what was prepared before is not made again."""
        self.ensure_one()
        Handover = self.env["telecom.handover"]
        if self.marks:
            run = run or self.env["telecom.billing.run"].search(
                [("company_id", "=", self.company_id.id), ("period_start", "=", period)], limit=1
            )
            if not run:
                raise UserError(
                    self.env._(
                        "There is no billing run for %s. Make it first: its control totals account "
                        "for what is handed over.",
                        period,
                    )
                )
        found = Handover.search([("channel_id", "=", self.id), ("period", "=", period)], limit=1)
        if not found:
            found = Handover.create(
                {"channel_id": self.id, "period": period, "run_id": run.id if run else False}
            )
        if self.marks or not found.batch_ids:
            found._prepare()
        if self.way == "rest":
            found._send()
        return found

    @api.model
    def _cron_hand_over(self):
        """Scheduled action: prepare what is due, send what waits."""
        month = fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)
        channels = self.search([("automatic", "=", True)])
        for channel in channels:
            run = self.env["telecom.billing.run"].search(
                [("company_id", "=", channel.company_id.id), ("period_start", "=", month)], limit=1
            )
            checked = run.step_ids.filtered(lambda step: step.code == "check")
            if checked.state == "done":
                channel._hand_over_alone(month, run)
        waiting = self.env["telecom.handover"].search(
            [("channel_id.way", "=", "rest"), ("state", "in", ("prepared", "failed"))]
        )
        waiting._send()

    def _hand_over_alone(self, period, run) -> None:
        """In a transaction of its own; what stops one system does not stop the others."""
        committing = self.env["telecom.billing.run"]._commits()
        try:
            self._hand_over(period, run)
            if committing:
                self.env.cr.commit()  # pylint: disable=invalid-commit
        except UserError as error:
            if committing:
                self.env.cr.rollback()
            _logger.warning("hand-over to %s: %s", self.code, error)
