# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tariff records as a tariff book.

Prefixes with dates: where a zone changes while a version holds, the book has one version for each
stretch (``71``, ``71@2026-03-15``), each with the zones as they are then.
"""

from __future__ import annotations

import datetime

from odoo.tools import SQL

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from . import selectors
from .text import AT, to_text

ONE_DAY = datetime.timedelta(days=1)


def write(tariffs, *, portable: bool = False, lines=None, period=None, instead=None) -> dict:
    """The book of these ``telecom.tariff`` records and all they fall back on.

    :param portable: codes instead of database ids, drafts included: an export
    :param lines: contract lines whose individual prices and options the book must know
    :param period: (first day, last day): only the versions that hold then
    :param instead: {tariff id: version}, in force the whole period in the place of its tariff's own
    """
    return Writer(tariffs, portable, period, instead=instead).write(lines)


def rates_only(rates) -> dict:
    """A small book of some rates, to have them checked by the rating core alone."""
    writer = Writer(rates.tariff_id, portable=True, prefixes=False)
    return {
        "format": 1,
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


class Writer:
    def __init__(self, tariffs, portable: bool, period=None, prefixes: bool = True, instead=None):
        self.env = tariffs.env
        self.portable = portable
        self.tariffs = tariffs
        self.instead = instead or {}
        self.period = period
        while fallbacks := self.tariffs.fallback_tariff_id - self.tariffs:
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
        self.zone_shapes = self._read_prefixes() if prefixes else {}
        self.zone_codes: dict[int, str] = {}
        self.zone_names: dict[int, list] = {}

    def write(self, lines=None) -> dict:
        bands = self.versions.rate_ids.band_id
        book = {
            "format": 1,
            "currency": self.tariffs[:1].currency_id.name or "EUR",
            "timezone": self.tariffs[:1].tz or "Europe/Berlin",
            "calendars": self.calendars(bands),
            "bands": [self.band(band) for band in bands],
            "tariffs": [entry for tariff in self.tariffs for entry in self._tariff(tariff)],
        }
        book |= selectors.write(self)
        if lines is not None:
            book |= selectors.parties(lines)
        book["zones"] = list(self.zones.values())
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

    def _zone_code(self, zone) -> str:
        """Codes are unique in a plan; a second plan's zone of the same code gets a number."""
        if zone.id not in self.zone_codes:
            taken = set(self.zone_codes.values())
            code, number = zone.code, 2
            while code in taken:
                code, number = f"{zone.code}~{number}", number + 1
            self.zone_codes[zone.id] = code
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
        if tariff.fallback_tariff_id:
            entry["fallbacks"] = [self.tariff_id(tariff.fallback_tariff_id)]
        yield entry

    def _version(self, version):
        """The version in as many stretches as its zones change shape."""
        begin, end = self.span(version)
        own = version.rate_ids
        inside = {day for zone in own.zone_id for day in self._changes(zone)}
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
                "rates": [self.rate(rate, start) for rate in own],
            }
            if last:
                record["valid_to"] = str(last + ONE_DAY)
            yield record

    def rate(self, rate, start) -> dict:
        places, units = PRICE_DIGITS[1], UNIT_DIGITS[1]
        record = {"id": (rate.code or f"rate-{rate.id}") if self.portable else rate.id}
        if rate.name or rate.zone_id:
            record["name"] = rate.name or rate.zone_id.name
        if rate.service:
            services = [name.strip() for name in rate.service.split(",") if name.strip()]
            record["service"] = services[0] if len(services) == 1 else services
        if rate.zone_id:
            record["zone"] = self.zone_id(rate.zone_id, start)
        if rate.band_id:
            record["band"] = self.band_id(rate.band_id)
        if rate.weight:
            record["weight"] = rate.weight
        if rate.direction != "out":
            record["direction"] = rate.direction
        record["unit"] = rate.unit
        record |= self._price(rate, places, units)
        for name in ("setup", "minimum", "maximum"):
            if rate[name]:
                record[name] = to_text(rate[name], places)
        if rate.setup_on_zero:
            record["setup_on_zero"] = True
        if rate.free_units:
            record["free"] = to_text(rate.free_units, units)
        if rate.conference_by:
            record["conference"] = {"by": rate.conference_by} | (
                {"rejoin": rate.rejoin} if rate.rejoin else {}
            )
        return record | (rate.advanced or {})

    def _price(self, rate, places, units) -> dict:
        if rate.flat:
            return {"flat": True}
        if rate.refuse:
            return {"refuse": rate.refuse}
        if rate.factor:
            return {"factor": to_text(rate.factor, places)}
        if rate.step_ids:
            return {"steps": [self._step(step, places, units) for step in rate.step_ids]}
        record = {
            "price": to_text(rate.price, places),
            "per": to_text(rate.price_per, units),
        }
        for name in ("initial", "step"):
            if rate[name]:
                record[name] = to_text(rate[name], units)
        if rate.price_initial:
            record["price_initial"] = to_text(rate.price_initial, places)
        return record

    def _step(self, step, places, units) -> dict:
        record = {
            "from": to_text(step.quantity_from, units),
            "interval": to_text(step.interval, units),
            "price": to_text(step.price, places),
            "rounding": step.rounding,
        }
        if step.quantity_to:
            record["to"] = to_text(step.quantity_to, units)
        return record | ({"flat": True} if step.flat else {"per": to_text(step.price_per, units)})

    def band(self, band) -> dict:
        return band._to_book() | {"id": self.band_id(band)}

    def calendars(self, bands) -> list[dict]:
        found = {}
        for band in bands:
            if key := band._calendar_key():
                found[key] = {"id": key, "country": band.country_id.code}
                if band.subdivision:
                    found[key]["subdivision"] = band.subdivision
        return list(found.values())

    # --- prefixes ----------------------------------------------------------------------------

    def _read_prefixes(self) -> dict[int, list]:
        """(prefix, first day, last day) by zone id, of all plans the versions use."""
        plans = self.versions.zone_plan_id
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
