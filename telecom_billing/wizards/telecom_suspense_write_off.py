# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asks why records are set aside for good."""

from odoo import fields, models


class TelecomSuspenseWriteOff(models.TransientModel):
    _name = "telecom.suspense.write.off"
    _inherit = "telecom.suspense.groups"
    _description = "Write Off"

    note = fields.Text("Why", required=True)

    def action_write_off(self):
        """Write the groups off under the user's name."""
        self.ensure_one()
        self.env["telecom.write.off"]._make(self._need_groups(), self.note)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
