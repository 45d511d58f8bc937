# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a step takes: an estimate before it, its progress, and a memory of it after."""

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
from .say import line

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
    "update": 20.0,
}
#: Seconds below which a step is announced only by its end.
QUICK = 3.0
#: The variable that carries a command's start (seconds of the epoch) into the environment's Python.
BEGAN = "TELECOM_BEGAN"


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
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min"


class step:
    """Say what begins, how long it should take and how far it is; remember how long it took.

    `done(fraction)` may be called by the step as it learns how far it is (0..1); without it the
    estimate alone is shown. A terminal gets one line that changes, a pipe one line a half minute.
    """

    def __init__(self, name: str, text: str):
        self.name, self.text = name, text
        self.expected = estimate(name)
        self.measured = name in _durations()
        self.fraction = 0.0
        self._stop = threading.Event()

    def done(self, fraction: float) -> None:
        """Say how far the step is, 0 to 1; it never goes back."""
        self.fraction = min(1.0, max(self.fraction, fraction))

    def left(self, passed: float) -> str:
        """What remains after `passed` seconds, in words.

        A step that once ran here is trusted to take as long again; one that never did, or takes
        longer, is reckoned from its share done.
        """
        expected = self.expected
        if self.fraction > 0.1 and (not self.measured or passed > expected):
            expected = passed / self.fraction
        share = f"{self.fraction:.0%}, " if self.fraction else ""
        remaining = expected - passed
        return f"{share}about {span(remaining)} left" if remaining > 1 else f"{share}nearly done"

    def _tick(self) -> None:
        terminal = sys.stderr.isatty()
        while not self._stop.wait(1.0 if terminal else 30.0):
            left = self.left(time.monotonic() - self.started)
            if terminal:
                sys.stderr.write(f"\r  {self.text}: {left}\x1b[K")
                sys.stderr.flush()
            else:
                line(f"  {self.text}: {left}")

    def __enter__(self) -> step:
        self.started = time.monotonic()
        if self.expected > QUICK:
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
    begun = float(os.environ.pop(BEGAN, time.time()))
    yield
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    line(f"  {what} took {span(time.time() - begun)}, peak memory {peak * unit / 1e6:.0f} MB")
