# SPDX-License-Identifier: AGPL-3.0-or-later
"""Print bundles of reminders."""

from odoo import api, fields, models


class TelecomPrintBundle(models.Model):
    _inherit = "telecom.print.bundle"

    communication_ids = fields.One2many(
        "credit.control.communication", "telecom_bundle_id", string="Reminders", readonly=True
    )

    def action_printed(self):
        # EXTENDS: reminders are sent when they are on paper, not when they are thought of
        new = self.filtered(lambda bundle: bundle.state == "new")
        result = super().action_printed()
        lines = new.communication_ids.credit_control_line_ids
        today = fields.Date.context_today(self)
        lines.filtered(lambda line: line.state == "queued").write(
            {"state": "sent", "date_sent": today}
        )
        return result

    @api.model
    def _make_letters(self, letters, name, run):
        """A bundle of ``(sort key, pdf, communication)``."""
        company = run.company_id
        record = self._bundle(
            [(key, [pdf]) for key, pdf, _communication in letters], f"{name}.pdf", company, run
        )
        for _key, _pdf, communication in letters:
            communication.telecom_bundle_id = record
        return record
