# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reminders go the way the customer wants, without the disputed part."""

from odoo import api, models


class CreditControlLine(models.Model):
    _inherit = "credit.control.line"

    @api.model
    def _prepare_from_move_line(
        self, move_line, level, controlling_date, open_amount, default_lines_vals
    ):
        # EXTENDS 'account_credit_control': the disputed part stays out, customers choose the way
        claim = min(open_amount, move_line.move_id._telecom_claim())
        values = super()._prepare_from_move_line(
            move_line, level, controlling_date, claim, default_lines_vals
        )
        partner = move_line.move_id.partner_id or move_line.partner_id
        if level.channel == "email":
            by_post = partner.commercial_partner_id.telecom_invoice_delivery == "post"
            values["channel"] = "letter" if by_post or not partner.email else "email"
        return values
