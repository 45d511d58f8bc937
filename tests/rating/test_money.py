# SPDX-License-Identifier: AGPL-3.0-or-later
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating.money import (
    MICRO,
    ROUNDINGS,
    decimal_text,
    exact,
    join_pico,
    micro_decimal,
    round_fraction,
    round_ratio,
    split_pico,
    to_micro,
)

from . import worlds

MODES = {
    "down": ROUND_DOWN,
    "up": ROUND_UP,
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
}


@pytest.mark.parametrize(
    "value",
    [0.19, True, None, "1/3", "1e3", "abc", "", b"1", "9" * 50, "1_000", "١٢", ".", "+-1", "1 000",
     Decimal("1e400000000"), Decimal("1e-400000000"), Decimal("NaN"), Decimal("-Infinity"), 10**41],
)  # fmt: skip
def test_what_is_no_exact_number_is_refused(value):
    with pytest.raises(ValueError):
        exact(value)


def test_exact_reads_text_int_decimal():
    assert exact("0.1") == exact(Decimal("0.1")) == Fraction(1, 10)
    assert exact(3) == 3


@worlds.tried(200)
@given(st.decimals(-1000, 1000, places=7), st.integers(0, 6), st.sampled_from(ROUNDINGS))
def test_round_fraction_like_decimal(value, places, mode):
    expected = value.quantize(Decimal(1).scaleb(-places), MODES[mode])
    assert round_fraction(Fraction(value), places, mode) == Fraction(expected)


@worlds.tried(200)
@given(
    st.lists(
        st.tuples(st.integers(-(10**12), 10**12), st.integers(1, 10**6), st.sampled_from(range(4))),
        min_size=1,
        max_size=6,
    )
)
def test_round_ratio_like_round_fraction(rows):
    num, den, mode = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    found = round_ratio(num, den, mode)
    expected = [round_fraction(Fraction(n, d), 0, ROUNDINGS[m]) for n, d, m in rows]
    assert found.tolist() == [int(one) for one in expected]


@worlds.tried(200)
@given(st.fractions(-100, 100, max_denominator=10**15))
def test_split_pico_keeps_twelve_places(value):
    price, rest = split_pico(value)
    assert abs(rest) <= MICRO // 2
    assert join_pico(price, rest) == round_fraction(value, 12, "half_up")


def test_to_micro_refuses_a_seventh_place():
    assert to_micro("35.5") == 35_500_000
    with pytest.raises(ValueError, match="six decimal places"):
        to_micro("0.0000001")


def test_texts():
    assert decimal_text(550_000) == "0.55"
    assert decimal_text(0) == "0"
    assert decimal_text(1, -500_000) == "0.0000005"
    assert micro_decimal(-1_250_000) == Decimal("-1.25")
