# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands, each a function of the ground and its words, returning an exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable

from . import bench, checks, cleaning, databases, demo, locking, odoo_run, postgres, suite, template
from .cluster import Cluster
from .odoo_source import Odoo
from .say import Trouble, line


def prepare(odoo: Odoo, words: list[str]) -> int:
    """prepare: everything up to the template database, nothing of this clone"""
    with postgres.running() as server:
        template.ensure(server, odoo)
    line("  the ground is ready")
    return 0


def env(odoo: Odoo, words: list[str]) -> int:
    """env: print the shell's exports (start PostgreSQL first: `postgres start`)"""
    with postgres.running() as server:
        wanted = odoo_run.environment(server)
    for name in sorted(wanted):
        if name.startswith("PG") or name in odoo_run.OWN_VARIABLES:
            print(f"export {name}={shlex.quote(wanted[name])}")
    return 0


def db(odoo: Odoo, words: list[str]) -> int:
    """db create|copy|drop NAME, db list, db tidy: create = template + telecom_billing"""
    with postgres.running() as server:
        match words:
            case ["list"]:
                print("\n".join(databases.names(server)))
            case ["copy", name]:
                template.copy(server, odoo, name)
            case ["create", name]:
                demo.fresh(server, odoo, name)
            case ["drop", name]:
                databases.drop(server, name)
            case ["tidy"]:
                template.drop_old(server, odoo)
            case _:
                raise Trouble(f"db {' '.join(words)} is unknown", f"say: {db.__doc__}")
    return 0


def run_odoo(odoo: Odoo, words: list[str]) -> int:
    """odoo ...: Odoo's own command line (shell -d NAME, server -d NAME -p PORT, ...)"""
    with postgres.running() as server:
        return odoo_run.odoo(server, *words)


def run_python(odoo: Odoo, words: list[str]) -> int:
    """python ...: the environment's Python with PostgreSQL running"""
    with postgres.running() as server:
        return odoo_run.foreground([sys.executable, *words], odoo_run.environment(server))


def run_postgres(odoo: Odoo, words: list[str]) -> int:
    """postgres start|stop|status: keep the private server running beyond one command"""
    if postgres.given():
        raise Trouble("PG* or ODOO_RC name a server", "start and stop that one by its own means")
    match words:
        case ["start"]:
            postgres.keep_marker().touch()
            with postgres.running():
                line("  PostgreSQL runs until `postgres stop`")
        case ["stop"]:
            if not postgres.stop():
                line("  a command still uses PostgreSQL; it stops with that")
        case _:
            line("running" if Cluster().running() else "stopped")
    return 0


#: What the Makefile offers, then what developers use by hand.
COMMANDS: dict[str, Callable[[Odoo, list[str]], int]] = {
    "demo": demo.demo,
    "test": suite.test,
    "serve": demo.serve,
    "bench": bench.bench,
    "lint": checks.lint,
    "clean": cleaning.clean,
    "prepare": prepare,
    "env": env,
    "db": db,
    "odoo": run_odoo,
    "python": run_python,
    "postgres": run_postgres,
    "lock": locking.lock,
}


def run(odoo: Odoo, arguments: list[str]) -> int:
    """Run the command that `arguments` name."""
    name, *words = arguments
    return COMMANDS[name](odoo, words)


def help_text() -> str:
    """What there is, from the commands' own docstrings."""
    made = ("demo", "test", "serve", "bench", "lint", "clean")
    lines = ["make TARGET, in this folder or with make -C:"]
    lines += [f"  {COMMANDS[name].__doc__}" for name in made]
    lines += [f"  {cleaning.clean_all.__doc__}", "  help: this", ""]
    lines += ["python3 -m tools.ground COMMAND, in the project's root:"]
    lines += [f"  {command.__doc__}" for name, command in COMMANDS.items() if name not in made]
    lines += [
        "",
        "Variables: PYTHON (an interpreter), PORT (serve), ARGS (test, bench), N (bench),",
        "ODOO_HOME (an Odoo 19), PG* or ODOO_RC (a PostgreSQL server), XDG_CACHE_HOME,",
        "TELECOM_DEBUG=1 (stack traces).",
    ]
    return "\n".join(lines)
