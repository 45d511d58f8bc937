# SPDX-License-Identifier: AGPL-3.0-or-later
"""``make bench``: the measurements of tests/bench, as a table and as bench.json.

A file of tests/bench measures if it has a function ``measure`` whose parameters are among
``rows`` (how many records to try), ``folder`` (an empty `Path`), ``env`` and ``cr`` (of a database
that is dropped in the end; what a file does not commit is rolled back). It yields dicts with name,
value, unit, reference, ratio, goal and holds. Each runs in a process of its own, so that its peak
memory is its own. Slowness does not fail; a measurement that breaks does.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from . import databases, demo, measure, odoo_run, paths, postgres
from .odoo_source import Odoo
from .progress import took
from .say import Trouble, line
from .server import Server

RESULT = paths.ROOT / "bench.json"
COLUMNS = ("name", "value", "unit", "reference", "ratio", "goal", "holds")


def bench(odoo: Odoo, words: list[str]) -> int:
    """bench [WORD...]: measurements whose file has a WORD (N=6000000 records, else a million)"""
    names = [n for n in measure.files() if not words or any(word in n for word in words)]
    if not names:
        wanted = " or ".join(words) or "anything"
        raise Trouble(f"no file of tests/bench measures {wanted}", "look there for what does")
    found: list[dict] = []
    failed: list[str] = []
    with postgres.running() as server, demo.claimed("bench") as database, took("bench"):
        if any(map(measure.needs_odoo, names)):
            demo.fresh(server, odoo, database)
        try:
            for name in names:
                line(f"  {name}")
                rows = _run(server, name, database)
                found += rows
                if not rows:
                    failed.append(name)
        finally:  # six million records are gigabytes
            databases.drop(server, database)
    paths.write_atomic(RESULT, json.dumps(found, indent=1) + "\n")
    table(found)
    for name in failed:
        line(f"telecom: tests/bench/{name}.py broke -- its last words are above")
    return 1 if failed else 0


def _rows() -> int:
    text = os.environ.get("N") or "1000000"
    if not text.isdigit() or not int(text):
        raise Trouble(f"N={text} is no number of records", "name one, say: make bench N=6000000")
    return int(text)


def _run(server: Server, name: str, database: str) -> list[dict]:
    with tempfile.TemporaryDirectory(prefix="telecom-bench-") as folder:
        result = Path(folder) / "result.json"
        env = {
            **odoo_run.environment(server),
            measure.NAME: name,
            measure.ROWS: str(_rows()),
            measure.RESULT: str(result),
        }
        command = [sys.executable, "-m", "tools.ground.measure"]
        if measure.needs_odoo(name):
            log = paths.BUILD / "logs" / "bench.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-m", "tools.ground.inside", database]
            command += ["tools.ground.measure:in_odoo", str(log)]
        odoo_run.foreground(command, env, cwd=paths.ROOT)
        return json.loads(result.read_text("utf-8")) if result.exists() else []


def table(rows: list[dict]) -> None:
    """Print measurements below each other."""
    cells = [[_text(row.get(column)) for column in COLUMNS] for row in rows]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *cells, strict=True)]
    for row in (list(COLUMNS), *cells):
        aligned = [
            cell.ljust(width) if column in ("name", "unit", "goal") else cell.rjust(width)
            for column, cell, width in zip(COLUMNS, row, widths, strict=True)
        ]
        print("  ".join(aligned).rstrip())


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
