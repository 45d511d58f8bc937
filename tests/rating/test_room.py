# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sums that no frame can hold are told with a sentence, whatever adds them up."""

import pytest

from telecom_billing.rating import TariffBook, UsageError, rate, sums

from .build import book
from .by_day import days

#: Nearly the largest quantity of one record, and five of them.
BIG = 2_305_843_009_213
FIVE = [(day, BIG) for day in range(1, 6)]
PIECE = {"unit": "piece", "price": "1"}
HALVES = [{"to": 10, "factor": "1"}, {"from": 10, "factor": "0.5"}]


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        ({"tiers": [{"id": "t", "unit": "piece", "steps": HALVES}]}, "tier set t"),
        ({"tiers": [{"id": "t", "unit": "piece", "mode": "volume", "steps": HALVES}]}, "tier set"),
        ({"tiers": [{"id": "t", "on": "money", "steps": HALVES}]}, "tier set t"),
        ({"allowances": [{"id": "f", "flat": True, "fair_use": "9", "unit": "piece"}]},
         "allowance f"),
        ({"minimums": [{"id": "m", "amount": "5"}]}, "limits and minimums"),
    ],
)  # fmt: skip
def test_a_sum_that_is_too_large(sections, named):
    data = TariffBook(book(PIECE, **sections))
    with pytest.raises(UsageError) as told:
        rate(data, days(*FIVE, unit="piece"))
    assert named in str(told.value) and "use a greater unit" in str(told.value)


def test_a_flat_rate_has_no_end():
    """Neither of one delivery nor of several: nobody pays for the third of a flat rate's records,
    though together they are more than one record, or any other allowance, may have."""
    flat = {"id": "f", "flat": True, "unit": "piece"}
    data = TariffBook(book(PIECE, allowances=[flat]))
    done = rate(data, days(*FIVE[:3], unit="piece"))
    assert done.charges["price"].tolist() == [0, 0, 0]
    assert done.charges["allowance_units"].tolist() == [BIG * 1_000_000] * 3
    earlier = rate(data, days(*FIVE[:2], unit="piece")).allowances
    spent = earlier.assign(day=earlier["period"], units=earlier["used"], money=0)
    later = rate(data, days(FIVE[2], unit="piece"), spent=spent)
    assert later.charges["price"].tolist() == [0]
    assert later.allowances["used"].tolist() == [BIG * 3_000_000]
    with pytest.raises(UsageError, match="allowance f"):  # five are more than integers hold
        rate(data, days(*FIVE[2:], unit="piece"), spent=spent)


def test_each_holder_for_itself():
    """One record each is no sum that overflows: half of it, but for the first ten."""
    data = TariffBook(book(PIECE, tiers=[{"id": "t", "unit": "piece", "steps": HALVES}]))
    frame = days(*((day, size, {"line": day}) for day, size in FIVE), unit="piece")
    assert rate(data, frame).total() == 5 * (10 + (BIG - 10) / 2)


def test_what_an_invoice_comes_to():
    frame = days(*FIVE, unit="piece")
    done = rate(TariffBook(book(PIECE)), frame)
    assert done.total() == 5 * BIG
    with pytest.raises(UsageError, match="sums of charges"):
        sums(done, frame)
    frame["line"] = range(5)
    assert sums(done, frame, ["line"])["net"].tolist() == [BIG] * 5
