# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff book as records: all of it or nothing.

The book passes the core's own checks first. Zones become a zone plan (an equal one of the company
is taken again), bands are known by their code, tariffs by theirs. What is there already stays: a
version of a known code with the same prices is left alone, one with other prices is refused,
because prices change by a new version.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from odoo.exceptions import ValidationError

from ..models.book_faults import sentences
from ..rating import BookError, TariffBook
from ..rating.units import Units
from . import allowance_reader, rules_reader, unoffered
from .rate_reader import OF_EACH, OF_RATE, OF_VERSION, RateReader, fingerprint
from .text import Inexact
from .zone_reader import ZoneReader

#: First day of a version that states none.
BEGINNING = datetime.date(2000, 1, 1)
ONE_DAY = datetime.timedelta(days=1)


def read(env, data: dict, *, activate: bool = True):
    """The book's tariffs as ``telecom.tariff`` records of the current company.

    Raises ValidationError with every fault of the book, or with the record that cannot be kept.
    """
    try:
        TariffBook(data)
    except BookError as error:
        raise ValidationError(sentences(env, error)) from error
    unoffered.refuse(env, data)
    try:
        return Reader(env, data, activate).read()
    except Inexact as error:
        raise ValidationError(
            env._("%(fault)s. Round the number in the tariff book.", fault=error)
        ) from error


