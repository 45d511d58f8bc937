# SPDX-License-Identifier: AGPL-3.0-or-later
"""Debit orders of a billing run, on days that banks are open."""

from odoo import fields, models

from ..billing import bank_days


class AccountPaymentOrder(models.Model):
    _inherit = "account.payment.order"

    telecom_run_id = fields.Many2one(
        "telecom.billing.run",
        string="Billing run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )


class AccountPaymentLine(models.Model):
    _inherit = "account.payment.line"

    def _prepare_write_draft2open(self):
        # EXTENDS 'account_payment_batch_oca': banks want debits a banking day ahead
        values = super()._prepare_write_draft2open()
        if self.order_id.payment_method_id.code == "sepa_direct_debit":
            earliest = bank_days.earliest_debit(fields.Date.context_today(self))
            values["date"] = bank_days.at_or_after(max(values["date"], earliest))
        return values
