# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers of the database without loss: Odoo turns every numeric into a float, sums included."""

from __future__ import annotations

import psycopg2.extensions
from odoo.sql_db import DECIMAL_TO_FLOAT_TYPE
from odoo.tools import SQL


def fetch(cr, query: SQL) -> list[tuple]:
    """Execute and fetch all rows, with numeric as Decimal.

    The sum of a bigint column is numeric too; with Odoo's own cast it would come as a float.
    """
    psycopg2.extensions.register_type(psycopg2.extensions.DECIMAL, cr._obj)
    try:
        cr.execute(query)
        return cr.fetchall()
    finally:
        psycopg2.extensions.register_type(DECIMAL_TO_FLOAT_TYPE, cr._obj)


def dicts(cr, query: SQL) -> list[dict]:
    """The same, each row as a dict by the names of its columns."""
    rows = fetch(cr, query)
    names = [column.name for column in cr.description]
    return [dict(zip(names, row, strict=True)) for row in rows]


def stream(cr, query: SQL, rows: int = 5_000):
    """The rows of a query one by one, fetched in portions, with numeric as Decimal."""
    with cr._cnx.cursor(name=f"telecom_{id(query)}") as cursor:
        psycopg2.extensions.register_type(psycopg2.extensions.DECIMAL, cursor)
        cursor.itersize = rows
        cursor.execute(query.code, query.params)
        yield from cursor
