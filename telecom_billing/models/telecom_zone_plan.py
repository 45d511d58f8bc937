# SPDX-License-Identifier: AGPL-3.0-or-later
"""A zone plan: one complete division of the world's numbers into zones."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..store import bulk


class TelecomZonePlan(models.Model):
    _name = "telecom.zone.plan"
    _description = "Zone Plan"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Leave empty to share the plan between all companies.",
    )
    zone_ids = fields.One2many("telecom.zone", "plan_id", string="Zones", copy=False)
    zone_count = fields.Integer(compute="_compute_counts")
    prefix_count = fields.Integer(compute="_compute_counts")
    version_ids = fields.One2many("telecom.tariff.version", "zone_plan_id")
    note = fields.Text(string="Source and date", help="Where the plan comes from and as of when.")

    _name_company_unique = models.UniqueIndex(
        "(name, company_id)",
        "There is already a zone plan of this name. Choose another name.",
    )

    # ------------------------------------------------------------------ constraints
    @api.constrains("company_id")
    def _check_callers(self):
        """Rates of another company name zones of the plan as where they are called from."""
        for plan in self.filtered("company_id"):
            rates = (
                self.env["telecom.rate"]
                .sudo()
                .search(
                    [
                        ("origin_ids.plan_id", "=", plan.id),
                        ("company_id", "!=", plan.company_id.id),
                    ],
                    limit=1,
                )
            )
            if rates:
                raise ValidationError(
                    self.env._(
                        "%(rate)s is for callers of a zone of this plan, and no tariff of "
                        "%(company)s. Leave the plan's company as it is, or make a copy of the "
                        "plan.",
                        rate=rates._where(),
                        company=plan.company_id.name,
                    )
                )

    # ------------------------------------------------------------------ compute
    @api.depends("zone_ids", "zone_ids.prefix_ids")
    def _compute_counts(self):
        zones = dict(
            self.env["telecom.zone"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        prefixes = dict(
            self.env["telecom.zone.prefix"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.zone_count = zones.get(plan, 0)
            plan.prefix_count = prefixes.get(plan, 0)

    # ------------------------------------------------------------------ CRUD
    def copy(self, default=None):
        """Copy the plan with all its zones and prefixes."""
        plans = super().copy(default)
        for source, plan in zip(self, plans, strict=True):
            plan._copy_zones(source)
        return plans

    def copy_data(self, default=None):
        rows = super().copy_data(default)
        for plan, row in zip(self, rows, strict=True):
            if not (default or {}).get("name"):
                row["name"] = self.env._("%(name)s (copy)", name=plan.name)
        return rows

    # ------------------------------------------------------------------ actions
    def action_open_prefixes(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Prefixes of %(plan)s", plan=self.name),
            "res_model": "telecom.zone.prefix",
            "view_mode": "list",
            "domain": [("plan_id", "=", self.id)],
            "context": {"default_plan_id": self.id},
        }

    def action_open_zones(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Zones of %(plan)s", plan=self.name),
            "res_model": "telecom.zone",
            "view_mode": "list,form",
            "domain": [("plan_id", "=", self.id)],
            "context": {"default_plan_id": self.id},
        }

    # ------------------------------------------------------------------ business
    def _copy_zones(self, source):
        """Copy ``source``'s zones and prefixes into this plan, set by set (decks are large)."""
        self.ensure_one()
        zones = source.zone_ids
        copies = self.env["telecom.zone"].create(
            [dict(zone._copy_values(), plan_id=self.id) for zone in zones]
        )
        new_zone = dict(zip(zones.ids, copies, strict=True))
        prefixes = self.env["telecom.zone.prefix"].search([("plan_id", "=", source.id)])
        bulk.insert(
            prefixes.browse(),
            [
                {
                    "zone_id": new_zone[prefix.zone_id.id].id,
                    "plan_id": self.id,
                    "company_id": self.company_id.id or None,
                    "prefix": prefix.prefix,
                    "valid_from": prefix.valid_from or None,
                    "valid_to": prefix.valid_to or None,
                }
                for prefix in prefixes
            ],
        )
        return {zone: copy.id for zone, copy in new_zone.items()}
