# SPDX-License-Identifier: AGPL-3.0-or-later
"""``make demo`` and ``make serve``: the demo's database, its run, and Odoo on it.

The contract with demo/: ``demo.run.main(env, out)`` gets the superuser's environment of a fresh
database with telecom_billing installed and an empty folder for its documents, prints the user's
screen and returns 0 on success. ``demo.run.LOGINS``, a list of (who, login, password), is shown by
``make serve``.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from . import databases, odoo_run, paths, postgres, template
from .odoo_source import Odoo
from .progress import took
from .say import Trouble, line
from .server import Server

ADDON = "telecom_billing"


def database(purpose: str) -> str:
    """This clone's database for a purpose; clones share the server, not their databases."""
    named = os.environ.get("TELECOM_DB") if purpose == "demo" else ""
    return named or f"telecom_{purpose}_{paths.key(str(paths.ROOT))[:6]}"


@contextlib.contextmanager
def claimed(purpose: str) -> Iterator[str]:
    """This clone's database for a purpose, used by no other command during the block."""
    name = database(purpose)
    said = f"  another command uses the database {name}; waiting for it to end"
    with paths.lock(f"database-{name}", said):
        yield name


def fresh(server: Server, odoo: Odoo, name: str) -> None:
    """Make `name` a new database with this clone's add-on."""
    template.copy(server, odoo, name)
    template.install(server, name, ADDON)
    paths.write_atomic(_stamp(name), paths.tree_key(paths.ROOT / ADDON))


def _stamp(name: str) -> Path:
    """The file that says which state of the add-on a database has."""
    return paths.BUILD / f"{name}.key"


def renew(server: Server, name: str) -> None:
    """Update the add-on in a database if its files have changed since."""
    now = paths.tree_key(paths.ROOT / ADDON)
    if not _stamp(name).exists() or _stamp(name).read_text("utf-8") != now:
        template.update(server, name, ADDON)
        paths.write_atomic(_stamp(name), now)


def bill(server: Server, name: str, out: Path) -> int:
    """Run the demo in a prepared database; its exit code."""
    if not (paths.ROOT / "demo" / "run.py").is_file():
        raise Trouble("demo/run.py is missing", "restore it: git checkout demo")
    paths.remove(out)
    out.mkdir(parents=True)
    log = paths.BUILD / "logs" / f"{out.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("", "utf-8")
    env = {**odoo_run.environment(server), "TELECOM_DEMO_OUT": str(out)}
    command = [sys.executable, "-m", "tools.ground.inside", name, "demo.run:main", str(log)]
    code = odoo_run.foreground([*command, str(out)], env, cwd=paths.ROOT)
    if code:
        line(f"telecom: the demo stopped (exit {code}) -- read its last words above and {log}")
    return code


def demo(odoo: Odoo, words: list[str]) -> int:
    """demo: bill a small provider's month in a fresh database, from raw files to reminders"""
    out = paths.BUILD / "demo"
    with postgres.running() as server, claimed("demo") as name, took("demo"):
        fresh(server, odoo, name)
        code = bill(server, name, out)
    if not code:
        line(f"  documents: {out}")
        line("  look at all of it in a browser: make serve")
    return code


def serve(odoo: Odoo, words: list[str]) -> int:
    """serve: Odoo with the demo's database on http://127.0.0.1:8069 (PORT=... for another)"""
    port = _port()
    with postgres.running() as server, claimed("demo") as name:
        if name in databases.names(server):
            renew(server, name)
        else:
            line("  no demo database yet; here is an empty one (make demo bills a month in it)")
            fresh(server, odoo, name)
        line(f"  http://127.0.0.1:{port}   (Ctrl-C ends it)")
        for who, login, password in logins():
            line(f"    {who}: {login} / {password}")
        words = ["server", "-d", name, "--db-filter", f"^{name}$", "-p", str(port)]
        log = paths.BUILD / "logs" / "serve.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        line(f"  log: {log}")
        odoo_run.odoo(server, *words, "--logfile", str(log))
    return 0


def logins() -> list[tuple[str, str, str]]:
    """Who may log in to the demo's database."""
    try:
        return list(importlib.import_module("demo.run").LOGINS)
    except (ImportError, AttributeError):
        return [("administrator", "admin", "admin")]


def _port() -> int:
    text = os.environ.get("PORT") or "8069"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(f"PORT={text} is no port", "name one, say: make serve PORT=8070")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise Trouble(
                f"port {text} is not free ({error.strerror})",
                "name another: make serve PORT=8070",
            ) from error
    return int(text)


@contextlib.contextmanager
def web_server(server: Server, name: str) -> Iterator[str]:
    """An Odoo server on a free port of this machine, for tests; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = paths.BUILD / "logs" / "e2e-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    words = ["server", "-d", name, "--db-filter", f"^{name}$", "-p", str(port)]
    words += ["--max-cron-threads", "0", "--logfile", str(log)]
    with odoo_run.background(server, words, port, log):
        yield f"http://127.0.0.1:{port}"
