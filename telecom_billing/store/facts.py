# SPDX-License-Identifier: AGPL-3.0-or-later
"""``telecom_usage_data``: what the carrier said, one row a record, written once, never changed."""

from __future__ import annotations

from odoo.tools import SQL

TABLE = "telecom_usage_data"

#: Column, SQL type; the order is the one of COPY. ``id`` comes from the sequence.
#: quantity: millionths of ``unit``; cost: money of ``currency``; started_at: UTC.
COLUMNS = {
    "company_id": "integer NOT NULL",
    "source_id": "integer NOT NULL",
    "delivery_id": "integer NOT NULL",
    "line": "bigint NOT NULL",
    "record_id": "varchar",
    "dedup_key": "uuid NOT NULL",
    "service": "varchar NOT NULL",
    "direction": "varchar NOT NULL",
    "started_at": "timestamp NOT NULL",
    "quantity": "bigint NOT NULL",
    "unit": "varchar NOT NULL",
    "a_number": "varchar",
    "b_number": "varchar",
    "a_raw": "varchar",
    "b_raw": "varchar",
    "account": "varchar",
    "destination": "varchar",
    "cost": "numeric",
    "currency": "varchar(3)",
    "conference": "varchar",
    "participant": "varchar",
}

#: One key holds against a second delivery, a second start and two workers. The rest follows the
#: order in which rows arrive, so block-range indexes, a thousandth of a tree's size, are enough.
_INDEXES = (
    "CREATE UNIQUE INDEX IF NOT EXISTS telecom_usage_data_dedup_uniq"
    " ON telecom_usage_data (source_id, dedup_key, started_at)",
    "CREATE INDEX IF NOT EXISTS telecom_usage_data_id_idx ON telecom_usage_data (id)",
    "CREATE INDEX IF NOT EXISTS telecom_usage_data_time_idx"
    " ON telecom_usage_data USING brin (started_at)",
    "CREATE INDEX IF NOT EXISTS telecom_usage_data_delivery_idx"
    " ON telecom_usage_data USING brin (delivery_id)",
)


def create(cr) -> None:
    """Make table, sequence and indexes where they are missing."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    cr.execute(SQL("CREATE SEQUENCE IF NOT EXISTS telecom_usage_data_id_seq AS bigint"))
    cr.execute(
        SQL(
            "CREATE TABLE IF NOT EXISTS telecom_usage_data"
            " (id bigint NOT NULL DEFAULT nextval('telecom_usage_data_id_seq'), %s)"
            " PARTITION BY RANGE (started_at)",
            SQL(columns),
        )
    )
    for statement in _INDEXES:
        cr.execute(SQL(statement))


def remove(cr, delivery_ids: list[int]) -> int:
    """Delete the facts of these deliveries (undo); returns how many there were."""
    if not delivery_ids:
        return 0
    cr.execute(SQL("DELETE FROM telecom_usage_data WHERE delivery_id IN %s", tuple(delivery_ids)))
    return cr.rowcount


def count(cr, delivery_ids: list[int]) -> int:
    """How many facts these deliveries left in the store."""
    if not delivery_ids:
        return 0
    cr.execute(
        SQL("SELECT count(*) FROM telecom_usage_data WHERE delivery_id IN %s", tuple(delivery_ids))
    )
    return cr.fetchone()[0]
