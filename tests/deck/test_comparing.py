# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a deck changes, and what holds afterwards."""

import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.deck.comparing import (
    STATUSES,
    Base,
    BaseZone,
    between,
    compare,
    status_of,
)
from telecom_billing.deck.terms import Key, Row, Special, Terms
from tests.deck.common import minute

START = datetime.date(2026, 7, 1)
DAY = datetime.timedelta(days=1)
SMS = Key("sms")


def base(**zones) -> Base:
    """``base(Germany=("49", {Key(): …}))``."""
    found = Base()
    for number, (label, (prefixes, prices)) in enumerate(zones.items(), 1):
        found.zones[number] = BaseZone((label,), prices)
        for prefix in prefixes.split():
            found.prefixes[prefix] = [(None, None, number)]
    return found


def row(prefix, price, label=None, key=None, begin=None, end=None, line=2):
    return Row(line, prefix, label, key or Key(), minute(price), begin, end)


def statuses(found):
    return {(change.prefix, change.key): change.status for change in found.changes}


def test_per_second_and_per_minute_are_compared():
    second = Terms(Decimal("0.001"), per=Decimal(1))
    assert status_of(minute("0.06"), second) == "same"
    assert status_of(minute("0.05"), second) == "dearer"
    assert status_of(minute("0.07"), second) == "cheaper"


def test_increments_that_act_alike_are_the_same():
    assert status_of(minute("1", step="60"), minute("1", initial="60", step="60")) == "same"
    assert status_of(minute("1", initial="60"), minute("1", initial="60", step="60")) == "same"
    assert status_of(minute("1", initial="60"), minute("1", initial="60", step="1")) == "terms"


def test_a_deck_of_one_service_leaves_the_others_alone():
    old = base(Germany=("49", {Key(): minute("0.02"), SMS: minute("0.07")}))
    found = compare([row("49", "0.03")], old, START, gone=True)
    assert statuses(found) == {("49", Key()): "dearer", ("49", SMS): "kept"}
    assert dict(found.stretches[0].prices) == {Key(): minute("0.03"), SMS: minute("0.07")}


def test_bands_of_a_prefix_are_replaced_together():
    peak = Key(band="peak")
    old = base(Germany=("49", {Key(): minute("0.02"), peak: minute("0.04")}))
    found = compare([row("49", "0.03")], old, START, gone=False)
    assert statuses(found) == {("49", Key()): "dearer", ("49", peak): "gone"}
    assert dict(found.stretches[0].prices) == {Key(): minute("0.03")}


def test_special_prices_stay_unless_named():
    old = base(Germany=("49", {Key(): Special(7)}), France=("33", {Key(): Special(8)}))
    found = compare([row("49", "0.03")], old, START, gone=True)
    assert statuses(found) == {("49", Key()): "terms", ("33", Key()): "kept"}
    assert [one.prefix for one in found.stretches] == ["33", "49"]


def test_prices_for_certain_callers_stay_beside_the_deck():
    callers = Key(origin="EEA")
    old = base(Germany=("49", {Key(): minute("0.02"), callers: Special(7)}))
    found = compare([row("49", "0.03")], old, START, gone=True)
    assert statuses(found) == {("49", Key()): "dearer", ("49", callers): "kept"}
    assert dict(found.stretches[0].prices) == {Key(): minute("0.03"), callers: Special(7)}


def test_another_name_is_told():
    old = base(Germany=("49", {Key(): minute("0.02")}))
    found = compare([row("49", "0.02", "Deutschland")], old, START, gone=True)
    assert statuses(found) == {("49", Key()): "renamed"}
    old.zones[1] = BaseZone(("Germany", "Deutschland"), old.zones[1].prices)
    assert statuses(compare([row("49", "0.02", "Deutschland")], old, START, gone=True)) == {
        ("49", Key()): "same"
    }


def test_a_price_from_a_later_day():
    later = START + 14 * DAY
    old = base(Germany=("49", {Key(): minute("0.02")}))
    found = compare([row("49", "0.03", begin=later)], old, START, gone=True)
    assert [(one.begin, one.end, dict(one.prices)[Key()].price) for one in found.stretches] == [
        (None, later - DAY, Decimal("0.02")),
        (later, None, Decimal("0.03")),
    ]
    assert [(change.status, change.begin) for change in found.changes] == [("dearer", later)]


def test_now_and_later_and_the_end():
    later, end = START + 14 * DAY, START + 20 * DAY
    rows = [row("49", "0.03", begin=START - DAY), row("49", "0.01", begin=later, end=end)]
    found = compare(rows, Base(), START, gone=True)
    assert [(one.begin, one.end) for one in found.stretches] == [
        (None, later - DAY),
        (later, end),
        (end + DAY, None),
    ]
    assert [change.status for change in found.changes] == ["new", "cheaper"]


