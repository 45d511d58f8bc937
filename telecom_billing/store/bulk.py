# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many new records of a model by COPY, with everything else that ``create`` sees to.

Defaults are asked once, access rights are checked, stored computed fields that the rows do not
state are computed, and all constraints of the model look at the new records: only the row by row
work is left out. For models whose ``create`` does nothing of its own.
"""

from __future__ import annotations

import io
import json
import typing
from collections.abc import Sequence

from odoo.tools import SQL

from .copying import blocking

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\ufffd"})


def insert(model, rows: Sequence[dict[str, typing.Any]], *, check: bool = True):
    """Records of ``model`` for ``rows``, in their order.

    :param rows: all with the same fields; database values: ids, exact numbers or texts of them,
        for translated fields {language: text}, None for nothing
    :param check: let the model's Python constraints look at them
    """
    model.check_access("create")
    if not rows:
        return model.browse()
    model.env.flush_all()
    defaults = _defaults(model, rows[0])
    ids = [
        number
        for (number,) in model.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"{model._table}_id_seq",
                len(rows),
            )
        )
    ]
    columns = ["id", *rows[0], *defaults]
    tail = "".join(f"\t{_text(value)}" for value in defaults.values())
    lines = [
        f"{number}\t" + "\t".join(map(_text, row.values())) + tail
        for number, row in zip(ids, rows, strict=True)
    ]
    statement = SQL(
        "COPY %s (%s) FROM STDIN",
        SQL.identifier(model._table),
        SQL(", ").join(map(SQL.identifier, columns)),
    )
    with blocking():
        model.env.cr.copy_expert(statement.code, io.BytesIO("\n".join(lines).encode()))
    model.env.invalidate_all(flush=False)
    records = model.browse(ids)
    records.check_access("create")
    for name, field in model._fields.items():
        if field.store and field.compute and name not in columns:
            model.env.add_to_compute(field, records)
    model.env.flush_all()
    if check:
        records._validate_fields(model._fields)
    return records


def _defaults(model, row) -> dict[str, typing.Any]:
    """Column values of the fields that the rows leave to the model."""
    stored = [
        name
        for name, field in model._fields.items()
        if field.store and field.column_type and name not in row and not field.compute
    ]
    found = model.default_get(stored)
    values = {
        name: model._fields[name].convert_to_column_insert(value, model)
        for name, value in found.items()
        if name in stored
    }
    moment = SQL("now() AT TIME ZONE 'UTC'")
    ((now,),) = model.env.execute_query(SQL("SELECT %s", moment))
    values |= {"create_uid": model.env.uid, "write_uid": model.env.uid}
    return values | {"create_date": now, "write_date": now}


def _text(value: typing.Any) -> str:
    """A value as COPY's text format has it."""
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, dict):
        value = json.dumps(value)
    elif hasattr(value, "adapted"):  # psycopg2's Json
        value = json.dumps(value.adapted)
    return str(value).translate(_ESCAPES)


def clone(model, column: str, ids: dict[int, int], *, given: dict[str, SQL] | None = None):
    """Copies of all records whose many2one ``column`` is a key of ``ids``, set by set.

    As ``copy`` does: what is not copied takes its default, what is computed is computed anew. For
    models whose ``create`` and ``copy_data`` do nothing of their own, without fields that are
    translated or have a row of their own elsewhere; their constraints held for the originals.

    :param column: names the record above
    :param ids: {record above: its copy}
    :param given: further columns that differ in the copies: column → expression
    :return: {original: copy}, in the model's order of ids
    """
    model.check_access("create")
    if not ids:
        return {}
    model.env.flush_all()
    above = SQL(
        "(SELECT unnest(%s) AS old, unnest(%s) AS new)", list(ids.keys()), list(ids.values())
    )
    pairs = model.env.execute_query(
        SQL(
            "SELECT t.id, nextval(%s) FROM %s t JOIN %s a ON a.old = t.%s ORDER BY t.id",
            f"{model._table}_id_seq",
            SQL.identifier(model._table),
            above,
            SQL.identifier(column),
        )
    )
    made = dict(pairs)
    if not made:
        return {}
    defaults = _defaults(model, {column: None})
    moment = defaults.keys() & {"create_uid", "write_uid", "create_date", "write_date"}
    values = {name: SQL("%s", defaults[name]) for name in moment}
    for name, field in model._fields.items():
        if not (field.store and field.column_type) or name in values or name == "id":
            continue
        if field.copy:
            values[name] = SQL.identifier("t", name)
        elif name in defaults:
            values[name] = SQL("%s", defaults[name])
    values |= {column: SQL.identifier("a", "new")} | (given or {})
    model.env.cr.execute(
        SQL(
            "INSERT INTO %s (id, %s) SELECT m.new, %s FROM %s t JOIN %s a ON a.old = t.%s"
            " JOIN (SELECT unnest(%s) AS old, unnest(%s) AS new) m ON m.old = t.id ORDER BY m.new",
            SQL.identifier(model._table),
            SQL(", ").join(map(SQL.identifier, values)),
            SQL(", ").join(values.values()),
            SQL.identifier(model._table),
            above,
            SQL.identifier(column),
            list(made.keys()),
            list(made.values()),
        )
    )
    model.env.invalidate_all(flush=False)
    records = model.browse(made.values())
    records.check_access("create")
    for name, field in model._fields.items():
        if field.store and field.compute and name not in values:
            model.env.add_to_compute(field, records)
    model.env.flush_all()
    return made
