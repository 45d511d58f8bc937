# SPDX-License-Identifier: AGPL-3.0-or-later
"""A PostgreSQL server as its PG* variables, and the one that the user gives."""

from __future__ import annotations

import configparser
import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from . import paths
from .say import Trouble

#: The variables of libpq that name a server; Odoo reads the same ones.
NAMING = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server: `env` are the PG* variables that reach it."""

    env: dict[str, str] = field(hash=False)
    ident: str
    private: bool = False


def given() -> Server | None:
    """The server that PG* or the odoo.conf named by ODOO_RC gives, or None."""
    if any(os.environ.get(name) for name in NAMING):
        return _foreign(_variables(), "the PG* variables")
    rc = os.environ.get("ODOO_RC")
    if not rc or os.environ.get("TELECOM_GROUND_CONF") == rc:
        return None
    parser = configparser.RawConfigParser()
    if not parser.read(Path(rc).expanduser()):
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
