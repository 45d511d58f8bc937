# SPDX-License-Identifier: AGPL-3.0-or-later
"""The template: a database with Odoo and the OCA add-ons, made once per set of versions."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from . import databases, odoo_run, paths, run, venv
from .odoo_source import Odoo
from .progress import step
from .say import line
from .server import Server

HERE = Path(__file__).resolve().parent
PREFIX = "telecom-template-"
#: Another one makes new templates: 2 = databases with Unicode's upper and lower case.
MAKING = "2"


@dataclass(frozen=True)
class Recipe:
    """What a template is made of: add-ons, languages, and a function run inside Odoo at the end."""

    modules: tuple[str, ...]
    languages: str = "en_US,de_DE"
    setup: str = "tools.ground.template_setup:main"

    @classmethod
    def shipped(cls) -> Recipe:
        """The project's own."""
        lines = (HERE / "modules.txt").read_text("utf-8").splitlines()
        return cls(tuple(t.strip() for t in lines if t.strip() and not t.startswith("#")))

    def name(self, odoo: Odoo) -> str:
        """The template's database: another Odoo, add-on version or set-up makes another."""
        pins = venv.LOCK.read_text("utf-8").splitlines()
        addons = [pin for pin in pins if pin.startswith("odoo-addon-")]
        setup = (HERE / "template_setup.py").read_text("utf-8")
        return PREFIX + paths.key(
            MAKING, odoo.ident, *addons, *self.modules, self.languages, self.setup, setup
        )


def ensure(server: Server, odoo: Odoo, recipe: Recipe | None = None) -> str:
    """Return the name of a complete template; make it when it or its files are missing."""
    recipe = recipe or Recipe.shipped()
    wanted = recipe.name(odoo)
    if not _there(server, wanted):
        with paths.lock("template"):
            if not _there(server, wanted):
                _make(server, wanted, recipe)
    return wanted


def _there(server: Server, wanted: str) -> bool:
    return wanted in databases.names(server) and databases.filestore(server, wanted).is_dir()


def _make(server: Server, wanted: str, recipe: Recipe) -> None:
    """Build under another name and rename at the end: what has the name is whole."""
    paths.need_space(databases.data_dir(server), 1.0, "the template database")
    building = f"{wanted}-building"
    databases.drop(server, building)
    databases.drop(server, wanted)
    text = f"Odoo with {len(recipe.modules)} modules and what they need, in a template"
    with step("template", text) as progress:
        databases.create(server, building)
        odoo_run.quietly(
            server,
            building,
            ["--load-language", recipe.languages],
            "template",
            "the template database could not be made",
            install=recipe.modules,
            on_fraction=lambda fraction: progress.done(0.9 * fraction),
        )
        if recipe.setup:
            _set_up(server, building, recipe.setup)
        databases.filestore(server, building).mkdir(parents=True, exist_ok=True)
        databases.rename(server, building, wanted)


def _set_up(server: Server, database: str, function: str) -> None:
    log = paths.cache() / "logs" / "template-setup.log"
    log.unlink(missing_ok=True)
    run.logged(
        [sys.executable, "-m", "tools.ground.inside", database, function, log],
        "template-setup-run",
        "the template's company could not be set up",
        f"read {log}",
        env=odoo_run.environment(server),
        cwd=paths.ROOT,
    )


def copy(server: Server, odoo: Odoo, target: str, recipe: Recipe | None = None) -> None:
    """Make `target` a fresh copy of the template, in place of whatever has this name."""
    source = ensure(server, odoo, recipe)
    with paths.lock("template"):
        databases.drop(server, target)
        with step("copy", f"database {target} from the template"):
            databases.copy(server, source, target)


def install(server: Server, database: str, *names: str) -> None:
    """Install this clone's add-ons in a database."""
    with step("install", f"{', '.join(names)} in {database}"):
        odoo_run.quietly(
            server,
            database,
            [],
            f"install-{paths.key(str(paths.ROOT), database)}",
            f"{', '.join(names)} could not be installed in {database}",
            install=names,
        )


def update(server: Server, database: str, name: str) -> None:
    """Bring a database to the present files of an add-on."""
    with step("update", f"{name} changed since; updating {database}"):
        odoo_run.quietly(
            server,
            database,
            ["--update", name],
            f"update-{paths.key(str(paths.ROOT), database)}",
            f"{name} could not be updated in {database}",
        )


def drop_old(server: Server, odoo: Odoo) -> None:
    """Drop templates of other versions."""
    for database in databases.names(server):
        if database.startswith(PREFIX) and database != Recipe.shipped().name(odoo):
            line(f"  dropping {database}")
            databases.drop(server, database)
