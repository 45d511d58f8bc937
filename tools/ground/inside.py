# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tools.ground.inside DATABASE MODULE:FUNCTION LOG [FOLDER]``: a function in Odoo.

The function gets the superuser's environment (and FOLDER as a `Path`, if given) in a process with
Odoo's server-wide modules loaded, without HTTP and without cron. It returns None or an exit code;
0 and None commit, anything else rolls back. Odoo's log goes to LOG, its standard output is free.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(database: str, target: str, log: str, *folder: str) -> int:
    """Run `target` in `database`; its exit code."""
    import odoo.init  # noqa: F401 -- sets Odoo up; must come before its other imports
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.service import server
    from odoo.tools import config

    words = ["-d", database, "--no-http", "--logfile", log, "--workers", "0"]
    config.parse_config(words, setup_logging=True)
    server.load_server_wide_modules()
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    with Registry(database).cursor() as cursor:
        env = api.Environment(cursor, SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        code = function(env, *map(Path, folder)) or 0
        if code:
            cursor.rollback()
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
