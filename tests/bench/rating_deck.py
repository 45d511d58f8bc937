# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rate deck of 50,000 prefixes: read, compared, and made a draft version."""

from __future__ import annotations

import base64
import csv
import io
import random
import time
import typing
from decimal import Decimal

PREFIXES, DESTINATIONS = 50_000, 2_000
#: Seconds; an accountant waits for it.
GOAL = 20
HEADINGS = (
    ("Prefix", "prefix"),
    ("Destination", "label"),
    ("Price", "price"),
    ("Takt", "increment"),
)


def deck(raised: int = 0) -> bytes:
    """Prefixes of three to eight digits; ``raised``: every so many-th price is another."""
    pick, seen = random.Random(1), set()
    lines = [";".join(heading for heading, _meaning in HEADINGS)]
    while len(seen) < PREFIXES:
        prefix = str(pick.randrange(200, 10 ** pick.randrange(3, 9)))
        if prefix not in seen:
            seen.add(prefix)
            place = len(seen) % DESTINATIONS
            price = place * 7 % 1000 + (1 if raised and place % raised == 0 else 0)
            lines.append(f"{prefix};Destination {place};0,{price:04d};60/1")
    return "\r\n".join(lines).encode()


def wizard(env, tariff, content: bytes, day: str):
    """The import as a person leaves it before the preview."""
    columns = [
        (0, 0, {"position": at, "heading": heading, "meaning": meaning})
        for at, (heading, meaning) in enumerate(HEADINGS, 1)
    ]
    return env["telecom.deck.import"].create(
        {
            "tariff_id": tariff.id,
            "before_id": tariff.version_ids[:1].id,
            "file": base64.b64encode(content),
            "file_name": "deck.csv",
            "name": day,
            "valid_from": day,
            "decimal_sign": ",",
            "price_in": "whole",
            "price_per": "minute",
            "service": "voice",
            "heading_line": 1,
            "column_ids": columns,
        }
    )


def _plain(content: bytes) -> float:
    """Seconds of a plain reader: rows, and exact prices."""
    start = time.process_time()
    rows = list(csv.reader(io.StringIO(content.decode()), delimiter=";"))
    prices = [Decimal(row[2].replace(",", ".")) for row in rows[1:]]
    assert len(prices) == PREFIXES
    return time.process_time() - start


def measure(env) -> typing.Iterator[dict]:
    """A first deck, then one with other prices beside it."""
    tariff = env["telecom.tariff"].create({"name": "Deck bench", "code": "DECK-BENCH"})
    plain = _plain(deck())
    for what, content, day in (
        ("first", deck(), "2026-01-01"),
        ("next", deck(raised=10), "2026-02-01"),
    ):
        one = wizard(env, tariff, content, day)
        for act in (one.action_preview, one.action_import):
            start = time.process_time()
            act()
            env.flush_all()
            value = time.process_time() - start
            step = "previewed" if act == one.action_preview else "made a version"
            yield {
                "name": f"rating: rate deck of {PREFIXES:,} prefixes, {what} one {step}",
                "value": round(value, 2),
                "unit": "s",
                "reference": round(plain, 3),
                "ratio": round(value / plain, 1),
                "goal": f"<= {GOAL} s",
                "holds": value <= GOAL,
            }
        assert one.new_count == PREFIXES or (one.dearer_count and one.same_count)
