# SPDX-License-Identifier: AGPL-3.0-or-later
"""Load zones and legal limits that come along, or bring them up to date."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.telecom_zone_seed import all_zones


class TelecomNumbering(models.TransientModel):
    _name = "telecom.numbering"
    _description = "Zones and Legal Limits that Come Along"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    plan_id = fields.Many2one(
        "telecom.zone.plan",
        string="Into the plan",
        domain="[('company_id', 'in', (company_id, False))]",
        help="Empty: a new zone plan.",
    )
    name = fields.Char(
        "Name of the new plan", default=lambda self: self.env._("Germany and the world")
    )
    germany = fields.Boolean(
        default=True, help="National, mobile, and special numbers: 0180, 0137, 0900, 118xy …"
    )
    world = fields.Boolean(
        "The world", default=True, help="A zone for each country, from libphonenumber's data."
    )
    mobile = fields.Boolean("Mobile networks of other countries", default=True)
    limits = fields.Boolean(
        "Legal price limits of Germany", default=True, help="TKG § 112, and free numbers."
    )

    def action_load(self):
        """Load, and show the plan with what was done."""
        self.ensure_one()
        zones = all_zones(self.germany, self.world, self.mobile)
        if not zones and not self.limits:
            raise UserError(self.env._("Choose what to load."))
        done = []
        plan = self.plan_id
        if zones:
            plan = plan or plan.create(
                {
                    "name": self.name or self.env._("Germany and the world"),
                    "company_id": self.company_id.id,
                    "note": zones[-1].source,
                }
            )
            done.append(self._said(self.env._("Zones"), plan._load_zones(zones)))
        if self.limits:
            counts = self.env["telecom.guard"]._load_limits(self.company_id)
            done.append(self._said(self.env._("Legal limits"), counts))
        window = {
            "type": "ir.actions.act_window",
            "res_model": plan._name if zones else "telecom.guard",
            "view_mode": "form" if zones else "list,form",
            "views": [[False, "form"]] if zones else [[False, "list"], [False, "form"]],
            "res_id": plan.id if zones else False,
            "target": "current",
        }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": " ".join(done), "type": "success", "next": window},
        }

    def _said(self, what, counts) -> str:
        return self.env._(
            "%(what)s: %(created)s new, %(updated)s brought up to date, %(kept)s left as you "
            "changed them.",
            what=what,
            **counts,
        )
