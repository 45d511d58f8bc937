# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report “Reminder” is one of our own documents."""

from odoo import fields, models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    telecom_document = fields.Selection(
        selection_add=[("reminder", "Reminder")], ondelete={"reminder": "set null"}
    )

    def _telecom_typeset(self, report, record, data):
        # EXTENDS this addon's documents
        if report.telecom_document == "reminder":
            return record._telecom_letter()
        return super()._telecom_typeset(report, record, data)
