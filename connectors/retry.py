# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trying again: with growing pauses, for faults that may pass, and never for ever."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from connectors.reasons import TransportError

T = TypeVar("T")


@dataclass
class Patience:
    """How often and how patiently to try; `sleep` and `clock` can be replaced."""

    attempts: int = 5
    first: float = 1.0  # seconds before the second attempt, doubled for each further one
    longest: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def pause(self, attempt: int, wanted: float | None = None) -> None:
        """Wait after a failed attempt (counted from 1); `wanted` is what the other side asked."""
        if wanted is None:
            wanted = self.first * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)
        self.sleep(min(wanted, self.longest))


def retrying(
    call: Callable[[], T], patience: Patience, again: Callable[[], None] | None = None
) -> T:
    """Call until it works; `again` runs before each further attempt (to connect anew).

    Only a TransportError that is temporary is tried again; the last one is raised.  So is one of
    a service that asks for a longer pause than `patience.longest`.
    """
    for attempt in range(1, patience.attempts + 1):
        try:
            if attempt > 1 and again is not None:
                again()
            return call()
        except TransportError as error:
            if not error.temporary or attempt == patience.attempts:
                raise
            if error.after is not None and error.after > patience.longest:
                raise  # it asks for a longer pause than anybody stands and waits: the next start
            patience.pause(attempt, error.after)
    raise AssertionError("attempts must be positive")


class Pace:
    """A rate limit: no more than one call in `interval` seconds."""

    def __init__(self, interval: float, patience: Patience) -> None:
        self.interval = interval
        self._patience = patience
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next call may start."""
        now = self._patience.clock()
        if now < self._next:
            self._patience.sleep(self._next - now)
            now = self._next
        self._next = now + self.interval
