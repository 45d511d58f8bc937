# SPDX-License-Identifier: AGPL-3.0-or-later
"""Explanations name every decision, and their arithmetic gives the charge."""

import json
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import TariffBook, explain, rate
from telecom_billing.rating.money import join_pico, round_fraction
from telecom_billing.rating.sentences import SENTENCES

from . import worlds
from .build import NOON, book, usage
from .test_against_reference import frame_of

MINUTES = {"name": "mobile", "price": "0.12", "per": "minute", "step": 60, "setup": "0.05",
           "decimals": 2}  # fmt: skip


def steps_of(found):
    return [one.step for one in found.decisions]


def test_a_plain_call_step_by_step():
    data = TariffBook(book(MINUTES, tariff={"name": "Business"}))
    found = explain(data, usage((NOON, 61)), 0)
    assert steps_of(found) == [
        "record", "asked", "version", "prefix", "rate", "increments", "setup", "price",
    ]  # fmt: skip
    assert found.text("en").splitlines() == [
        "Call out to 493012345, begun 2026-03-10 12:00:00 CET local time "
        "(2026-03-10 11:00:00 UTC), 61 s.",
        "Price lists asked in this order: Business.",
        "Business, version 71, valid from 2020-01-01 to –.",
        "Longest prefix 49: zone Germany.",
        "Rate mobile: 0.12 EUR/min by 60; setup 0.05 EUR.",
        "61 s = 2 × 60 s at 0.12 = 0.24 EUR.",
        "Setup fee 0.05 EUR.",
        "Charge: 0.29 EUR.",
    ]
    assert "61 s = 2 × 60 s zu 0,12 = 0,24 EUR." in found.text("de")
    assert "gültig von 01.01.2020" in found.text("de")
    assert "10.03.2026 12:00:00 CET Ortszeit (10.03.2026 11:00:00 UTC)" in found.text("de")
    assert json.loads(json.dumps(found.data()))[-1]["de"] == "Berechnet: 0,29 EUR."


def test_units_have_names_in_both_languages():
    rates = {"unit": "piece", "price": "0.07", "step": 1, "service": "sms"}
    found = explain(TariffBook(book(rates)), usage((NOON, 2), service="sms", unit="piece"), 0)
    assert "0.07 EUR/piece by 1." in found.text("en")
    assert "0,07 EUR/Stück im Takt 1." in found.text("de")


CASES = {
    "passed": ({"contracts": [{"id": 1, "price_lists": [8]}]}, {}),
    "band": ({"bands": [{"id": "b", "name": "day"}], "rate": {"band": "b"}}, {}),
    "no_band": ({"bands": [{"id": "b", "from": "20:00"}],
                 "more": [{"band": "b", "price": "1"}]}, {}),
    "factor": ({"options": [{"id": "o", "price_list": 9}]}, {"options": "o"}),
    "added": ({"options": [{"id": "o", "price_list": 10}]}, {"options": "o"}),
    "free": ({"guards": [{"id": "g", "prefixes": ["49"], "free": True}]}, {}),
    "guard": ({"guards": [{"id": "g", "prefixes": ["49"], "per_minute": "3"}]}, {}),
    "allowance": ({"allowances": [{"id": "a", "quantity": 60}]}, {}),
    "flat": ({"allowances": [{"id": "a", "flat": True}]}, {}),
    "covered": ({"allowances": [{"id": "a", "quantity": 600}]}, {}),
    "rest": ({"allowances": [{"id": "a", "quantity": 60}]}, {}),
    "owed": ({"allowances": [{"id": "a", "money": "0.1", "measure": "money"}]}, {}),
    "free_units": ({"rate": {"free": 10}}, {}),
    "tier": ({"tiers": [{"id": "t", "steps": [{"factor": "0.5"}]}]}, {}),
    "proportion": ({"rate": {"step": None}}, {}),
    "at_once": ({"rate": {"price": None, "per": 1, "step": None,
                           "steps": [{"price": "1", "flat": True}]}}, {}),
    "entered": ({"rate": {"price": None, "per": 1, "step": None,
                           "steps": [{"to": 60, "price": "1"}, {"price": "2", "setup": "0.4"}]}},
                {}),
    "measured": ({"rate": {"ignore_below": 101}}, {}),
    "extras": ({"rate": {"extras": [{"above": 10, "each": 60, "price": "0.2"}]}}, {}),
    "minimum": ({"rate": {"minimum": "5"}}, {}),
    "maximum": ({"rate": {"maximum": "0.1"}}, {}),
    "rounded": ({"rate": {"price": "0.123"}}, {}),
    "limited": ({"limits": [{"id": "l", "amount": "0.1", "then": "free"}]}, {}),
    "reason": ({}, {"b_number": "331"}),
    "anywhere": ({"rate": {"zone": None}}, {}),
    "given": ({}, {"price": 5}),
}  # fmt: skip


