# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rating goes on where it stopped: the records of a period in two calls cost what they cost in one.

So a day can be added to a month, and a late record to an invoiced one, without pricing the rest
again.
"""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecom_billing.rating import TariffBook, rate


def book(**allowance):
    return TariffBook(
        {
            "format": 1,
            "tariffs": [
                {
                    "id": 1,
                    "decimals": 4,
                    "versions": [
                        {
                            "id": 11,
                            "rates": [
                                {"id": 1, "price": "0.06", "per": 60, "initial": 60, "step": 7}
                            ],
                        }
                    ],
                }
            ],
            "allowances": [
                {"id": 5, "tariffs": [1], "period": "day", "share": "contract", **allowance},
                {"id": 6, "tariffs": [1], "quantity": 40, "unit": "second", "priority": 1},
            ],
        }
    )


BOOKS = {
    "billed": book(quantity=3, unit="minute"),
    "exact": book(quantity="150", unit="second", count="exact"),
    "rolling": book(quantity=2, unit="minute", rollover={"periods": 2}),
    "money": book(money="0.2"),
    "money off the price": book(money="0.2", measure="money"),
    "flat": book(flat=True, fair_use=100, unit="second"),
}

calls = st.lists(
    st.tuples(st.integers(0, 3 * 86_400), st.integers(0, 200), st.sampled_from([1, 2])),
    max_size=14,
)


def frame(rows):
    return pd.DataFrame(
        {
            "started_at": pd.to_datetime(
                [1_788_220_800 + start for start, _, _ in rows], unit="s"
            ).astype("datetime64[us]"),
            "quantity": pd.array([1_000_000 * seconds for _, seconds, _ in rows], dtype="int64"),
            "contract": pd.array([contract for _, _, contract in rows], dtype="int64"),
            "line": pd.array([10 + contract for _, _, contract in rows], dtype="int64"),
            "tariff": pd.array([1 for _ in rows], dtype="int64"),
        }
    )


def drawn(rated, usage):
    """What the charges of a call drew, as the next call wants to know it."""
    charges = rated.charges[rated.charges["allowance"].notna()]
    rows = usage.iloc[charges["usage"]]
    local = rows["started_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    share = charges["allowance"].map({5: "contract", 6: "line"})
    return pd.DataFrame(
        {
            "allowance": charges["allowance"].to_numpy(),
            "holder": [rows[name].iloc[place] for place, name in enumerate(share)],
            "day": local.dt.date.to_numpy(),
            "units": charges["allowance_units"].to_numpy(),
            "money": charges["allowance_money"].to_numpy(),
        }
    )


def shown(rated):
    columns = ["billed", "allowance", "allowance_units", "allowance_money", "price", "rest"]
    return rated.charges[columns].astype(object).where(rated.charges[columns].notna(), None)


@pytest.mark.parametrize("name", [name for name in BOOKS if name != "rolling"])
@settings(max_examples=25, deadline=None)
@given(rows=calls, cut=st.integers(0, 14))
def test_in_two_calls_as_in_one(name, rows, cut):
    rows = sorted(rows)
    first, second = frame(rows[:cut]), frame(rows[cut:])
    whole = rate(BOOKS[name], frame(rows))
    before = rate(BOOKS[name], first)
    after = rate(BOOKS[name], second, spent=drawn(before, first))
    parts = pd.concat([shown(before), shown(after)], ignore_index=True)
    pd.testing.assert_frame_equal(parts, shown(whole), check_dtype=False)


def test_balances_say_what_was_used_altogether():
    rows = [(0, 100, 1), (500, 100, 1)]
    book_ = BOOKS["billed"]
    whole = rate(book_, frame(rows)).allowances
    first = frame(rows[:1])
    spent = drawn(rate(book_, first), first)
    after = rate(book_, frame(rows[1:]), spent=spent).allowances
    pd.testing.assert_frame_equal(after, whole)


def test_rolled_over_lots_were_drawn_on_already():
    """Two minutes a day; of yesterday's one was used. 60 + 120 s, of which 120 are gone."""
    yesterday = frame([(0, 1, 1)])
    book_ = BOOKS["rolling"]
    opening = rate(book_, yesterday).allowances
    today = frame([(86_400, 100, 1)])
    spent = pd.DataFrame(
        {"allowance": [5], "holder": ["1"], "day": ["2026-09-02"], "units": [120_000_000],
         "money": [0]}
    )  # fmt: skip
    rated = rate(book_, today, opening=opening, spent=spent)
    used = rated.charges.loc[rated.charges["allowance"] == 5, "allowance_units"].sum()
    # 100 s are charged as 60 + 6 × 7 = 102 s; 180 − 120 = 60 s are left.
    assert used == 60_000_000


def test_records_were_counted_already():
    data = book(flat=True, records=2)
    spent = pd.DataFrame(
        {"allowance": [5], "holder": ["1"], "day": ["2026-09-01"], "units": [0], "money": [0],
         "records": [1]}
    )  # fmt: skip
    rated = rate(data, frame([(0, 60, 1), (100, 60, 1), (86_400, 60, 1)]), spent=spent)
    # One of the first day's two is gone; the next day has its own.
    assert rated.charges["allowance"].isin([5]).tolist() == [True, False, False, True]
