# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is odd about the prefixes of a zone plan, as a list."""

from markupsafe import Markup
from odoo import fields, models

from ..deck import checking
from ..store import bulk


class TelecomZoneFinding(models.TransientModel):
    _name = "telecom.zone.finding"
    _description = "Finding About Prefixes"
    _order = "kind desc, prefix, id"
    _rec_name = "prefix"

    plan_id = fields.Many2one("telecom.zone.plan", required=True, index=True, ondelete="cascade")
    prefix = fields.Char(readonly=True)
    kind = fields.Selection(
        [
            ("overlap", "In two zones at once"),
            ("gap", "In no zone for some days"),
            ("covered", "Without effect"),
            ("unpriced", "Zone without a price"),
        ],
        readonly=True,
    )
    zone_id = fields.Many2one("telecom.zone", readonly=True, ondelete="cascade")
    begin = fields.Date("From", readonly=True)
    end = fields.Date("To", readonly=True)
    remedy = fields.Char("What to do", readonly=True)


class TelecomZonePlan(models.Model):
    _inherit = "telecom.zone.plan"

    def action_check_prefixes(self):
        """List gaps, overlaps and prefixes without effect."""
        self.ensure_one()
        Finding = self.env["telecom.zone.finding"]
        Finding.search([("plan_id", "=", self.id)]).unlink()
        bulk.insert(Finding, self._prefix_findings(), check=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Findings about %(plan)s", plan=self.name),
            "res_model": "telecom.zone.finding",
            "view_mode": "list",
            "domain": [("plan_id", "=", self.id)],
            "help": Markup('<p class="o_view_nocontent_smiling_face">%s</p>')
            % self.env._("Every prefix leads to one zone at any time, and each zone has a price."),
        }

    def _prefix_findings(self) -> list[dict]:
        spans: dict[str, list] = {}
        for prefix in self.env["telecom.zone.prefix"].search([("plan_id", "=", self.id)]):
            span = (prefix.valid_from or None, prefix.valid_to or None, prefix.zone_id.id)
            spans.setdefault(prefix.prefix, []).append(span)
        rows = []
        for found in checking.check(spans):
            remedy = {
                "gap": self.env._("Let the earlier one end the day before the later one begins."),
                "overlap": self.env._("End one of the two before the other begins."),
                "covered": self.env._(
                    "Prefix %(other)s leads to the same zone: this one may be taken out.",
                    other=found.other,
                ),
            }[found.kind]
            rows.append(
                {
                    "plan_id": self.id,
                    "prefix": found.prefix,
                    "kind": found.kind,
                    "zone_id": found.zone,
                    "begin": found.begin,
                    "end": found.end,
                    "remedy": remedy,
                }
            )
        for zone in self._unpriced_zones():
            rows.append(
                {
                    "plan_id": self.id,
                    "prefix": zone.prefix_text or None,
                    "kind": "unpriced",
                    "zone_id": zone.id,
                    "begin": None,
                    "end": None,
                    "remedy": self.env._(
                        "No version has a rate for the zone: add one, or leave it."
                    ),
                }
            )
        return rows

    def _unpriced_zones(self):
        """Zones for which no version of any tariff has a rate."""
        priced = self.env["telecom.rate"]._read_group(
            [("zone_id.plan_id", "=", self.id)], ["zone_id"]
        )
        return self.zone_ids - self.env["telecom.zone"].union(*(zone for (zone,) in priced))
