# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tariff records as a tariff book.

Prefixes with dates: where a zone changes while a version holds, the book has one version for each
stretch (``71``, ``71@2026-03-15``), each with the zones as they are then.
"""

from __future__ import annotations

import datetime

from odoo.tools import SQL

from . import rules_writer, selectors
from .rate_writer import RateWriter
from .text import AT, to_text

ONE_DAY = datetime.timedelta(days=1)


def write(tariffs, *, portable=False, lines=None, period=None, instead=None, rules=True) -> dict:
    """The book of these ``telecom.tariff`` records and all they fall back on.

    :param portable: codes instead of database ids, drafts included: an export
    :param lines: contract lines whose individual prices and options the book must know
    :param period: (first day, last day): only the versions that hold then
    :param instead: {tariff id: version}, in force the whole period in the place of its tariff's own
    :param rules: False leaves out what concerns customers: guards, tiers, limits, minimums, pools
    """
    return Writer(tariffs, portable, period, instead=instead).write(lines, rules)


def rates_only(rates) -> dict:
    """A small book of some rates, to have them checked by the rating core alone."""
    writer = Writer(rates.tariff_id, portable=True, prefixes=False)
    writer.stub = True
    writer.zone_shapes = writer._read_prefixes(rates.origin_ids.plan_id)
    return {
        "format": 1,
        "units": rates.env["telecom.unit"]._to_book(rates.company_id[:1] or rates.env.company),
        "calendars": writer.calendars(rates.band_id),
        "bands": [writer.band(band) for band in rates.band_id],
        "tariffs": [
            {
                "id": version.id,
                "name": version.tariff_id.name,
                "versions": [
                    {
                        "id": version.id,
                        "name": version.name,
                        "rates": [
                            writer.rate(rate, version.valid_from) | {"id": rate.id}
                            for rate in rates
                            if rate.version_id == version
                        ],
                    }
                ],
            }
            for version in rates.version_id
        ],
        "zones": list(writer.zones.values()),
    }


class Writer(RateWriter):
    def __init__(self, tariffs, portable: bool, period=None, prefixes: bool = True, instead=None):
        self.env = tariffs.env
        self.portable = portable
        #: Is it a small book, made to be checked?
        self.stub = False
        self.tariffs = tariffs
        self.instead = instead or {}
        self.period = period
        while fallbacks := self.tariffs._next_tariffs() - self.tariffs:
            self.tariffs |= fallbacks
        self.versions = self.tariffs.version_ids.filtered(
            lambda version: portable or version.state == "active"
        )
        if period:
            self.versions = self._holding(*period)
        if self.instead:
            self.versions = self.versions.filtered(lambda v: v.tariff_id.id not in self.instead)
            for version in self.instead.values():
                self.versions |= version
        self.zones: dict[str, dict] = {}
        self.all_bands = self.versions.rate_ids.band_id
        self.named_pools = self.env["telecom.pool"]
        self.zone_shapes = self._read_prefixes(self._plans()) if prefixes else {}
        self.zone_codes: dict[int, str] = {}
        self.taken_codes: set[str] = set()
        self.zone_names: dict[int, list] = {}

    def write(self, lines=None, rules=True) -> dict:
        """The book; without ``rules`` only prices and allowances."""
        company = self.tariffs[:1].company_id or self.env.company
        book = {
            "format": 1,
            "currency": self.tariffs[:1].currency_id.name or "EUR",
            "timezone": self.tariffs[:1].tz or "Europe/Berlin",
            "units": self.env["telecom.unit"]._to_book(company),
            "tariffs": [entry for tariff in self.tariffs for entry in self._tariff(tariff)],
        }
        book |= selectors.write(self)
        if rules:
            book |= rules_writer.write(self, company)
        if lines is not None:
            book |= selectors.parties(self, lines)
        book["zones"] = list(self.zones.values())
        book["calendars"] = self.calendars(self.all_bands)
        book["bands"] = [self.band(band) for band in self.all_bands]
        return {name: value for name, value in book.items() if value not in ([], {})}

    def _holding(self, first, last):
        """Versions that hold in a period; of a tariff that has none then, all: to tell it so."""
        kept = self.versions.filtered(
            lambda version: (
                version.valid_from <= last
                and (not version._valid_until() or version._valid_until() >= first)
            )
        )
        return kept | self.versions.filtered(lambda v: v.tariff_id not in kept.tariff_id)

    def span(self, version) -> tuple:
        """First and last day (False: without end) on which the version holds."""
        if version in self.instead.values():
            # A calendar day before: the tariff's time zone may not be the company's.
            return self.period[0] - ONE_DAY, self.period[1] + ONE_DAY
        return version.valid_from, version._valid_until()

    # --- names -------------------------------------------------------------------------------

    def tariff_id(self, tariff):
        return tariff.code if self.portable else tariff.id

    def version_id(self, version):
        return (
            (version.code or f"{version.tariff_id.code}-{version.id}")
            if self.portable
            else (version.id)
        )

    def is_written(self, tariff) -> bool:
        """Has the tariff a version, without which the core would refuse it?"""
        return self.stub or bool(
            self.versions.filtered(lambda version: version.tariff_id == tariff)
        )

    def rate_id(self, rate):
        return (rate.code or f"rate-{rate.id}") if self.portable else rate.id

    def band_id(self, band):
        return band.code if self.portable else band.id

    def zone_id(self, zone, day):
        """The book's name of the zone with its prefixes as they are on ``day``; adds the zone."""
        name = self._zone_code(zone) if self.portable else zone.id
        if changed := [change for change in self._changes(zone) if change <= day]:
            name = f"{name}{AT}{changed[-1]}"
        if name not in self.zones:
            record = {"id": name, "name": zone.name, "prefixes": self._prefixes(zone, day)}
            names = zone._destination_names()
            self.zones[name] = record | ({"destinations": names} if names else {})
            self.zone_names.setdefault(zone.id, []).append(name)
        return name

    def zone_ids(self, zone) -> list:
        """The zone's names in the book; one that no rate speaks of is added."""
        return self.zone_names.get(zone.id) or [self.zone_id(zone, datetime.date.max)]

    def _zone_code(self, zone) -> str:
        """Codes are unique in a plan; a second plan's zone of the same code gets a number."""
        if zone.id not in self.zone_codes:
            code, number = zone.code, 2
            while code in self.taken_codes:
                code, number = f"{zone.code}~{number}", number + 1
            self.zone_codes[zone.id] = code
            self.taken_codes.add(code)
        return self.zone_codes[zone.id]

    # --- records -----------------------------------------------------------------------------

    def _tariff(self, tariff):
        """The tariff's entry; none if it has no version, for the core would refuse it."""
        versions = self.versions.filtered(lambda v: v.tariff_id == tariff)
        if not versions:
            return
        entry = {
            "id": self.tariff_id(tariff),
            "name": tariff.name,
            "currency": tariff.currency_id.name,
            "timezone": tariff.tz,
            "gap": tariff.gap,
            "tax_included": tariff.price_includes_tax,
            "versions": [
                stretch
                for version in versions.sorted("valid_from")
                for stretch in self._version(version)
            ],
        }
        if tariff.tax_percent:
            entry["tax_rate"] = to_text(tariff.tax_percent / 100, 6)
        if self.portable and tariff.kind in ("individual", "cost"):
            entry["_kind"] = tariff.kind
        if self.portable and not tariff.free_incoming:
            entry["_free_incoming"] = False
        if fallbacks := self._fallbacks(tariff):
            entry["fallbacks"] = fallbacks
        yield entry

    def _fallbacks(self, tariff) -> list:
        """Ids of the tariffs asked next, the first first; with weights where they were given."""
        first = tariff.fallback_tariff_id.filtered(self.is_written)
        more = tariff.fallback_ids.filtered(lambda link: self.is_written(link.fallback_id))
        if not more:
            return [self.tariff_id(first)] if first else []
        named = [{"tariff": self.tariff_id(one.fallback_id), "weight": one.weight} for one in more]
        if first:
            weight = max(more.mapped("weight")) + 1
            named.insert(0, {"tariff": self.tariff_id(first), "weight": weight})
        return named

    def _version(self, version):
        """The version in as many stretches as its zones change shape."""
        begin, end = self.span(version)
        own = version.rate_ids
        zones = own.zone_id | own.origin_ids
        inside = {day for zone in zones for day in self._changes(zone)}
        inside = {day for day in inside if day > begin and (not end or day <= end)}
        starts = [begin, *sorted(inside)]
        for number, start in enumerate(starts):
            last = starts[number + 1] - ONE_DAY if number + 1 < len(starts) else end
            name = self.version_id(version)
            record = {
                "id": f"{name}{AT}{start}" if number else name,
                "name": version.name,
                "valid_from": str(start),
                "decimals": version.rounding_digits,
                "rounding": version.rounding_method,
                "round_at": version.rounding_scope,
                "split": version.split,
                "rates": [
                    self.rate(rate, start)
                    for rate in own
                    if not rate.origin_ids or self.origins(rate, start)
                ],
            }
            if version.gap:
                record["gap"] = version.gap
            if number and any(rate.together_by for rate in own):
                record["continues"] = name  # periods run through
            if last:
                record["valid_to"] = str(last + ONE_DAY)
            yield record

    def band(self, band) -> dict:
        return band._to_book() | {"id": self.band_id(band)}

    def calendars(self, bands) -> list[dict]:
        found = {}
        for band in bands:
            if key := band._calendar_key():
                found[key] = band._calendar_to_book()
        return list(found.values())

    # --- prefixes ----------------------------------------------------------------------------

    def _read_prefixes(self, plans) -> dict[int, list]:
        """(prefix, first day, last day) by zone id, of these plans."""
        if not plans:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT zone_id, array_agg(prefix ORDER BY prefix),"
                " array_agg(valid_from ORDER BY prefix), array_agg(valid_to ORDER BY prefix)"
                " FROM telecom_zone_prefix WHERE plan_id = ANY(%s) GROUP BY zone_id",
                plans.ids,
            )
        )
        return {
            zone: list(zip(prefixes, begins, ends, strict=True))
            for zone, prefixes, begins, ends in rows
        }

    def _plans(self):
        """Zone plans of what is called, of what calls, and of rules."""
        callers = self.versions.rate_ids.origin_ids.plan_id
        return self.versions.zone_plan_id | callers | self._plans_of_rules()

    def _plans_of_rules(self):
        """Zone plans of what looks at a whole period, which may name other zones than rates do."""
        company = self.tariffs[:1].company_id or self.env.company
        allowances = self.tariffs.allowance_ids
        zones = allowances.zone_ids | allowances.use_ids.zone_ids
        for model in rules_writer.RULES.values():
            zones |= self.env[model].search([("company_id", "=", company.id)]).zone_ids
        return zones.plan_id

    def _changes(self, zone) -> list:
        """Days on which a prefix of the zone comes or goes, in order."""
        days = set()
        for _prefix, begin, end in self.zone_shapes.get(zone.id, ()):
            days |= {begin} if begin else set()
            days |= {end + ONE_DAY} if end else set()
        return sorted(days)

    def _prefixes(self, zone, day) -> list[str]:
        return [
            prefix
            for prefix, begin, end in self.zone_shapes.get(zone.id, ())
            if (not begin or begin <= day) and (not end or end >= day)
        ]