@pytest.mark.parametrize("step", CASES)
def test_every_decision_is_told(step):
    sections, columns = dict(CASES[step][0]), CASES[step][1]
    main = {**MINUTES, **sections.pop("rate", {})}
    main = {name: value for name, value in main.items() if value is not None or name == "zone"}
    other = {"id": 8, "name": "Own", "versions": [{"id": 1, "rates": [
        {"id": 1, "service": "sms", "unit": "piece", "price": "1"}]}]}  # fmt: skip
    half = {"id": 9, "name": "Half", "versions": [{"id": 1, "rates": [{"id": 1, "factor": "0.5"}]}]}
    more = {"id": 10, "name": "More", "versions": [{"id": 1, "rates": [
        {"id": 1, "add": "0.02", "per": "minute"}]}]}  # fmt: skip
    lists = [other, half, more]
    data = TariffBook(book(main, *sections.pop("more", []), tariffs=lists, **sections))
    frame = usage((NOON, 100), **columns)
    if "price" in columns:
        frame["price"] = frame["price"].astype("Int64")
    found = explain(data, frame, 0)
    assert step in steps_of(found)
    for language in ("en", "de"):
        text = found.text(language)
        assert "{" not in text and "None" not in text
    charged = rate(data, frame).charges
    if step != "reason":
        total = Decimal(int(charged["price"].sum())).scaleb(-6)
        assert Decimal(found.facts("price")[0]["price"]) == total


def test_other_ways_are_told_too():
    told = {"name", "borne", "gathered", "part", "refund", "packages", "tier_entered", "months",
            "origin", "no_origin", "on_cost", "uses", "one_of", "together", "taken_back",
            "given_back"}  # fmt: skip
    assert set(SENTENCES) - set(CASES) - told == {
        "record", "asked", "version", "prefix", "rate", "increments", "setup", "price",
    }  # fmt: skip
    zones = [{"id": 1, "prefixes": ["49"], "destinations": ["voicemail"]}]
    bands = [{"id": "b", "from": "13:00"}]
    data = book(MINUTES, {**MINUTES, "band": "b"}, zones=zones, bands=bands,
                tariff={"split": "exact"})  # fmt: skip
    named = usage((NOON, 60, {"b_number": None, "destination": "voicemail"}))
    assert "name" in steps_of(explain(TariffBook(data), named, 0))
    over = usage(("2026-03-10T11:59:00", 120), ("2026-03-10T11:59:00", -120))
    assert steps_of(explain(TariffBook(data), over, 0)).count("part") == 2
    assert "refund" in steps_of(explain(TariffBook(data), over, 1))
    packages = [{"id": "t", "steps": [{"interval": 60, "price": "1", "setup": "2"}]}]
    sold = explain(TariffBook(book(MINUTES, tiers=packages)), usage((NOON, 61)), 0)
    assert {"packages", "tier_entered"} <= set(steps_of(sold))
    talk = book({"zone": None, "price": "1", "conference": {"by": "session"}})
    legs = usage((NOON, 60), (NOON, 30), conference="c")
    told = [steps_of(explain(TariffBook(talk), legs, row)) for row in (0, 1)]
    assert sorted("gathered" in one for one in told) == [False, True]
    assert sorted("borne" in one for one in told) == [False, True]


def test_allowances_before_and_after():
    data = TariffBook(book(MINUTES, allowances=[{"id": "a", "quantity": 5, "unit": "minute"}]))
    frame = usage(("2026-03-10T10:00:00", 100), ("2026-03-10T11:00:00", 200),
                  ("2026-03-10T10:00:00", 900, {"line": 11, "contract": 2}))  # fmt: skip
    (told,) = explain(data, frame, 1).facts("allowance")
    assert (told["before"], told["used"], told["after"]) == ("180", "180", "0")
    (told,) = explain(data, frame, 0).facts("allowance")
    assert (told["before"], told["used"], told["after"]) == ("300", "120", "180")


@worlds.tried(60)
@given(
    st.sampled_from(["start", "exact", "increment"]).flatmap(worlds.books),
    st.lists(worlds.calls, min_size=1, max_size=2),
)
def test_hand_arithmetic_over_the_decisions_gives_the_charge(book_, calls):
    """Add the amounts that the sentences name, bound and round them as they say: the charge."""
    data = TariffBook(book_)
    frame = frame_of(calls)
    charges = rate(data, frame).charges
    for row in range(len(calls)):
        found = explain(data, frame, row)
        if "reason" in steps_of(found):
            continue
        mine = charges[charges["usage"] == row]
        expected = sum(map(join_pico, mine["price"], mine["rest"]), Fraction(0))
        assert abs(by_hand(found, data) - expected) <= Fraction(1, 10**9)


def by_hand(found, data):
    total = Fraction(0)
    part, parts = Fraction(0), []
    rule = data.rates[data.listed_rates.index(_rate(found, data))]
    for one in found.decisions:
        if one.step == "part":
            parts.append((part, rule))
            part, rule = Fraction(0), _named(one.facts["rate"], data)
        if one.step == "entered":
            part += _number(one.facts["setup"])
        if one.step in ("increments", "proportion", "at_once"):
            amount = _number(one.facts["amount"])
            if rule.round_at == "step":
                amount = round_fraction(amount, rule.decimals, rule.rounding)
            part += amount
    for amount, own in [*parts, (part, rule)]:
        if own.round_at == "part":
            amount = round_fraction(amount, own.decimals, own.rounding)
        total += amount
    total += sum((_number(one["setup"]) for one in found.facts("setup")), Fraction(0))
    for kind in ("minimum", "maximum"):
        for one in found.facts(kind):
            total = _number(one[kind])
    for one in found.facts("rounded"):
        assert abs(_number(one["raw"]) - total) <= Fraction(1, 10**9)
        total = _number(one["amount"])
    return total


def _rate(found, data):
    return _named(found.facts("rate")[0]["rate"], data)


def _named(name, data):
    return next(one for one in data.listed_rates if str(one.name or one.id) == str(name))


def _number(text):
    """A number as the sentence shows it; thirds are cut after twelve places."""
    return Fraction(re.sub("…", "", text))
