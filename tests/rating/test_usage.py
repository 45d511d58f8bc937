# SPDX-License-Identifier: AGPL-3.0-or-later
"""Usage frames of odd types: read as what they plainly mean, or refused."""

import pandas as pd
import pytest

from telecom_billing.rating import TariffBook, UsageError, rate

from .build import book

START = pd.Timestamp("2026-03-10 11:00")


def frame(**columns):
    size = max(len(column) for column in columns.values())
    return pd.DataFrame({"started_at": [START] * size, "quantity": [60_000_000] * size, **columns})


def prices(usage, **more):
    data = book({"price": "0.10", "per": "minute", "setup": "1"}, **more)
    done = rate(TariffBook(data), usage)
    told = zip(done.charges["reason"], done.charges["price"], strict=True)
    return [reason if isinstance(reason, str) else price for reason, price in told]


def test_identifiers_and_numbers_with_gaps_are_floats_of_whole_numbers():
    """A frame of [7, None] has 7.0: the tariff is still 7, not an unknown one."""
    usage = frame(tariff=[7, None], b_number=[493012345, 493012345])
    assert usage["tariff"].dtype.kind == "f"
    assert prices(usage) == [1_100_000, "no-tariff"]
    assert prices(frame(tariff=[7, 7], b_number=[493012345, None])) == [1_100_000, "no-zone"]


@pytest.mark.parametrize(
    "columns, said",
    [
        ({"tariff": [7.5], "b_number": ["49301"]}, "tariff is float64 with fractions"),
        ({"tariff": [7], "b_number": ["49301"], "options": [["a"]]}, "options holds"),
        ({"tariff": [7], "b_number": ["49301"], "continuation": ["false"]}, "continuation is"),
    ],
)
def test_what_means_nothing_is_refused(columns, said):
    with pytest.raises(UsageError, match=said):
        prices(frame(**columns))


def test_continuations_in_other_types():
    """1 and 0 as well as truth with gaps; only a continuation pays no setup."""
    for values in ([1, 0], [True, False], [True, None]):
        usage = frame(tariff=[7, 7], b_number=["49301"] * 2, continuation=values)
        assert prices(usage) == [100_000, 1_100_000]


def test_more_than_int64_is_too_large_and_not_negative():
    usage = frame(tariff=[7], b_number=["49301"])
    usage["quantity"] = pd.Series([2**63 + 60_000_000], dtype="uint64")
    assert prices(usage) == ["bad-quantity"]
