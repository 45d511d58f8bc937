# SPDX-License-Identifier: AGPL-3.0-or-later
from odoo import fields, models


class TelecomWaive(models.TransientModel):
    """Asks why a finding does not matter."""

    _name = "telecom.waive"
    _description = "Waive Findings"

    finding_ids = fields.Many2many("telecom.finding", required=True)
    reason = fields.Text(required=True)

    def action_waive(self):
        self.finding_ids._waive(self.reason)
        return {"type": "ir.actions.act_window_close"}
