# SPDX-License-Identifier: AGPL-3.0-or-later
"""Private customers see prices with VAT: their fiscal position takes the included taxes."""

from odoo import api, models


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    @api.model
    def _get_fiscal_position(self, partner, delivery=None):
        # EXTENDS 'account'
        found = super()._get_fiscal_position(partner, delivery)
        private = self.env.company.telecom_private_position_id
        if not private or not partner or partner.commercial_partner_id.telecom_kind != "private":
            return found
        own = (delivery or partner).with_company(self.env.company).property_account_position_id
        if own or (found and not found.is_domestic):
            return found  # chosen by hand, or a rule for customers abroad
        return private
