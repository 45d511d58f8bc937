# SPDX-License-Identifier: AGPL-3.0-or-later
"""What used up the allowances of invoiced months stays, as the allowances themselves do."""

from odoo import api, models

from .field_change import differs

#: What its line is for.
NAMING = ("zone_ids", "band_ids", "rate_ids")


class TelecomAllowanceUse(models.Model):
    _inherit = "telecom.allowance.use"

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        uses = super().create(vals_list)
        uses.allowance_id._refuse_invoiced()
        return uses

    def write(self, vals):
        changing = self.filtered(lambda one: any(differs(one, name, vals) for name in vals))
        changing.allowance_id._refuse_invoiced()
        before = {(one, name): one[name] for name in NAMING if name in vals for one in self}
        done = super().write(vals)
        for (one, name), named in before.items():
            if one[name] != named and not _is_of_new_plan(named, one[name]):
                one.allowance_id._refuse_invoiced()
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self.allowance_id._refuse_invoiced()


def _is_of_new_plan(before, after) -> bool:
    """Were zones only added, and those of plans that were not named before?"""
    more = after - before
    return bool(
        before._name == "telecom.zone"
        and before
        and not before - after
        and not more.plan_id & before.plan_id
    )
