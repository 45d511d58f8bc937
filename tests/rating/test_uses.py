# SPDX-License-Identifier: AGPL-3.0-or-later
"""One balance of which each thing uses another number of units; amounts worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import BookError, TariffBook, explain, rate
from telecom_billing.rating.balances import draw_whole

from . import worlds
from .build import GERMANY, book, usage
from .hand import check

MOBILE = {"id": 2, "name": "Mobile", "prefixes": ["4915"]}
SMS = {"service": "sms", "unit": "piece", "price": "0.10"}
TALK = {"service": "voice", "price": "0.06", "per": "minute", "initial": 60, "step": 60}
BUNDLE = {
    "id": "bundle",
    "unit": "credit",
    "quantity": 10,
    "uses": [
        {"services": ["sms"], "unit": "piece", "each": 2},
        {"services": ["voice"], "zones": [2], "unit": "minute", "each": 3},
        {"services": ["voice"], "unit": "minute", "each": 1},
    ],
}


def bundled(**own):
    return book(
        TALK, {**TALK, "zone": 2}, {**SMS, "zone": None},
        {"zone": None, "service": "data", "unit": "MB", "price": "0.01"},
        zones=[GERMANY, MOBILE], allowances=[{**BUNDLE, **own}],
    )  # fmt: skip


def days(*rows):
    """(day of March, "sms" | "voice" | "mobile" | "data", quantity) at noon."""
    kinds = {
        "sms": {"service": "sms", "unit": "piece"},
        "voice": {"service": "voice"},
        "mobile": {"service": "voice", "b_number": "4915112345"},
        "data": {"service": "data", "unit": "MB"},
    }
    return usage(
        *(
            (f"2026-03-{day:02}T11:00:00", size, {"unit": "second", **kinds[kind]})
            for day, kind, size in rows
        )
    )


def test_each_thing_uses_its_own_number_of_units():
    """Of 10: a message 2 (8 left), a minute to mobiles 3 (5 left), data is none of it (0.05), two
    begun minutes 2 (3 left), then two minutes to mobiles want 6: one is covered, one costs 0.06."""
    frame = days((1, "sms", 1), (2, "mobile", 55), (3, "data", 5), (4, "voice", 61),
                 (5, "mobile", 90), (6, "voice", 60))  # fmt: skip
    done = check(bundled(), frame, ["0", "0", "0.05", "0", "0.06", "0.06"])
    (balance,) = done.allowances.itertuples()
    assert (balance.unit, balance.granted, balance.used) == ("credit", 10_000_000, 10_000_000)
    # Covered of the fifth record: 60 of its 90 seconds for 3 credits.
    part = done.charges[(done.charges.usage == 4) & done.charges.allowance.notna()].iloc[0]
    assert (part.quantity, part.allowance_units) == (60_000_000, 3_000_000)


def test_no_message_is_covered_by_halves():
    """Of 5 units two messages take 4. The third is paid, the unit that is left pays a minute."""
    frame = days((1, "sms", 1), (2, "sms", 1), (3, "sms", 1), (4, "sms", 2), (5, "voice", 60),
                 (6, "voice", 60))  # fmt: skip
    check(bundled(quantity=5), frame, ["0", "0", "0.10", "0.20", "0", "0.06"])
    # Of a record of three messages the first two are covered.
    check(bundled(quantity=5), days((1, "sms", 3), (2, "voice", 60)), ["0.10", "0"])


def test_what_is_left_rolls_over_as_units_of_the_balance():
    """March leaves 10 − 2 = 8, April begins with 18: six minutes to mobiles, the seventh 0.06."""
    frame = usage(
        ("2026-03-05T11:00:00", 1, {"service": "sms", "unit": "piece"}),
        ("2026-04-05T11:00:00", 420, {"b_number": "4915112345", "unit": "second"}),
    )
    check(bundled(rollover={"periods": 1}), frame, ["0", "0.06"])


def test_counted_as_used_a_factor_of_a_fraction():
    """0.5 units a minute, as used: 90 s use 0.75 of 1; of 120 s half a minute is covered (0.25),
    90 s remain and are two begun minutes: 0.12."""
    uses = [{"unit": "minute", "each": "0.5"}]
    data = bundled(quantity=1, count="exact", uses=uses)
    check(data, days((1, "voice", 90), (2, "voice", 120)), ["0", "0.12"])


def test_a_second_run_goes_on_where_the_first_stopped():
    """What charges say was drawn is what the balance has given: 2 + 3 of 10 before, 5 left."""
    import pandas as pd

    spent = pd.DataFrame(
        [{"allowance": "bundle", "holder": "10", "day": "2026-03-01", "units": 5_000_000,
          "money": 0}]
    )  # fmt: skip
    check(bundled(), days((9, "mobile", 60), (10, "sms", 2)), ["0", "0.10"], spent=spent)


def test_the_explanation_tells_how_much_a_unit_uses():
    told = explain(TariffBook(bundled()), days((1, "mobile", 55)), 0)
    assert told.facts("uses") == [{"each": "minute", "number": "3", "unit": "credit"}]
    assert "Je minute werden 3 credit des Freikontingents verbraucht." in told.text("de")
    (balance,) = told.facts("allowance")
    assert (balance["before"], balance["used"], balance["after"]) == ("10", "3", "7")


@pytest.mark.parametrize(
    ("own", "problems"),
    [
        ({"uses": []}, {"is an empty list"}),
        ({"uses": [{"services": ["sms"]}]}, {"is missing"}),
        ({"uses": [{"each": 0}]}, {"is zero"}),
        ({"uses": [{"each": 1, "zones": [9]}]}, {"names something unknown"}),
        ({"uses": [{"each": 1, "lines": [9]}]}, {"is no field of this record"}),
        ({"count": "exact", "step": 1}, {"needs a quantity, and no step"}),
        ({"quantity": None, "flat": True}, {"needs a quantity, and no step"}),
    ],
)
def test_what_makes_no_sense_is_refused(own, problems):
    with pytest.raises(BookError) as refused:
        TariffBook(bundled(**own))
    assert {one.problem for one in refused.value.problems} == problems


@worlds.tried(200)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 4)), max_size=12),
    st.lists(st.integers(0, 30), min_size=3, max_size=3),
)
def test_whole_lots_as_one_by_one(rows, grants):
    """The columns give what a plain walk gives: each takes what it wants, or whole lots."""
    balance = np.array([row[0] for row in rows], dtype=np.int64)
    lots = np.array([row[2] for row in rows], dtype=np.int64)
    wanted = np.array([row[1] * max(row[2], 1) for row in rows], dtype=np.int64)
    left, expected = list(grants), []
    for which, want, lot in zip(balance, wanted, lots, strict=True):
        have = min(int(want), left[which])
        if have < want and lot:
            have -= have % int(lot)
        left[which] -= have
        expected.append(have)
    assert draw_whole(balance, wanted, np.array(grants), lots).tolist() == expected


def test_a_million_units_each_are_no_overflow():
    """A ratio of a million over the greatest quantity: the balance is simply empty after it."""
    uses = [{"unit": "second", "each": 1_000_000}]
    data = TariffBook(bundled(quantity=1000, uses=uses))
    done = rate(data, days((1, "voice", 90_000_000)))
    assert done.allowances["left"].tolist() == [0]
