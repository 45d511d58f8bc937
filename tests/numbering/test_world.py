# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones of the world and of Germany: every number of libphonenumber's examples finds its own."""

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType as Type

from telecom_billing.numbering import germany, patterns, world
from telecom_billing.rating.prefixes import PrefixIndex


@pytest.fixture(scope="module")
def zones():
    own = germany.zones()
    return own + world.zones(without=("DE",))


@pytest.fixture(scope="module")
def lookup(zones):
    prefixes = {prefix: zone for zone in zones for prefix in zone.prefixes}
    index = PrefixIndex(list(prefixes))
    of = list(prefixes.values())

    def find(number):
        return of[index.find([number])[0]].code

    return find


def test_codes_and_prefixes_are_unique(zones):
    codes = [zone.code for zone in zones]
    assert len(set(codes)) == len(codes)
    prefixes = [prefix for zone in zones for prefix in zone.prefixes]
    assert len(set(prefixes)) == len(prefixes)
    assert all(prefix.isdigit() and 1 <= len(prefix) <= 15 for prefix in prefixes)
    assert all(zone.names["en"] and zone.names["de"] and zone.source for zone in zones)


def test_example_numbers_are_in_their_country(lookup):
    wrong = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS - {"EH"}):
        for kind in (Type.FIXED_LINE, Type.MOBILE):
            number = phonenumbers.example_number_for_type(region, kind)
            # A range that islands share with their main country is that country's.
            if number is None or phonenumbers.region_code_for_number(number) != region:
                continue
            digits = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
            found = lookup(digits)
            if found.removesuffix("-MOB") != region:
                wrong.append((region, kind, digits, found))
    assert wrong == []


def test_most_mobile_examples_are_in_a_mobile_zone(lookup, zones):
    """Where a country has a zone for its networks, the example of a mobile number lies in it."""
    outside = []
    having = {zone.country for zone in zones if zone.kind in ("country_mobile", "mobile")}
    for region in sorted(having):
        number = phonenumbers.example_number_for_type(region, Type.MOBILE)
        digits = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
        if not lookup(digits).endswith("-MOB"):
            outside.append((region, digits))
    assert len(outside) <= len(having) * 0.05, outside


def test_landlines_are_in_no_mobile_zone(lookup):
    wrong = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number_for_type(region, Type.FIXED_LINE)
        digits = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
        if lookup(digits).endswith("-MOB"):
            mobile = phonenumbers.number_type(number)
            if mobile == Type.FIXED_LINE:
                wrong.append((region, digits))
    assert wrong == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4930123456", "DE"),
        ("491511234567", "DE-MOB"),
        ("491805123456", "DE-0180-5"),
        ("491371123456", "DE-0137-15"),
        ("499001234567", "DE-0900-1"),
        ("4911833", "DE-118"),
        ("49112", "DE-110"),
        ("49116117", "DE-116"),
        ("498001234567", "DE-0800"),
        ("80012345678", "+800"),
        ("447911123456", "GG"),
        ("77011234567", "KZ"),
        ("12425551234", "BS"),
    ],
)
def test_special_numbers(lookup, number, code):
    if code == "GG":
        assert lookup(number) == "GG"  # 447911 1… is Guernsey's
    else:
        assert lookup(number).removesuffix("-MOB") == code.removesuffix("-MOB")


def test_limits_are_dated_and_have_a_source():
    for limit in germany.limits():
        assert limit["source"]
        assert limit.get("free") or limit["valid_from"]


def test_patterns_that_are_not_understood():
    for text in ("a", "[0-9", "1)", "1.*"):
        with pytest.raises(ValueError, match="pattern"):
            patterns.Pattern.read(text)
