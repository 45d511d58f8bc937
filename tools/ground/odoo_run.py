# SPDX-License-Identifier: AGPL-3.0-or-later
"""Start Odoo: its configuration file, its environment, and how far a loading is."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from . import databases, paths, run
from .say import Trouble
from .server import Server

#: What `environment` sets besides PG*.
OWN_VARIABLES = (
    "ODOO_RC",
    "PATH",
    "PYTHONNOUSERSITE",
    "PYTHONPATH",
    "TELECOM_GROUND_CONF",
    "VIRTUAL_ENV",
)
LOADING = re.compile(r"[Ll]oading module (\S+) \((\d+)/(\d+)\)")


def conf(server: Server) -> Path:
    """Write this clone's odoo.conf and return it; the server is named by PG* variables."""
    target = paths.BUILD / f"odoo-{server.ident}.conf"
    text = "\n".join(
        (
            "[options]",
            f"addons_path = {paths.ROOT}",
            f"data_dir = {databases.data_dir(server)}",
            "http_interface = 127.0.0.1",
            # They count address space, of which threads and arrow only reserve much.
            "limit_memory_hard = 0",
            "limit_memory_soft = 0",
            "list_db = False",
            "max_cron_threads = 1",
            "server_wide_modules = base,rpc,web",
            "",
        )
    )
    if not target.exists() or target.read_text("utf-8") != text:
        paths.write_atomic(target, text)
    return target


def environment(server: Server) -> dict[str, str]:
    """The environment in which Odoo, its tests and the demo find everything."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    path = str(conf(server))
    env.update(server.env)
    env.update(
        ODOO_RC=path,
        TELECOM_GROUND_CONF=path,
        PYTHONPATH=str(paths.ROOT),
        PYTHONNOUSERSITE="1",
        VIRTUAL_ENV=sys.prefix,
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}",
    )
    return env


def odoo(server: Server, *words: str) -> int:
    """Run Odoo's command line in the foreground; its exit code."""
    return foreground([sys.executable, "-m", "odoo", *words], environment(server))


def foreground(command: list[str], env: dict[str, str], cwd: Path | None = None) -> int:
    """Run a program that owns the terminal; Ctrl-C is its own to handle. Its exit code."""
    process = subprocess.Popen(command, env=env, cwd=cwd)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:  # asked to end: end the program first
            process.terminate()
            process.wait()
            raise


@contextlib.contextmanager
def background(server: Server, words: list[str], port: int, log: Path) -> Iterator[None]:
    """Run Odoo's server for the time of the block, begun when it answers on `port`."""
    command = [sys.executable, "-m", "odoo", *words]
    process = subprocess.Popen(
        command, env=environment(server), stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(process, port, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Trouble(f"Odoo's server ended with {process.returncode}", "read the log", log)
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise Trouble(f"Odoo's server did not answer on port {port} in 3 minutes", "read the log", log)


def quietly(
    server: Server,
    database: str,
    words: list[str],
    log: str,
    what: str,
    *,
    install: Sequence[str] = (),
    on_fraction: Callable[[float], None] | None = None,
) -> None:
    """Run the server command to its end with output in a log, installing modules if named.

    :raises Trouble: when it fails or logs an error, or a module is not installed at the end:
        Odoo exits 0 with a broken module, and ignores one that it does not find.
    """
    errors: list[str] = []

    def read(text: str) -> None:
        found = LOADING.search(text)
        # `base` comes first, as 1 of 1: that says nothing about the rest.
        if found and on_fraction and int(found.group(3)) > 1:
            on_fraction(int(found.group(2)) / int(found.group(3)))
        if " ERROR " in text or " CRITICAL " in text:
            errors.append(text.strip())

    remedy = "read the log; after mending start again"
    command = [sys.executable, "-m", "odoo", "server", "-d", database, "--no-http"]
    command += ["--stop-after-init", "--workers", "0", *words]
    command += ["--init", ",".join(install)] if install else []
    run.logged(command, log, what, remedy, env=environment(server), on_line=read)
    if errors:
        raise Trouble(f"{what}: {errors[0][:400]}", remedy, paths.cache() / "logs" / f"{log}.log")
    missing = databases.missing_modules(server, database, list(install))
    if missing:
        raise Trouble(
            f"{what}: {', '.join(missing)} not found or not installable",
            f"see whether it is on the add-ons path, and {remedy}",
            paths.cache() / "logs" / f"{log}.log",
        )
