# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of a period that are priced as one; every amount is worked out by hand."""

from decimal import Decimal

import pytest

from telecom_billing.rating import BookError, TariffBook, explain, rate

from .build import book, usage
from .hand import check

CHANNELS = {"zone": None, "unit": "channel", "price": "2"}


def days(*rows, **columns):
    """(day of March 2026, quantity[, columns]) at noon, in channels."""
    columns = {"unit": "channel", **columns}
    return usage(*((f"2026-03-{day:02}T11:00:00", *more) for day, *more in rows), **columns)


def test_the_highest_value_of_the_period():
    """12 channels at most: 24.00, borne by the record that says so; another line's 3: 6.00."""
    data = book({**CHANNELS, "together": {"by": "maximum"}})
    frame = days((1, 5), (2, 12), (3, 12), (3, 7), (2, 3, {"line": 11}))
    check(data, frame, ["0", "24", "0", "0", "6"])


def test_a_month_of_its_own_and_a_contract_as_a_whole():
    """The contract's lines together: 12 in March, 4 in April; one fee of 1.00 each."""
    own = {"by": "maximum", "share": "contract"}
    data = book({**CHANNELS, "setup": "1", "together": own})
    frame = usage(
        ("2026-03-02T11:00:00", 5), ("2026-03-03T11:00:00", 12, {"line": 11}),
        ("2026-04-01T11:00:00", 4), unit="channel",
    )  # fmt: skip
    check(data, frame, ["0", "25", "9"])


def test_the_step_that_the_maximum_reaches():
    """Storage up to 10 GB for 5.00, up to 100 GB for 20.00 as a whole: 40 GB are 20.00."""
    steps = [{"to": 10, "price": "5", "flat": True},
             {"from": 10, "to": 100, "price": "20", "flat": True}]  # fmt: skip
    data = book({"zone": None, "unit": "GB", "steps": steps, "mode": "volume", "beyond": "refuse",
                 "together": {"by": "maximum"}})  # fmt: skip
    check(data, days((1, 8), (5, 40), (9, 2), unit="GB"), ["0", "20", "0"])


def test_the_latest_and_the_sum():
    """Seats 5, 9, 7: the last counts, 14.00. Seconds 61 + 61 + 10 = 132: three begun minutes of
    the whole month at 0.10, not five."""
    data = book({**CHANNELS, "together": {"by": "latest"}})
    check(data, days((1, 5), (2, 9), (3, 7)), ["0", "0", "14"])
    minutes = {"price": "0.10", "per": "minute", "step": 60, "together": {"by": "sum"}}
    check(book(minutes), days((1, 61), (2, 61), (3, 10), unit="second"), ["0.3", "0", "0"])


def test_credits_in_a_sum():
    """10 − 4 = 6 channels: 12.00; −4 alone in April gives 8.00 back."""
    data = book({**CHANNELS, "together": {"by": "sum"}})
    frame = usage(("2026-03-02T11:00:00", 10), ("2026-03-03T11:00:00", -4),
                  ("2026-04-03T11:00:00", -4), unit="channel")  # fmt: skip
    check(data, frame, ["12", "0", "-8"])


def test_how_many_differ():
    """Users a, b, a and one without a name: two at 2.00."""
    data = book({**CHANNELS, "together": {"by": "unique"}})
    users = ("a", "b", "a", None)
    frame = days(*((day, 1, {"participant": user}) for day, user in enumerate(users, 1)))
    check(data, frame, ["4", "0", "0", "0"])


def test_inclusive_capacity_and_any_order():
    """10 channels are included: of 12 two cost 4.00; in whatever order the records stand."""
    data = book({**CHANNELS, "together": {"by": "maximum"}},
                allowances=[{"id": "a", "unit": "channel", "quantity": 10}])  # fmt: skip
    frame = days((1, 5), (2, 12), (3, 7))
    check(data, frame, ["0", "4", "0"])
    check(data, frame.iloc[[2, 0, 1]].reset_index(drop=True), ["0", "0", "4"])
    assert rate(TariffBook(data), frame).allowances["used"].tolist() == [10_000_000]


def test_rounding_to_the_bearer_of_a_tariff_that_factors():
    """A list above at half the price: half of 24.00."""
    above = {"id": 8, "versions": [{"id": 81, "rates": [{"id": 1, "factor": "0.5"}]}]}
    data = book({**CHANNELS, "together": {"by": "maximum"}}, tariffs=[above],
                contracts=[{"id": 1, "price_lists": [8]}])  # fmt: skip
    check(data, days((1, 5), (2, 12)), ["0", "12"])


MEGABITS = {"service": "line", "unit": "Mbit", "price": "2"}
#: A value every six hours: 1, 2, … in an order of its own.
VALUES = [number * 37 % 101 for number in range(1, 101)]


