# SPDX-License-Identifier: AGPL-3.0-or-later
"""Books that must not be used are refused with the record, the value and the remedy."""

import copy
from decimal import Decimal

import pytest

from telecom_billing.rating import BookError, TariffBook

from .build import book, charges, usage

PRICE = {"price": "0.10", "per": "minute"}
GOOD = book(
    {**PRICE, "initial": 60, "step": 1},
    options=[{"id": "o"}],
    pools=[{"id": "p", "lines": [10]}],
    bands=[{"id": 5, "from": "08:00"}],
    calendars=[{"id": "c", "country": "DE", "subdivision": "BY"}],
    contracts=[{"id": 1}],
    lines=[{"id": 10, "contract": 1}],
    allowances=[{"id": "a", "quantity": "100", "unit": "minute"}],
    tiers=[{"id": "t", "steps": [{"price": "0.1"}]}],
    limits=[{"id": "l", "amount": "50"}],
    minimums=[{"id": "m", "amount": "5"}],
    guards=[{"id": "g", "prefixes": ["49900"], "per_minute": "3.00"}],
    carriers=[{"id": "k", "stated": True}],
)


def put(path, value):
    """The good book with one value changed; a path like "tariffs.0.versions"."""
    data = copy.deepcopy(GOOD)
    at = data
    *way, last = path.split(".")
    for name in way:
        at = at[int(name) if isinstance(at, list) else name]
    if isinstance(at, list):
        at.append(value) if last == "+" else at.__setitem__(int(last), value)
    elif value is None:
        at.pop(last, None)
    else:
        at[last] = value
    return data


RATE = "tariffs.0.versions.0.rates.0"
VERSION = {"id": 72, "valid_from": "2026-01-01", "rates": []}
FAULTS = [
    # (where, value, what the message names)
    ("format", 2, ["format", "2", "format 1"]),
    ("timezone", "Europe/Atlantis", ["timezone", "Atlantis"]),
    ("tarifs", [], ["tarifs", "no field"]),
    ("tariffs.0.versions", [], ["tariff 7", "versions", "at least one version"]),
    ("tariffs.0.versions.+", VERSION, ["version 72", "overlaps version 71", "valid_to"]),
    ("tariffs.0.versions.0.valid_to", "2019-01-01", ["version 71", "2019-01-01"]),
    ("tariffs.0.versions.0.valid_from", "soon", ["version 71", "soon", "2026-01-31"]),
    ("tariffs.+", {"id": 7, "versions": [VERSION]}, ["tariff 7", "twice"]),
    ("tariffs.0.fallbacks", [99], ["tariff 7", "99", "unknown"]),
    ("tariffs.0.fallbacks", [7], ["tariff 7", "lead back"]),
    (f"{RATE}.initial", -60, ["rate 1", "initial", "-60", "negative"]),
    (f"{RATE}.step", 0, ["rate 1", "step", "zero"]),
    (f"{RATE}.step", "1.0000001", ["rate 1", "step", "six decimal places"]),
    (f"{RATE}.price", 0.1, ["rate 1", "price", "text"]),
    (f"{RATE}.price", "ten", ["rate 1", "price", "ten"]),
    (f"{RATE}.price", None, ["rate 1", "price", "missing"]),
    (f"{RATE}.per", "MB", ["rate 1", "per", "second"]),
    (f"{RATE}.step", "MB", ["rate 1", "step", "second"]),
    (f"{RATE}.rounding", "sideways", ["rate 1", "sideways", "half_up"]),
    (f"{RATE}.decimals", 13, ["rate 1", "decimals", "13"]),
    (f"{RATE}.zone", 2, ["rate 1", "zone", "2", "unknown"]),
    (f"{RATE}.band", 6, ["rate 1", "band", "6"]),
    (f"{RATE}.minimun", "1", ["rate 1", "minimun", "no field"]),
    (f"{RATE}.steps", [{"price": "1"}], ["rate 1", "beside"]),
    (f"{RATE}.zones", [1], ["rate 1", "zones", "beside"]),
    (f"{RATE}.service", 5, ["rate 1", "service"]),
    (f"{RATE}.conference", {"by": "table"}, ["rate 1", "by", "table"]),
    ("zones.0.prefixes", ["49", "49x"], ["zone 1", "49x", "digits"]),
    ("zones.0.prefixes", ["4" * 16], ["zone 1", "longer"]),
    ("zones.0.prefixes", ["49", "49"], ["zone 1", "twice", "49"]),
    ("zones.+", {"id": 1}, ["zone 1", "twice"]),
    ("zones.+", {"name": "x"}, ["id", "missing"]),
    ("zones.+", "Berlin", ["zone 2", "Berlin", "object"]),
    ("zones", {"id": 1}, ["zones", "list"]),
    ("bands.0.from", "8 o'clock", ["band 5", "8 o'clock", "08:00"]),
    ("bands.0.to", "24:01", ["band 5", "24:01"]),
    ("bands.0.weekdays", [0], ["band 5", "weekdays", "0"]),
    ("bands.0.holidays", "exclude", ["band 5", "calendar"]),
    ("bands.0.calendar", "x", ["band 5", "calendar", "x"]),
    ("bands.0.dates", [["2026-02-02", "2026-02-01"]], ["band 5", "earlier"]),
    ("calendars.0.country", "Narnia", ["calendar c", "Narnia"]),
    ("calendars.0.subdivision", "ZZ", ["calendar c", "ZZ"]),
    ("pools.0.pools", ["p"], ["pool p", "cycle"]),
    ("pools.0.pools", ["q"], ["pool p", "q", "unknown"]),
    ("options.0.price_list", 99, ["option o", "99"]),
    ("contracts.0.price_lists", [99], ["contract 1", "99"]),
    ("lines.0.options", ["x"], ["line 10", "x"]),
    ("allowances.0.quantity", None, ["allowance a", "quantity", "missing"]),
    ("allowances.0.money", "5", ["allowance a", "money"]),
    ("allowances.0.quantity", "-1", ["allowance a", "negative"]),
    ("allowances.0.share", "pool", ["allowance a", "pool"]),
    ("allowances.0.zones", [9], ["allowance a", "zones", "9"]),
    ("allowances.0.begins", 31, ["allowance a", "begins", "31"]),
    ("allowances.0.rollover", {"periods": 0}, ["allowance a", "periods", "0"]),
    ("tiers.0.steps", [], ["tier set t", "steps"]),
    ("tiers.0.steps.0.to", "5", ["tier set t", "last step"]),
    ("tiers.0.steps.0.factor", "5", ["tier set t", "one of the two"]),
    ("limits.0.amount", None, ["limit l", "amount"]),
    ("minimums.0.amount", "-3", ["minimum m", "amount", "negative"]),
    ("guards.0.prefixes", [], ["guard g", "prefixes"]),
    ("guards.+", {"id": "h", "prefixes": ["49900"]}, ["guard h", "guard g", "same time"]),
    ("carriers.0.stated", False, ["carrier k", "tariff"]),
    ("carriers.0.tariff", 99, ["carrier k", "99"]),
    ("default_tariff", 99, ["default_tariff", "99"]),
    ("units", {"KB": {"of": "byte", "factor": 0}}, ["KB", "factor", "0"]),
]  # fmt: skip


