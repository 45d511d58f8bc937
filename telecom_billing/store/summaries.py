# SPDX-License-Identifier: AGPL-3.0-or-later
"""``telecom_usage_summary`` below the ORM: open summaries come and go with their charges."""

from __future__ import annotations

import datetime

import numpy as np
from odoo.tools import SQL

from . import binary, copying

TABLE = "telecom_usage_summary"
#: What tells open summaries apart.
KEYS = (
    "contract_id",
    "period",
    "company_id",
    "contract_line_id",
    "number_id",
    "service",
    "tariff_id",
    "version_id",
    "rate_id",
    "zone_id",
    "band_id",
    "currency_id",
    "source_id",
)
#: Keys that may be NULL: two such summaries are the same all the same.
NULLABLE = ("number_id", "version_id", "rate_id", "zone_id", "band_id", "source_id")
#: Keys that the unique index has as they are; of the others it has a hash of 64 bits, which is a
#: tenth of their size. Two kinds of a contract's month that shared one would be refused.
_PLAIN = ("contract_id", "period")
SUMS = ("records", "quantity", "billed", "allowance_used", "amount", "cost")


def _hash(prefix: str = "") -> str:
    """One number for the keys that are not plain."""
    found = "0"
    for name in KEYS:
        if name == "service":
            found = f"hashtextextended({prefix}{name}, {found})"
        elif name not in _PLAIN:
            column = f"{prefix}{name}"
            column = f"COALESCE({column}, 0)" if name in NULLABLE else column
            found = f"hashint4extended({column}, {found})"
    return found


def _open_hash(prefix: str = "") -> str:
    """The hash, NULL for what is on an invoice or handed over.

    Not a condition on the index: PostgreSQL takes conditions on columns that it has not counted
    yet for rare, and then rather goes through the index than looks into it.
    """
    condition = f"{prefix}invoice_line_id IS NULL AND {prefix}handover_batch_id IS NULL"
    return f"CASE WHEN {condition} THEN {_hash(prefix)} END"


#: The model's unique index: one open summary of a kind.
UNIQUE = f"({', '.join(_PLAIN)}, ({_open_hash()}))"


def is_open_one(own: str, other: str) -> SQL:
    """Condition: ``own`` is the open summary of the keys of ``other``.

    It is found by the unique index and decided by the keys themselves.
    """
    conditions = [SQL(f"{own}.{name} = {other}.{name}") for name in KEYS if name not in NULLABLE]
    conditions.append(SQL(f"{_open_hash(own + '.')} = {_hash(other + '.')}"))
    conditions += [SQL(f"{own}.{name} IS NOT DISTINCT FROM {other}.{name}") for name in NULLABLE]
    return SQL(" AND ").join(conditions)


def reserve(cr, count: int) -> np.ndarray:
    """New ids for ``count`` summaries."""
    query = SQL(
        "SELECT nextval('telecom_usage_summary_id_seq')::integer FROM generate_series(1, %s)", count
    )
    return copying.integers(cr, query, 1)[:, 0]


def remove(cr, company: int, period: datetime.date, contracts: SQL) -> int:
    """Delete the open summaries of a period; returns how many.

    :param contracts: condition on the alias ``c`` that says whose
    """
    cr.execute(
        SQL(
            "DELETE FROM telecom_usage_summary c WHERE c.company_id = %s AND c.period = %s"
            " AND %s AND c.invoice_line_id IS NULL AND c.handover_batch_id IS NULL",
            company,
            period,
            contracts,
        )
    )
    return cr.rowcount


def add(cr, rows: binary.Draft) -> np.ndarray:
    """Store new summaries; returns their ids."""
    numbers = reserve(cr, rows.count)
    copying.copy_binary(cr, TABLE, rows.columns, rows.filled(numbers))
    return numbers


