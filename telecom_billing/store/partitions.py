# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables partitioned by month of ``started_at``: made ahead, made on demand, retired.

A partition is made as a plain table and then attached: that takes a lock which lets others go on
reading and writing the parent (``CREATE TABLE … PARTITION OF`` would lock them out).
"""

from __future__ import annotations

import datetime
import re

from odoo.tools import SQL

_SUFFIX = re.compile(r"_(\d{4})(\d{2})$")


def month_of(value: datetime.date) -> datetime.date:
    """The first day of the month of ``value`` (a date or datetime)."""
    return datetime.date(value.year, value.month, 1)


def next_month(month: datetime.date) -> datetime.date:
    """The first day of the month after ``month``."""
    return datetime.date(month.year + month.month // 12, month.month % 12 + 1, 1)


def name_of(table: str, month: datetime.date) -> str:
    """The partition's table name: ``telecom_usage_data_202609``."""
    return f"{table}_{month:%Y%m}"


def months(cr, table: str) -> list[datetime.date]:
    """The months that have a partition, in order."""
    cr.execute(
        SQL(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = to_regclass(%s) ORDER BY c.relname",
            table,
        )
    )
    found = (_SUFFIX.search(name) for (name,) in cr.fetchall())
    return [datetime.date(int(m[1]), int(m[2]), 1) for m in found if m]


def ensure(cr, table: str, wanted) -> list[datetime.date]:
    """Make the partitions of ``table`` that are missing for the months of ``wanted`` (dates).

    Two workers may need the same month at once: the second waits for the first and then finds
    the partition there. Returns the months that were made.
    """
    missing = _without_partition(cr, table, {month_of(day) for day in wanted})
    if not missing:
        return []
    # Attaching needs this lock in any case; having got it, the other worker's work is visible.
    cr.execute(SQL("LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE", SQL.identifier(table)))
    missing = _without_partition(cr, table, missing)
    for month in missing:
        part, parent = SQL.identifier(name_of(table, month)), SQL.identifier(table)
        cr.execute(SQL("CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS)", part, parent))
        cr.execute(
            SQL(
                "ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)",
                parent,
                part,
                month,
                next_month(month),
            )
        )
    return missing


def _without_partition(cr, table: str, wanted) -> list[datetime.date]:
    # Not by months(): a snapshot from before the other worker's commit would not show it.
    wanted = sorted(wanted)
    names = [name_of(table, month) for month in wanted]
    cr.execute(
        SQL(
            "SELECT name FROM unnest(%s) WITH ORDINALITY AS wanted (name, place)"
            " WHERE to_regclass(name) IS NULL ORDER BY place",
            names,
        )
    )
    missing = {name for (name,) in cr.fetchall()}
    return [month for month, name in zip(wanted, names, strict=True) if name in missing]


def summarize(cr, table: str, wanted) -> None:
    """Bring the block-range indexes of the partitions of ``wanted`` (dates) up to date.

    What was copied in since the last vacuum is not in them, so a look for a new delivery would read
    the month from its first block.
    """
    names = [name_of(table, month) for month in sorted({month_of(day) for day in wanted})]
    cr.execute(
        SQL(
            "SELECT brin_summarize_new_values(x.indexrelid) FROM pg_index x"
            " JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am m ON m.oid = c.relam"
            " WHERE x.indrelid = ANY(ARRAY(SELECT to_regclass(name) FROM unnest(%s::text[]) name))"
            " AND m.amname = 'brin'",
            names,
        )
    )


def retire(cr, table: str, month: datetime.date, keep: SQL | None = None) -> int:
    """Detach and drop the partition of ``month``; returns how many rows are gone.

    ``keep`` is a condition on the alias ``d``: rows for which it holds are put back into a new
    partition of the same month (a hold for an objection, say). No partition: nothing is done.
    """
    if month not in months(cr, table):
        return 0
    part, parent = SQL.identifier(name_of(table, month)), SQL.identifier(table)
    old = SQL.identifier(name_of(table, month) + "_old")
    cr.execute(SQL("SELECT count(*) FROM %s", part))
    (gone,) = cr.fetchone()
    cr.execute(SQL("ALTER TABLE %s DETACH PARTITION %s", parent, part))
    cr.execute(SQL("ALTER TABLE %s RENAME TO %s", part, old))
    if keep is not None:
        cr.execute(SQL("SELECT EXISTS (SELECT 1 FROM %s d WHERE %s)", old, keep))
        if cr.fetchone()[0]:
            ensure(cr, table, [month])
            cr.execute(SQL("INSERT INTO %s SELECT d.* FROM %s d WHERE %s", parent, old, keep))
            gone -= cr.rowcount
    cr.execute(SQL("DROP TABLE %s", old))
    return gone
