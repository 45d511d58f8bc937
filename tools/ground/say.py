# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the user reads: plain lines, and one clear line for what is missing."""

from __future__ import annotations

import os
import sys
from pathlib import Path


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


def debugging() -> bool:
    """Whether TELECOM_DEBUG asks for stack traces instead of one clear line."""
    return bool(os.environ.get("TELECOM_DEBUG"))
