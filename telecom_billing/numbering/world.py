# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones of the world: a zone for each country and its mobile networks.

Prefixes come from ``phonenumbers`` (libphonenumber's data, which follow the ITU's and regulators'
plans), names from CLDR by ``babel``.
"""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from babel import Locale
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from . import patterns

#: Country codes that belong to no country (ITU-T E.164).
SHARED = {
    800: ("International freephone", "Internationale Gratisnummern", "free"),
    808: ("International shared cost", "Internationale Servicenummern", "special"),
    870: ("Inmarsat", "Inmarsat", "satellite"),
    878: ("Universal personal numbers", "Persönliche Nummern (weltweit)", "other"),
    881: ("Satellite networks", "Satellitennetze", "satellite"),
    882: ("International networks (882)", "Internationale Netze (882)", "satellite"),
    883: ("International networks (883)", "Internationale Netze (883)", "satellite"),
    888: ("Humanitarian relief", "Humanitäre Hilfe", "other"),
    979: ("International premium rate", "Internationale Mehrwertdienste", "premium"),
}
#: Networks in more pieces than this (India) are told apart less exactly.
MOST = 200
SOURCE = f"libphonenumber (phonenumbers {phonenumbers.__version__}), CLDR"


@dataclass(frozen=True)
class Zone:
    """``names``: by language; ``country``: ISO 3166 code or None."""

    code: str
    kind: str
    names: dict[str, str]
    prefixes: tuple[str, ...]
    country: str | None = None
    source: str = SOURCE


def zones(without: tuple[str, ...] = (), mobile: bool = True) -> list[Zone]:
    """A zone for each country but ``without`` (ISO codes), and for its mobile networks."""
    names = {lang: Locale(lang).territories for lang in ("en", "de")}
    found = []
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        if code in SHARED:
            english, german, kind = SHARED[code]
            found.append(Zone(f"+{code}", kind, {"en": english, "de": german}, (str(code),)))
            continue
        for place, region in enumerate(regions):
            if region in without or region == "001":
                continue
            label = {lang: known.get(region, region) for lang, known in names.items()}
            leading = _leading(code, region, main=not place)
            if not leading:
                continue
            found.append(Zone(region, "country", label, leading, region))
            if mobile and (networks := _mobile(code, region)):
                label = {"en": f"{label['en']}, mobile", "de": f"{label['de']}, Mobilfunk"}
                networks = tuple(one for one in networks if one not in leading)
                found.append(Zone(f"{region}-MOB", "country_mobile", label, networks, region))
    return _apart(found)


def _leading(code: int, region: str, main: bool) -> tuple[str, ...]:
    """Prefixes of a country; several share a code, the main one has it as a whole."""
    if main:
        return (str(code),)
    data = PhoneMetadata.metadata_for_region(region)
    if data.leading_digits:
        return tuple(f"{code}{rest}" for rest in patterns.prefixes(data.leading_digits))
    main_region = COUNTRY_CODE_TO_REGION_CODE[code][0]
    others = [_line(main_region, kind) for kind in ("fixed_line", "mobile")]
    own = [_line(region, kind) for kind in ("fixed_line", "mobile")]
    rest = {
        one
        for pattern in filter(None, own)
        for one in patterns.only(pattern, [text for text in others if text])
    }
    return tuple(f"{code}{one}" for one in sorted(rest))


def _mobile(code: int, region: str) -> tuple[str, ...]:
    """Prefixes that lead to mobile networks and never to a landline."""
    mobile, fixed = _line(region, "mobile"), _line(region, "fixed_line")
    if not mobile or not fixed or mobile == fixed:
        return ()
    for deepest in (5, 4, 3):
        found = patterns.only(mobile, [fixed], deepest)
        if len(found) <= MOST:
            break
    return tuple(f"{code}{rest}" for rest in found)


def _line(region: str, kind: str) -> str | None:
    data = getattr(PhoneMetadata.metadata_for_region(region), kind)
    return data.national_number_pattern if data and data.national_number_pattern else None


def _apart(found: list[Zone]) -> list[Zone]:
    """Each prefix in one zone, the first that has it; zones without one go."""
    taken: set[str] = set()
    kept = []
    for zone in found:
        own = tuple(prefix for prefix in zone.prefixes if prefix not in taken)
        taken.update(own)
        if own:
            kept.append(Zone(zone.code, zone.kind, zone.names, own, zone.country, zone.source))
    return kept
