# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dunning asks for what is really owed."""

from odoo import models


class CreditControlPolicy(models.Model):
    _inherit = "credit.control.policy"

    def _get_move_lines_to_process(self, credit_control_run):
        # EXTENDS 'account_credit_control'
        lines = super()._get_move_lines_to_process(credit_control_run)
        return lines.filtered(lambda line: line._telecom_may_be_dunned())
