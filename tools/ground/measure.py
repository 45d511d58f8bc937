# SPDX-License-Identifier: AGPL-3.0-or-later
"""One measurement of tests/bench in a process of its own (see `bench`)."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import paths

#: Variables that say which file measures, how many records, and where its rows go.
NAME, ROWS, RESULT = "TELECOM_BENCH", "TELECOM_BENCH_ROWS", "TELECOM_BENCH_RESULT"
FOLDER = paths.ROOT / "tests" / "bench"


def files() -> list[str]:
    """The files that measure, without their suffix."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if _parameters(path.stem) is not None)


def needs_odoo(name: str) -> bool:
    """Whether a measurement wants a database."""
    return bool({"env", "cr"} & set(_parameters(name) or ()))


def _parameters(name: str) -> list[str] | None:
    """What a file's `measure` takes, read without importing it; None where it has none."""
    for node in ast.parse((FOLDER / f"{name}.py").read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == "measure":
            return [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
    return None


def collect(**given: Any) -> None:
    """Measure what the variables say, with what `given` adds, and write the rows."""
    name = os.environ[NAME]
    with tempfile.TemporaryDirectory(prefix="telecom-bench-") as folder:
        given |= {"rows": int(os.environ[ROWS]), "folder": Path(folder)}
        measure = importlib.import_module(f"tests.bench.{name}").measure
        wanted = inspect.signature(measure).parameters
        rows = list(measure(**{name: given[name] for name in wanted if name in given}))
    Path(os.environ[RESULT]).write_text(json.dumps(rows), "utf-8")


def in_odoo(env: Any) -> None:
    """The same inside Odoo; what is not committed is rolled back."""
    try:
        collect(env=env, cr=env.cr)
    finally:
        env.cr.rollback()


if __name__ == "__main__":
    sys.exit(collect())
