# SPDX-License-Identifier: AGPL-3.0-or-later
"""A price list of 20,000 prefixes with increments and bands, and a month of calls under it."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd

PREFIXES = 20_000
ZONES = 400
#: (initial, step, price per minute in peak and off-peak time, setup)
PRICES = [
    ("60", "60", "0.0190", "0.0090", "0"),
    ("60", "1", "0.0990", "0.0490", "0.05"),
    ("1", "1", "0.0123", "0.0077", "0"),
    ("30", "6", "0.2990", "0.1990", "0.10"),
]


def prefixes(seed: int = 1) -> list[str]:
    """Nested prefixes of two to nine digits, as carriers list them."""
    pick = random.Random(seed)
    found = [str(number) for number in range(20, 99)]
    seen = set(found)
    while len(found) < PREFIXES:
        longer = pick.choice(found) + str(pick.randrange(10))
        if len(longer) <= 9 and longer not in seen:
            seen.add(longer)
            found.append(longer)
    return found


def book(listed: list[str]) -> dict:
    """The tariff book: every zone has a peak and an off-peak price."""
    zones = [
        {"id": zone + 1, "name": f"Zone {zone + 1}", "prefixes": listed[zone::ZONES]}
        for zone in range(ZONES)
    ]
    rates = []
    for zone in range(ZONES):
        initial, step, peak, off, setup = PRICES[zone % len(PRICES)]
        shared = {"zone": zone + 1, "initial": initial, "step": step, "setup": setup}
        rates.append({"id": 2 * zone + 1, "price": peak, "band": 1, **shared})
        rates.append({"id": 2 * zone + 2, "price": off, **shared})
    return {
        "format": 1,
        "timezone": "Europe/Berlin",
        "zones": zones,
        "bands": [{"id": 1, "weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:00"}],
        "tariffs": [
            {
                "id": 1,
                "per": "minute",
                "decimals": 4,
                "versions": [{"id": 1, "valid_from": "2026-01-01", "rates": rates}],
            }
        ],
    }


def usage(rows: int, listed: list[str], seed: int = 2) -> pd.DataFrame:
    """Calls of March 2026 (a clock change among them) to numbers under the listed prefixes."""
    draw = np.random.default_rng(seed)
    tails = draw.integers(10**9, 10**10, rows)
    chosen = draw.integers(0, len(listed), rows)
    texts = np.array(listed, dtype=object)[chosen]
    numbers = [(a + b)[:13] for a, b in zip(texts, tails.astype(str), strict=True)]
    start = np.datetime64("2026-03-01T00:00:00", "us")
    offsets = draw.integers(0, 31 * 86_400, rows).astype("timedelta64[s]")
    seconds = draw.exponential(180, rows).astype(np.int64)
    contract = draw.integers(1, max(rows // 60, 2), rows)
    return pd.DataFrame(
        {
            "contract": contract,
            "line": contract,
            "tariff": np.ones(rows, dtype=np.int64),
            "service": pd.Series(["voice"] * rows, dtype="category"),
            "unit": pd.Series(["second"] * rows, dtype="category"),
            "started_at": start + offsets,
            "quantity": seconds * 1_000_000,
            # As the store hands them over.
            "b_number": np.array(numbers, dtype=np.int64),
        }
    )
