# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole rate plans of a public engine: prefixes, bands, weights, fallback, caps, categories.

A profile of a subject is a tariff; its plan's prices are the rates of a version; its fallback
subjects are the tariff's fallbacks. A category is a service.
"""

from fractions import Fraction

import pytest

from . import oracle
from .oracle import known, steps_of

#: Numbers that the product does not give, and why.
DEVIATIONS = {
    ("cgr-cost-old-1007-70", "billed_units"): (
        "the source forgets the billed units of a call once it reaches its cap; "
        "here they stay what was charged for"
    ),
}


PLAN = (
    "currency", "timezone", "destinations", "bands", "rates", "prices", "plans", "profiles",
)  # fmt: skip
PROFILE = ("tenant", "category", "subject", "valid_from", "plan", "fallback")
BAND = ("weekdays", "month_days", "months", "years", "from", "to")
RATE = (*oracle.WORDS, "steps")
#: Why a record has no price in a plan.
REFUSED = ("no-zone", "no-rate", "no-tariff", "no-version", "refused", "beyond-steps")


def name_of(tenant, category, subject):
    return f"{tenant}/{category}/{subject or '*'}"


def book_of(source, category, unit):
    """The plan for one category, its rates counting in the usage's unit."""
    known(source, *PLAN, where="tariff")
    for name, band in source["bands"].items():
        known(band, *BAND, where=f"band {name}")
    zones = [zone(name, prefixes) for name, prefixes in source["destinations"].items()]
    bands = [
        {"id": name, **{field: value for field, value in band.items() if value is not None}}
        for name, band in source["bands"].items()
    ]
    profiles = [p for p in source["profiles"] if p["category"] == category]
    tariffs = {}
    for profile in profiles:
        known(profile, *PROFILE, where="profile")
    for profile in sorted(profiles, key=lambda p: p["valid_from"]):
        name = name_of(profile["tenant"], category, profile["subject"])
        entry = tariffs.setdefault(name, {"id": name, "gap": "shorter", "versions": []})
        entry["fallbacks"] = [
            name_of(profile["tenant"], category, subject) for subject in profile.get("fallback", ())
        ]
        if entry["versions"]:
            entry["versions"][-1]["valid_to"] = profile["valid_from"]
        entry["versions"].append(
            {
                "id": len(entry["versions"]),
                "valid_from": profile["valid_from"],
                "rates": rates_of(source, profile["plan"], unit),
            }
        )
    return {
        "format": 1,
        "currency": source["currency"],
        "timezone": source["timezone"],
        "zones": zones,
        "bands": bands,
        "tariffs": list(tariffs.values()),
    }


def zone(name, prefixes):
    digits = [prefix.lstrip("+") for prefix in prefixes]
    return {
        "id": name,
        "prefixes": [prefix for prefix in digits if prefix.isdigit()],
        "destinations": [prefix for prefix in digits if not prefix.isdigit()],
    }


def rates_of(source, plan, unit):
    found = []
    for entry in source["plans"][plan]:
        known(entry, "prices", "band", "weight", where=f"plan {plan}")
        for price in source["prices"][entry["prices"]]:
            rule = source["rates"][price["rate"]]
            known(rule, *RATE, where=f"rate {price['rate']}")
            known(price, *oracle.WORDS, "destination", "rate", where=entry["prices"])
            one = {
                "id": len(found),
                "unit": unit,
                "weight": entry["weight"],
                "steps": steps_of(rule["steps"]),
                "split": "increment",
                "round_at": "step",
                **oracle.words({**rule, **price}),
            }
            if price["destination"] is not None:
                one["zone"] = price["destination"]
            if entry["band"] is not None:
                one["band"] = entry["band"]
            found.append(one)
    return found


def record(book, use):
    """The subject's own tariff if it has one, else the general one of its tenant."""
    own = name_of(use["tenant"], use["category"], use["account"])
    known = {tariff["id"] for tariff in book["tariffs"]}
    number = (use.get("to") or "").lstrip("+")
    return {
        "started_at": oracle.instant(use["start"]),
        "quantity": oracle.micro(use["units"]),
        "unit": use["unit"],
        "service": use["category"],
        "tariff": own if own in known else name_of(use["tenant"], use["category"], None),
        "b_number": number if number.isdigit() else None,
        "destination": None if number.isdigit() else number or None,
    }


FILES = ("cgrates_tutorial2", "cgrates_costs")
CASES = [
    pytest.param(file, *param.values, marks=param.marks, id=param.id)
    for file in FILES
    for param in oracle.params(file)
]


@pytest.mark.parametrize(("file", "case"), CASES)
def test_charge(file, case):
    source = oracle.load(file)["tariffs"][case["tariff"]["ref"]]
    (use,) = case["usage"]
    book = book_of(source, use["category"], use["unit"])
    result, charges = oracle.rated(book, [record(book, use)])
    expected = case["expected"]
    if "error" in expected:
        assert oracle.reasons_of(result.charges)[0] in REFUSED
        return
    assert not oracle.reasons_of(result.charges)
    assert charges == [Fraction(expected["charge"])]
    if "billed_units" in expected and (case["id"], "billed_units") not in DEVIATIONS:
        assert oracle.sums(result.charges, "billed", 1) == [expected["billed_units"]]


def test_deviations_are_of_known_cases():
    """The list of what is not followed names real numbers, and they do differ."""
    cases = {param.values[1]["id"]: param.values[1] for param in CASES if param.values[1]}
    if not cases:
        pytest.skip("oracle files are not here")
    for case_id, field in DEVIATIONS:
        source = oracle.load("cgrates_costs")["tariffs"][cases[case_id]["tariff"]["ref"]]
        (use,) = cases[case_id]["usage"]
        book = book_of(source, use["category"], use["unit"])
        result, _ = oracle.rated(book, [record(book, use)])
        assert oracle.sums(result.charges, "billed", 1) != [cases[case_id]["expected"][field]]
