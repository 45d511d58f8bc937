# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which PostgreSQL: the one that PG* or odoo.conf give, else the private cluster.

The private one starts with the first command that needs it and stops with the last.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from . import paths, server
from .cluster import Cluster
from .server import Server


def given() -> Server | None:
    """The server that the user gives, or None for the private one."""
    if os.environ.get("PGHOST") == str(Cluster().sockets):
        return None  # our own, in a shell that took what `env` prints
    return server.given()


def keep_marker() -> Path:
    """While this file is there, the private server outlives the commands that use it."""
    return paths.cache() / "postgres-keep"


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Yield a server that answers; a private one stops with its last user."""
    outside = given()
    if outside:
        yield outside
        return
    cluster = Cluster()
    with _users() as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        with paths.lock("postgres"):
            cluster.ensure()
            cluster.start()
        try:
            yield cluster.server()
        finally:
            if not keep_marker().exists():
                _stop_if_last(handle, cluster)


def stop() -> bool:
    """Stop the private server and let it no longer be kept; False while a command uses it."""
    keep_marker().unlink(missing_ok=True)
    with _users() as handle:
        return _stop_if_last(handle, Cluster())


def _users() -> IO[str]:
    """The file on which every user of the private server holds a shared lock."""
    users = paths.cache() / "locks" / "postgres-users"
    users.parent.mkdir(parents=True, exist_ok=True)
    return users.open("w")


def _stop_if_last(handle: IO[str], cluster: Cluster) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        return False
    cluster.stop()
    return True
