# SPDX-License-Identifier: AGPL-3.0-or-later
"""Start a program, keep its output in a log, and turn its failure into one clear line."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import paths
from .say import Trouble


def logged(
    command: Sequence[str | Path],
    log: str,
    trouble: str,
    remedy: str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    user: int | None = None,
    leaves_daemon: bool = False,
) -> str:
    """Run `command` with its output in logs/`log`; return the output.

    A program that leaves a daemon must not hand on the locks held here, or they would never end.

    :raises Trouble: with `trouble`, the last line the program said, `remedy` and the log's path.
    """
    target = paths.cache() / "logs" / f"{log}.log"
    target.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    lines: list[str] = []
    with open(target, "w", encoding="utf-8", errors="replace") as stream:
        stream.write("$ " + " ".join(words) + "\n")
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=dict(env) if env is not None else None,
                cwd=cwd,
                user=user,
                group=user,
                extra_groups=[] if user is not None else None,
                pass_fds=() if leaves_daemon else tuple(paths.HELD),
            )
        except OSError as error:
            raise Trouble(f"{trouble}: {words[0]}: {error.strerror}", remedy) from error
        try:
            assert process.stdout is not None
            for text in process.stdout:
                stream.write(text)
                stream.flush()
                lines.append(text)
                if on_line:
                    on_line(text)
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if code:
        said = [text.strip() for text in lines if text.strip()]
        last = next((t for t in reversed(said) if "rror" in t), said[-1] if said else "no word")
        raise Trouble(f"{trouble} (exit {code}: {last[:300]})", remedy, target)
    return "".join(lines)
