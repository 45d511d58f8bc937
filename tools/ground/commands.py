# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands, each a function of the ground and its words, returning an exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable

from . import databases, odoo_run, postgres, template
from .odoo_source import Odoo
from .say import Trouble, line

ADDON = "telecom_billing"


def prepare(odoo: Odoo, words: list[str]) -> int:
    """prepare: everything up to the template database"""
    with postgres.server() as server:
        template.ensure(server, odoo.ident)
    line("  the ground is ready")
    return 0


def env(odoo: Odoo, words: list[str]) -> int:
    """env: print the shell's exports (start PostgreSQL first: `postgres start`)"""
    with postgres.server() as server:
        wanted = odoo_run.environment(server)
    for name in sorted(wanted):
        if name.startswith("PG") or name in ("ODOO_RC", "PYTHONPATH", "VIRTUAL_ENV", "PATH"):
            print(f"export {name}={shlex.quote(wanted[name])}")
    return 0


def db(odoo: Odoo, words: list[str]) -> int:
    """db create|copy|drop NAME, db list: databases (create = template + telecom_billing)"""
    with postgres.server() as server:
        match words:
            case ["list"]:
                print("\n".join(databases.names(server)))
            case ["copy", name]:
                template.copy(server, odoo.ident, name)
            case ["create", name]:
                template.copy(server, odoo.ident, name)
                template.install(server, name, ADDON)
            case ["drop", name]:
                databases.drop(server, name)
            case _:
                raise Trouble(f"db {' '.join(words)} is unknown", "say: " + str(db.__doc__))
    return 0


def run_odoo(odoo: Odoo, words: list[str]) -> int:
    """odoo ...: Odoo's own command line (shell -d NAME, server -d NAME -p PORT, ...)"""
    with postgres.server() as server:
        return odoo_run.odoo(server, *words)


def run_python(odoo: Odoo, words: list[str]) -> int:
    """python ...: the environment's Python with PostgreSQL running"""
    with postgres.server() as server:
        return odoo_run.foreground([sys.executable, *words], odoo_run.environment(server))


def run_postgres(odoo: Odoo, words: list[str]) -> int:
    """postgres start|stop|status: keep the private server running beyond one command"""
    if postgres.given():
        raise Trouble("PG* or ODOO_RC name a server", "start and stop that one by its own means")
    match words:
        case ["start"]:
            postgres.keep_marker().touch()
            with postgres.server():
                line("  PostgreSQL runs until `postgres stop`")
        case ["stop"]:
            postgres.keep_marker().unlink(missing_ok=True)
            postgres.Cluster().stop()
        case _:
            line("running" if postgres.Cluster().running() else "stopped")
    return 0


COMMANDS: dict[str, Callable[[Odoo, list[str]], int]] = {
    "prepare": prepare,
    "env": env,
    "db": db,
    "odoo": run_odoo,
    "python": run_python,
    "postgres": run_postgres,
}


def run(odoo: Odoo, arguments: list[str]) -> int:
    """Run the command that `arguments` name."""
    name, *words = arguments or ["help"]
    if name not in COMMANDS:
        for command in COMMANDS.values():
            print(f"  {command.__doc__}")
        return 0 if name == "help" else 2
    return COMMANDS[name](odoo, words)
