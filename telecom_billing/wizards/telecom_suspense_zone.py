# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prefixes that a tariff does not know, into a zone that has a price."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.telecom_zone import ZONE_KINDS


class TelecomSuspenseZone(models.TransientModel):
    _name = "telecom.suspense.zone"
    _inherit = "telecom.suspense.groups"
    _description = "Add Prefix to Zone"

    prefixes = fields.Char(required=True, help="International form without +, by commas.")
    valid_from = fields.Date(help="First day, empty: always.")
    plan_id = fields.Many2one("telecom.zone.plan", "Zone plan", required=True)
    is_new = fields.Boolean("New zone")
    zone_id = fields.Many2one("telecom.zone", domain="[('plan_id', '=', plan_id)]")
    zone_name = fields.Char("Name of the zone")
    zone_code = fields.Char("Code of the zone")
    zone_kind = fields.Selection(ZONE_KINDS, "Kind", default="country")
    version_id = fields.Many2one("telecom.tariff.version", "Tariff version", readonly=True)
    currency_id = fields.Many2one(related="version_id.currency_id")
    needs_price = fields.Boolean(compute="_compute_needs_price")
    price = fields.Float(digits=(16, 6), min_display_digits=2)
    price_per = fields.Float("per", default=60, digits=(16, 6))
    unit = fields.Char(default="second")
    initial = fields.Float(default=60, digits=(16, 6))
    step = fields.Float("Then every", default=60, digits=(16, 6))
    setup = fields.Float("Per call", digits=(16, 6), min_display_digits=2)
    flat = fields.Boolean(
        help="Contained in the basic fee: counted and shown, but without a price of its own."
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        groups = self.env["telecom.suspense"].search(
            [("id", "in", self.env.context.get("telecom_suspense_ids", []))]
        )
        known = groups.filtered(lambda g: g.kind == "prefix" and (g.subject or "").isdecimal())
        if not known:
            return values
        values["prefixes"] = ", ".join(sorted(set(known.mapped("subject"))))
        version = known.version_id[:1] or self._version_at(known)
        values["version_id"] = version.id
        values["plan_id"] = version.zone_plan_id.id
        values["unit"] = known[0].unit
        if known[0].unit != "second":
            values |= {"price_per": 1, "initial": 1, "step": 1}
        return values

    @api.model
    def _version_at(self, groups):
        """The version that should have known the prefix."""
        day = self.env["telecom.rating.state"]._day_at(
            groups[0].company_id, groups[0].last_started_at
        )
        return groups.tariff_id[:1]._version_at(day)[:1] if groups.tariff_id else False

    @api.depends("is_new", "zone_id", "version_id")
    def _compute_needs_price(self):
        for wizard in self:
            known = wizard.version_id.rate_ids.filtered(
                lambda rate, zone=wizard.zone_id: rate.zone_id == zone
            )
            wizard.needs_price = bool(
                wizard.version_id and (wizard.is_new or (wizard.zone_id and not known))
            )

    def action_add(self):
        """Add the prefixes, the zone and its price where they are missing, and rate again."""
        self.ensure_one()
        groups = self._need_groups(("prefix",))
        if self.needs_price and not (self.price or self.setup or self.flat):
            raise UserError(
                self.env._(
                    "Calls to %(prefixes)s would be free of charge. Enter a price, or tick “Flat” "
                    "where the basic fee contains them.",
                    prefixes=self.prefixes,
                )
            )
        zone = self._zone()
        Prefix = self.env["telecom.zone.prefix"]
        Prefix.create(
            [
                {"zone_id": zone.id, "prefix": text.strip(), "valid_from": self.valid_from}
                for text in self.prefixes.split(",")
                if text.strip()
            ]
        )
        if self.needs_price:
            self.env["telecom.rate"].create(
                {
                    "version_id": self.version_id.id,
                    "zone_id": zone.id,
                    "service": groups[0].service,
                    "unit": self.unit or "second",
                    "price": self.price,
                    "price_per": self.price_per,
                    "initial": self.initial,
                    "step": self.step,
                    "setup": self.setup,
                    "flat": self.flat,
                }
            )
        return self._done(groups.company_id)

    def _zone(self):
        if not self.is_new:
            if not self.zone_id:
                raise UserError(self.env._("Choose a zone, or tick “New zone” and name one."))
            return self.zone_id
        if not self.zone_name or not self.zone_code:
            raise UserError(self.env._("A new zone needs a name and a code."))
        return self.env["telecom.zone"].create(
            {
                "plan_id": self.plan_id.id,
                "name": self.zone_name,
                "code": self.zone_code,
                "kind": self.zone_kind,
            }
        )
