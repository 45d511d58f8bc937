# SPDX-License-Identifier: AGPL-3.0-or-later
"""The prefix table that is asked before the package phonenumbers.

phonenumbers calls 110, 115, 118xx, 032, 0700 and 019x invalid, so validity never decides here;
it serves as the list of country codes and for national notations other than the German one.
Source of the German ranges: Bundesnetzagentur, numbering plan; state 2026.
"""

from __future__ import annotations

import re

import phonenumbers

COUNTRY_CODES = frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
"""Assigned country codes, among them those of no country (800, 870, 881, 882, 883 …)."""

COUNTRY = "(?:" + "|".join(sorted(COUNTRY_CODES, key=lambda code: (-len(code), code))) + ")"
"""The country codes as a pattern."""

GERMANY = "49"

SHORT = re.compile(r"110|112|115|116[0-9]{3}|118[0-9]{2,3}")
"""National short numbers of Germany: emergency, authorities, social services, enquiries."""

NATIONAL = re.compile(r"[2-9][0-9]*|1[35-9][0-9]*")
"""What follows the trunk prefix 0 in Germany: area codes 02–09, services and mobile 013, 015–019.

Not 010 (call by call, ended with 2024), not 011x (short numbers are dialled without 0), not 012
and 014 (unassigned).
"""

CALL_BY_CALL = re.compile(r"010(?:0[0-9]{2}|[1-9][0-9])(?=0)")
"""Carrier selection 010xy or 0100xy before the number; ended 2024-12-31, met in old files."""

_KINDS: tuple[tuple[str, str], ...] = (
    ("emergency", "11[02]$"),
    ("authorities", "115$"),
    ("social", "116[0-9]{3}$"),
    ("enquiry", "118"),
    ("short", "11"),
    ("mass", "137"),
    ("mobile", "1[567]"),
    ("shared_cost", "180"),
    ("corporate", "18[1-9]"),
    ("online", "19"),
    ("national_subscriber", "32"),
    ("personal", "700"),
    ("freephone", "800"),
    ("premium", "900"),
    ("geographic", "[2-9]"),
)


def country_code(digits: str) -> str:
    """The country code digits begin with, or "" (codes are free of prefixes of each other)."""
    for length in (1, 2, 3):
        if digits[:length] in COUNTRY_CODES:
            return digits[:length]
    return ""


def kind(digits: str) -> str:
    """The class of an E.164 number: mobile, premium, geographic … or foreign, or "".

    >>> kind("49110"), kind("49900123456"), kind("4930123456"), kind("33123456789")
    ('emergency', 'premium', 'geographic', 'foreign')
    """
    code = country_code(digits)
    if code != GERMANY:
        return "foreign" if code else ""
    for name, pattern in _KINDS:
        if re.match(pattern, digits[2:]):
            return name
    return ""


def is_short(digits: str, code: str) -> bool:
    """Whether digits are a short number, such as 110 or 118xx, of the country with this code."""
    if code == GERMANY:
        return bool(SHORT.fullmatch(digits))
    if not 2 <= len(digits) <= 6 or digits[0] == "0":
        return False
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    number = phonenumbers.PhoneNumber(country_code=int(code), national_number=int(digits))
    return phonenumbers.is_valid_short_number_for_region(number, region)


def foreign_national(digits: str, code: str) -> str:
    """E.164 digits of a number dialled inside a country other than Germany, or ""."""
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
