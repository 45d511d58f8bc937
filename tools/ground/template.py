# SPDX-License-Identifier: AGPL-3.0-or-later
"""The template: a database with Odoo and the OCA add-ons, made once per set of versions."""

from __future__ import annotations

import sys
from pathlib import Path

from . import databases, odoo_run, paths, run, venv
from .postgres import Server
from .say import line, step

HERE = Path(__file__).resolve().parent
LANGUAGES = "en_US,de_DE"


def modules() -> list[str]:
    """What the template has installed."""
    lines = (HERE / "modules.txt").read_text("utf-8").splitlines()
    return [text.strip() for text in lines if text.strip() and not text.startswith("#")]


def key(odoo_ident: str) -> str:
    """Another Odoo, add-on version, module list or set-up makes another template."""
    addons = [
        text for text in venv.LOCK.read_text("utf-8").splitlines() if text.startswith("odoo-addon-")
    ]
    setup = (HERE / "template_setup.py").read_text("utf-8")
    return paths.key(odoo_ident, *addons, *modules(), LANGUAGES, setup)


def name(odoo_ident: str) -> str:
    """The template's database."""
    return f"telecom-template-{key(odoo_ident)}"


def ensure(server: Server, odoo_ident: str) -> str:
    """Return the name of a complete template; make it when it or its files are missing."""
    wanted = name(odoo_ident)
    if _there(server, wanted):
        return wanted
    with paths.lock("template"):
        if not _there(server, wanted):
            _make(server, wanted)
    return wanted


def _there(server: Server, wanted: str) -> bool:
    return wanted in databases.names(server) and databases.filestore(server, wanted).is_dir()


def _make(server: Server, wanted: str) -> None:
    paths.need_space(databases.data_dir(server), 1.0, "the template database")
    building = f"{wanted}-building"
    databases.drop(server, building)
    databases.drop(server, wanted)
    with step("template", f"Odoo with {len(modules())} modules in a template") as progress:
        databases.create(server, building)
        odoo_run.quietly(
            server,
            building,
            ["--init", ",".join(modules()), "--load-language", LANGUAGES, "--workers", "0"],
            "template",
            "the template database could not be made",
            lambda fraction: progress.done(0.9 * fraction),
        )
        _set_up(server, building)
        databases.filestore(server, building).mkdir(parents=True, exist_ok=True)
        databases.rename(server, building, wanted)


def _set_up(server: Server, database: str) -> None:
    log = paths.cache() / "logs" / "template-setup.log"
    log.unlink(missing_ok=True)
    run.logged(
        [sys.executable, "-m", "tools.ground.inside", database]
        + ["tools.ground.template_setup:main", log],
        "template-setup-run",
        "the template's company could not be set up",
        f"read {log}",
        env=odoo_run.environment(server),
        cwd=paths.ROOT,
    )


def copy(server: Server, odoo_ident: str, target: str) -> None:
    """Make `target` a fresh copy of the template, in place of whatever has this name."""
    source = ensure(server, odoo_ident)
    with paths.lock("template"):
        databases.drop(server, target)
        with step("copy", f"database {target} from the template"):
            databases.copy(server, source, target)


def install(server: Server, database: str, *names: str) -> None:
    """Install (or update) this clone's add-on in a database."""
    with step("install", f"{', '.join(names)} in {database}") as progress:
        odoo_run.quietly(
            server,
            database,
            ["--init", ",".join(names), "--workers", "0"],
            f"install-{paths.key(str(paths.ROOT), database)}",
            f"{', '.join(names)} could not be installed in {database}",
            progress.done,
        )


def drop_old(server: Server, odoo_ident: str) -> None:
    """Drop templates of other versions."""
    for database in databases.names(server):
        if database.startswith("telecom-template-") and database != name(odoo_ident):
            line(f"  dropping {database}")
            databases.drop(server, database)
