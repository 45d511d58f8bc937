# SPDX-License-Identifier: AGPL-3.0-or-later
"""A contract's spending alerts."""

from odoo import fields, models


class ContractContract(models.Model):
    _inherit = "contract.contract"

    telecom_alert_count = fields.Integer(compute="_compute_telecom_alert_count")

    def _compute_telecom_alert_count(self):
        counts = dict(
            self.env["telecom.limit.alert"]._read_group(
                [("contract_id", "in", self.ids), ("state", "!=", "gone")],
                ["contract_id"],
                ["__count"],
            )
        )
        for contract in self:
            contract.telecom_alert_count = counts.get(contract, 0)

    def action_open_telecom_alerts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.telecom_limit_alert_action"
        )
        return action | {"domain": [("contract_id", "=", self.id)]}
