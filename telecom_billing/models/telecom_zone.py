# SPDX-License-Identifier: AGPL-3.0-or-later
"""A zone: a named group of dialling prefixes that cost the same."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

ZONE_KINDS = [
    ("national", "National"),
    ("mobile", "Mobile"),
    ("country", "Country"),
    ("country_mobile", "Country, mobile networks"),
    ("special", "Special number"),
    ("premium", "Premium rate"),
    ("free", "Free of charge"),
    ("emergency", "Emergency"),
    ("satellite", "Satellite"),
    ("other", "Other"),
]


class TelecomZone(models.Model):
    _name = "telecom.zone"
    _description = "Zone"
    _order = "plan_id, sequence, code, id"
    _rec_names_search = ["name", "code"]

    plan_id = fields.Many2one(
        "telecom.zone.plan", string="Zone plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True, help="Short and unique in the plan; used in price lists.")
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(ZONE_KINDS, required=True, default="other")
    country_id = fields.Many2one("res.country", index="btree_not_null")
    prefix_ids = fields.One2many("telecom.zone.prefix", "zone_id", string="Prefixes")
    prefix_text = fields.Text(
        string="Prefixes in force",
        compute="_compute_prefix_text",
        inverse="_inverse_prefix_text",
        help="International form without +, separated by commas or new lines. "
        "Prefixes taken out here are deleted, new ones are valid without limit.",
    )
    prefix_count = fields.Integer(compute="_compute_prefix_count")
    destinations = fields.Text(
        string="Carrier's names",
        help="Names by which carriers call the destination, one a line. They decide where a "
        "record has no number, or one without a prefix in the plan.",
    )
    note = fields.Char(string="Source", help="Statute, list or contract this zone follows.")

    _code_unique = models.Constraint(
        "UNIQUE(plan_id, code)",
        "Another zone of this plan has the same code. Codes name a zone in price lists: "
        "choose another one.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends("prefix_ids.prefix", "prefix_ids.valid_to")
    def _compute_prefix_text(self):
        today = fields.Date.context_today(self)
        for zone in self:
            valid = zone.prefix_ids.filtered(lambda p: not p.valid_to or p.valid_to >= today)
            zone.prefix_text = ", ".join(sorted(filter(None, valid.mapped("prefix"))))

    def _inverse_prefix_text(self):
        today = fields.Date.context_today(self)
        for zone in self:
            wanted = {
                zone._prefix_of(text)
                for text in re.split(r"[,;\n]+|\s+(?=\+)", zone.prefix_text or "")
                if text.strip()
            }
            valid = zone.prefix_ids.filtered(lambda p: not p.valid_to or p.valid_to >= today)
            valid.filtered(lambda p, wanted=wanted: p.prefix not in wanted).unlink()
            new = wanted - set(valid.exists().mapped("prefix"))
            zone.env["telecom.zone.prefix"].create(
                [{"zone_id": zone.id, "prefix": prefix} for prefix in sorted(new)]
            )

    @api.depends("prefix_ids")
    def _compute_prefix_count(self):
        counts = dict(
            self.env["telecom.zone.prefix"]._read_group(
                [("zone_id", "in", self.ids)], ["zone_id"], ["__count"]
            )
        )
        for zone in self:
            zone.prefix_count = counts.get(zone, 0)

    @api.depends("code", "name")
    def _compute_display_name(self):
        for zone in self:
            zone.display_name = zone.name or zone.code

    # ------------------------------------------------------------------ business
    def _prefix_of(self, text) -> str:
        """A prefix as typed among others. A blank may part two of them, or one for the eye."""
        text = text.strip()
        if re.search(r"\d\s+\d", text) and not text.startswith(("+", "00")):
            raise ValidationError(
                self.env._(
                    "“%(text)s” of zone “%(zone)s” may be one prefix or several. Put commas "
                    "between prefixes, or write a single one with + (+49 30).",
                    text=text,
                    zone=self.name,
                )
            )
        return self.env["telecom.zone.prefix"]._normalise(text)

    def _destination_names(self) -> list[str]:
        """The carriers' names of this zone."""
        return [name.strip() for name in (self.destinations or "").splitlines() if name.strip()]

    def _copy_values(self):
        """Values of this zone for a copy in another plan (without its prefixes)."""
        self.ensure_one()
        return {
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "sequence": self.sequence,
            "country_id": self.country_id.id,
            "note": self.note,
            "destinations": self.destinations,
        }
