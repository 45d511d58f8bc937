# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold whatever the book: nothing lost, order without effect, no balance overdrawn."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import TariffBook, rate, totals

from . import worlds
from .build import book
from .test_against_reference import frame_of

MINUTES = st.integers(0, 6).map(lambda minutes: minutes * 30)


@st.composite
def shared_books(draw):
    """A book with allowances, tiers and limits that records share."""
    price = {"price": "0.10", "per": "minute", "initial": draw(worlds.increments),
             "step": draw(worlds.increments), "setup": "0.03"}  # fmt: skip
    allowances = [
        {
            "id": number,
            "quantity": draw(st.integers(0, 300)),
            "share": draw(st.sampled_from(["line", "contract", "customer"])),
            "count": draw(st.sampled_from(["billed", "exact"])),
            "priority": draw(st.integers(0, 2)),
            "period": draw(st.sampled_from(["month", "day"])),
        }
        for number in range(draw(st.integers(0, 3)))
    ]
    if draw(st.booleans()):
        allowances.append({"id": "m", "money": draw(worlds.money), "share": "contract"})
    sections = {"allowances": allowances}
    if draw(st.booleans()):
        steps = [{"to": 120, "factor": "0.9"}, {"from": 120, "price": "0.001"}]
        mode = draw(st.sampled_from(["graduated", "volume"]))
        sections["tiers"] = [{"id": "t", "steps": steps, "share": "contract", "mode": mode}]
    if draw(st.booleans()):
        then = draw(st.sampled_from(["alert", "free", "refuse"]))
        sections["limits"] = [{"id": "l", "amount": "0.5", "then": then, "share": "customer",
                               "thresholds": ["0.5", "1"]}]  # fmt: skip
    return book(price, **sections)


@st.composite
def shared_usage(draw):
    rows = draw(
        st.lists(
            st.tuples(
                worlds.starts, st.integers(0, 400), st.just("493012345"), st.integers(1, 3),
                st.integers(0, 1),
            ),
            min_size=1,
            max_size=8,
        )
    )  # fmt: skip
    frame = frame_of([row[:3] for row in rows])
    frame["tariff"] = 7
    frame["line"] = [row[3] for row in rows]
    frame["contract"] = [row[3] // 2 for row in rows]
    frame["customer"] = 1
    frame["key"] = [f"k{number:03d}" for number in range(len(rows))]
    return frame


def keyed(found, frame):
    """Charges with the record's own key instead of its place."""
    charges = found.charges.assign(usage=frame["key"].to_numpy()[found.charges["usage"]])
    return charges.sort_values(["usage", "segment"]).reset_index(drop=True)


@worlds.tried(120)
@given(shared_books(), shared_usage(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(data, frame, random):
    order = list(range(len(frame)))
    random.shuffle(order)
    other = frame.iloc[order].reset_index(drop=True)
    one, two = rate(TariffBook(data), frame), rate(TariffBook(data), other)
    pd.testing.assert_frame_equal(keyed(one, frame), keyed(two, other))
    balances = [sorted(map(str, each.allowances.values.tolist())) for each in (one, two)]
    assert balances[0] == balances[1]
    assert one.alerts["reached_at"].tolist() == two.alerts["reached_at"].tolist()


@worlds.tried(120)
@given(shared_books(), shared_usage())
def test_rating_again_gives_the_same(data, frame):
    book_ = TariffBook(data)
    one, two = rate(book_, frame), rate(book_, frame)
    pd.testing.assert_frame_equal(one.charges, two.charges)
    pd.testing.assert_frame_equal(one.allowances, two.allowances)


@worlds.tried(120)
@given(shared_books(), shared_usage())
def test_nothing_is_lost_and_no_allowance_overdrawn(data, frame):
    found = rate(TariffBook(data), frame)
    charges, balances = found.charges, found.allowances
    assert sorted(charges["usage"].unique()) == list(range(len(frame)))
    assert charges.groupby("usage")["quantity"].sum().tolist() == frame["quantity"].tolist()
    assert (balances["used"] <= balances["granted"]).all() and (balances["left"] >= 0).all()
    drawn = charges["allowance_units"].sum() + charges["allowance_money"].sum()
    in_units = balances[balances["unit"] != "money"]["used"].sum()
    in_money = balances[balances["unit"] == "money"]["used"].sum()
    assert charges["allowance_money"].sum() == in_money
    # Units that money bought stand beside it.
    money = charges["allowance_money"] > 0
    assert drawn - in_money - charges["allowance_units"][money].sum() <= in_units


@worlds.tried(80)
@given(shared_books(), shared_usage())
def test_a_customer_apart_is_rated_as_among_others(data, frame):
    """Shards by customer add up to the whole."""
    frame["customer"] = frame["contract"]
    whole = keyed(rate(TariffBook(data), frame), frame)
    parts = []
    for _, shard in frame.groupby("customer"):
        shard = shard.reset_index(drop=True)
        parts.append(keyed(rate(TariffBook(data), shard), shard))
    together = pd.concat(parts).sort_values(["usage", "segment"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, together)


@worlds.tried(80)
@given(shared_books(), shared_usage())
def test_fast_and_exact_way_agree_under_balances(data, frame):
    quick, slow = TariffBook(data), TariffBook(data)
    slow.table.fast[:] = False
    one, two = rate(quick, frame), rate(slow, frame)
    pd.testing.assert_frame_equal(
        one.charges.drop(columns=["segment"]), two.charges.drop(columns=["segment"])
    )
    pd.testing.assert_frame_equal(one.alerts, two.alerts)


@worlds.tried(80)
@given(shared_books(), shared_usage())
def test_sums_by_anything_add_up(data, frame):
    found = rate(TariffBook(data), frame)
    total = found.charges["price"].sum()
    for by in ([], ["rate"], ["rate", "zone", "band"], ["allowance"]):
        assert totals(found, by)["price"].sum() == total
