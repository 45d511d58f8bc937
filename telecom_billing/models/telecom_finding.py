# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from odoo import fields, models
from odoo.exceptions import UserError

BLOCKING = [("severity", "=", "block"), ("state", "=", "open")]


class TelecomFinding(models.Model):
    """Something a step wants a person to see. An open blocking one locks the billing run."""

    _name = "telecom.finding"
    _description = "Billing Finding"
    _order = "state, severity, id desc"
    _rec_name = "message"

    run_id = fields.Many2one("telecom.billing.run", index=True, readonly=True, ondelete="cascade")
    step_id = fields.Many2one("telecom.billing.step", index=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    severity = fields.Selection(
        [("block", "Blocking"), ("warn", "Warning"), ("info", "Information")],
        required=True,
        readonly=True,
    )
    code = fields.Char(required=True, readonly=True, help="Stable code of the kind of finding.")
    message = fields.Text(required=True, readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    seen = fields.Integer(readonly=True, help="The start of the step that last came upon it.")
    amount = fields.Float(digits=(20, 6), min_display_digits=2, readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved"), ("waived", "Waived")],
        default="open",
        required=True,
        readonly=True,
    )
    solved_by = fields.Many2one("res.users", readonly=True, help="Empty: it was gone at the retry.")
    solved_at = fields.Datetime(readonly=True)
    waived_by = fields.Many2one("res.users", readonly=True)
    waived_at = fields.Datetime(readonly=True)
    waived_reason = fields.Text(readonly=True)
    note = fields.Text("Your Note")

    # --- actions -----------------------------------------------------------------------------

    def action_open_record(self):
        """Go to what the finding is about."""
        self.ensure_one()
        if not self.res_model or not self.res_id:
            raise UserError(self.env._("This finding is not about a single record."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def action_solve(self):
        """Say that the cause is gone; starting the step again would find out by itself."""
        self._close("solved")
        return True

    def action_waive(self):
        """Ask for the reason, which is kept with the name."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waive"),
            "res_model": "telecom.waive",
            "view_mode": "form",
            "target": "new",
            "context": {"default_finding_ids": self.ids},
        }

    def action_reopen(self):
        self.write({"state": "open", "solved_by": False, "waived_by": False})
        self.run_id._update_state()
        return True

    # --- business ----------------------------------------------------------------------------

    def _waive(self, reason: str) -> None:
        """Let the run go on in spite of these findings: by name, with a reason, for the record."""
        if not (reason or "").strip():
            raise UserError(self.env._("Waiving a finding needs a reason."))
        self._close("waived", waived_reason=reason.strip())
        for run in self.run_id:
            for finding in self.filtered(lambda finding, run=run: finding.run_id == run):
                run.message_post(
                    body=self.env._(
                        "Waived: %(message)s — reason: %(reason)s",
                        message=finding.message,
                        reason=finding.waived_reason,
                    )
                )

    def _close(self, state: str, **vals) -> None:
        now = fields.Datetime.now()
        self.filtered(lambda finding: finding.state == "open").write(
            {"state": state, f"{state}_by": self.env.uid, f"{state}_at": now} | vals
        )
        self.run_id._update_state()
