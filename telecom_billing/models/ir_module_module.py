# SPDX-License-Identifier: AGPL-3.0-or-later
"""Uninstalling deletes usage and prices behind invoices: not by a slip of the hand."""

from __future__ import annotations

from odoo import models
from odoo.exceptions import UserError

from ..store import removal

PARAMETER = "telecom_billing.uninstall"
CONSENT = "delete usage"


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def button_uninstall(self):
        # EXTENDS 'base'
        going = self | self.downstream_dependencies()
        if "telecom_billing" in going.mapped("name"):
            self._telecom_refuse_to_delete_usage()
        return super().button_uninstall()

    def _telecom_refuse_to_delete_usage(self) -> None:
        records, months = removal.stored(self.env.cr)
        consent = self.env["ir.config_parameter"].sudo().get_param(PARAMETER)
        if records and consent != CONSENT:
            raise UserError(
                self.env._(
                    "Telecom Billing holds %(records)s usage records of %(months)s months. "
                    "Uninstalling deletes them, and the tariffs by which their invoices can be "
                    "explained. Make a backup, then set the system parameter %(parameter)s to "
                    "“%(consent)s”.",
                    records=records,
                    months=months,
                    parameter=PARAMETER,
                    consent=CONSENT,
                )
            )
