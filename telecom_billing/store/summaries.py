# SPDX-License-Identifier: AGPL-3.0-or-later
"""``telecom_usage_summary`` below the ORM: open summaries come and go with their charges."""

from __future__ import annotations

import datetime

import numpy as np
from odoo.tools import SQL

from . import binary, copying

TABLE = "telecom_usage_summary"
#: What tells open summaries apart; the model's unique index is on the same.
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
#: Keys by which it is made sure which summary is which.
_CHECKED = ("contract_line_id", "number_id", "rate_id", "zone_id", "band_id")
SUMS = ("records", "quantity", "billed", "allowance_used", "amount", "cost")


def key_sql(alias: str | None = None) -> SQL:
    """The columns of the unique index, as it has them."""
    parts = []
    for name in KEYS:
        column = SQL.identifier(alias, name) if alias else SQL.identifier(name)
        parts.append(SQL("COALESCE(%s, 0)", column) if name in NULLABLE else column)
    return SQL(", ").join(parts)


def reserve(cr, count: int) -> np.ndarray:
    """New ids for ``count`` summaries."""
    cr.execute(
        SQL("SELECT nextval('telecom_usage_summary_id_seq') FROM generate_series(1, %s)", count)
    )
    return np.array([number for (number,) in cr.fetchall()], dtype=np.int64)


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


def add(cr, rows: dict[str, binary.Column], count: int, table: str = TABLE) -> None:
    """Store ``count`` new summaries; ``rows``: columns of the table."""
    copying.copy_binary(cr, table, rows, binary.rows(list(rows.values()), count))


def grow(cr, rows: dict[str, binary.Column], keys: dict[str, np.ndarray]) -> np.ndarray:
    """Add sums to the open summaries of the same keys, or make them; returns their ids.

    :param rows: columns of the table; ``id`` holds the position of the row
    :param keys: ids that tell the summaries apart, 0 for none
    """
    cr.execute(
        SQL(
            "CREATE TEMPORARY TABLE telecom_summary_more ON COMMIT DROP AS"
            " SELECT %s FROM telecom_usage_summary LIMIT 0",
            SQL(", ").join(SQL.identifier(name) for name in rows),
        )
    )
    add(cr, rows, len(keys[_CHECKED[0]]), "telecom_summary_more")
    columns = [name for name in rows if name != "id"]
    sums = [SQL("%s = s.%s + EXCLUDED.%s", *(SQL.identifier(name),) * 3) for name in SUMS]
    cr.execute(
        SQL(
            "INSERT INTO telecom_usage_summary AS s (%(columns)s)"
            " SELECT %(columns)s FROM telecom_summary_more ORDER BY id"
            " ON CONFLICT (%(key)s) WHERE invoice_line_id IS NULL"
            " AND handover_batch_id IS NULL DO UPDATE SET %(sums)s,"
            " first_started_at = LEAST(s.first_started_at, EXCLUDED.first_started_at),"
            " last_started_at = GREATEST(s.last_started_at, EXCLUDED.last_started_at)"
            " RETURNING id, %(checked)s",
            columns=SQL(", ").join(SQL.identifier(name) for name in columns),
            key=key_sql(),
            sums=SQL(", ").join(sums),
            checked=SQL(", ").join(SQL("COALESCE(%s, 0)", SQL.identifier(n)) for n in _CHECKED),
        )
    )
    # Rows come back in the order in which they went in; joining the two tables instead would leave
    # it to the planner's estimates whether that takes a moment or hours.
    found = np.array(cr.fetchall(), dtype=np.int64).reshape(-1, 1 + len(_CHECKED))
    cr.execute("DROP TABLE telecom_summary_more")
    if not np.array_equal(found[:, 1:], np.column_stack([keys[name] for name in _CHECKED])):
        raise AssertionError("summaries came back in another order than they were sent")
    return found[:, 0]


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
            "  sum(allowance_used) / 1000000 AS allowance_used, sum(price) AS amount,"
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
            " JOIN telecom_usage_summary o ON o.invoice_line_id IS NULL"
            " AND o.handover_batch_id IS NULL AND (%s) = (%s)"
            " WHERE f.move_id = %s",
            key_sql("f"),
            key_sql("o"),
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
