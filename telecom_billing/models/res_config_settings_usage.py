# SPDX-License-Identifier: AGPL-3.0-or-later
"""Billing runs and the keeping of usage on the settings page."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    telecom_default_tariff_id = fields.Many2one(
        related="company_id.telecom_default_tariff_id", readonly=False
    )

    telecom_autopilot = fields.Boolean(related="company_id.telecom_autopilot", readonly=False)
    telecom_autopilot_day = fields.Integer(
        related="company_id.telecom_autopilot_day", readonly=False
    )
    telecom_retention_months = fields.Integer(
        related="company_id.telecom_retention_months", readonly=False
    )
    telecom_compare_percent = fields.Integer(
        related="company_id.telecom_compare_percent", readonly=False
    )
    telecom_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the company"
    )
    telecom_compare_amount = fields.Monetary(
        related="company_id.telecom_compare_amount",
        readonly=False,
        currency_field="telecom_currency_id",
    )
