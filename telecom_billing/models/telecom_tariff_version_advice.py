# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a version may say, but seldom means: special numbers at the price of any other."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..rating.advice import Unpriced, special, unpriced


class TelecomTariffVersion(models.Model):
    _inherit = "telecom.tariff.version"

    advice = fields.Text("To be looked at", compute="_compute_advice")

    @api.depends("rate_ids.zone_id", "rate_ids.direction", "rate_ids.service", "zone_plan_id")
    def _compute_advice(self):
        for version in self:
            found = version._unpriced() if version.tariff_id.kind != "cost" else []
            like: dict[str, list[str]] = {}
            for one in found:
                like.setdefault(f"{one.zone} ({one.by})", []).append(f"{one.name} ({one.prefix})")
            version.advice = "\n".join(
                self.env._(
                    "No price of their own: %(names)s. Such calls cost what %(zone)s costs. Add "
                    "rates for them, or one that refuses them.",
                    names="; ".join(names),
                    zone=zone,
                )
                for zone, names in like.items()
            )

    def _unpriced(self) -> list[Unpriced]:
        """Numbers of classes that the law limits which only a shorter prefix prices."""
        self.ensure_one()
        classes = special(
            (
                one.name,
                one._prefix_list(),
                one.free,
                one._services(),
                [one.customer_kind] if one.customer_kind else [],
            )
            for one in self.env["telecom.guard"]._of(self.company_id)
        )
        rates = self.rate_ids.filtered(
            lambda rate: (
                rate.direction in ("out", "any")
                and (not rate.service or "voice" in map(str.strip, rate.service.split(",")))
            )
        )
        zones = rates.zone_id
        if not classes or not zones:
            return []
        self.env.flush_all()
        parts = [prefix[:size] for prefix in classes for size in range(1, len(prefix) + 1)]
        rows = self.env.execute_query(
            SQL(
                "SELECT p.prefix, p.zone_id FROM telecom_zone_prefix p WHERE p.zone_id = ANY(%s)"
                " AND (p.prefix = ANY(%s) OR p.prefix LIKE ANY(%s))",
                zones.ids,
                parts,
                [f"{prefix}%" for prefix in classes],
            )
        )
        names = {zone.id: zone.name for zone in zones}
        return unpriced({prefix: names[zone] for prefix, zone in rows}, classes)
