# SPDX-License-Identifier: AGPL-3.0-or-later
"""First and further increments with prices of their own, rounded up, down, not at all."""

from fractions import Fraction

import pytest

from telecom_billing.rating.money import round_fraction

from . import oracle

WORDS = (
    *oracle.WORDS, "currency", "initial", "step", "price_per_minute_initial",
    "price_per_minute_step",
)  # fmt: skip


def book_of(tariff):
    oracle.known(tariff, *WORDS, where="tariff")
    first = {
        "initial": tariff["initial"],
        "price_initial": tariff["price_per_minute_initial"],
    }
    one = {
        "id": 1,
        "unit": "second",
        # A first increment of zero is none: the steps begin at the call's start.
        **(first if tariff["initial"] else {}),
        "step": tariff["step"],
        "price": tariff["price_per_minute_step"],
        "per": "minute",
        **oracle.words(tariff),
    }
    versions = [{"id": 1, "rates": [one]}]
    return {"format": 1, "currency": "XXX", "tariffs": [{"id": 1, "versions": versions}]}


@pytest.mark.parametrize("case", oracle.params("yeti_intervals"))
def test_charge(case):
    records = [
        {
            "started_at": oracle.instant(oracle.NOON),
            # A call that nobody answered has no length, whatever it lasted.
            "quantity": oracle.micro(use["units"] if use.get("answered", True) else 0),
            "tariff": 1,
        }
        for use in case["usage"]
    ]
    result, charges = oracle.rated(book_of(case["tariff"]), records)
    expected = case["expected"]
    if "charge_exact_12" in expected:
        assert round_fraction(sum(charges), 12, "half_up") == Fraction(expected["charge_exact_12"])
    distance = abs(sum(charges) - Fraction(expected["charge"]))
    assert distance <= Fraction(expected.get("tolerance", "0"))
    if "billed_units" in expected:
        billed = sum(oracle.sums(result.charges, "billed", len(records)))
        assert billed == expected["billed_units"]
