# SPDX-License-Identifier: AGPL-3.0-or-later
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.convert.amounts import LIMIT, parse_micro
from connectors.convert.durations import parse_quantity
from connectors.frame import MICRO


def one(parsed):
    values, empty, bad = parsed
    return "empty" if empty[0] else "bad" if bad[0] else int(values[0])


def money(text, *options, **named):
    return one(parse_micro(pa.array([text], pa.string()), *options, **named))


@pytest.mark.parametrize(
    ("text", "options", "micro"),
    [
        ("0.014560", {}, 14560),
        ("-0.02000", {}, -20000),
        ("1,5", {"decimal": ","}, 1_500_000),
        ("1.234,5", {"decimal": ",", "thousands": "."}, 1_234_500_000),
        ("0.1230", {"decimal": ",", "thousands": "."}, "bad"),  # a point for a comma
        ("12.34", {"decimal": ",", "thousands": "."}, "bad"),
        ("1.234.567", {"decimal": ",", "thousands": "."}, 1_234_567_000_000),
        ("1 234,5", {"decimal": ",", "thousands": " "}, 1_234_500_000),
        ("1.234,5", {"decimal": ","}, "bad"),  # a point nobody declared
        ("1,5", {}, "bad"),
        ("145,6", {"decimal": ",", "exponent": 2}, 1_456_000),  # cents
        ("14560", {"exponent": 6}, 14560),
        ("14560", {"exponent": 7}, 1456),
        (".05", {}, 50000),
        ("5.", {}, 5_000_000),
        ("1,50-", {"decimal": ","}, -1_500_000),
        ("1e-05", {}, 10),
        ("0.0000005", {}, 1),  # half a micro, up
        ("0.00000049", {}, 0),
        ("", {}, "empty"),
        ("-", {}, "bad"),
        ("NaN", {}, "bad"),
        ("Infinity", {}, "bad"),
        ("1E+5", {}, "bad"),
        ("0x10", {}, "bad"),
        ("٣", {}, "bad"),
        ("9" * 30, {}, "bad"),
        ("+3", {}, 3_000_000),
    ],
)
def test_amounts(text, options, micro):
    assert money(text, **options) == micro


@given(st.decimals(-(10**11), 10**11, places=8), st.integers(0, 4))
def test_amounts_are_exact(value, exponent):
    exact = (value.scaleb(6 - exponent)).to_integral_value(ROUND_HALF_UP)
    if abs(exact) <= LIMIT:
        assert money(format(value, "f"), exponent=exponent) == int(exact)


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_refused(text):
    found = money(text)
    assert found in ("empty", "bad") or abs(found) <= LIMIT


@pytest.mark.parametrize(
    ("text", "shape", "micro"),
    [
        ("61", "s", 61 * MICRO),
        ("61.5", "s", 61_500_000),
        ("2", "min", 120 * MICRO),
        ("1500", "ms", 1_500_000),
        ("1500000", "us", 1_500_000),
        ("2", "MB", 2_000_000 * MICRO),
        ("1", "GiB", 1024**3 * MICRO),
        ("00:05:36", "hms", 336 * MICRO),
        ("5:36", "hms", 336 * MICRO),
        ("90:00", "hms", 5400 * MICRO),
        ("1:90:00", "hms", "bad"),
        ("00:00:01.5", "hms", 1_500_000),
        ("003055", "hhmmss", 1855 * MICRO),
        ("00305550", "hhmmsscc", 1855 * MICRO + 500_000),
        ("0030555", "hhmmsscc", "bad"),
        ("", "hms", "empty"),
        ("abc", "hms", "bad"),
        ("-5", "s", -5 * MICRO),
        ("999999999999999999", "GB", "bad"),
    ],
)
def test_quantities(text, shape, micro):
    assert one(parse_quantity(pa.array([text], pa.string()), shape)) == micro


def test_decimal_is_the_oracle_for_a_column():
    texts = ["1.1", "2.25", "-3.000001", "1234567.654321"]
    values, _empty, _bad = parse_micro(pa.array(texts))
    assert values.tolist() == [int(Decimal(text) * MICRO) for text in texts]
