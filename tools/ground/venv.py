# SPDX-License-Identifier: AGPL-3.0-or-later
"""The virtual environment: every library at its pinned version, Odoo on its path."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
import time
from pathlib import Path

from . import paths, run
from .odoo_source import Odoo
from .progress import step
from .say import Trouble

LOCK = paths.ROOT / "requirements" / "lock.txt"
POSTGRES = paths.ROOT / "requirements" / "postgres.txt"
#: What must be importable before an environment counts as complete.
PROBE = "import odoo.init, odoo.release, psycopg2, gevent, lxml"
MONTH = 30 * 24 * 3600
OLDEST, NEWEST = (3, 10), (3, 13)


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """:raises Trouble: when this Python is not one that Odoo 19 runs on."""
    if not OLDEST <= version <= NEWEST:
        raise Trouble(
            f"this is Python {version[0]}.{version[1]}, Odoo 19 needs 3.10 to 3.13",
            "install one of these, or name it: make PYTHON=/path/to/python3.12",
        )


def folder(odoo: Odoo) -> Path:
    """The environment's place: another Python, Odoo or set of pins gets another one."""
    ident = paths.key(LOCK.read_text("utf-8"), sys.version, sysconfig.get_platform(), odoo.ident)
    return paths.cache() / "venv" / f"{sys.version_info[0]}.{sys.version_info[1]}-{ident}"


def python(place: Path) -> Path:
    """The environment's interpreter."""
    return place / "bin" / "python"


def ensure(odoo: Odoo) -> Path:
    """Return the folder of a complete environment; make or resume it when needed."""
    check_python()
    place = folder(odoo)
    if complete(place) == odoo:
        return place
    with paths.lock("venv"):
        if complete(place) != odoo:
            _make(place, odoo)
    return place


def _marker(place: Path) -> Path:
    return place / "complete"


def complete(place: Path) -> Odoo | None:
    """The Odoo for which `place` is complete, or None."""
    try:
        stored = json.loads(_marker(place).read_text("utf-8"))
        return Odoo(Path(stored["path"]), stored["ident"]) if python(place).exists() else None
    except (OSError, ValueError, KeyError):
        return None


def _make(place: Path, odoo: Odoo) -> None:
    paths.need_space(place, 1.5, "the Python environment")
    if not python(place).exists():
        paths.remove(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        run.logged(
            [getattr(sys, "_base_executable", sys.executable), "-m", "venv", place],
            "venv",
            "cannot make a virtual environment",
            "install the venv module of your Python (Debian: apt install python3-venv)",
        )
    total = sum(1 for text in LOCK.read_text("utf-8").splitlines() if text[:1].isalnum())
    _forget_unused(place)
    with step("venv", f"{total} Python libraries") as progress:
        seen = 0

        def count(text: str) -> None:
            nonlocal seen
            if text.startswith(("Collecting ", "Processing ", "Requirement already", "Ignoring ")):
                seen += 1
                progress.done(0.7 * seen / total)

        install(place, LOCK, "libraries", count)
    site = next((place / "lib").glob("python*/site-packages"))
    paths.write_atomic(site / "telecom_odoo.pth", f"{odoo.path}\n")
    run.logged(
        [python(place), "-c", PROBE],
        "venv-probe",
        f"Odoo at {odoo.path} does not start",
        "read the log; ODOO_HOME names another Odoo, without it one is fetched",
    )
    stored = {"path": str(odoo.path), "ident": odoo.ident}
    paths.write_atomic(_marker(place), json.dumps(stored))


def _forget_unused(place: Path) -> None:
    """Remove environments that nobody entered for a month; each takes a gigabyte."""
    for other in place.parent.iterdir():
        marker = _marker(other)
        if other != place and (not marker.exists() or marker.stat().st_mtime < time.time() - MONTH):
            paths.remove(other)


def install(place: Path, requirements: Path, what: str, on_line=None) -> None:
    """Install pinned requirements; nothing is resolved, the lock already names every one."""
    run.logged(
        [python(place), "-m", "pip", "install", "--no-deps", "--disable-pip-version-check"]
        + ["--no-input", "--progress-bar", "off", "-r", requirements],
        f"pip-{requirements.stem}",
        f"cannot install the Python {what}",
        "check the network and pip's index, then start again: what is there is kept",
        env={**os.environ, "PYTHONPATH": "", "PIP_REQUIRE_VIRTUALENV": ""},
        on_line=on_line,
    )


def enter(place: Path, arguments: list[str]) -> None:
    """Go on as the environment's Python; returns only if already inside."""
    os.utime(_marker(place))
    if Path(sys.prefix).resolve() == place.resolve():
        return
    sys.stdout.flush()
    sys.stderr.flush()
    env = {**os.environ, "PYTHONPATH": str(paths.ROOT), "PYTHONNOUSERSITE": "1"}
    words = [str(python(place)), "-m", "tools.ground", *arguments]
    os.execve(words[0], words, env)
