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
    first, last = (dt.date.fromisoformat(span[end]) for end in ("from", "to"))
    if not case["tariff"]["first_day_counts"]:
        first += dt.timedelta(days=1)
    if not case["tariff"]["last_day_counts"]:
        last -= dt.timedelta(days=1)
    # A span whose only days do not count is no month at all.
    found = calendar_months(first, last) if first <= last else 0
    expected = case["expected"]
    assert round_fraction(found, 10, "half_up") == Fraction(expected["months"])
    if "months_exact" in expected:
        assert found == Fraction(expected["months_exact"])