def grow(cr, rows: binary.Draft) -> np.ndarray:
    """Add sums to the open summaries of the same keys, or make them; returns their ids.

    :param rows: no two of the same keys
    """
    count = rows.count
    cr.execute(
        SQL(
            "CREATE TEMPORARY TABLE IF NOT EXISTS telecom_summary_more ON COMMIT DROP AS"
            " SELECT %s FROM telecom_usage_summary LIMIT 0",
            SQL(", ").join(SQL.identifier(name) for name in rows.columns),
        )
    )
    places = rows.filled(np.arange(count))
    copying.copy_binary(cr, "telecom_summary_more", rows.columns, places)
    found = np.zeros(count, dtype=np.int64)
    query = SQL(
        "UPDATE telecom_usage_summary s SET %s,"
        " first_started_at = LEAST(s.first_started_at, m.first_started_at),"
        " last_started_at = GREATEST(s.last_started_at, m.last_started_at)"
        " FROM telecom_summary_more m WHERE %s RETURNING m.id, s.id",
        SQL(", ").join(SQL(f"{name} = s.{name} + m.{name}") for name in SUMS),
        is_open_one("s", "m"),
    )
    with copying.by_index(cr, TABLE):
        grown = copying.integers(cr, query, 2)
    found[grown[:, 0]] = grown[:, 1]
    new = np.flatnonzero(found == 0)
    if len(new):
        found[new] = reserve(cr, len(new))
        columns = [name for name in rows.columns if name != "id"]
        cr.execute(
            SQL(
                "INSERT INTO telecom_usage_summary (id, %s)"
                " SELECT n.id, %s FROM telecom_summary_more m"
                " JOIN unnest(%s::int[], %s::int[]) AS n (place, id) ON n.place = m.id",
                SQL(", ").join(SQL.identifier(name) for name in columns),
                SQL(", ").join(SQL.identifier("m", name) for name in columns),
                new.tolist(),
                found[new].tolist(),
            )
        )
    cr.execute("TRUNCATE telecom_summary_more")
    return found


def recount(cr, numbers: list[int]) -> None:
    """Sum open summaries up from their charges anew; without any charge they go."""
    if not numbers:
        return
    cr.execute(
        SQL(
            "UPDATE telecom_usage_summary s SET records = c.records, quantity = c.quantity,"
            " billed = c.billed, allowance_used = c.allowance_used, amount = c.amount,"
            " cost = c.cost, first_started_at = c.first, last_started_at = c.last"
            " FROM (SELECT summary_id, count(*) FILTER (WHERE segment = 0) AS records,"
            "  sum(quantity) / 1000000 AS quantity, sum(billed) / 1000000 AS billed,"
            "  sum(CASE WHEN allowance_id IN (SELECT allowance_id FROM telecom_allowance_use)"
            "  THEN quantity ELSE allowance_used END) / 1000000 AS allowance_used,"
            "  sum(price) AS amount,"
            "  coalesce(sum(cost), 0) AS cost, min(started_at) AS first, max(started_at) AS last"
            "  FROM telecom_charge_data WHERE summary_id = ANY(%(ids)s) GROUP BY summary_id) c"
            " WHERE s.id = c.summary_id AND s.invoice_line_id IS NULL"
            " AND s.handover_batch_id IS NULL",
            ids=numbers,
        )
    )
    cr.execute(
        SQL(
            "DELETE FROM telecom_usage_summary s WHERE s.id = ANY(%s)"
            " AND s.invoice_line_id IS NULL AND s.handover_batch_id IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM telecom_charge_data c WHERE c.summary_id = s.id)",
            numbers,
        )
    )


def free(cr, move: int) -> None:
    """Take the summaries of an invoice off it: they are open again, to be rated and invoiced.

    Where late records have made an open summary of the same keys meanwhile, the freed one joins
    it, charges and all: there is one open summary of a kind.
    """
    cr.execute(
        SQL(
            "SELECT f.id, o.id, f.contract_id FROM telecom_usage_summary f"
            " JOIN telecom_usage_summary o ON %s WHERE f.move_id = %s",
            is_open_one("o", "f"),
            move,
        )
    )
    for freed, kept, contract in cr.fetchall():
        cr.execute(
            SQL(
                "UPDATE telecom_charge_data SET summary_id = %s"
                " WHERE summary_id = %s AND contract_id = %s",
                kept,
                freed,
                contract,
            )
        )
        sums = [SQL("%s = o.%s + f.%s", *(SQL.identifier(name),) * 3) for name in SUMS]
        cr.execute(
            SQL(
                "UPDATE telecom_usage_summary o SET %s,"
                " first_started_at = LEAST(o.first_started_at, f.first_started_at),"
                " last_started_at = GREATEST(o.last_started_at, f.last_started_at)"
                " FROM telecom_usage_summary f WHERE o.id = %s AND f.id = %s",
                SQL(", ").join(sums),
                kept,
                freed,
            )
        )
        cr.execute(SQL("DELETE FROM telecom_usage_summary WHERE id = %s", freed))
    cr.execute(
        SQL(
            "UPDATE telecom_usage_summary SET invoice_line_id = NULL, move_id = NULL"
            " WHERE move_id = %s",
            move,
        )
    )
