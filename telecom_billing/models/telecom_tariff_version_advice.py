# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a version may say, but seldom means: special numbers at the price of any other."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..rating.advice import Unpriced, special, unpriced

#: Names that a hint spells out.
NAMED = 10
#: Of a rate: one of these says what it costs, or that it need not.
PRICED = (
    "price", "flat", "setup", "minimum", "price_initial", "factor", "added", "refuse", "step_ids",
    "extra_ids",
)  # fmt: skip


class TelecomTariffVersion(models.Model):
    _inherit = "telecom.tariff.version"

    advice = fields.Text("To be looked at", compute="_compute_advice")

    @api.depends(
        "rate_ids.zone_id", "rate_ids.direction", "rate_ids.service", "zone_plan_id",
        "tariff_id.kind", *(f"rate_ids.{name}" for name in PRICED),
    )  # fmt: skip
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
            if version.tariff_id.kind != "cost" and (free := version._without_price()):
                more = "; …" if len(free) > NAMED else ""
                text = self.env._(
                    "Without a price, so such records are free: %(names)s. Enter one, or tick "
                    "“Flat” where the basic fee contains them.",
                    names="; ".join(free[:NAMED]) + more,
                )
                version.advice = "\n".join(filter(None, [version.advice, text]))

    def _without_price(self) -> list[str]:
        """What outgoing rates are for that cost nothing and do not say so."""
        self.ensure_one()
        by_law = [
            prefix
            for guard in self.env["telecom.guard"]._of(self.company_id)
            if guard.free
            for prefix in guard._prefix_list()
        ]
        rates = self.rate_ids.filtered(
            lambda rate: (
                rate.direction in ("out", "any")
                and not any(rate[name] for name in PRICED)
                and not _only(rate.zone_id.prefix_ids.mapped("prefix"), by_law)
            )
        )
        return list(dict.fromkeys(rate.display_name for rate in rates))

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


def _only(prefixes: list[str], others: list[str]) -> bool:
    """Whether all of some prefixes lie within others: an emergency number may be free."""
    return bool(prefixes) and all(prefix.startswith(tuple(others)) for prefix in prefixes)
