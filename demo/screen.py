# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the demo shows in the terminal: one line a link of the chain, alive while it works."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Task:
    """A line of the screen; set ``said`` to what came of the work."""

    def __init__(self, name: str):
        self.name = name
        self.said = ""


class Screen:
    """Plain lines on any stream; on a terminal also colour and a line that moves.

    >>> screen = Screen(sys.stdout, clock=iter(range(9)).__next__)
    >>> with screen.task("Load") as task:
    ...     task.said = "12 records"
      ✓ Load                12 records                                            1.0 s
    """

    def __init__(self, stream=None, clock: Callable[[], float] = time.monotonic):
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.clock = clock
        self._lock = threading.Lock()

    def say(self, text: str = "") -> None:
        """A line as it is."""
        with self._lock:
            self.stream.write(text + "\n")
            self.stream.flush()

    def title(self, text: str) -> None:
        """A heading."""
        self.say()
        self.say(self._colour("1", text))
        self.say(self._colour("2", "─" * min(len(text), 80)))

    def rows(self, rows: Iterable[tuple], widths: tuple[int, ...], indent: str = "    ") -> None:
        """A table; numbers are right-aligned (negative width), texts are cut to their width."""
        for row in rows:
            cells = []
            for value, width in zip(row, widths, strict=True):
                text = str(value)
                cells.append(text.rjust(-width) if width < 0 else text[:width].ljust(width))
            self.say((indent + "  ".join(cells)).rstrip())

    @contextlib.contextmanager
    def task(self, name: str, progress: Callable[[], str] | None = None) -> Iterator[Task]:
        """A piece of work: its name, what came of it, and how long it took.

        ``progress`` is asked now and then, from another thread, for a few words.
        """
        task = Task(name)
        begin = self.clock()
        stop = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(task, stop, progress), daemon=True)
        if self.live:
            ticker.start()
        try:
            yield task
        except BaseException:
            self._end(stop, ticker)
            self.say(self._line("✗", "31", task, self.clock() - begin))
            raise
        self._end(stop, ticker)
        self.say(self._line("✓", "32", task, self.clock() - begin))

    def _end(self, stop: threading.Event, ticker: threading.Thread) -> None:
        stop.set()
        if self.live:
            ticker.join()
            self.stream.write("\r\x1b[2K")

    def _tick(self, task: Task, stop: threading.Event, progress) -> None:
        for sign in itertools.cycle(SPINNER):
            words = (progress() if progress else "") or task.said
            width = shutil.get_terminal_size().columns - 1
            with self._lock:
                self.stream.write(f"\r\x1b[2K  {sign} {task.name:18}  {words}"[: width + 5])
                self.stream.flush()
            if stop.wait(0.12):
                return

    def _line(self, sign: str, colour: str, task: Task, seconds: float) -> str:
        clock = f"{seconds:.1f} s"
        return f"  {self._colour(colour, sign)} {task.name:18}  {task.said:50} {clock:>8}"

    def _colour(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.live else text


def number(value) -> str:
    """With thousands apart.

    >>> number(1234567), number("1234.5")
    ('1,234,567', '1,234.50')
    """
    return f"{value:,}" if isinstance(value, int) else f"{float(value):,.2f}"
