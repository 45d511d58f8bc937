# SPDX-License-Identifier: AGPL-3.0-or-later
"""Usage billing as metering systems document it: packages, tiers with amounts, commitments.

A period's total comes as one record (priced by the rate) or as many (priced by tiers); where both
can say it, both are tried.
"""

import pytest

from telecom_billing.rating import TariffBook, rate

from .build import NOON, book, usage
from .by_day import days
from .hand import check


def total(data, *quantities):
    """What quantities on the days of a month cost in all."""
    frame = days(*enumerate(quantities, 1), unit="piece")
    return str(rate(TariffBook(data), frame).total())


def tiers(mode, *steps, **own):
    listed = [{"from": steps[n - 1]["to"] if n else 0, **step} for n, step in enumerate(steps)]
    return book(
        {"price": "0", "unit": "piece"},
        tiers=[{"id": "t", "unit": "piece", "mode": mode, "steps": listed, **own}],
    )


def rated(*steps, **own):
    return book({"unit": "piece", "steps": list(steps), **own})


#: Up to 5 for 100 in all, up to 10 for 50 more, then 5 each to 15, then 1 each.
STAIRS = ({"to": 5, "price": "0", "setup": "100"}, {"to": 10, "price": "0", "setup": "50"},
          {"to": 15, "price": "5"}, {"price": "1"})  # fmt: skip
#: One per cent and 200, then two and 300, then three and 400.
PERCENT = ({"to": 10, "price": "0.01", "setup": "200"}, {"to": 20, "price": "0.02", "setup": "300"},
           {"price": "0.03", "setup": "400"})  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "count", "expected"),
    [
        (STAIRS, 3, "100"), (STAIRS, 5, "100"), (STAIRS, "5.001", "150"), (STAIRS, 12, "160"),
        # 100 + 50 + 5 × 5 + 7 × 1.
        (STAIRS, 22, "182"),
        (PERCENT, 1, "200.01"), (PERCENT, 10, "200.1"), (PERCENT, 11, "500.12"),
        # 900 + 0.10 + 0.20 + 0.03.
        (PERCENT, 21, "900.33"),
    ],
)  # fmt: skip
def test_graduated_with_amounts(steps, count, expected):
    check(rated(*steps), usage((NOON, count), unit="piece"), [expected])
    check(tiers("graduated", *steps), usage((NOON, count), unit="piece"), [expected])


@pytest.mark.parametrize(
    ("count", "expected"),
    # To 5: 100 in all; to 10: 150 in all; to 15: 10 each; above: 5 each.
    [(3, "100"), (5, "100"), (7, "150"), (14, "140"), (15, "150"), (16, "80"), (100, "500")],
)
def test_volume_with_amounts(count, expected):
    steps = ({"to": 5, "price": "0", "setup": "100"}, {"to": 10, "price": "0", "setup": "150"},
             {"to": 15, "price": "10"}, {"price": "5"})  # fmt: skip
    check(rated(*steps, mode="volume"), usage((NOON, count), unit="piece"), [expected])
    check(tiers("volume", *steps), usage((NOON, count), unit="piece"), [expected])


@pytest.mark.parametrize(
    ("steps", "mode", "expected"),
    [
        # Nothing was used, and the amount of the first tier is due all the same.
        (STAIRS, "graduated", "100"),
        (STAIRS, "volume", "100"),
        (({"to": 5, "price": "20", "flat": True}, {"price": "1"}), "graduated", "20"),
        (({"price": "5"},), "graduated", "0"),
    ],
)
def test_the_amount_of_the_first_tier_without_usage(steps, mode, expected):
    data = rated(*steps, mode=mode, setup_on_zero=True)
    check(data, usage((NOON, 0), unit="piece"), [expected])
    check(rated(*steps, mode=mode), usage((NOON, 0), unit="piece"), ["0"])


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        # After 12 of the period: 3 × 5 and 7 × 1 are left of the stairs.
        (12, 10, "22"),
        # The amounts were due when their tiers began.
        (7, 1, "0"),
        (3, 4, "50"),
    ],
)
def test_a_period_in_two_bills(first, then, expected):
    data = TariffBook(tiers("graduated", *STAIRS))
    frame = days((1, first), unit="piece")
    done = rate(data, frame).charges
    settled = done[["rate", "zone", "billed", "price"]].assign(
        started_at=frame["started_at"].iloc[0], contract="1", line="10", customer=None,
        tariff="7", service="voice", band=None, unit="piece",
    )  # fmt: skip
    later = rate(data, days((2, then), unit="piece"), settled=settled)
    assert str(later.total()) == expected