def test_the_good_book_is_good():
    assert TariffBook(GOOD).tariffs


@pytest.mark.parametrize(
    "where, value, words", FAULTS, ids=[f"{where}={value}" for where, value, _ in FAULTS]
)
def test_fault(where, value, words):
    with pytest.raises(BookError) as caught:
        TariffBook(put(where, value))
    message = str(caught.value)
    for word in words:
        assert word in message, message
    assert all(problem.remedy for problem in caught.value.problems)


def test_currencies_do_not_mix():
    other = {"id": 8, "currency": "USD", "versions": [{**VERSION, "rates": [{"id": 1, **PRICE}]}]}
    data = put("tariffs.+", other)
    assert TariffBook(data)
    for name, value in (
        ("contracts.0", {"id": 1, "price_lists": [7, 8]}),
        ("tariffs.0.fallbacks", [8]),
        ("limits.0.tariffs", [7, 8]),
    ):
        mixed = copy.deepcopy(data)
        at = mixed
        *way, last = name.split(".")
        for step in way:
            at = at[int(step) if isinstance(at, list) else step]
        at[int(last) if isinstance(at, list) else last] = value
        with pytest.raises(BookError, match=r"EUR.*USD|mixes EUR"):
            TariffBook(mixed)


def test_a_cycle_over_several_pools_is_named():
    data = put("pools", [{"id": "p", "pools": ["q"]}, {"id": "q", "pools": ["r"]},
                         {"id": "r", "pools": ["p"]}])  # fmt: skip
    with pytest.raises(BookError, match="p → q → r → p"):
        TariffBook(data)


def test_all_faults_at_once():
    data = put(f"{RATE}.step", -1)
    data["zones"][0]["prefixes"] = ["x"]
    data["timezone"] = "Nowhere"
    with pytest.raises(BookError) as caught:
        TariffBook(data)
    assert len(caught.value.problems) == 3


def test_notes_are_ignored():
    assert TariffBook(put(f"{RATE}.note", "agreed by phone"))
    assert TariffBook(put(f"{RATE}._source", 4711))


def test_versions_follow_each_other_to_the_moment():
    first = {"id": 1, "valid_to": "2026-04-01", "rates": [{"id": 1, "price": "1"}]}
    second = {"id": 2, "valid_from": "2026-04-01", "rates": [{"id": 1, "price": "2"}]}
    data = book(tariff={"versions": [second, first]})
    # Midnight in Berlin in summer is 22:00 UTC.
    frame = usage(("2026-03-31T21:59:59.999999", 1), ("2026-03-31T22:00:00", 1))
    assert charges(data, frame)["version"].tolist() == [1, 2]


def test_numbers_from_a_json_file_may_be_decimals():
    data = put(f"{RATE}.price", Decimal("0.10"))
    assert TariffBook(data).rates[0].steps == TariffBook(GOOD).rates[0].steps


@pytest.mark.parametrize(
    ("section", "record", "field"),
    [
        ("tariffs", {"id": 1, "versions": [{"id": 1, "rates": [
            {"id": 1, "price": "1", "zones": []}]}]}, "zones"),
        ("tariffs", {"id": 1, "versions": [{"id": 1, "rates": [
            {"id": 1, "price": "1", "service": []}]}]}, "service"),
        ("allowances", {"id": 1, "quantity": 1, "zones": []}, "zones"),
        ("limits", {"id": 1, "amount": 1, "tariffs": []}, "tariffs"),
        ("guards", {"id": 1, "prefixes": ["49"], "per_minute": "1", "services": []}, "services"),
        ("bands", {"id": 1, "weekdays": []}, "weekdays"),
        ("bands", {"id": 1, "dates": []}, "dates"),
    ],
)  # fmt: skip
def test_an_empty_list_is_neither_nothing_nor_everything(section, record, field):
    with pytest.raises(BookError) as caught:
        TariffBook({"format": 1, section: [record]})
    (problem,) = caught.value.problems
    assert (problem.field, problem.problem) == (field, "is an empty list")
    assert "leave it out for all" in problem.remedy
