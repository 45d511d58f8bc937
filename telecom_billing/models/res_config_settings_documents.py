# SPDX-License-Identifier: AGPL-3.0-or-later
"""The company's documents on the settings page."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    telecom_typeset = fields.Boolean(related="company_id.telecom_typeset", readonly=False)
    telecom_mail_template_id = fields.Many2one(
        related="company_id.telecom_mail_template_id", readonly=False
    )
    telecom_bundle_duplex = fields.Boolean(
        related="company_id.telecom_bundle_duplex", readonly=False
    )
    telecom_bundle_letters = fields.Integer(
        related="company_id.telecom_bundle_letters", readonly=False
    )
