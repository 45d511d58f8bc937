# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the user reads: one line a step with an estimate, one line for what is missing."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import paths

#: Seconds of each long step on a quiet two-core machine of 2024. Only their proportions count:
#: the first steps measured on this machine scale the rest (see `estimate`).
SHIPPED = {
    "debian lists": 3.0,
    "debian odoo": 12.0,
    "git odoo": 60.0,
    "venv": 60.0,
    "postgres wheel": 3.0,
    "cluster": 3.0,
    "template": 150.0,
    "copy": 2.0,
    "install": 20.0,
}


class Trouble(Exception):
    """Something is missing: `what` names it with its value, `remedy` says what to do."""

    def __init__(self, what: str, remedy: str, log: Path | None = None):
        super().__init__(what)
        self.what, self.remedy, self.log = what, remedy, log

    def __str__(self) -> str:
        line = f"{self.what} -- {self.remedy}"
        return f"{line} (log: {self.log})" if self.log else line


def line(text: str) -> None:
    """Print one line at once, also through a pipe, and whatever the terminal can encode."""
    stream = sys.stderr
    encoding = stream.encoding or "ascii"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()


def _durations_file() -> Path:
    return paths.cache() / "durations.json"


def _durations() -> dict[str, float]:
    try:
        stored: dict[str, Any] = json.loads(_durations_file().read_text("utf-8"))
        return {name: float(seconds) for name, seconds in stored.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def estimate(name: str) -> float:
    """Seconds a step will take: its last duration here, else the shipped one at this pace."""
    known = _durations()
    if name in known:
        return known[name]
    shared = [step for step in known if step in SHIPPED]
    pace = sum(known[s] for s in shared) / sum(SHIPPED[s] for s in shared) if shared else 1.0
    return SHIPPED.get(name, 5.0) * pace


def _remember(name: str, seconds: float) -> None:
    known = _durations()
    known[name] = round(seconds, 1)
    with contextlib.suppress(OSError):  # an estimate is not worth a failure
        paths.write_atomic(_durations_file(), json.dumps(known, indent=1, sort_keys=True))


def span(seconds: float) -> str:
    """'8 s', '2 min', as a person says it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"


class step:
    """Say what begins, how long it should take and how far it is; remember how long it took.

    `done(fraction)` may be called by the step as it learns how far it is (0..1); without it the
    estimate alone is shown. A terminal gets one line that changes, a pipe one line a half minute.
    """

    def __init__(self, name: str, text: str):
        self.name, self.text = name, text
        self.expected = estimate(name)
        self.fraction = 0.0
        self._stop = threading.Event()

    def done(self, fraction: float) -> None:
        self.fraction = min(1.0, max(self.fraction, fraction))

    def _left(self) -> str:
        passed = time.monotonic() - self.started
        expected = passed / self.fraction if self.fraction > 0.1 else self.expected
        left = expected - passed
        share = f"{self.fraction:.0%}, " if self.fraction else ""
        return f"{share}about {span(left)} left" if left > 1 else f"{share}longer than usual"

    def _tick(self) -> None:
        terminal = sys.stderr.isatty()
        while not self._stop.wait(1.0 if terminal else 30.0):
            if terminal:
                sys.stderr.write(f"\r  {self.text}: {self._left()}\x1b[K")
                sys.stderr.flush()
            else:
                line(f"  {self.text}: {self._left()}")

    def __enter__(self) -> step:
        self.started = time.monotonic()
        line(f"  {self.text} (about {span(self.expected)})")
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._ticker.start()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._stop.set()
        self._ticker.join()
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        if kind is None:
            seconds = time.monotonic() - self.started
            _remember(self.name, seconds)
            line(f"  {self.text}: done in {span(seconds)}")


@contextlib.contextmanager
def took(what: str) -> Iterator[None]:
    """Say at the end how long a command took, and the most memory one of its programs had."""
    begun = time.monotonic()
    yield
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    line(f"  {what} took {span(time.monotonic() - begun)}, peak memory {peak * unit / 1e6:.0f} MB")


def debugging() -> bool:
    """Whether TELECOM_DEBUG asks for stack traces instead of one clear line."""
    return bool(os.environ.get("TELECOM_DEBUG"))
