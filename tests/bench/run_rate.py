# SPDX-License-Identifier: AGPL-3.0-or-later
"""Months of facts to charges: beside a raw COPY of the same charges, larger months beside smaller
ones, and a day beside a month.

A sixteenth, a sixth and the whole of N records are rated one after the other, each in a month of
its own, in one process: its highest memory after the sixth is what the whole is compared with.
All is committed as the billing run does it: what one transaction changes again and again keeps each
state until its end, so that a day would pay for the days before it.
"""

from __future__ import annotations

import datetime
import resource
import statistics
import time
import typing
from pathlib import Path

from odoo.addons.telecom_billing.charging.explaining import of_charge
from odoo.addons.telecom_billing.charging.month import Month
from odoo.addons.telecom_billing.store import charges, copying, partitions
from odoo.tools import SQL

from tests.bench.run_world import World

SIXTEENTH, SIXTH, WHOLE = (datetime.date(2026, month, 1) for month in (1, 2, 3))
TWIN = "telecom_bench_charges"
#: Matching, rating and storing beside a raw COPY of the charges, in speed.
GOAL = 0.5
#: A day beside its share of the month, in time.
GOAL_DAY = 1.5
GOAL_MEMORY = 1.3
MOST_MEMORY = 2048
GOAL_GROWTH = 1.1
GOAL_EXPLAIN = 50
#: The goals of a day and of memory are for a month of so many records; smaller ones are told too.
MONTH = "at N=6000000"
DAYS = 27
#: So many of them are rated one after the other; the middle one counts.
LAST = 3


def raw_copy(cr, month: datetime.date, path: Path) -> float:
    """COPY the charges of a month into an empty twin of the table; seconds."""
    cr.execute(
        SQL(
            "CREATE TABLE %s (LIKE telecom_charge_data INCLUDING DEFAULTS INCLUDING INDEXES)"
            " PARTITION BY RANGE (started_at)",
            SQL.identifier(TWIN),
        )
    )
    partitions.ensure(cr, TWIN, partitions.months(cr, charges.TABLE))
    stored = partitions.name_of(charges.TABLE, month)
    with copying.blocking(), path.open("w+b") as file:
        cr.copy_expert(f"COPY (SELECT * FROM {stored}) TO STDOUT WITH (FORMAT csv)", file)
        file.seek(0)
        begun = time.perf_counter()
        cr.copy_expert(f"COPY {TWIN} FROM STDIN WITH (FORMAT csv)", file)
        return time.perf_counter() - begun


def rated(env, month: datetime.date, rows: int, everything: bool = False) -> float:
    """Rate what is new of a month, or everything; seconds."""
    span = env["telecom.rating.state"]._span(env.company, month)
    begun = time.perf_counter()
    counts = Month(env, env.company, span, lambda done, total: env.cr.commit()).rate(everything)
    env.cr.commit()
    taken = time.perf_counter() - begun
    assert counts.records == rows, counts
    assert 0 < counts.aside < rows / 5, counts
    # As PostgreSQL does by itself, after a while.
    env.cr.execute("ANALYZE telecom_charge_data, telecom_usage_summary")
    env.cr.commit()
    return taken


def memory() -> int:
    """The highest memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def explained(env, month: datetime.date) -> float:
    """Explain a charge from the screen; the quickest of some, in seconds."""
    charge = env["telecom.charge"].search(
        [("contract_id", "!=", False), ("price", ">", 0), ("started_at", ">=", str(month))], limit=1
    )
    found = []
    for _try in range(5):
        env.invalidate_all()
        begun = time.perf_counter()
        assert of_charge(charge)
        found.append(time.perf_counter() - begun)
    return min(found)


def measure(env, rows: int, folder: Path) -> typing.Iterator[dict]:
    """Rows of ``bench.json``. Commits: the database is for measuring only."""
    world = World(env)
    small, sixth = max(rows // 16, 1000), max(rows // 6, 1000)
    world.month(SIXTEENTH, small)
    at_small = rated(env, SIXTEENTH, small)
    world.month(SIXTH, sixth)
    rated(env, SIXTH, sixth)
    memory_sixth = memory()
    # All but the last days, which come one by one.
    day = rows // DAYS
    before = rows - LAST * day
    world.month(WHOLE, before, (0, DAYS - LAST))
    taken = rated(env, WHOLE, before)
    memory_whole = memory()
    days = []
    for last in range(DAYS - LAST, DAYS):
        world.deliver(WHOLE, day, (last, last + 1), world.lines)
        days.append(rated(env, WHOLE, day))
    a_day = statistics.median(days)
    milliseconds = explained(env, WHOLE) * 1000
    # The day's other way in: the month, which has charges already, in full.
    again = rated(env, WHOLE, rows, everything=True)
    # Last, for what it leaves in PostgreSQL's memory has to be written by whatever comes next.
    raw = raw_copy(env.cr, WHOLE, folder / "charges.csv") * before / rows
    growth = taken / before / (at_small / small)
    yield {
        "name": "run.rate: match + rate + allowances, facts to charges stored",
        "value": round(before / taken),
        "unit": "records/s",
        "reference": round(before / raw),
        "ratio": round(raw / taken, 3),
        "goal": f">= {GOAL}",
        "holds": raw / taken >= GOAL,
    }
    for name, share in (
        ("the open month in full", again * day / rows),
        ("a month's first rating", taken * day / before),
    ):
        yield {
            "name": f"run.rate: a day into the open month, beside its share of {name}",
            "value": round(a_day, 2),
            "unit": "s",
            "reference": round(share, 2),
            "ratio": round(a_day / share, 2),
            "goal": f"<= {GOAL_DAY} {MONTH}",
            "holds": a_day <= GOAL_DAY * share,
        }
    yield {
        "name": "run.rate: time a record, N beside N/16",
        "value": round(taken / before * 1e6, 2),
        "unit": "µs",
        "reference": round(at_small / small * 1e6, 2),
        "ratio": round(growth, 2),
        "goal": f"<= {GOAL_GROWTH}",
        "holds": growth <= GOAL_GROWTH,
    }
    yield {
        "name": "run.rate: peak memory, N beside N/6",
        "value": memory_whole,
        "unit": "MiB",
        "reference": memory_sixth,
        "ratio": round(memory_whole / memory_sixth, 2),
        "goal": f"<= {GOAL_MEMORY} {MONTH}, < {MOST_MEMORY}",
        "holds": memory_whole <= GOAL_MEMORY * memory_sixth and memory_whole < MOST_MEMORY,
    }
    yield {
        "name": "run.explain: one charge explained in Odoo",
        "value": round(milliseconds, 1),
        "unit": "ms",
        "reference": None,
        "ratio": None,
        "goal": f"< {GOAL_EXPLAIN}",
        "holds": milliseconds < GOAL_EXPLAIN,
    }
