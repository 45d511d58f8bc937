# SPDX-License-Identifier: AGPL-3.0-or-later
"""The billed demo month, as the suite prepared it: a database, a folder, a server.

``make test`` sets the variables; run by hand, these tests say what is missing and skip.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))


def _needed(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.skip(f"{name} is not set: run these tests by `make test`")
    return value


@pytest.fixture(scope="session")
def out() -> pathlib.Path:
    """The folder the demo filled."""
    return pathlib.Path(_needed("TELECOM_E2E_OUT"))


@pytest.fixture(scope="session")
def world(out) -> pathlib.Path:
    """The papers the demo billed."""
    return out / "world"


@pytest.fixture(scope="session")
def manifest(world) -> dict:
    """What is in the papers."""
    return json.loads((world / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def orders(world) -> dict[str, dict]:
    """Orders by id."""
    found = [json.loads(p.read_text("utf-8")) for p in sorted((world / "orders").glob("*.json"))]
    return {order["order_id"]: order for order in found}


@pytest.fixture(scope="session")
def bills(world) -> dict:
    """The independent recomputation."""
    import recompute

    return recompute.bills(world)


@pytest.fixture(scope="session")
def database() -> str:
    """Name of the billed database."""
    return _needed("TELECOM_E2E_DB")


@pytest.fixture
def ask(database):
    """A function from SQL to rows, on a connection of its own."""
    import psycopg2
    import psycopg2.extensions

    connection = psycopg2.connect(dbname=database)
    # Odoo has numbers read as floats in its own processes; here they stay exact.
    psycopg2.extensions.register_type(psycopg2.extensions.DECIMAL, connection)

    def rows(sql: str, *values) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    yield rows
    connection.close()
