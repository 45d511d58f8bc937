# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sequences of records over the allowances of plans and services, from a public engine's tests.

A plan is a tariff with a price list of its own above the common one; a service is an option. An
allowance is granted to one subscriber (a line) or account (a customer) by a plan or service.
"""

from fractions import Fraction

import pytest

from telecom_billing.rating import TariffBook, cost
from telecom_billing.rating.money import MICRO

from . import oracle
from .oracle import plain, steps_of

COMMON = "common prices"
PERIODS = {"billing period": "month", "one billing period": "once", "own window": "once"}


TARIFF = ("currency", "timezone", "billing_period", "rates", "allowances", "price_overrides")
RATE = (*oracle.WORDS, "unit", "mode", "steps", "category", "price", "per", "initial", "step")
OVERRIDE = (*RATE, "source", "rate", "factor")
#: ``shared``, ``quantity`` and the like say again, or explain, what the others say.
ALLOWANCE = (
    "id", "granted_by", "account", "subscriber", "units", "money", "unit", "rates", "shared",
    "period", "priority", "valid_from", "valid_to", "quantity", "pool_members", "units_each",
    "money_each",
)  # fmt: skip


def rate_of(number, name, rule, **more):
    return {
        "id": number,
        "service": name,
        "unit": rule.get("unit", "second"),
        "mode": rule.get("mode", "graduated"),
        **oracle.words(rule),
        "setup_on_zero": True,
        "round_quantity": "step",
        "beyond": "free",
        **({"steps": steps_of(rule["steps"])} if "steps" in rule else oracle.increments(rule)),
        **more,
    }


def book_of(case):
    """The whole case as a tariff book."""
    source, records = oracle.known(case["tariff"], *TARIFF, where="tariff"), case["usage"]
    rates = source["rates"]
    for name, rule in rates.items():
        oracle.known(rule, *RATE, where=f"rate {name}")
    plans = dict.fromkeys(r["plan"] for r in records if r.get("plan"))
    services = dict.fromkeys(s for r in records for s in r.get("services", ()))
    lists = {}
    for override in source.get("price_overrides", []):
        lists.setdefault(override["source"], []).append(override)
    granters = [a["granted_by"] for a in source.get("allowances", [])] + list(lists)
    for kind, name in (granter.split(":", 1) for granter in granters):
        (plans if kind == "plan" else services).setdefault(name)
    tariffs = [tariff(COMMON, [rate_of(n, name, r) for n, (name, r) in enumerate(rates.items())])]
    options = []
    for plan in plans:
        own = overrides(lists.get(f"plan:{plan}", []), rates)
        tariffs.append(tariff(plan, own, fallbacks=[COMMON]))
    for service in services:
        own = overrides(lists.get(f"service:{service}", []), rates)
        option = {"id": service}
        if own:
            tariffs.append(tariff(f"prices of {service}", own))
            option["price_list"] = f"prices of {service}"
        options.append(option)
    return {
        "format": 1,
        "currency": source.get("currency", "XXX"),
        "timezone": source.get("timezone", "UTC"),
        "order": "arrival",
        "tariffs": tariffs,
        "options": options,
        "allowances": [allowance(one) for one in source.get("allowances", [])],
        "default_tariff": COMMON,
    }


def tariff(name, rates, **more):
    return {"id": name, "versions": [{"id": 1, "rates": rates}], **more}


def overrides(entries, rates):
    found = []
    for number, entry in enumerate(entries):
        oracle.known(entry, *OVERRIDE, where="price override")
        rule = {**rates[entry["rate"]], **entry}
        if "factor" in entry:
            found.append(
                {
                    "id": number,
                    "service": entry["rate"],
                    "unit": rule["unit"],
                    "factor": entry["factor"],
                }
            )
        else:
            found.append(rate_of(number, entry["rate"], rule))
    return found


def allowance(entry):
    oracle.known(entry, *ALLOWANCE, where="allowance")
    kind, name = entry["granted_by"].split(":", 1)
    shared = entry.get("subscriber") is None
    money_first = kind == "plan" and "money" in entry and entry["priority"] == 1
    return {
        "id": entry["id"],
        ("tariffs" if kind == "plan" else "options"): [name],
        "customers": [entry["account"]],
        **({} if shared else {"lines": [entry["subscriber"]]}),
        "services": entry["rates"],
        "share": "customer" if shared else "line",
        "period": PERIODS[entry.get("period", "billing period")],
        **{name: entry[name] for name in ("valid_from", "valid_to") if entry.get(name)},
        "priority": entry["priority"],
        "count": "exact",
        **(
            {"money": entry["money"], "measure": "money" if money_first else "units"}
            if "money" in entry
            else {"quantity": plain(entry["units"]), "unit": entry["unit"]}
        ),
    }


def record(use):
    found = {
        "started_at": oracle.instant(use["start"]),
        "quantity": oracle.micro(use["units"]),
        "unit": use["unit"],
        "service": use["rate"],
        "contract": use["account"],
        "customer": use["account"],
        "line": use["subscriber"],
        "tariff": use.get("plan"),
        "options": "|".join(dict.fromkeys(use.get("services", ()))) or None,
    }
    if use.get("charge_given") is not None:
        found["price"] = oracle.micro(use["charge_given"])
    return found


@pytest.mark.parametrize("case", oracle.params("billrun_allowances"))
def test_sequence(case):
    book = book_of(case)
    records = [record(use) for use in case["usage"]]
    result, charges = oracle.rated(book, records)
    inside = result.charges["allowance"].notna()
    units = oracle.sums(result.charges, "allowance_units", len(records))
    money = oracle.sums(result.charges, "allowance_money", len(records))
    over = oracle.sums(result.charges, "quantity", len(records), ~inside)
    for row, expected in enumerate(case["expected"]["per_usage"]):
        assert charges[row] == Fraction(expected["charge"]), row
        if "allowance_money" in expected:
            assert money[row] == Fraction(expected["allowance_money"]), row
            assert charges[row] == Fraction(expected["over_money"]), row
        if "allowance_units" in expected:
            assert units[row] == Fraction(str(expected["allowance_units"])), row
            assert over[row] == Fraction(str(expected["over_units"])), row
        if "drawn_on" in expected:
            drawn = result.charges[(result.charges["usage"] == row) & inside]
            assert list(drawn["allowance"]) == expected["drawn_on"], row
        for category, charge in expected.get("charges", {}).items():
            if category != "retail":
                assert other_price(case, row, category) == Fraction(charge)
    assert sum(charges) == Fraction(case["expected"]["charge"])


def other_price(case, row, category):
    """The price of a record in another category: what a carrier of that name would ask."""
    use = case["usage"][row]
    book = book_of(case)
    book["carriers"] = [{"id": category, "tariff": COMMON}]
    one = record({**use, "rate": use["other_rates"][category]})
    frame = oracle.usage_frame([{**one, "carrier": category}])
    costs = cost(TariffBook(book), frame)
    return Fraction(int(costs["cost"][0]), MICRO)
