# SPDX-License-Identifier: AGPL-3.0-or-later
"""References of what rating writes, kept whole from the side of what they refer to.

A foreign key makes PostgreSQL look up every reference of every row that is written: ten look-ups a
usage summary, more work than all the rest of storing it. Rating writes only ids that it has read in
the same transaction, so the look-ups find nothing. What is needed is the other half: what a row
refers to is not deleted, or the reference or the row goes with it. Triggers do that, once a
statement and not once a row: so no reference needs an index of its own, which every row would pay
for.
"""

from __future__ import annotations

import typing

from odoo import fields
from odoo.tools import SQL

_REFUSE = """
    SELECT gone.id INTO used FROM gone JOIN {own} s ON {on} LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('update or delete on table "%%s" violates foreign key constraint'
                             ' "%%s" on table "%%s"', TG_TABLE_NAME, {name}, {table}),
            DETAIL = format('Key (id)=(%%s) is still referenced from table "%%s".', used, {table}),
            CONSTRAINT = {name}, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
"""
_ACTIONS = {
    "restrict": _REFUSE,
    "set null": "UPDATE {own} s SET {key} = NULL FROM gone WHERE {on};",
    "cascade": "DELETE FROM {own} s USING gone WHERE {on};",
}
_FUNCTION = """
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE used integer;
    BEGIN
        IF to_regclass({table}) IS NOT NULL THEN  -- else the addon is gone
            {action}
        END IF;
        RETURN NULL;
    END $body$
"""


class Reference(fields.Many2one):
    """A many2one without foreign key; :func:`guard` keeps it whole."""

    def update_db_foreign_key(self, model, column):
        return


def guard(model, by: typing.Mapping[str, str] | None = None) -> None:
    """Triggers in the place of foreign keys, once all models have their tables; to be called by
    ``init``. What happens is what the fields state as ``ondelete``.

    :param by: field → a column that the two tables have in common and that is indexed
    """
    references = [field for field in model._fields.values() if isinstance(field, Reference)]
    found = [
        (
            field.name,
            model.env[field.comodel_name]._table,
            field.ondelete,
            (by or {}).get(field.name),
        )
        for field in references
    ]
    model.pool.post_init(_guard, model.env.cr, model._table, found)


def _guard(cr, table: str, references: list[tuple[str, str, str, str | None]]) -> None:
    own = SQL.identifier(table)
    for column, target, ondelete, by in references:
        name = f"{table}_{column}_fkey"
        cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s", own, SQL.identifier(name)))
        function = SQL.identifier(f"{table}_{column}_guard")
        on = SQL("%s = gone.id", SQL.identifier("s", column))
        if by:
            on = SQL("%s AND %s = %s", on, SQL.identifier("s", by), SQL.identifier("gone", by))
        known = {"own": own, "key": SQL.identifier(column), "on": on, "name": name, "table": table}
        action = _with(_ACTIONS[ondelete], known)
        cr.execute(_with(_FUNCTION, known | {"function": function, "action": action}))
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", function, SQL.identifier(target)))
        cr.execute(
            SQL(
                "CREATE TRIGGER %s AFTER DELETE ON %s REFERENCING OLD TABLE AS gone"
                " FOR EACH STATEMENT EXECUTE FUNCTION %s()",
                function,
                SQL.identifier(target),
                function,
            )
        )


def _with(text: str, known: dict[str, object]) -> SQL:
    """The text with its ``{names}`` put in, as many of ``known`` as it has."""
    wanted = {name: value for name, value in known.items() if f"{{{name}}}" in text}
    return SQL(text.format(**{name: f"%({name})s" for name in wanted}), **wanted)
