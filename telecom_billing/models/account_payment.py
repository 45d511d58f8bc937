# SPDX-License-Identifier: AGPL-3.0-or-later
"""Payments are found by the end-to-end id that the bank gives back."""

from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    _telecom_memo_idx = models.Index("(memo) WHERE payment_order_id IS NOT NULL")
