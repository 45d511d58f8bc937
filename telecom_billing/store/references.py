# SPDX-License-Identifier: AGPL-3.0-or-later
"""References of usage summaries, kept whole from the side of what they refer to.

A foreign key makes PostgreSQL look up every reference of every row that is written: ten look-ups a
summary, more work than all the rest of storing it. Rating writes only ids that it has read in the
same transaction, so the look-ups find nothing. What is needed is the other half: what summaries
refer to is not deleted, or the reference goes with it. Triggers do that.
"""

from __future__ import annotations

import typing

from odoo import fields
from odoo.tools import SQL

_RESTRICT = """
    RAISE foreign_key_violation USING
        MESSAGE = format('update or delete on table "%%s" violates foreign key constraint "%%s"'
                         ' on table "%%s"', TG_TABLE_NAME, {name}, {table}),
        DETAIL = format('Key (id)=(%%s) is still referenced from table "%%s".', OLD.id, {table}),
        CONSTRAINT = {name}, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
"""
_FUNCTION = """
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        IF to_regclass({table}) IS NULL THEN
            RETURN OLD;  -- the addon is gone
        END IF;
        {action}
        RETURN OLD;
    END $body$
"""


class Reference(fields.Many2one):
    """A many2one without foreign key; :func:`guard` keeps it whole."""

    def update_db_foreign_key(self, model, column):
        return


def guard(cr, table: str, references: typing.Iterable[tuple[str, str, bool]]) -> None:
    """Triggers in the place of foreign keys.

    :param references: (column, table it refers to, whether deleting is refused; else the column
        becomes NULL)
    """
    for column, target, restrict in references:
        name = f"{table}_{column}_fkey"
        own, key = SQL.identifier(table), SQL.identifier(column)
        function = SQL.identifier(f"{table}_{column}_guard")
        cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s", own, SQL.identifier(name)))
        used = SQL("SELECT 1 FROM %s WHERE %s = OLD.id", own, key)
        refuse = SQL(_RESTRICT.format(name="%(name)s", table="%(table)s"), name=name, table=table)
        action = (
            SQL("IF EXISTS (%s) THEN %s END IF;", used, refuse)
            if restrict
            else SQL("UPDATE %s SET %s = NULL WHERE %s = OLD.id;", own, key, key)
        )
        cr.execute(
            SQL(
                _FUNCTION.format(function="%(function)s", table="%(table)s", action="%(action)s"),
                function=function,
                table=table,
                action=action,
            )
        )
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", function, SQL.identifier(target)))
        cr.execute(
            SQL(
                "CREATE TRIGGER %s AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()",
                function,
                SQL.identifier(target),
                function,
            )
        )
