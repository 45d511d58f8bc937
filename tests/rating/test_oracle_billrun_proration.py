# SPDX-License-Identifier: AGPL-3.0-or-later
"""Months in a span of days, from a public engine's tests."""

import datetime as dt
from fractions import Fraction

import pytest

from telecom_billing.rating.money import round_fraction
from telecom_billing.rating.proration import calendar_months

from . import oracle


@pytest.mark.parametrize("case", oracle.params("billrun_proration"))
def test_months(case):
    (span,) = case["usage"]
    found = calendar_months(dt.date.fromisoformat(span["from"]), dt.date.fromisoformat(span["to"]))
    expected = case["expected"]
    assert round_fraction(found, 10, "half_up") == Fraction(expected["months"])
    if "months_exact" in expected:
        assert found == Fraction(expected["months_exact"])
