# SPDX-License-Identifier: AGPL-3.0-or-later
"""``make test``: every room once, one summary, and an exit code that no skip can hide.

Pure rooms first (seconds, no Odoo), then the add-on on a fresh database, then the whole month with
a server and a browser. A room whose preparation fails counts as failed, and so does a room that
has test files and runs none.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import demo, odoo_run, paths, postgres
from .odoo_source import Odoo
from .progress import took
from .say import Trouble, line
from .server import Server

#: Rooms that need more than Python, and are not part of the pure one.
ODOO_ROOMS = ("addon", "e2e", "bench")
#: Code whose docstrings are tests.
DOCTESTED = ("connectors", "telecom_billing/deck", "telecom_billing/rating")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Result:
    """What one room came to."""

    room: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    trouble: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return bool(self.passed) and not self.failed and not self.trouble


def rooms() -> dict[str, list[str]]:
    """The pytest words of each room that has something to run."""
    tests = paths.ROOT / "tests"
    pure = sorted(
        f"tests/{folder.name}"
        for folder in tests.iterdir()
        if folder.name not in ODOO_ROOMS and any(folder.rglob("test_*.py"))
    )
    doctested = [name for name in DOCTESTED if (paths.ROOT / name).is_dir()]
    found = {"pure": [*pure, *(["--doctest-modules", *doctested] if doctested else [])]}
    for room in ("addon", "e2e"):
        if any((tests / room).rglob("test_*.py")):
            found[room] = [f"tests/{room}"]
    return {room: words for room, words in found.items() if words}


def chromium() -> str:
    """The browser for the browser tests, '' where there is none."""
    named = os.environ.get("TELECOM_CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), "")


def test(odoo: Odoo, words: list[str]) -> int:
    """test: all tests; words go to pytest (make test ARGS='-k invoice'), room:NAME picks rooms"""
    picked = [word[5:] for word in words if word.startswith("room:")]
    extra = [word for word in words if not word.startswith("room:")]
    results = []
    with postgres.running() as server, took("test"):
        for room, targets in rooms().items():
            if not picked or room in picked:
                line(f"\n== {room}: {' '.join(targets)}")
                results.append(_room(odoo, server, room, [*targets, *extra]))
    return summary(results, narrowed=bool(extra))


def _room(odoo: Odoo, server: Server, room: str, words: list[str]) -> Result:
    prepare: dict[str, Callable[..., int]] = {"pure": _pure, "addon": _addon, "e2e": _e2e}
    report = paths.BUILD / "reports" / f"{room}.xml"
    paths.remove(report)
    try:
        code = prepare[room](odoo, server, [*words, f"--junitxml={report}"])
    except Trouble as trouble:
        line(f"telecom: {trouble}")
        return Result(room, trouble=trouble.what)
    return read(room, report, code)


def read(room: str, report: Path, code: int) -> Result:
    """Count a junit report; pytest's exit code has the last word."""
    result = Result(room)
    if report.is_file():
        reasons = []
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            kinds = {child.tag for child in case}
            skip = case.find("skipped")
            if kinds & {"failure", "error"}:
                result.failed += 1
            elif skip is not None:
                result.skipped += 1
                reasons.append(skip.get("message") or "no reason given")
            else:
                result.passed += 1
        result.reasons = tuple(sorted(set(reasons)))
    if code not in (0, 1, 5) or (code == 1 and not result.failed):
        result.trouble = f"pytest ended with {code}"
    return result


def _pytest(server: Server, words: list[str], env: dict[str, str] | None = None) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-rsfE", *words]
    return odoo_run.foreground(
        command, {**odoo_run.environment(server), **(env or {})}, cwd=paths.ROOT
    )


def _pure(odoo: Odoo, server: Server, words: list[str]) -> int:
    return _pytest(server, ["-p", "no:odoo", *words])


def _addon(odoo: Odoo, server: Server, words: list[str]) -> int:
    with demo.claimed("test") as name:
        demo.fresh(server, odoo, name)
        return _pytest(server, ["--odoo-database", name, "--odoo-http", *words])


def _e2e(odoo: Odoo, server: Server, words: list[str]) -> int:
    out = paths.BUILD / "e2e"
    with demo.claimed("e2e") as name:
        demo.fresh(server, odoo, name)
        code = demo.bill(server, name, out)
        if code:
            raise Trouble(f"the demo ended with {code}", "make demo shows why")
        with demo.web_server(server, name) as url:
            env = {"TELECOM_E2E_URL": url, "TELECOM_E2E_DB": name, "TELECOM_E2E_OUT": str(out)}
            browser = chromium()
            if browser:
                env["TELECOM_CHROMIUM"] = browser
            return _pytest(server, ["-p", "no:odoo", *words], env)


def summary(results: list[Result], narrowed: bool = False) -> int:
    """Print one table and one closing line; the exit code of the whole."""
    line("")
    for result in results:
        bad = result.trouble or ("FAILED" if result.failed else "no test")
        state = "ok" if result.good else bad
        counts = f"{result.passed} passed, {result.failed} failed, {result.skipped} skipped"
        line(f"  {result.room:6} {counts:42} {state}")
        for reason in result.reasons:
            line(f"         skipped: {re.sub(r'^Skipped: ', '', reason)[:160]}")
    passed, failed, skipped = (
        sum(getattr(result, name) for result in results) for name in ("passed", "failed", "skipped")
    )
    failed += sum(1 for result in results if result.trouble)
    bad = [r for r in results if not r.good and not (narrowed and not r.failed and not r.trouble)]
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if bad or not passed else 0
