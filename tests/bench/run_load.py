# SPDX-License-Identifier: AGPL-3.0-or-later
"""A delivery into the store, beside a raw COPY of the same rows into a table of the same shape."""

from __future__ import annotations

import random
import resource
import time
import typing
from pathlib import Path

from odoo.addons.telecom_billing.store import copying, facts, partitions
from odoo.addons.telecom_billing.store.intake import Intake, ahead
from odoo.tools import SQL

from connectors import formats
from connectors.frame import Deduplicator

SOURCE, DELIVERY, COMPANY = 999_999, 999_999, 1
TWIN = "telecom_bench_twin"
#: Loading may take this much longer than a raw COPY of the rows that it stores.
GOAL = 0.6


def write_master_csv(path: Path, rows: int, seed: int = 7) -> None:
    """An Asterisk Master.csv of ``rows`` answered calls in one month."""
    pick = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            start = f"2026-03-{pick.randrange(1, 32):02d} {pick.randrange(24):02d}:"
            start += f"{pick.randrange(60):02d}:{pick.randrange(60):02d}"
            seconds = pick.randrange(1, 1800)
            file.write(
                f'"trunk{number % 50}","0301234{pick.randrange(1000):03d}",'
                f'"0{pick.randrange(3, 10)}{pick.randrange(10**7, 10**8)}","out","",'
                f'"SIP/trunk-{number % 97:04d}","",'
                f'"Dial","SIP/out","{start}","{start}","{start}",{seconds + 9},{seconds},'
                f'"ANSWERED","DOCUMENTATION","{1_770_000_000 + number}.{number % 9}"\n'
            )


def load(cr, path: Path) -> float:
    """Decode and store the file; seconds."""
    begun = time.perf_counter()
    intake, keys = Intake(cr, COMPANY, SOURCE, DELIVERY), Deduplicator()
    chunks = formats.get("asterisk").decode(path, {})
    ready = (intake.prepare(chunk.frame, keys.keys(chunk.frame)) for chunk in chunks)
    for prepared in ahead(ready):
        intake.write(prepared)
    counts = intake.finish()
    assert counts.lines == counts.loaded == chunks.summary.data, counts
    return time.perf_counter() - begun


def raw_copy(cr, path: Path) -> float:
    """COPY the rows just stored into an empty twin of the table; seconds."""
    months = partitions.months(cr, facts.TABLE)
    columns = SQL(", ").join(SQL.identifier(name) for name in facts.COLUMNS)
    cr.execute(
        SQL(
            "CREATE TABLE %s (LIKE telecom_usage_data INCLUDING DEFAULTS INCLUDING INDEXES)"
            " PARTITION BY RANGE (started_at)",
            SQL.identifier(TWIN),
        )
    )
    partitions.ensure(cr, TWIN, months)
    select = SQL("SELECT %s FROM telecom_usage_data WHERE delivery_id = %s", columns, DELIVERY)
    with copying.blocking(), path.open("w+b") as file:
        query = cr.mogrify(select.code, select.params).decode()
        cr.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", file)
        file.seek(0)
        into = SQL("COPY %s (%s) FROM STDIN WITH (FORMAT csv)", SQL.identifier(TWIN), columns)
        begun = time.perf_counter()
        cr.copy_expert(into.code, file)
        return time.perf_counter() - begun


def measure(cr, rows: int, folder: Path) -> typing.Iterator[dict]:
    """Rows of ``bench.json``. Leaves nothing behind when the caller rolls back."""
    path = folder / "Master.csv"
    write_master_csv(path, rows)
    taken = load(cr, path)
    raw = raw_copy(cr, folder / "facts.csv")
    yield {
        "name": "run: decode + load a delivery into facts",
        "value": round(rows / taken),
        "unit": "records/s",
        "reference": round(rows / raw),
        "ratio": round(raw / taken, 3),
        "goal": f">= {GOAL}",
        "holds": raw / taken >= GOAL,
    }
    yield {
        "name": "run: peak memory after it",
        "value": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "unit": "MiB",
        "reference": 2048,
        "ratio": None,
        "goal": "< 2048",
        "holds": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2048 * 1024,
    }
