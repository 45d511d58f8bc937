# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tools.ground COMMAND``: what the Makefile calls."""

from __future__ import annotations

import sys

from . import say


def main(arguments: list[str]) -> int:
    """Make the ground, go on inside it, and run one command; its exit code."""
    try:
        from . import stage

        ground = stage.enter(arguments)
        from . import commands

        return commands.run(ground, arguments)
    except say.Trouble as trouble:
        if say.debugging():
            raise
        say.line(f"telecom: {trouble}")
        return 2
    except KeyboardInterrupt:
        say.line("telecom: interrupted; start again, what is finished is kept")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