@pytest.mark.parametrize(
    ("by", "count", "worth"),
    [
        # Of 1 … 100 five lie above 95.
        ({"by": "percentile", "at": 95}, 100, 95),
        ({"by": "percentile", "at": "99.5"}, 100, 100),
        ({"by": "percentile", "at": 100}, 100, 100),
        ({"by": "percentile", "at": 1}, 100, 1),
        # Of ten values none may be left out: 0.5 is no whole one. Of twenty, one: 97.
        ({"by": "percentile", "at": 95}, 10, 94),
        ({"by": "percentile", "at": 95}, 20, 94),
        # 1 … 100: 50.5; the first three, 37, 74, 10: 40.333333.
        ({"by": "mean"}, 100, "50.5"),
        ({"by": "mean"}, 3, "40.333333"),
    ],
)
def test_a_percentile_and_a_mean(by, count, worth):
    """Burstable lines: the highest 5 % of the samples of a month do not count."""
    values = VALUES[:count]
    frame = usage(
        *((f"2026-03-{1 + n // 4:02}T{n % 4 * 6:02}:00:00", one) for n, one in enumerate(values)),
        service="line", unit="Mbit",
    )  # fmt: skip
    bearer = values.index(worth) if worth in values else 0
    expected = ["0"] * count
    expected[bearer] = str(Decimal(worth) * 2)
    check(book({**MEGABITS, "together": by}), frame, expected)


def test_a_committed_rate_and_what_lies_above_it():
    """Ten megabits are paid anyway (20.00), above them 3.00 each: 95th of 20 values: 40 → 110."""
    steps = [{"to": 10, "price": "20", "flat": True}, {"price": "3"}]
    data = book({"service": "line", "unit": "Mbit", "steps": steps,
                 "together": {"by": "percentile", "at": 95}})  # fmt: skip
    frame = usage(*((f"2026-03-{n:02}T11:00:00", 2 * n) for n in range(1, 22)),
                  service="line", unit="Mbit")  # fmt: skip
    # Of 21 values one is left out (42): 20.00 + 30 × 3.00.
    check(data, frame, ["0"] * 19 + ["110", "0"])
    # A quiet month: 4 is the highest of two.
    check(data, frame.head(2), ["0", "20"])


def test_a_mean_of_credits():
    """3, −4 and −4: −5 ÷ 3 = −1.666667 at 2.00."""
    frame = usage(*((f"2026-03-0{n}T11:00:00", size) for n, size in ((1, 3), (2, -4), (3, -4))),
                  service="line", unit="Mbit")  # fmt: skip
    check(book({**MEGABITS, "together": {"by": "mean"}}), frame, ["-3.333334", "0", "0"])


def test_the_explanation():
    data = TariffBook(book({**CHANNELS, "together": {"by": "maximum"}}))
    frame = days((1, 5), (2, 12))
    told = explain(data, frame, 1)
    assert "2 records of the period are priced as one, their highest value: 12" in told.text()
    assert explain(data, frame, 0).facts("one_of") == [{"row": 1}]


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ({"together": {}}, "is missing"),
        ({"together": {"by": "median"}}, "is unknown"),
        ({"together": {"by": "sum", "of": "a_number"}}, "is for 'unique' only"),
        ({"together": {"by": "sum", "share": "pool"}}, "is unknown"),
        ({"together": {"by": "percentile"}}, "goes with 'percentile', above 0 and up to 100"),
        ({"together": {"by": "mean", "at": 95}}, "goes with 'percentile', above 0 and up to 100"),
        ({"together": {"by": "percentile", "at": 0}},
         "goes with 'percentile', above 0 and up to 100"),
        (
            {"together": {"by": "sum"}, "whole": "up"},
            "stands beside a price of several records together",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_put_together_is_refused(own, problem):
    with pytest.raises(BookError) as refused:
        TariffBook(book({**CHANNELS, **own}))
    assert [one.problem for one in refused.value.problems] == [problem]


def test_a_version_that_continues_another():
    """Zones changed in the middle of the month: 12 channels at most, once, 24.00. Without it each
    stretch has a maximum of its own: 10.00 and 24.00."""
    data = book({**CHANNELS, "together": {"by": "maximum"}})
    (version,) = data["tariffs"][0]["versions"]
    more = {**version, "id": "more", "valid_from": "2026-03-10"}
    version["valid_to"] = "2026-03-10"
    data["tariffs"][0]["versions"].append(more)
    frame = days((1, 5), (9, 3), (11, 12), (12, 7))
    check(data, frame, ["10", "0", "24", "0"])
    more["continues"] = version["id"]
    check(data, frame, ["0", "0", "24", "0"])
    more["continues"] = "nobody"
    with pytest.raises(BookError) as caught:
        TariffBook(data)
    assert "is no other version of the tariff" in str(caught.value)
