# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the store made by SQL, taken away with the addon.

Odoo drops the tables of models. Facts and charges would stay: traffic data that no retention
deletes any more, and whose ids mean something else to an addon that is installed again.
"""

from __future__ import annotations

from odoo.tools import SQL

_TABLES = ("telecom_charge_data", "telecom_usage_data", "telecom_book_change")
_SEQUENCE = "telecom_usage_data_id_seq"


def stored(cr) -> tuple[int, int]:
    """(records of usage, months that hold some)."""
    cr.execute(
        SQL(
            "SELECT COALESCE(sum(count), 0)::bigint, count(*) FROM (SELECT count(*) FROM"
            " telecom_usage_data GROUP BY date_trunc('month', started_at)) months"
        )
    )
    return cr.fetchone()


def remove(cr) -> None:
    """Drop tables with their partitions and views, triggers with their functions."""
    for table in _TABLES:
        cr.execute(SQL("DROP TABLE IF EXISTS %s CASCADE", SQL.identifier(table)))
    cr.execute(SQL("DROP SEQUENCE IF EXISTS %s", SQL.identifier(_SEQUENCE)))
    cr.execute(
        SQL(
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema::regnamespace"
            " AND (proname = 'telecom_book_changed' OR proname LIKE %s)",
            r"telecom\_%\_guard",
        )
    )
    for (name,) in cr.fetchall():
        cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(name)))
