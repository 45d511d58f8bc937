# SPDX-License-Identifier: AGPL-3.0-or-later
"""Graduated steps, part intervals, connection fees and refunds of a public engine's tests."""

from fractions import Fraction

import pytest

from telecom_billing.rating.money import exact

from . import oracle

WORDS = (
    *oracle.WORDS, "currency", "steps", "steps_as_stated", "mode", "price", "per", "initial",
    "step",
)  # fmt: skip


def setup_of(tariff):
    """The connection fee a (possibly malformed) tariff yields: none, unless it is a number."""
    if not isinstance(tariff, dict):
        return "0"
    try:
        return str(exact(tariff.get("setup") or "0"))
    except ValueError:
        return "0"


def book_of(tariff):
    """One rate: each step rounds by itself, the fee comes whatever the usage."""
    oracle.known(tariff, *WORDS, where="tariff")
    steps = oracle.steps_of(tariff.get("steps", []))
    one = {
        "id": 1,
        "unit": "count",
        **oracle.words(tariff),
        "setup": setup_of(tariff),
        "setup_on_zero": True,
        "round_quantity": "step",
        "beyond": "free",
        "mode": tariff.get("mode", "graduated"),
    }
    if steps:
        one["steps"] = steps
    else:
        one |= oracle.increments(tariff)
    versions = [{"id": 1, "rates": [one]}]
    return {
        "format": 1,
        "currency": tariff.get("currency", "XXX"),
        "timezone": "UTC",
        "tariffs": [{"id": 1, "versions": versions}],
    }


def record(use, sign=1):
    return {
        "started_at": oracle.instant(use.get("start", oracle.NOON)),
        "quantity": sign * oracle.micro(use["units"]),
        "unit": "count",
        "tariff": 1,
    }


@pytest.mark.parametrize("case", oracle.params("billrun_tariff", lambda case: bool(case["usage"])))
def test_charge(case):
    book, expected = book_of(case["tariff"]), case["expected"]
    result, charges = oracle.rated(book, [record(use) for use in case["usage"]])
    assert sum(charges) == Fraction(expected["charge"])
    if "charge_if_units_negated" in expected:
        _, negated = oracle.rated(book, [record(use, -1) for use in case["usage"]])
        assert sum(negated) == Fraction(expected["charge_if_units_negated"])
    if "uncharged_units" in expected:
        ends = [step["to"] for step in case["tariff"]["steps"]]
        over = sum(oracle.sums(result.charges, "quantity", len(charges))) - Fraction(ends[-1])
        assert over == Fraction(str(expected["uncharged_units"]))


@pytest.mark.parametrize("case", oracle.params("billrun_tariff", lambda case: not case["usage"]))
def test_connection_fee(case):
    """The fee alone: what a record of no units costs."""
    tariff = case["tariff"] if isinstance(case["tariff"], dict) else {}
    # Words it cannot be meant to know (a fee in the wrong case) are what these cases are about.
    tariff = {name: tariff[name] for name in WORDS if name in tariff}
    book = book_of({**tariff, "setup": setup_of(case["tariff"])})
    _, charges = oracle.rated(book, [record({"units": 0})])
    assert charges == [Fraction(case["expected"]["setup"])]
