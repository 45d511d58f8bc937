# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff version as the base that a rate deck is compared with, see :mod:`..deck`."""

from __future__ import annotations

from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..deck.comparing import Base, BaseZone
from ..deck.reading import services
from ..deck.terms import Key, Prices, Special, Terms
from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from .text import to_text

#: Field of a rate → of a deck's terms, and the places that are kept.
MONEY = ("price", "setup", "minimum", "maximum", "price_initial")
NUMBERS = {name: (name, PRICE_DIGITS[1]) for name in MONEY} | {
    "price_per": ("per", UNIT_DIGITS[1]),
    "initial": ("initial", UNIT_DIGITS[1]),
    "step": ("step", UNIT_DIGITS[1]),
    "free_units": ("free", UNIT_DIGITS[1]),
}
#: Fields that a deck's line says, beside the numbers.
SAID = ("unit", "weight", "flat", "service", "direction", "band_id")
#: Fields that say where the rate is and how it is called, not what it costs.
ABOUT = ("version_id", "zone_id", "sequence", "name", "code")


class VersionBase:
    """:attr:`base`, and what a new version takes over from this one.

    :ivar rates: by (zone, key): the record behind a price
    :ivar codes: of zones
    :ivar names: of zones: {language: name}
    :ivar elsewhere: rates without prefixes: of any destination, or of a zone known by names only
    """

    def __init__(self, version):
        self.env = version.env
        self.version = version
        self.rates: dict[tuple[int, Key], object] = {}
        self.codes: dict[int, str] = {}
        self.names: dict[int, dict[str, str]] = {}
        rates = version.rate_ids
        prefixes = self._prefixes(version.zone_plan_id, rates.zone_id)
        placed = {zone for spans in prefixes.values() for _begin, _end, zone in spans}
        self.elsewhere = rates.filtered(lambda rate: rate.zone_id.id not in placed)
        self.base = Base(prefixes=prefixes)
        prices = self._prices(rates - self.elsewhere)
        self._read_zones((rates - self.elsewhere).zone_id)
        for zone, found in prices.items():
            self.base.zones[zone] = BaseZone(self._labels(zone), found)

    def _prices(self, rates) -> dict[int, Prices]:
        extra = _extra_fields(rates)
        defaults = rates.default_get([field.name for field in extra])
        found: dict[int, Prices] = {}
        for rate in rates.sorted(lambda rate: (-rate.weight, rate.sequence, rate.id)):
            prices = found.setdefault(rate.zone_id.id, {})
            key = Key(services(rate.service or ""), rate.direction, rate.band_id.code or "")
            key = key._replace(origin=", ".join(sorted(rate.origin_ids.mapped("name"))))
            while key in prices and self.rates[rate.zone_id.id, key].origin_ids != rate.origin_ids:
                key = key._replace(origin=f"{key.origin}*")
            if key in prices:
                continue  # the heavier one, then the first one, always answers
            prices[key] = _terms(rate, extra, defaults)
            self.rates[rate.zone_id.id, key] = rate
        return found

    def _prefixes(self, plan, zones) -> dict[str, list]:
        self.env.flush_all()
        found: dict[str, list] = {}
        for prefix, begin, end, zone in self.env.execute_query(
            SQL(
                "SELECT prefix, valid_from, valid_to, zone_id FROM telecom_zone_prefix"
                " WHERE plan_id = %s AND zone_id = ANY(%s)"
                " ORDER BY prefix, valid_from NULLS FIRST",
                plan.id or 0,
                zones.ids,
            )
        ):
            found.setdefault(prefix, []).append((begin, end, zone))
        return found

    def _read_zones(self, zones) -> None:
        for zone, code, names in self.env.execute_query(
            SQL("SELECT id, code, name FROM telecom_zone WHERE id = ANY(%s)", zones.ids)
        ):
            self.codes[zone] = code
            self.names[zone] = names

    def _labels(self, zone: int) -> tuple[str, ...]:
        """The zone's names, that of the user's language first."""
        names = self.names[zone]
        first = names.get(self.env.lang or "en_US") or names.get("en_US") or self.codes[zone]
        return tuple(dict.fromkeys([first, *names.values()]))


def _extra_fields(rates) -> list:
    """Fields of rates that a deck's line has no column for."""
    return [
        field
        for name, field in rates._fields.items()
        if name not in NUMBERS
        and name not in SAID
        and name not in ABOUT
        and name not in models.MAGIC_COLUMNS
        and not field.compute
        and not field.related
    ]


def _terms(rate, extra, defaults) -> Terms | Special:
    for field in extra:
        value = rate[field.name]
        if value and value != defaults.get(field.name):
            return Special(rate.id)
    numbers = {
        name: Decimal(to_text(rate[field], places)) for field, (name, places) in NUMBERS.items()
    }
    if min(numbers.values()) < 0 or rate.weight < 0:
        return Special(rate.id)
    return Terms(unit=rate.unit, weight=rate.weight, flat=rate.flat, **numbers)
