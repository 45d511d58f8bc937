# SPDX-License-Identifier: AGPL-3.0-or-later
"""Months one after the other, each opened with what was left, are the whole in one go."""

import datetime as dt

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import TariffBook, rate

from . import worlds
from .build import book, usage
from .hand import found

MONTHS = (1, 2, 3, 4)
PARTIES = {
    "contracts": [{"id": 1, "customer": 5, "valid_from": "2026-01-12"}],
    "lines": [{"id": 10, "contract": 1}, {"id": 11, "contract": 1, "valid_to": "2026-04-20"}],
    "pools": [{"id": "p", "lines": [10, 11]}],
}


@st.composite
def grants(draw):
    one = {
        "quantity": draw(st.integers(1, 150)),
        "share": draw(st.sampled_from(["line", "contract", "customer", "pool"])),
        "priority": draw(st.integers(0, 2)),
        "count": draw(st.sampled_from(["billed", "exact"])),
        "prorate": draw(st.booleans()),
        "rollover": {"periods": draw(st.integers(1, 3)),
                     "use": draw(st.sampled_from(["first", "last"]))},
    }  # fmt: skip
    if one["share"] == "pool":
        one |= {"pools": ["p"], "per_member": draw(st.booleans())}
    if draw(st.booleans()):
        one["rollover"]["maximum"] = draw(st.integers(0, 120))
    return one


records = st.lists(
    st.tuples(
        st.sampled_from(MONTHS), st.integers(1, 28), st.integers(0, 23), st.sampled_from([10, 11]),
        st.integers(-60, 200),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


def frame_of(some):
    rows = [
        (
            f"2026-{month:02}-{day:02} {hour:02}:00",
            seconds,
            # Records that say the same are told apart by nothing else.
            {"line": line, "customer": 5, "arrival": place},
        )
        for place, (month, day, hour, line, seconds) in enumerate(sorted(some))
    ]
    return usage(*rows) if rows else None


def span(first, last):
    return dt.date(2026, first, 1), dt.date(2026, last + 1, 1) - dt.timedelta(days=1)


@worlds.tried(40)
@given(st.lists(grants(), min_size=1, max_size=2), records, st.randoms(use_true_random=False))
def test_month_by_month_as_in_one_go(many, some, random):
    data = TariffBook(
        book(
            {"price": "0.01", "initial": 10, "step": 10},
            allowances=[{"id": f"a{n}", **one} for n, one in enumerate(many)],
            **PARTIES,
        )
    )
    whole = frame_of(some)
    done = rate(data, whole, span=span(1, 4))
    opening, prices = None, []
    for month in MONTHS:
        mine = whole[whole["started_at"].dt.month == month].reset_index(drop=True)
        # In any order of arrival.
        order = list(range(len(mine)))
        random.shuffle(order)
        part = rate(data, mine.iloc[order].reset_index(drop=True), opening=opening,
                    span=span(month, month))  # fmt: skip
        by_place = dict(zip(order, found(part.charges, len(mine)), strict=True))
        prices += [by_place[place] for place in range(len(mine))]
        opening = part.allowances
    assert prices == found(done.charges, len(whole))
    last = done.allowances[done.allowances["period"] == pd.Timestamp("2026-04-01")]
    assert balances(opening[opening["period"] == pd.Timestamp("2026-04-01")]) == balances(last)
    used = done.allowances.groupby("allowance")["used"].sum()
    drawn = done.charges.groupby("allowance", observed=True)["allowance_units"].sum()
    assert {k: v for k, v in used.items() if v} == {str(k): v for k, v in drawn.items() if v}


def balances(frame):
    columns = ["allowance", "holder", "origin", "granted", "used", "left", "expires"]
    return sorted(map(tuple, frame[columns].astype(str).to_numpy().tolist()))