class Reader(ZoneReader, RateReader):
    def __init__(self, env, data: dict, activate: bool):
        self.env = env
        self.data = data
        self.state = "active" if activate else "draft"
        units = {}
        for name, unit in (data.get("units") or {}).items():
            base, more = Units(units).base(unit.get("of") or name)
            units[name] = (base, unit.get("factor", 1) * more)
        self.units = Units(units)
        self.zones: dict[str, object] = {}
        self.bands: dict[str, object] = {}
        self.tariffs: dict[str, object] = {}
        self.pools: dict[str, object] = {}

    def read(self):
        Tariff = self.env["telecom.tariff"]
        entries = self.data.get("tariffs") or []
        rules_reader.units(self)
        self.bands = {str(band["id"]): self._band(band) for band in self.data.get("bands") or []}
        plan = self._plan(entries)
        found = Tariff
        for entry in entries:
            code = str(entry["id"])
            tariff = self.tariffs[code] = self._tariff(code, entry)
            found |= tariff
            self._versions(tariff, entry, plan)
        self._options_without_prices()
        self._fallbacks(entries)
        rules_reader.pools(self)
        allowance_reader.read(self)
        rules_reader.read(self)
        return found

    # --- tariffs -----------------------------------------------------------------------------

    def _tariff(self, code, entry):
        Tariff = self.env["telecom.tariff"]
        known = Tariff.search([("code", "=", code), ("company_id", "=", self.env.company.id)])
        if known:
            return known
        currency = entry.get("currency") or self.data.get("currency") or "EUR"
        money = self.env["res.currency"].search([("name", "=", currency)], limit=1)
        if not money:
            raise ValidationError(
                self.env._(
                    "Tariff “%(tariff)s” is in %(currency)s, which is not an active currency. "
                    "Activate it first.",
                    tariff=code,
                    currency=currency,
                )
            )
        services = [
            rate.get("service") for version in entry["versions"] for rate in version["rates"]
        ]
        return Tariff.create(
            {
                "code": code,
                "name": entry.get("name") or code,
                "kind": entry.get("_kind") or self._kind(code),
                "free_incoming": entry.get("_free_incoming", True),
                "option_weight": self._options().get(code, {}).get("weight") or 0,
                "currency_id": money.id,
                "tz": entry.get("timezone") or self.data.get("timezone") or "Europe/Berlin",
                "gap": entry.get("gap") or "suspense",
                "price_includes_tax": entry.get("tax_included") or False,
                "tax_percent": float(Decimal(str(entry.get("tax_rate") or 0)) * 100),
                "service": services[0] if services and isinstance(services[0], str) else "voice",
            }
        )

    def _options(self) -> dict[str, dict]:
        """Options by the tariff that is their price list, else by their own id."""
        options = self.data.get("options") or []
        return {str(one.get("price_list", one["id"])): one for one in options}

    def _options_without_prices(self):
        """An option may only grant allowances; then it is a tariff without a version."""
        for code, option in self._options().items():
            if code not in self.tariffs:
                self.tariffs[code] = self._tariff(
                    code, {"name": option.get("name"), "versions": []}
                )
            self.tariffs[str(option["id"])] = self.tariffs[code]

    def _kind(self, code) -> str:
        if code in self._options():
            return "option"
        costs = {str(one.get("tariff")) for one in self.data.get("carriers") or []}
        return "cost" if code in costs else "tariff"

    def _fallbacks(self, entries):
        """One fallback without a weight is the tariff's “otherwise by”, more are a list."""
        for entry in entries:
            named = [
                (other.get("weight") or 0, self.tariffs[str(other["tariff"])])
                if isinstance(other, dict)
                else (0, self.tariffs[str(other)])
                for other in entry.get("fallbacks") or []
            ]
            tariff = self.tariffs[str(entry["id"])]
            if tariff.fallback_tariff_id or tariff.fallback_ids:
                continue
            if [weight for weight, _other in named] == [0]:
                tariff.fallback_tariff_id = named[0][1]
                continue
            plain = not any(weight for weight, _other in named)
            tariff.fallback_ids = [
                (
                    0,
                    0,
                    {
                        "fallback_id": other.id,
                        "weight": 10 * (len(named) - place) if plain else weight,
                    },
                )
                for place, (weight, other) in enumerate(named)
            ]

    # --- versions ----------------------------------------------------------------------------

    def _versions(self, tariff, entry, plan):
        for data in entry["versions"]:
            inherited = {
                name: source[name]
                for source in (entry, data)
                for name in (*OF_VERSION, *OF_RATE, *OF_EACH)
                if source.get(name) is not None
            }
            values = self._version(tariff, data, inherited, plan)
            code = str(data["id"])
            known = tariff.version_ids.filtered(lambda v, code=code: v.code == code)
            rates = [
                rate for record in data["rates"] for rate in self._rates(record, inherited, values)
            ]
            if not known:
                version = tariff.version_ids.create(
                    {**values, "code": code, "tariff_id": tariff.id, "state": "draft"}
                )
                version.rate_ids.create([dict(rate, version_id=version.id) for rate in rates])
                version.state = self.state
            else:
                self._refuse_other_prices(known, values, rates)

    def _version(self, tariff, data, inherited, plan):
        begin, end = _day(self.env, data, "valid_from"), _day(self.env, data, "valid_to")
        if data.get("continues"):
            raise ValidationError(
                self.env._(
                    "Version “%(version)s” continues another one for prices of a whole period, "
                    "which happens here where a prefix changes its zone by date. Take “continues” "
                    "out and let the version begin with a period.",
                    version=data.get("name") or data["id"],
                )
            )
        return {
            "name": data.get("name") or str(data["id"]),
            "valid_from": begin or BEGINNING,
            "valid_to": end and end - ONE_DAY,
            "zone_plan_id": plan.id,
            "gap": data.get("gap") or False,
            **{
                field: inherited.get(name, default) for name, (field, default) in OF_VERSION.items()
            },
        }

    def _refuse_other_prices(self, version, values, rates):
        """A version that is known already must be the same; prices change by a new version."""
        new = self.env["telecom.tariff.version"].new({**values, "tariff_id": version.tariff_id.id})
        same = all(
            version[name] == new[name] for name in ("valid_from", "valid_to", "zone_plan_id", "gap")
        ) and sorted(map(fingerprint, version.rate_ids)) == sorted(
            fingerprint(self.env["telecom.rate"].new(rate)) for rate in rates
        )
        if not same:
            raise ValidationError(
                self.env._(
                    "Version “%(version)s” is there already with other prices. Prices change by "
                    "a new version: give the book's version another id and a later valid_from.",
                    version=version.display_name,
                )
            )


def _day(env, data, name):
    """A book's date; an instant must be a midnight, for versions change at midnight here."""
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    try:
        return datetime.date.fromisoformat(str(value)[:10] if "T00:00" in str(value) else value)
    except ValueError as error:
        raise ValidationError(
            env._(
                "Version %(version)s: %(field)s is %(value)s. Versions change at midnight of the "
                "tariff's time zone: write a date such as 2026-03-15.",
                version=data.get("id"),
                field=name,
                value=value,
            )
        ) from error