def test_a_price_that_ended_before_the_version_is_not_there():
    found = compare([row("49", "0.03", end=START - DAY)], Base(), START, gone=True)
    assert (found.changes, found.stretches) == ([], [])


def test_dated_prefixes_of_the_base_are_kept():
    later = START + 14 * DAY
    old = base(Germany=("49", {Key(): minute("0.02")}), Other=("", {Key(): minute("0.05")}))
    old.prefixes["49"] = [(None, later - DAY, 1), (later, None, 2)]
    found = compare([], old, START, gone=False)
    assert [(one.label, one.begin, one.end) for one in found.stretches] == [
        ("Germany", None, later - DAY),
        ("Other", later, None),
    ]


_prefixes = st.text("1234", min_size=1, max_size=3)
_days = st.one_of(st.none(), st.integers(-3, 9).map(lambda count: START + count * DAY))
_rows = st.lists(
    st.builds(
        row,
        _prefixes,
        st.sampled_from(["0.01", "0.02", "0.03"]),
        st.sampled_from([None, "A", "B"]),
        st.sampled_from([Key(), SMS, Key(band="peak")]),
        _days,
    ),
    max_size=8,
    unique_by=lambda one: (one.prefix, one.key, one.begin),
)
_bases = st.dictionaries(
    _prefixes, st.lists(st.tuples(_days, st.integers(1, 3)), min_size=1, max_size=3), max_size=5
)


def _base(prefixes) -> Base:
    zones = {
        1: BaseZone(("A",), {Key(): minute("0.01"), SMS: minute("0.02")}),
        2: BaseZone(("B",), {Key(): minute("0.02"), Key(band="peak"): Special(9)}),
        3: BaseZone(("C",), {SMS: minute("0.03")}),
    }
    found = Base(zones)
    for prefix, spans in prefixes.items():
        begins = sorted({(begin or datetime.date.min): zone for begin, zone in spans}.items())
        ends = [begin - DAY for begin, _zone in begins[1:]] + [None]
        found.prefixes[prefix] = [
            (None if begin == datetime.date.min else begin, end, zone)
            for (begin, zone), end in zip(begins, ends, strict=True)
        ]
    return found


def _expected(rows, old, prefix, day, gone):
    """What a prefix costs on a day, by the plain reading of the rules."""
    zone = old.zones.get(old.at(prefix, day) or 0)
    prices = dict(zone.prices) if zone else {}
    mine = [one for one in rows if one.prefix == prefix]
    deck_scopes = {one.key.scope for one in rows}
    for key, terms in list(prices.items()):
        begun = [one for one in mine if one.key.scope == key.scope and (one.begin or day) <= day]
        named = any(one.key.scope == key.scope for one in mine)
        ends = gone and not named and key.scope in deck_scopes and not isinstance(terms, Special)
        if begun or ends:
            del prices[key]
    for one in sorted(mine, key=lambda one: one.begin or datetime.date.min):
        if (one.begin or day) <= day:
            prices[one.key] = one.terms
    return prices


@given(_rows, _bases, st.booleans())
def test_against_the_plain_rules(rows, prefixes, gone):
    old = _base(prefixes)
    found = compare(rows, old, START, gone=gone)
    for prefix in {one.prefix for one in rows} | set(prefixes):
        for count in range(12):
            day = START + count * DAY
            holding = [
                dict(one.prices)
                for one in found.stretches
                if one.prefix == prefix
                and (one.begin or START) <= day
                and (one.end is None or day <= one.end)
            ]
            wanted = _expected(rows, old, prefix, day, gone)
            assert holding == ([wanted] if wanted else [])
    assert {change.status for change in found.changes} <= set(STATUSES)
    assert sum(found.counts().values()) == len(found.changes)


@given(_bases)
def test_nothing_named_and_all_kept_changes_nothing(prefixes):
    old = _base(prefixes)
    found = compare([], old, START, gone=False)
    assert {change.status for change in found.changes} <= {"kept"}


def test_two_versions_beside_each_other():
    old = base(Germany=("49", {Key(): minute("0.02")}), France=("33", {Key(): minute("0.05")}))
    new = base(
        Germany=("49 4930", {Key(): minute("0.01")}),
        France=("33", {Key(): minute("0.05"), SMS: minute("0.07")}),
    )
    assert statuses(between(new, old, START)) == {
        ("49", Key()): "cheaper",
        ("4930", Key()): "new",
        ("33", Key()): "same",
        ("33", SMS): "new",
    }
    assert statuses(between(old, new, START)) == {
        ("49", Key()): "dearer",
        ("4930", Key()): "gone",
        ("33", Key()): "same",
        ("33", SMS): "gone",
    }
