# SPDX-License-Identifier: AGPL-3.0-or-later
"""Published rules and examples: increments, legal limits, roaming, tax, thirtieths."""

from fractions import Fraction

import pytest

from telecom_billing.rating.money import exact, round_fraction
from telecom_billing.rating.proration import by_thirtieths
from telecom_billing.rating.tax import net_of, sum_of

from . import oracle
from .oracle import known, steps_of

#: What the error of a refused record must speak of, by reason.
SPOKEN = {
    "cap-per-minute": "per minute", "cap-per-call": "per call", "cap-increment": "increment",
    "cap-per-message": "per message",
}  # fmt: skip
LIMITS = (
    "per_minute", "per_call", "per_message", "longest_increment", "longest_initial", "longest_step",
)  # fmt: skip
WORDS = (
    *oracle.WORDS, "currency", "initial", "step", "price", "per", "price_per_minute", "steps",
    "prefixes", "service", "limit", "tax_included",
)  # fmt: skip
ANYWHERE = [str(digit) for digit in range(10)]


def kind(case):
    tariff = case["tariff"]
    if "tax_rate" in tariff:
        return "tax"
    return "recurring" if "recurring" in tariff else "usage"


def book_of(tariff, unit="second"):
    known(tariff, *WORDS, where="tariff")
    one = {"id": 1, "unit": unit, "price": "0", **oracle.words(tariff)}
    if "prefixes" in tariff:
        one["zone"] = 1
    one |= oracle.increments(tariff)
    if "steps" in tariff:
        one = {**one, "steps": steps_of(tariff["steps"]), "beyond": "refuse"}
        for name in ("price", "per", "initial", "step"):
            one.pop(name, None)
    book = {
        "format": 1,
        "currency": tariff.get("currency", "XXX"),
        "zones": [{"id": 1, "prefixes": tariff.get("prefixes", ["49"])}],
        "tariffs": [
            {
                "id": 1,
                "tax_included": tariff.get("tax_included", False),
                "versions": [{"id": 1, "rates": [one]}],
            }
        ],
    }
    if "limit" in tariff:
        limits = known(tariff["limit"], *LIMITS, where="limit")
        book["guards"] = [
            {
                "id": 1,
                "prefixes": ANYWHERE,
                "tax_included": tariff.get("tax_included", False),
                **limits,
            }
        ]
    return book


@pytest.mark.parametrize(
    "case", oracle.params("worked_examples", lambda case: kind(case) == "usage")
)
def test_usage(case):
    tariff, expected = case["tariff"], case["expected"]
    number = tariff.get("prefixes", ["49"])[0].ljust(11, "0")
    records = [
        {
            "started_at": oracle.instant(use.get("start", oracle.NOON)),
            "quantity": oracle.micro(use["units"]),
            "unit": use["unit"],
            "b_number": number,
            "tariff": 1,
        }
        for use in case["usage"]
    ]
    result, charges = oracle.rated(book_of(tariff, case["usage"][0]["unit"]), records)
    reasons = oracle.reasons_of(result.charges)
    if "error" in expected:
        assert set(reasons) == set(range(len(records)))
        for reason in reasons.values():
            assert SPOKEN[reason] in expected["error"]
        return
    assert not reasons
    if "charge" in expected:
        assert sum(charges) == Fraction(expected["charge"])
    if "charge_6" in expected:
        assert round_fraction(sum(charges), 6, "half_up") == Fraction(expected["charge_6"])
    if "billed_units" in expected:
        billed = sum(oracle.sums(result.charges, "billed", len(records)))
        assert billed == expected["billed_units"]


@pytest.mark.parametrize("case", oracle.params("worked_examples", lambda case: kind(case) == "tax"))
def test_tax(case):
    tariff, expected = case["tariff"], case["expected"]
    amounts = [exact(tariff["price"]) * use["units"] for use in case["usage"]]
    found = sum_of(
        amounts,
        tariff["tax_rate"],
        tax_included=tariff["tax_included"],
        per_line=tariff.get("tax_rounding") == "line",
    )
    for name in ("net", "tax", "gross"):
        assert Fraction(getattr(found, name)) == Fraction(expected[name])
    if "net_4" in expected:
        net = net_of(sum(amounts), tariff["tax_rate"])
        assert round_fraction(net, 4, "half_up") == Fraction(expected["net_4"])
    if "wrong" in expected:
        assert str(found.gross) != expected["wrong"]["gross"]


@pytest.mark.parametrize(
    "case", oracle.params("worked_examples", lambda case: kind(case) == "recurring")
)
def test_recurring(case):
    """Days of a month, each one thirtieth of the price."""
    tariff = case["tariff"]
    assert tariff["proration"] == "thirtieths"
    days = sum(use["units"] for use in case["usage"])
    charge = by_thirtieths(
        tariff["recurring"],
        days,
        places=tariff["decimals"],
        rounding=oracle.ROUNDINGS[tariff["rounding"]],
    )
    assert Fraction(charge) == Fraction(case["expected"]["charge"])
