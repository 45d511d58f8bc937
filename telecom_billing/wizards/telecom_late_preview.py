# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which records are late for a billing run, and what it will do with them."""

from odoo import fields, models

from ..models.telecom_billing_run_late import POLICIES
from ..store import late


class TelecomLatePreview(models.TransientModel):
    _name = "telecom.late.preview"
    _description = "Late Records"

    run_id = fields.Many2one("telecom.billing.run", required=True, ondelete="cascade")
    line_ids = fields.One2many("telecom.late.preview.line", "preview_id")
    records = fields.Integer(compute="_compute_sums")
    currency_id = fields.Many2one(related="run_id.company_id.currency_id")
    next_amount = fields.Monetary("On Next Invoices", compute="_compute_sums")
    supplement_amount = fields.Monetary("On Supplementary Invoices", compute="_compute_sums")
    write_off_amount = fields.Monetary("Written Off", compute="_compute_sums")

    def _compute_sums(self):
        for preview in self:
            lines = preview.line_ids
            preview.records = sum(lines.mapped("records"))
            for policy, _label in POLICIES:
                chosen = lines.filtered(lambda line, policy=policy: line.policy == policy)
                preview[f"{policy}_amount"] = sum(chosen.mapped("amount"))

    def _fill(self):
        """A line for each contract and month."""
        self.ensure_one()
        self.env["telecom.late.preview.line"].create(
            [
                {
                    "preview_id": self.id,
                    "contract_id": group["contract_id"],
                    "period": group["period"],
                    "records": group["records"],
                    "seconds": float(group["seconds"]),
                    "amount": float(group["amount"]),
                    "currency_id": group["currency_id"],
                    "first_started_at": group["first"],
                    "last_started_at": group["last"],
                    "policy": group["policy"],
                }
                for group in self.run_id._late_groups()
            ]
        )


class TelecomLatePreviewLine(models.TransientModel):
    _name = "telecom.late.preview.line"
    _description = "Late Records of a Contract"
    _order = "period, contract_id"

    preview_id = fields.Many2one("telecom.late.preview", required=True, ondelete="cascade")
    contract_id = fields.Many2one("contract.contract", readonly=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    period = fields.Date("Month", readonly=True)
    records = fields.Integer(readonly=True)
    seconds = fields.Float(digits=(20, 0), readonly=True)
    amount = fields.Float(digits=(20, 6), readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    first_started_at = fields.Datetime("First Record", readonly=True)
    last_started_at = fields.Datetime("Last Record", readonly=True)
    policy = fields.Selection(POLICIES, "What Happens", readonly=True)

    def action_records(self):
        """The records themselves."""
        self.ensure_one()
        found = late.records(self.preview_id.run_id, self.contract_id.id, self.period)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_usage"
        )
        return action | {"domain": [("id", "in", found)], "context": {}}
