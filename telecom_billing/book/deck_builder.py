# SPDX-License-Identifier: AGPL-3.0-or-later
"""A compared rate deck to a new draft version; what is there already is never changed.

Where the deck divides the numbers as the version before did, that version's zone plan serves on,
and only rates are made. Else the new version gets a zone plan of its own: editing the old one would
change prices that are in force.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from odoo import Command

from ..deck.comparing import Comparison
from ..deck.grouping import Zone, group, same_division
from ..deck.terms import Key, Special, Terms
from ..models.number_kind import zone_kind
from ..store import bulk
from .deck_base import NUMBERS, VersionBase


class DeckBuilder:
    """Makes ``version`` of a tariff.

    :param before: the version that the deck was compared with, or None
    """

    def __init__(self, tariff, before: VersionBase | None, start: datetime.date):
        self.env = tariff.env
        self.tariff = tariff
        self.before = before
        self.start = start
        self.base = before.base if before else VersionBase(self.env[_VERSION]).base
        self.successors: dict[int, int] = {}

    def build(self, comparison: Comparison, name: str, note: str = ""):
        """The draft version with all its rates."""
        zones = group(comparison.stretches, self.base, self.before.codes if self.before else {})
        same = bool(self.before) and same_division(zones, self.base, self.start)
        plan = self.before.version.zone_plan_id if same else self._plan(name)
        version = self._version(name, note, plan)
        ids = [zone.origin for zone in zones] if same else self._zones(plan, zones)
        self._rates(version, zones, ids)
        self._take_over(version, plan, same)
        if not same:
            self._succeed()
        return version

    def _version(self, name, note, plan):
        values = {"state": "draft"}
        if self.before:
            values = self.before.version.copy_data()[0]
            values.pop("rate_ids", None)
        values |= {
            "tariff_id": self.tariff.id,
            "name": name,
            "valid_from": self.start,
            "zone_plan_id": plan.id,
            "note": note,
        }
        return self.env[_VERSION].create(values)

    # --- zones -------------------------------------------------------------------------------

    def _plan(self, name):
        Plan = self.env["telecom.zone.plan"].with_context(active_test=False)
        company = self.tariff.company_id
        wanted = base = f"{self.tariff.name}: {name}"
        number = 2
        while Plan.search_count([("name", "=", wanted), ("company_id", "=", company.id)], limit=1):
            wanted, number = f"{base} ({number})", number + 1
        return Plan.create({"name": wanted, "company_id": company.id})

    def _zones(self, plan, zones: Sequence[Zone]) -> list[int]:
        origins = self.env["telecom.zone"].browse([z.origin for z in zones if z.origin])
        known = {zone.id: zone for zone in origins}
        made = bulk.insert(
            self.env["telecom.zone"],
            [self._zone(plan, zone, known.get(zone.origin), at) for at, zone in enumerate(zones)],
        )
        self.successors |= {
            zone.origin: new for zone, new in zip(zones, made.ids, strict=True) if zone.origin
        }
        bulk.insert(
            self.env["telecom.zone.prefix"],
            [
                {
                    "zone_id": new,
                    "plan_id": plan.id,
                    "company_id": plan.company_id.id or None,
                    "prefix": prefix,
                    "valid_from": begin,
                    "valid_to": end,
                }
                for zone, new in zip(zones, made.ids, strict=True)
                for prefix, begin, end in zone.prefixes
            ],
        )
        return made.ids

    def _zone(self, plan, zone: Zone, origin, at: int) -> dict:
        names = self.before.names[zone.origin] if origin else {"en_US": zone.label}
        kind = origin.kind if origin else zone_kind([prefix for prefix, _b, _e in zone.prefixes])
        return {
            "plan_id": plan.id,
            "company_id": plan.company_id.id or None,
            "sequence": origin.sequence if origin else 10 * (at + 1),
            "code": zone.code,
            "name": names,
            "kind": kind,
            "country_id": (origin and origin.country_id.id) or None,
            "destinations": (origin and origin.destinations) or None,
            "note": (origin and origin.note) or None,
        }

    # --- rates -------------------------------------------------------------------------------

    def _rates(self, version, zones: Sequence[Zone], ids: Sequence[int]) -> None:
        bands = band_ids(self.env, self.tariff.company_id)
        plain, special = [], []
        for at, (zone, zone_id) in enumerate(zip(zones, ids, strict=True)):
            for key, terms in zone.prices:
                if isinstance(terms, Special):
                    special.append((terms.rate, zone_id))
                else:
                    origin = self.before and self.before.rates.get((zone.origin or 0, key))
                    plain.append(_rate(version, zone_id, key, terms, bands, origin, at))
        Rate = self.env["telecom.rate"]
        made = bulk.insert(Rate, plain, check=False)
        # They differ in zone and price, which the reader has checked: one of each kind will do.
        kinds = {_kind(row): rate for row, rate in zip(plain, made.ids, strict=True)}
        Rate.browse(kinds.values())._validate_fields(Rate._fields)
        Rate.create(
            [
                Rate.browse(rate).copy_data({"version_id": version.id, "zone_id": zone_id})[0]
                for rate, zone_id in special
            ]
        )

    def _take_over(self, version, plan, same: bool) -> None:
        """Rates without prefixes: of any destination, and of zones that have names only."""
        if not self.before:
            return
        Zone = self.env["telecom.zone"]
        rows = []
        for rate in self.before.elsewhere:
            zone = rate.zone_id
            if zone and not same:
                if zone.id not in self.successors:
                    values = dict(zone._copy_values(), plan_id=plan.id)
                    taken = Zone.search_count(
                        [("plan_id", "=", plan.id), ("code", "=", zone.code)], limit=1
                    )
                    values["code"] = f"{zone.code}~{zone.id}" if taken else zone.code
                    self.successors[zone.id] = Zone.create(values).id
                zone = Zone.browse(self.successors[zone.id])
            rows += rate.copy_data({"version_id": version.id, "zone_id": zone.id})
        self.env["telecom.rate"].create(rows)

    # --- whatever names a zone ---------------------------------------------------------------

    def _succeed(self) -> None:
        """What names a zone of the old plan (an allowance, a limit) names its successor too."""
        for model in self.env.values():
            if model._abstract or not model._auto or model.is_transient():
                continue
            if model._name == "telecom.rate":
                continue  # from where is called, each version says for itself
            for name, field in model._fields.items():
                plain = field.store and not field.compute and not field.related
                if plain and field.type == "many2many" and field.comodel_name == "telecom.zone":
                    self._add_successors(model, name)

    def _add_successors(self, model, name: str) -> None:
        mine = [("company_id", "=", self.tariff.company_id.id)]
        domain = [(name, "in", list(self.successors))]
        for record in model.search(domain + (mine if "company_id" in model._fields else [])):
            new = {self.successors[zone] for zone in record[name].ids if zone in self.successors}
            record.write({name: [Command.link(zone) for zone in new - set(record[name].ids)]})


_VERSION = "telecom.tariff.version"
#: Fields in which the rates of a deck differ without being of another kind.
_OWN = ("zone_id", "sequence", "name", "price")


def band_ids(env, company) -> dict[str, int]:
    """Bands by their code; the company's own go before shared ones."""
    bands = env["telecom.band"].search([("company_id", "in", (company.id, False))])
    ordered = bands.sorted(lambda band: bool(band.company_id))
    return {band.code: band.id for band in ordered}


def _kind(row: dict) -> tuple:
    """Everything that constraints look at, but zone and price."""
    return tuple(value for name, value in row.items() if name not in _OWN)


def _rate(version, zone_id: int, key: Key, terms: Terms, bands, origin, at: int) -> dict:
    values = {
        "version_id": version.id,
        "tariff_id": version.tariff_id.id,
        "company_id": version.company_id.id,
        "zone_id": zone_id,
        "sequence": origin.sequence if origin else 10 * (at + 1),
        "name": (origin and origin.name) or None,
        "service": key.service or None,
        "direction": key.direction,
        "band_id": bands[key.band] if key.band else None,
        "unit": terms.unit,
        "weight": terms.weight,
        "flat": terms.flat,
    }
    numbers = {field: getattr(terms, name) for field, (name, _places) in NUMBERS.items()}
    return values | {name: f"{number:f}" for name, number in numbers.items()}
