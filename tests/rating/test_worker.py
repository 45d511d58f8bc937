# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a worker answers is what the core answers, and it refuses to be another core."""

import pandas as pd
import pytest

from telecom_billing.rating import TariffBook, rate, worker

BOOK = {
    "format": 1,
    "zones": [{"id": 1, "name": "Germany", "prefixes": ["49"]}],
    "tariffs": [
        {
            "id": 1,
            "per": "minute",
            "decimals": 4,
            "versions": [
                {
                    "id": 1,
                    "valid_from": "2026-01-01",
                    "rates": [{"id": 1, "zone": 1, "price": "0.0777", "initial": 30, "step": 7}],
                }
            ],
        }
    ],
    "allowances": [{"id": 1, "tariffs": [1], "quantity": 2, "unit": "minute", "share": "line"}],
}
USAGE = pd.DataFrame(
    {
        "line": [1, 1, 2],
        "tariff": [1, 1, 1],
        "started_at": pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-03"]),
        "quantity": [100_000_000, 90_000_000, 61_000_000],
        "b_number": ["4930123", "4989123", "33123"],
    }
)


def test_the_same_frames():
    book = TariffBook(BOOK)
    spent = pd.DataFrame(
        {"allowance": [1], "share": ["line"], "holder": [2], "day": [pd.Timestamp("2026-03-01")],
         "units": [60_000_000], "money": [0]}
    )  # fmt: skip
    for before in ({}, {"spent": spent, "opening": None}):
        here = rate(book, USAGE, **before)
        there = worker.rate_shard(worker.fingerprint(), worker.pack(BOOK), USAGE, before)
        pd.testing.assert_frame_equal(there["charges"], here.charges)
        pd.testing.assert_frame_equal(there["allowances"], here.allowances)
        pd.testing.assert_frame_equal(there["alerts"], here.alerts)
    assert len(here.charges) > len(USAGE)


def test_a_sum_that_is_too_large_is_left_to_the_sender():
    steps = [{"to": 10, "factor": "1"}, {"from": 10, "factor": "0.5"}]
    data = {**BOOK, "tiers": [{"id": 1, "unit": "second", "steps": steps}]}
    usage = USAGE.assign(line=1, quantity=1 << 60, b_number="4930123")
    assert worker.rate_shard(worker.fingerprint(), worker.pack(data), USAGE, {})
    assert worker.rate_shard(worker.fingerprint(), worker.pack(data), usage, {}) == {}


def test_another_version_is_refused():
    with pytest.raises(worker.OtherVersion, match="f00"):
        worker.rate_shard("f00", worker.pack(BOOK), USAGE, {})


def test_books_are_built_once_and_few_are_kept():
    packed = [worker.pack({**BOOK, "timezone": zone}) for zone in ("UTC", "Europe/Berlin")]
    first = worker._book(packed[0])
    assert worker._book(packed[1]) is not first
    assert worker._book(packed[0]) is first
    for number in range(10):
        zone = {"id": 2 + number, "name": "More", "prefixes": ["1"]}
        worker._book(worker.pack({**BOOK, "zones": [*BOOK["zones"], zone]}))
    assert len(worker._books) == worker._KEPT
    assert worker._book(packed[0]) is not first
