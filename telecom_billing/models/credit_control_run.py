# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reminders of a billing run; those of other companies do not count."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class CreditControlRun(models.Model):
    _inherit = "credit.control.run"

    telecom_run_id = fields.Many2one(
        "telecom.billing.run",
        string="Billing run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.model
    def _check_run_date(self, controlling_date):
        # OVERRIDES 'account_credit_control', where the lines of any company count
        domain = [("company_id", "=", self.env.company.id), ("date", ">", controlling_date)]
        later = self.search(domain, order="date desc", limit=1)
        if later:
            raise UserError(
                self.env._(
                    "Reminders were made for %(later)s already, after %(date)s. Choose a day "
                    "after that.",
                    later=later.date,
                    date=controlling_date,
                )
            )
