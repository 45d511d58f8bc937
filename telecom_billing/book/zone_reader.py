# SPDX-License-Identifier: AGPL-3.0-or-later
"""The zones and bands of a tariff book as records; what the company has already is taken again."""

from __future__ import annotations

from ..models.number_kind import zone_kind
from .text import as_list


class ZoneReader:
    """Part of :class:`~.reader.Reader`."""

    def _plan(self, tariffs):
        """The zone plan of the book's destinations; zones of callers have plans of their own.

        A plan divides numbers: what is Germany when it is called may be the EEA when it calls.
        """
        zones = self.data.get("zones") or []
        callers = self._zones_of_callers()
        name = ", ".join(tariff.get("name") or str(tariff["id"]) for tariff in tariffs)
        name = name or self.env._("Imported zones")
        called = [zone for zone in zones if str(zone["id"]) not in callers]
        groups: list[list] = []
        for zone in zones:
            if str(zone["id"]) in callers:
                _place(groups, zone)
        for group in groups:
            self._plan_of(group, self.env._("%(plan)s: callers", plan=name))
        return self._plan_of(called, name)

    def _zones_of_callers(self) -> set[str]:
        """Zones from which is called, and that nothing else in the book names."""
        rates = [
            rate
            for tariff in self.data.get("tariffs") or []
            for version in tariff["versions"]
            for rate in version["rates"]
        ]
        rules = [
            one
            for section in ("allowances", "tiers", "limits", "minimums")
            for rule in self.data.get(section) or []
            for one in (rule, *(rule.get("uses") or []))
        ]
        called = {
            str(zone)
            for one in (*rates, *rules)
            for name in ("zone", "zones")
            for zone in as_list(one, name)
        }
        calling = {
            str(zone)
            for rate in rates
            for name in ("origin", "origins")
            for zone in as_list(rate, name)
        }
        return calling - called

    def _plan_of(self, zones, name):
        """A plan with these zones: an equal one of the company, or a new one."""
        if not zones:
            return self.env["telecom.zone.plan"]
        wanted = {
            str(zone["id"]): (
                sorted(zone.get("prefixes") or []),
                [str(name) for name in zone.get("destinations") or []],
            )
            for zone in zones
        }
        plan = self._equal_plan(wanted)
        if not plan:
            plan = self._create_plan(name, zones)
        self.zones |= {zone.code: zone for zone in plan.zone_ids}
        return plan

    def _equal_plan(self, wanted):
        Plan = self.env["telecom.zone.plan"]
        for plan in Plan.search([("company_id", "in", (self.env.company.id, False))]):
            if len(plan.zone_ids) != len(wanted):
                continue
            if (
                all(not p.valid_from and not p.valid_to for p in plan.zone_ids.prefix_ids)
                and {
                    zone.code: (sorted(zone.prefix_ids.mapped("prefix")), zone._destination_names())
                    for zone in plan.zone_ids
                }
                == wanted
            ):
                return plan
        return Plan

    def _create_plan(self, name, zones):
        Plan = self.env["telecom.zone.plan"]
        base, number = name, 2
        while Plan.search_count([("name", "=", name), ("company_id", "=", self.env.company.id)]):
            name, number = f"{base} ({number})", number + 1
        plan = Plan.create({"name": name})
        records = self.env["telecom.zone"].create(
            [
                {
                    "plan_id": plan.id,
                    "code": str(zone["id"]),
                    "name": zone.get("name") or str(zone["id"]),
                    "kind": zone_kind(zone.get("prefixes") or []),
                    "sequence": 10 * place,
                    "destinations": "\n".join(map(str, zone.get("destinations") or [])),
                }
                for place, zone in enumerate(zones, 1)
            ]
        )
        self.env["telecom.zone.prefix"].create(
            [
                {"zone_id": record.id, "prefix": prefix}
                for record, zone in zip(records, zones, strict=True)
                for prefix in zone.get("prefixes") or []
            ]
        )
        return plan

    def _band(self, band):
        """The band of this code, or of a numbered one where the company has another like that."""
        Band = self.env["telecom.band"]
        calendars = {str(one["id"]): one for one in self.data.get("calendars") or []}
        values = Band._from_book(band, calendars)
        code, number = values["code"], 2
        while True:
            known = Band.search(
                [("code", "=", values["code"]), ("company_id", "in", (self.env.company.id, False))]
            )[:1]
            if not known:
                return Band.create(values)
            if known._to_book() == Band.new(values)._to_book() | {"id": known.id}:
                return known
            values["code"], number = f"{code}-{number}", number + 1


def _place(groups: list[list], zone: dict) -> None:
    """Put a zone into the first group of which no zone shares a prefix with it."""
    own = set(zone.get("prefixes") or [])
    for group in groups:
        if not any(own & set(other.get("prefixes") or []) for other in group):
            group.append(zone)
            return
    groups.append([zone])
