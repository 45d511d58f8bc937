# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rating core beside a plain Decimal loop: 20,000 prefixes, increments, bands.

The loop is the reference implementation of the tests (`tests/rating/reference.py`): a dictionary of
prefixes tried from the longest, zoneinfo, Decimals. Both are timed in turns, and the best round of
each counts, so that a busy machine slows both.
"""

from __future__ import annotations

import time
import typing
from datetime import timezone

from telecom_billing.rating import TariffBook, explain, rate
from telecom_billing.rating.engine import run
from tests.bench import rating_world
from tests.rating.reference import Reference

GOAL = 200
SAMPLE = 3_000
ROUNDS = 5


def measure(rows: int) -> typing.Iterator[dict]:
    """Rows of ``bench.json``."""
    listed = rating_world.prefixes()
    data = rating_world.book(listed)
    book, plain = TariffBook(data), Reference(data)
    usage = rating_world.usage(rows, listed)
    sample = [
        (
            str(one.b_number),
            one.started_at.to_pydatetime().replace(tzinfo=timezone.utc),
            one.quantity,
        )
        for one in usage.head(SAMPLE).itertuples()
    ]
    same = _check(book, plain, usage.head(SAMPLE), sample)

    def loop() -> None:
        for number, started, quantity in sample:
            plain.price(1, "voice", number, started, quantity // 1_000_000)

    best: dict[str, int] = {}
    for _ in range(ROUNDS):
        for name, count, work in (
            ("loop", len(sample), loop),
            ("kernel", rows, lambda: run(book, usage)),
            ("frames", rows, lambda: rate(book, usage)),
        ):
            best[name] = max(best.get(name, 0), round(count / _seconds(work)))
    for name, what in (
        ("kernel", "rating.kernel: 20,000 prefixes, increments, bands"),
        ("frames", "rating.frames: the same from usage frame to charges frame"),
    ):
        yield {
            "name": what,
            "value": best[name],
            "unit": "records/s",
            "reference": best["loop"],
            "ratio": round(best[name] / best["loop"], 1),
            "goal": f">= {GOAL}" if name == "kernel" else None,
            "holds": best[name] >= GOAL * best["loop"] and same if name == "kernel" else None,
        }
    taken = min(_seconds(lambda: explain(book, usage, rows // 2)) for _ in range(ROUNDS))
    yield {
        "name": "rating.explain: one charge explained",
        "value": round(taken * 1000, 1),
        "unit": "ms",
        "reference": None,
        "ratio": None,
        "goal": "< 50",
        "holds": taken < 0.05,
    }


def _check(book: TariffBook, plain: Reference, usage: typing.Any, sample: list) -> bool:
    """Speed counts only if the numbers are the same."""
    charges = rate(book, usage).charges
    assert len(charges) == len(sample)
    for (number, started, quantity), price in zip(sample, charges["price"], strict=True):
        expected, _ = plain.price(1, "voice", number, started, quantity // 1_000_000)
        assert expected * 1_000_000 == price, (number, started, quantity)
    return True


def _seconds(work: typing.Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
