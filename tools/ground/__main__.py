# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python3 -m tools.ground COMMAND``: what the Makefile calls."""

from __future__ import annotations

import errno
import os
import signal
import sys

from . import cleaning, commands, say, stage

FULL = (errno.ENOSPC, errno.EDQUOT)


def main(arguments: list[str]) -> int:
    """Make the ground, go on inside it, and run one command; its exit code."""
    name = arguments[0] if arguments else "help"
    os.umask(0o022)  # PostgreSQL's user must read what root unpacks for it
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda number, frame: sys.exit(128 + number))
    try:
        if name == "clean-all":
            return cleaning.clean_all()
        if name not in commands.COMMANDS:
            print(commands.help_text())
            return 0 if name in ("help", "-h", "--help") else 2
        return commands.run(stage.enter(arguments), arguments)
    except say.Trouble as trouble:
        if say.debugging():
            raise
        say.line(f"telecom: {trouble}")
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 141
    except OSError as error:
        if say.debugging():
            raise
        remedy = "see whether you may write there; XDG_CACHE_HOME names another cache"
        if error.errno in FULL:
            remedy = "free some space, or set XDG_CACHE_HOME to a folder on a larger disk"
        say.line(f"telecom: {error.strerror}: {error.filename or 'no file named'} -- {remedy}")
        return 2
    except KeyboardInterrupt:
        say.line("telecom: interrupted; start again, what is finished is kept")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