@pytest.mark.parametrize(
    ("most", "least", "counts", "charged", "missing"),
    [
        # 182 in all, cut at 170: of 22 pieces the last cost 10.
        ("170", None, (12, 10), ("160", "10"), None),
        ("125", None, (7,), ("125",), None),
        (None, "1000", (2,), ("100",), 900),
        (None, "150", (22,), ("182",), 0),
        ("170", "150", (3,), ("100",), 50),
    ],
)
def test_commitments_around_tiers(most, least, counts, charged, missing):
    data = tiers("graduated", *STAIRS)
    if most:
        data["limits"] = [{"id": "l", "amount": most, "then": "free"}]
    if least:
        data["minimums"] = [{"id": "m", "amount": least}]
    done = check(data, days(*enumerate(counts, 1), unit="piece"), charged)
    if missing is not None:
        assert done.topups["topup"].tolist() == [missing * 10**6]


@pytest.mark.parametrize(
    ("steps", "mode", "count", "expected"),
    [
        # Blocks of one: 10 × 1.5 + 100 + 0.5; of the top tier alone.
        (({"to": 10, "price": "1.5"}, {"to": 110, "price": "1"}, {"price": "0.5"}), "graduated",
         111, "115.5"),
        (({"to": 10, "price": "1.5"}, {"to": 110, "price": "1"}, {"price": "0.5"}), "volume",
         111, "55.5"),
        # Ten blocks of 100 at 1, then blocks of 1,000: 4,325 begin five.
        (({"to": 1000, "interval": 100, "price": "1"}, {"interval": 1000, "price": "1"}),
         "graduated", 5325, "15"),
        (({"to": 1000, "interval": 100, "price": "1"}, {"to": 101000, "interval": 1000,
          "price": "1"}, {"interval": 1000, "price": "0.5"}), "volume", 101000, "101"),
        (({"to": 1000, "interval": 100, "price": "1"}, {"to": 101000, "interval": 1000,
          "price": "1"}, {"interval": 1000, "price": "0.5"}), "volume", 101001, "51"),
    ],
)  # fmt: skip
def test_blocks_of_all_tiers_and_of_the_top_tier(steps, mode, count, expected):
    check(rated(*steps, mode=mode), usage((NOON, count), unit="piece"), [expected])
    assert total(tiers(mode, *steps), count // 2, count - count // 2) == expected.replace(
        "115.5", "231/2").replace("55.5", "111/2")  # fmt: skip


@pytest.mark.parametrize(
    ("free", "size", "count", "expected"),
    # Packages at 100.00: of ten after none, five or seven free ones.
    [(0, 10, 0, "0"), (0, 10, 1, "100"), (0, 10, 11, "200"), (5, 10, 5, "0"), (5, 10, 16, "200"),
     (7, 5, 12, "100"), (7, 5, "12.01", "200")],
)  # fmt: skip
def test_packages_after_free_units(free, size, count, expected):
    data = book({"unit": "piece", "free": free, "steps": [{"interval": size, "price": "100"}]})
    check(data, usage((NOON, count), unit="piece"), [expected])


SHARE = {"service": "payment", "unit": "EUR", "price": "0.0299", "decimals": 9}


@pytest.mark.parametrize(
    ("own", "free", "expected"),
    [
        ({}, None, ["0.299", "2.392", "299"]),
        # At least 1.75 and at most 12 a transaction.
        ({"minimum": "1.75", "maximum": "12"}, None, ["1.75", "2.392", "12"]),
        ({"minimum": "1.75", "maximum": "12", "setup": "2"}, None, ["2.299", "4.392", "12"]),
        # Two transactions are free; 30.00 are; the first three up to 10,000.00 are.
        ({"minimum": "1.75", "maximum": "12"}, {"flat": True, "records": 2}, ["0", "0", "12"]),
        ({"minimum": "1.75", "maximum": "12"}, {"quantity": 30}, ["0", "1.794", "12"]),
        ({"minimum": "1.75", "maximum": "12"}, {"quantity": 10_000, "records": 3},
         ["0", "0", "2.691"]),
    ],
)  # fmt: skip
def test_a_share_of_money_with_bounds(own, free, expected):
    more = {"unit": "EUR", **({"count": "exact"} if free and "quantity" in free else {})}
    data = book({**SHARE, **own}, allowances=[{"id": "a", **more, **free}] if free else [])
    frame = days((1, 10), (2, 80), (3, 10_000), service="payment", unit="EUR")
    check(data, frame, expected)


def test_rounded_once_for_the_period():
    """Three times 0.333 cents are one cent: rounded as a sum, not call by call."""
    third = {"unit": "piece", "price": "0.00333", "decimals": 2}
    assert total(book({**third, "round_at": "charge"}), 1, 1, 1) == "0"
    assert total(book({**third, "together": {"by": "sum"}}), 1, 1, 1) == "1/100"


def test_a_day_pass():
    """1.99 with the first message of a day; the day's others are contained."""
    daily = {
        "id": "d",
        "unit": "piece",
        "period": "day",
        "steps": [{"price": "0", "setup": "1.99"}],
    }
    data = book({"unit": "piece", "price": "0.49"}, tiers=[daily])
    frame = usage(("2026-03-10T08:00:00", 3), ("2026-03-10T22:59:59", 1),
                  ("2026-03-10T23:00:00", 1), unit="piece")  # fmt: skip
    check(data, frame, ["1.99", "0", "1.99"])
