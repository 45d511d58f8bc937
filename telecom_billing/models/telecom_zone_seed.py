# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones and legal limits that come along, put in and brought up to date without overwriting what
a user changed."""

from odoo import api, fields, models

from ..numbering import germany, world

#: Fields of a legal limit that the data state.
GUARD_FIELDS = (
    "prefixes", "except_prefixes", "customer_kind", "service", "valid_from", "valid_to",
    "free", "has_per_minute", "per_minute", "has_per_call", "per_call", "has_per_message",
    "per_message", "longest_increment", "price_includes_tax", "tax_percent", "source",
)  # fmt: skip


class TelecomZone(models.Model):
    _inherit = "telecom.zone"

    seed = fields.Json(copy=False, help="What the data said when they were last loaded.")

    def _undated_prefixes(self) -> list[str]:
        self.ensure_one()
        return sorted(
            one.prefix for one in self.prefix_ids if not one.valid_from and not one.valid_to
        )

    def _set_undated_prefixes(self, wanted: list[str]) -> None:
        self.ensure_one()
        undated = self.prefix_ids.filtered(lambda one: not one.valid_from and not one.valid_to)
        undated.filtered(lambda one: one.prefix not in wanted).unlink()
        missing = sorted(set(wanted) - set(self.prefix_ids.mapped("prefix")))
        self.prefix_ids.create([{"zone_id": self.id, "prefix": prefix} for prefix in missing])


class TelecomGuard(models.Model):
    _inherit = "telecom.guard"

    seed = fields.Json(copy=False, help="What the data said when they were last loaded.")

    @api.model
    def _load_limits(self, company) -> dict[str, int]:
        """Germany's legal limits for a company; {created, updated, kept: left to the user}."""
        counts = {"created": 0, "updated": 0, "kept": 0}
        for limit in germany.limits():
            values = _guard_values(limit)
            known = self.with_context(active_test=False).search(
                [("code", "=", limit["code"]), ("company_id", "in", (company.id, False))], limit=1
            )
            if not known:
                guard = self.create(
                    {**values, "code": limit["code"], "name": limit["names"]["en"],
                     "company_id": company.id, "seed": values}
                )  # fmt: skip
                _translate(guard, limit["names"])
                counts["created"] += 1
            elif known.seed == values:
                continue
            elif known._unchanged():
                known.write({**values, "seed": values})
                counts["updated"] += 1
            else:
                counts["kept"] += 1
        return counts

    def _unchanged(self) -> bool:
        """Does it still say what was loaded? Data of before may have known fewer fields."""
        said = self._as_loaded()
        return {name: said[name] for name in self.seed or {}} == (self.seed or {})

    def _as_loaded(self) -> dict:
        """What this limit says, in the shape of its seed."""
        self.ensure_one()
        return {
            name: str(self[name]) if self[name] and name.startswith("valid") else self[name]
            for name in GUARD_FIELDS
        }


class TelecomZonePlan(models.Model):
    _inherit = "telecom.zone.plan"

    seed_codes = fields.Json(copy=False, help="Zones that were loaded; deleted ones stay away.")

    def _load_zones(self, zones) -> dict[str, int]:
        """Put zones into the plan, or bring them up to date.

        A zone whose prefixes somebody changed is left alone, one that somebody deleted stays away,
        and a prefix that another zone has by now is left there.

        :returns: how many zones were created, updated, kept: left to the user
        """
        self.ensure_one()
        counts = {"created": 0, "updated": 0, "kept": 0}
        known = {zone.code: zone for zone in self.zone_ids}
        loaded = set(self.seed_codes or [])
        taken = {prefix.prefix: prefix.zone_id.code for prefix in self.zone_ids.prefix_ids}
        new = []
        for zone in zones:
            own = known.get(zone.code)
            wanted = sorted(zone.prefixes)
            if own is None:
                if zone.code not in loaded:
                    new.append(zone)
            elif not own.seed or own._undated_prefixes() != own.seed:
                counts["kept"] += own.seed != wanted
            elif own.seed != wanted:
                counts["updated"] += 1
                free = [one for one in wanted if taken.get(one, zone.code) == zone.code]
                own._set_undated_prefixes(free)
                own.seed = wanted
        counts["created"] = len(new)
        self._create_zones(new, taken, first=10 * (len(known) + 1))
        self.seed_codes = sorted(loaded | {zone.code for zone in zones})
        return counts

    def _create_zones(self, zones, taken, first) -> None:
        countries = {one.code: one.id for one in self.env["res.country"].search([])}
        records = self.env["telecom.zone"].create(
            [
                {
                    "plan_id": self.id,
                    "code": zone.code,
                    "name": zone.names["en"],
                    "kind": zone.kind,
                    "country_id": countries.get(zone.country),
                    "note": zone.source,
                    "sequence": first + 10 * place,
                    "seed": sorted(zone.prefixes),
                }
                for place, zone in enumerate(zones)
            ]
        )
        for record, zone in zip(records, zones, strict=True):
            _translate(record, zone.names)
        self.env["telecom.zone.prefix"].create(
            [
                {"zone_id": record.id, "prefix": prefix}
                for record, zone in zip(records, zones, strict=True)
                for prefix in zone.prefixes
                if prefix not in taken
            ]
        )


def all_zones(with_germany: bool, with_world: bool, mobile: bool) -> list:
    """The zones that a user asked for; a prefix in one zone, Germany's own first."""
    found = germany.zones() if with_germany else []
    if with_world:
        known = {prefix for zone in found for prefix in zone.prefixes}
        without = ("DE",) if with_germany else ()
        more = world.zones(without, mobile)
        found += [zone for zone in more if not known & set(zone.prefixes)]
    return found


def _guard_values(limit) -> dict:
    """Field values of a limit of the data, in the shape that Odoo reads back."""
    return {
        "prefixes": ", ".join(limit["prefixes"]),
        "except_prefixes": ", ".join(limit.get("but", [])) or False,
        "customer_kind": limit.get("kind", False),
        "service": limit.get("service", False),
        "valid_from": limit.get("valid_from", False),
        "valid_to": limit.get("valid_to", False),
        "free": limit.get("free", False),
        "has_per_minute": "per_minute" in limit,
        "per_minute": float(limit.get("per_minute", 0)),
        "has_per_call": "per_call" in limit,
        "per_call": float(limit.get("per_call", 0)),
        "has_per_message": "per_message" in limit,
        "per_message": float(limit.get("per_message", 0)),
        "longest_increment": float(limit.get("longest_increment", 0)),
        "price_includes_tax": limit.get("price_includes_tax", True),
        "tax_percent": float(limit.get("tax_percent", 0)),
        "source": limit["source"],
    }


def _translate(record, names) -> None:
    """The names in the installed languages."""
    for code, _label in record.env["res.lang"].get_installed():
        if name := names.get(code[:2]):
            record.with_context(lang=code).name = name
