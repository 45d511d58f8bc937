# SPDX-License-Identifier: AGPL-3.0-or-later
"""Has anything changed that a tariff book is made of? One look tells, without reading the tariffs.

Every statement that changes a watched table, by whatever way, leaves a random number in
``telecom_book_change``. How many of them a transaction sees, and their sum, are the *edition*: two
transactions that see the same changes have the same, also half-way through, after a rollback to a
savepoint, or while others are at work. Rows are only added, so nobody waits for anybody.
"""

from __future__ import annotations

import typing

from odoo.tools import SQL

#: A table that goes with the addon.
_OF_ADDON = "telecom_tariff"
_NOTE = (
    "INSERT INTO telecom_book_change (token)"
    " VALUES ((random() * 9007199254740991)::bigint + (random() * 1024)::bigint)"
)


def watch(cr, tables: typing.Iterable[tuple[str, typing.Sequence[str]]]) -> None:
    """Note the changes of tables from now on.

    :param tables: each with the columns whose updates count; none: all of them
    """
    cr.execute(
        SQL(
            "CREATE TABLE IF NOT EXISTS telecom_book_change"
            " (token bigint NOT NULL, noted timestamp NOT NULL DEFAULT now())"
        )
    )
    cr.execute(
        SQL(
            "CREATE OR REPLACE FUNCTION telecom_book_changed() RETURNS trigger LANGUAGE plpgsql AS"
            # Without the addon nobody would ever take the notes away.
            f" $body$ BEGIN IF to_regclass('{_OF_ADDON}') IS NOT NULL THEN {_NOTE}; END IF;"
            " RETURN NULL; END $body$"
        )
    )
    for table, columns in tables:
        own = SQL.identifier(table)
        update = SQL("UPDATE")
        if columns:
            update = SQL("UPDATE OF %s", SQL(", ").join(SQL.identifier(name) for name in columns))
        cr.execute(SQL("DROP TRIGGER IF EXISTS telecom_book_changed ON %s", own))
        cr.execute(
            SQL(
                "CREATE TRIGGER telecom_book_changed AFTER INSERT OR DELETE OR TRUNCATE OR %s"
                " ON %s FOR EACH STATEMENT EXECUTE FUNCTION telecom_book_changed()",
                update,
                own,
            )
        )
    cr.execute(SQL(_NOTE))


def edition(cr) -> tuple:
    """What tells this state of the tariffs from every other one, of this and any database."""
    cr.execute(
        SQL(
            "SELECT count(*), COALESCE(sum(token), 0)::text, (SELECT oid::bigint FROM pg_database"
            " WHERE datname = current_database()) FROM telecom_book_change"
        )
    )
    return cr.fetchone()


def forget(cr) -> None:
    """Drop notes that are a day old; one is added, so that no edition comes back."""
    cr.execute(SQL("DELETE FROM telecom_book_change WHERE noted < now() - interval '1 day'"))
    if cr.rowcount:
        cr.execute(SQL(_NOTE))
