# SPDX-License-Identifier: AGPL-3.0-or-later
"""The prices of tiers that priced invoiced usage stay."""

from odoo import api, models

from .field_change import differs


class TelecomTierStep(models.Model):
    _inherit = "telecom.tier.step"

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        tiers = self.env["telecom.tier"].browse(
            {vals.get("tier_id") for vals in vals_list} - {None, False}
        )
        # Those of a tier that is being entered come before it can have priced anything.
        tiers.filtered("step_ids")._refuse_invoiced()
        return super().create(vals_list)

    def write(self, vals):
        changing = self.filtered(lambda one: any(differs(one, name, vals) for name in vals))
        changing.tier_id._refuse_invoiced()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self.tier_id._refuse_invoiced()
