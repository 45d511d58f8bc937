# SPDX-License-Identifier: AGPL-3.0-or-later
"""What used up the allowances of invoiced months stays, as the allowances themselves do."""

from odoo import api, models

from .field_change import differs

#: A new zone plan's zones are added beside the old ones.
ZONES = "zone_ids"


class TelecomAllowanceUse(models.Model):
    _inherit = "telecom.allowance.use"

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        uses = super().create(vals_list)
        uses.allowance_id._refuse_invoiced()
        return uses

    def write(self, vals):
        changing = self.filtered(
            lambda one: any(differs(one, name, vals) for name in vals if name != ZONES)
        )
        changing.allowance_id._refuse_invoiced()
        before = {one: one.zone_ids for one in self} if ZONES in vals else {}
        done = super().write(vals)
        for one, zones in before.items():
            more = one.zone_ids - zones
            if zones - one.zone_ids or (more and (not zones or more.plan_id & zones.plan_id)):
                one.allowance_id._refuse_invoiced()
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self.allowance_id._refuse_invoiced()
