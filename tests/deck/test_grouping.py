# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prefixes to zones."""

import datetime

from telecom_billing.deck.comparing import Base, BaseZone, Stretch, compare
from telecom_billing.deck.grouping import group, same_division
from telecom_billing.deck.terms import Key
from tests.deck.common import minute, prices

START = datetime.date(2026, 7, 1)


def _base():
    return Base(
        zones={
            1: BaseZone(("Germany",), {Key(): minute("0.02")}),
            2: BaseZone(("Mobile",), {Key(): minute("0.1")}),
        },
        prefixes={"49": [(None, None, 1)], "4915": [(None, None, 2)], "4916": [(None, None, 2)]},
    )


def test_same_name_and_same_prices_are_one_zone():
    zones = group(
        [
            Stretch("43", "Austria", prices("0.03")),
            Stretch("431", "Austria", prices("0.02")),
            Stretch("432", "Austria", prices("0.03")),
        ],
        Base(),
    )
    assert [(zone.code, [prefix for prefix, _b, _e in zone.prefixes]) for zone in zones] == [
        ("AUSTRIA", ["43", "432"]),
        ("AUSTRIA-2", ["431"]),
    ]


def test_codes_are_unique_whatever_the_names_are():
    labels = ["北京", "上海", "Österreich", "Oesterreich", "ZONE", "x" * 99, "x" * 98]
    zones = group(
        [Stretch(str(at + 1), label, prices("1")) for at, label in enumerate(labels)], Base()
    )
    codes = [zone.code for zone in zones]
    assert len(set(codes)) == len(codes)


def test_the_base_lends_its_codes():
    zones = group(
        [
            Stretch("4915", "Mobile", prices("0.2")),
            Stretch("4916", "Mobile", prices("0.3")),
            Stretch("33", "MOB", prices("0.3")),
        ],
        _base(),
        {1: "DE", 2: "MOB"},
    )
    assert [(zone.origin, zone.code) for zone in zones] == [
        (2, "MOB"),
        (None, "MOBILE"),
        (None, "MOB-2"),
    ]


def test_same_division():
    old = _base()

    def same(stretches):
        return same_division(group(stretches, old), old, START)

    germany, first, second = compare([], old, START, gone=False).stretches
    dearer = Stretch("49", "Germany", prices("0.03"))
    assert same([dearer, first, second])
    assert not same([dearer, first]), "a prefix is gone"
    assert not same([dearer, first, second, Stretch("1", "1", prices("1"))]), "one more"
    assert not same([dearer, first, Stretch("4916", "Mobile", prices("0.3"))]), "a zone apart"
    assert not same([Stretch("49", "Deutschland", prices("0.02")), first, second]), "a name"
    dated = Stretch("49", "Germany", prices("0.02"), START + datetime.timedelta(days=5))
    assert not same([dated, first, second]), "a date"
    assert same([germany, first, second])
