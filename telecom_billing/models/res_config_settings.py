# SPDX-License-Identifier: AGPL-3.0-or-later
"""The company's telecom decisions on the settings page."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    telecom_usage_product_id = fields.Many2one(
        related="company_id.telecom_usage_product_id", readonly=False
    )
    telecom_transfer_days = fields.Integer(
        related="company_id.telecom_transfer_days", readonly=False
    )
    telecom_debit_days = fields.Integer(related="company_id.telecom_debit_days", readonly=False)
    telecom_debit_method_line_id = fields.Many2one(
        related="company_id.telecom_debit_method_line_id", readonly=False
    )
    telecom_transfer_method_line_id = fields.Many2one(
        related="company_id.telecom_transfer_method_line_id", readonly=False
    )
    telecom_bank_charges_account_id = fields.Many2one(
        related="company_id.telecom_bank_charges_account_id", readonly=False
    )
    telecom_private_position_id = fields.Many2one(
        related="company_id.telecom_private_position_id", readonly=False
    )
    telecom_reseller_position_id = fields.Many2one(
        related="company_id.telecom_reseller_position_id", readonly=False
    )
    telecom_zero_invoice = fields.Selection(
        related="company_id.telecom_zero_invoice", readonly=False
    )
    telecom_book_debits = fields.Boolean(related="company_id.telecom_book_debits", readonly=False)
    telecom_chunk = fields.Integer(related="company_id.telecom_chunk", readonly=False)
