# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rounding, VAT in and out, and sums that stay what they are."""

import decimal
import doctest
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.billing import money

amounts = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=10_000_000)
rates = st.sampled_from([Fraction(0), Fraction(7, 100), Fraction(19, 100), Fraction(107, 1000)])
METHODS = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
}


def test_doctests():
    assert doctest.testmod(money).failed == 0


@pytest.mark.parametrize("method", METHODS)
@given(st.decimals(-10_000, 10_000, places=5))
def test_rounding_is_the_one_of_decimal(method, value):
    expected = value.quantize(money.CENT, rounding=METHODS[method])
    assert money.rounded(money.exact(value), method=method) == expected


@given(st.floats(-1e6, 1e6))
def test_a_float_is_read_as_it_is_typed(value):
    assert money.exact(value) == Fraction(decimal.Decimal(repr(value)))


@given(amounts, rates, st.booleans(), rates, st.booleans())
def test_vat_taken_out_and_put_in_again(value, rate, gross, other, other_gross):
    there = money.convert(value, gross, rate, other_gross, other)
    assert money.convert(there, other_gross, other, gross, rate) == value


@given(amounts, rates, rates)
def test_the_net_value_stays_abroad(value, home, abroad):
    net = money.convert(value, True, home, False, abroad)
    assert money.convert(value, True, home, True, abroad) == net * (1 + abroad)


@given(st.lists(amounts, max_size=30))
def test_shared_out_amounts_add_up_to_the_rounded_sum(values):
    shared = money.share_out(values)
    assert sum(shared, decimal.Decimal(0)) == money.rounded(sum(values, Fraction(0)))
    for value, amount in zip(values, shared, strict=True):
        assert abs(money.exact(amount) - value) <= Fraction(1, 100)
