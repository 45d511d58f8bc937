# SPDX-License-Identifier: AGPL-3.0-or-later
"""Databases and the file stores that belong to them: copy, drop, rename."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from . import paths
from .server import Server, connect


def data_dir(server: Server) -> Path:
    """Odoo's data folder for this server: file stores and sessions."""
    return paths.cache() / "odoo-data" / server.ident


def filestore(server: Server, name: str) -> Path:
    """The attachments of one database."""
    return data_dir(server) / "filestore" / name


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def names(server: Server) -> list[str]:
    """All databases of the server but PostgreSQL's own."""
    with contextlib.closing(connect(server)) as link:
        cursor = link.cursor()
        cursor.execute(
            "SELECT datname FROM pg_database"
            " WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def create(server: Server, name: str) -> None:
    """An empty database in UTF-8, sorted by code point as Odoo wants it.

    Where the server can, upper and lower case are Unicode's whatever its locale: who searches
    for müller finds MÜLLER.
    """
    with contextlib.closing(connect(server)) as link:
        case = " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_CTYPE 'C'"
        case = case if link.server_version >= 170000 else ""
        link.cursor().execute(
            f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
            + case
        )


def missing_modules(server: Server, name: str, modules: list[str]) -> list[str]:
    """Those of `modules` that are not installed in a database of Odoo."""
    with contextlib.closing(connect(server, name)) as link:
        cursor = link.cursor()
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        return sorted(set(modules) - {row[0] for row in cursor.fetchall()})


def copy(server: Server, source: str, target: str) -> None:
    """Copy a database that nobody uses, with its file store (hard links: files never change)."""
    with contextlib.closing(connect(server)) as link:
        strategy = " STRATEGY FILE_COPY" if link.server_version >= 150000 else ""
        _end_sessions(link, source)
        link.cursor().execute(
            f"CREATE DATABASE {_quoted(target)} TEMPLATE {_quoted(source)}{strategy}"
        )
    paths.remove(filestore(server, target))
    if filestore(server, source).exists():
        shutil.copytree(filestore(server, source), filestore(server, target), copy_function=_link)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def rename(server: Server, source: str, target: str) -> None:
    """Rename a database that nobody uses, with its file store."""
    paths.remove(filestore(server, target))
    if filestore(server, source).exists():
        filestore(server, source).rename(filestore(server, target))
    with contextlib.closing(connect(server)) as link:
        _end_sessions(link, source)
        link.cursor().execute(f"ALTER DATABASE {_quoted(source)} RENAME TO {_quoted(target)}")


def drop(server: Server, name: str) -> None:
    """Drop a database, ending its sessions, with its file store; nothing if it is not there."""
    with contextlib.closing(connect(server)) as link:
        _end_sessions(link, name)
        link.cursor().execute(f"DROP DATABASE IF EXISTS {_quoted(name)}")
    paths.remove(filestore(server, name))


def _end_sessions(link, name: str) -> None:
    link.cursor().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid() AND usename = current_user",
        [name],
    )
