# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records in, charges or reasons out: nothing is dropped, every number by hand."""

import gc

import pandas as pd
import pytest

from telecom_billing.rating import TariffBook, UsageError, rate
from telecom_billing.rating.context import Context
from telecom_billing.rating.usage import Usage

BOOK = {
    "format": 1,
    "zones": [
        {"id": 1, "name": "Germany", "prefixes": ["49"]},
        {"id": 2, "name": "German mobile", "prefixes": ["4915", "4916", "4917"]},
    ],
    "bands": [{"id": 5, "weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:00"}],
    "tariffs": [
        {
            "id": 7,
            "name": "Business",
            "per": "minute",
            "decimals": 4,
            "split": "exact",
            "versions": [
                {
                    "id": 71,
                    "valid_from": "2026-01-01",
                    "rates": [
                        {"id": 711, "service": "voice", "zone": 1, "price": "0.012",
                         "initial": 60, "step": 1},
                        {"id": 712, "service": "voice", "zone": 1, "band": 5, "price": "0.019",
                         "initial": 60, "step": 1},
                        {"id": 713, "service": "voice", "zone": 2, "price": "0.12",
                         "initial": 60, "step": 60, "setup": "0.05"},
                        {"id": 714, "service": "sms", "unit": "piece", "price": "0.07", "per": 1},
                    ],
                }
            ],
        }
    ],
}  # fmt: skip


def usage(*rows, **columns):
    """A usage frame of (started_at, seconds, number) rows."""
    frame = pd.DataFrame(rows, columns=["started_at", "quantity", "b_number"])
    frame["started_at"] = pd.to_datetime(frame["started_at"]).astype("datetime64[us]")
    frame["quantity"] = (frame["quantity"] * 1_000_000).astype("int64")
    frame["contract"], frame["line"], frame["tariff"] = 1, 10, 7
    for name, value in columns.items():
        frame[name] = value
    return frame


def charges(frame, book=BOOK):
    return rate(TariffBook(book), frame).charges


def test_band_by_start_in_local_time():
    # 07:30 UTC is 08:30 in Berlin: day. 61 s at 60/1 = 61 s, 61/60 · 0.019 = 0.019316… → 0.0193.
    found = charges(usage(("2026-03-02T07:30:00", 61, "493012345")))
    assert found[["rate", "band", "billed", "price"]].values.tolist() == [
        [712, 5, 61_000_000, 19_300]
    ]


def test_split_at_a_band_border():
    # 07:59:30 in Berlin, two minutes: 30 s at 0.012 = 0.006, 90 s at 0.019 = 0.0285.
    found = charges(usage(("2026-03-02T06:59:30", 120, "493012345")))
    assert found[["segment", "rate", "billed", "price"]].values.tolist() == [
        [0, 711, 30_000_000, 6_000],
        [1, 712, 90_000_000, 28_500],
    ]


def test_setup_and_full_minutes():
    # 61 s at 60/60 = 120 s: 2 · 0.12 + 0.05 = 0.29.
    found = charges(usage(("2026-03-02T06:59:30", 61, "4915112345")))
    assert found["price"].tolist() == [290_000]
    assert found["billed"].tolist() == [120_000_000]


def test_every_row_comes_back_in_order():
    frame = usage(
        ("2026-03-02T07:30:00", 61, "33123"),
        ("2025-03-02T07:30:00", 61, "493012345"),
        ("2026-03-02T06:59:30", 120, "493012345"),
        (None, 61, "493012345"),
    )
    found = charges(frame)
    assert found["usage"].tolist() == [0, 1, 2, 2, 3]
    reasons = [None if pd.isna(r) else r for r in found["reason"]]
    assert reasons == ["no-zone", "no-version", None, None, "bad-start"]
    assert "33123" in found["message"][0]
    assert found["price"][[0, 1, 4]].tolist() == [0, 0, 0]


def test_unknown_contract_tariff_and_unit():
    frame = usage(*[("2026-03-02T07:30:00", 61, "493012345")] * 3)
    frame["contract"] = pd.array([None, 1, 1], dtype="Int64")
    frame["tariff"] = [7, 99, 7]
    frame["unit"] = ["second", "second", "byte"]
    assert charges(frame)["reason"].tolist() == ["no-contract", "no-tariff", "wrong-unit"]


def test_minutes_and_seconds_are_the_same():
    frame = usage(*[("2026-03-02T07:30:00", 120, "493012345")] * 2)
    frame["unit"] = ["second", "minute"]
    frame.loc[1, "quantity"] = 2_000_000
    found = charges(frame)
    assert found["price"][0] == found["price"][1] == 38_000  # 2 · 0.019


def test_missing_column_is_named():
    with pytest.raises(UsageError, match="started_at"):
        charges(pd.DataFrame({"quantity": [1]}))


def test_no_usage_at_all():
    sections = {
        "allowances": [{"id": "a", "quantity": 1, "tariffs": [7]}],
        "tiers": [{"id": "t", "steps": [{"price": "1"}]}],
        "limits": [{"id": "l", "amount": "1"}],
        "minimums": [{"id": "m", "amount": "1"}],
        "guards": [{"id": "g", "prefixes": ["49"]}],
    }
    full = rate(TariffBook({**BOOK, **sections}), usage(("2026-03-02T07:30:00", 61, "4930")))
    empty = rate(TariffBook({**BOOK, **sections}), usage(("2026-03-02T07:30:00", 61, "4930"))[:0])
    for name in ("charges", "allowances", "alerts", "topups"):
        one, other = getattr(empty, name), getattr(full, name)
        assert one.empty and list(one.columns) == list(other.columns)


def test_the_usage_frame_is_never_changed():
    frame = usage(("2026-03-02T07:30:00", -61, "4930"), ("2026-03-02T06:59:30", 120, "4930"))
    before = frame.copy(deep=True)
    charges(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_run_is_gone_without_the_garbage_collector():
    """Else months in shards pile up runs: it counts objects, and large columns are few."""
    budget = {"id": "m", "money": "0.01", "measure": "money", "tariffs": [7]}
    book = TariffBook({**BOOK, "allowances": [budget]})

    def alive() -> int:
        # Not isinstance: it asks objects of other libraries for their class, and some load it then.
        return sum(type(one) in (Context, Usage) for one in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = alive()
        found = rate(book, usage(("2026-03-02T07:30:00", 60, "4930"))).charges
        after = alive()
    finally:
        gc.enable()
    # What the budget covers, and 0.019 less 0.01.
    assert (found["price"].to_list(), after) == ([0, 9_000], before)
