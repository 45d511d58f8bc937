# SPDX-License-Identifier: AGPL-3.0-or-later
"""``telecom_charge_data``: what rating derived from the facts, one row a priced part or reason.

Rows are never edited: rating replaces them as a whole, and leaves alone what is on an invoice
(those whose summary has an invoice line) and what was written off.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from odoo.tools import SQL

TABLE = "telecom_charge_data"

#: Column, SQL type; the order is the one of COPY.
#: quantity, billed, allowance_used: millionths of the base unit (second, byte, …);
#: allowance_money: millionths of the currency, for allowances in money; price, cost:
#: money of ``currency_id``; started_at: UTC, as of the fact; reason: stable code, then no price;
#: write_off_id: set aside for good, see ``telecom.write.off``.
COLUMNS = {
    "usage_id": "bigint NOT NULL",
    "started_at": "timestamp NOT NULL",
    "segment": "smallint NOT NULL",
    "company_id": "integer NOT NULL",
    "contract_id": "integer",
    "line_id": "integer",
    "number_id": "integer",
    "tariff_id": "integer",
    "version_id": "integer",
    "rate_id": "integer",
    "zone_id": "integer",
    "band_id": "integer",
    "service": "varchar NOT NULL",
    "quantity": "bigint NOT NULL",
    "billed": "bigint NOT NULL",
    "allowance_id": "integer",
    "allowance_used": "bigint NOT NULL",
    "allowance_money": "bigint",
    "price": "numeric",
    "cost": "numeric",
    "currency_id": "integer",
    "summary_id": "integer",
    "reason": "varchar",
    "message": "varchar",
    "write_off_id": "integer",
}

_INDEXES = (
    "CREATE INDEX IF NOT EXISTS telecom_charge_data_usage_idx ON telecom_charge_data (usage_id)",
    "CREATE INDEX IF NOT EXISTS telecom_charge_data_contract_idx"
    " ON telecom_charge_data (contract_id, started_at)",
    "CREATE INDEX IF NOT EXISTS telecom_charge_data_reason_idx"
    " ON telecom_charge_data (company_id, reason, started_at) WHERE reason IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS telecom_charge_data_allowance_idx"
    " ON telecom_charge_data (contract_id) WHERE allowance_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS telecom_charge_data_write_off_idx"
    " ON telecom_charge_data (write_off_id) WHERE write_off_id IS NOT NULL",
)
#: Columns that came later, for a store that is there already.
_ADDED = ("allowance_money", "write_off_id")


def create(cr) -> None:
    """Make table and indexes where they are missing."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    cr.execute(
        SQL(
            "CREATE TABLE IF NOT EXISTS telecom_charge_data (%s) PARTITION BY RANGE (started_at)",
            SQL(columns),
        )
    )
    for name in _ADDED:
        cr.execute(
            SQL(
                "ALTER TABLE telecom_charge_data ADD COLUMN IF NOT EXISTS %s %s",
                SQL.identifier(name),
                SQL(COLUMNS[name]),
            )
        )
    for statement in _INDEXES:
        cr.execute(SQL(statement))


def within(begin: datetime.datetime, end: datetime.datetime, alias: str = "c") -> SQL:
    """Condition: the start lies in the span (UTC, end excluded)."""
    column = SQL.identifier(alias, "started_at")
    return SQL("%s >= %s AND %s < %s", column, begin, column, end)


def is_invoiced(alias: str = "c") -> SQL:
    """Condition: the charge is on an invoice, or was handed to the system that invoices it."""
    return SQL(
        "EXISTS (SELECT 1 FROM telecom_usage_summary s WHERE s.id = %s"
        " AND (s.invoice_line_id IS NOT NULL OR s.handover_batch_id IS NOT NULL))",
        SQL.identifier(alias, "summary_id"),
    )


def is_frozen(alias: str = "c") -> SQL:
    """Condition: rating leaves the charge alone. It is on an invoice, or written off."""
    return SQL("(%s IS NOT NULL OR %s)", SQL.identifier(alias, "write_off_id"), is_invoiced(alias))


def is_open(alias: str = "c") -> SQL:
    """Condition: rating may replace the charge (an AND, which PostgreSQL joins by)."""
    return SQL("(%s IS NULL AND NOT %s)", SQL.identifier(alias, "write_off_id"), is_invoiced(alias))


def among(contracts: Iterable[int], alias: str = "c") -> SQL:
    """Condition: of one of these contracts; 0 stands for none."""
    column = SQL.identifier(alias, "contract_id")
    wanted = [int(contract) for contract in contracts]
    numbers = [contract for contract in wanted if contract]
    conditions = [SQL("%s = ANY(%s)", column, numbers)] if numbers else []
    if len(numbers) < len(wanted):
        conditions.append(SQL("%s IS NULL", column))
    return SQL("(%s)", SQL(" OR ").join(conditions)) if conditions else SQL("FALSE")


def remove(cr, company: int, begin, end, contracts: SQL) -> int:
    """Delete the open charges and summaries of a span; returns how many charges.

    :param contracts: condition on the alias ``c`` that says whose
    """
    cr.execute(
        SQL(
            "DELETE FROM telecom_charge_data c WHERE c.company_id = %s AND %s AND %s AND %s",
            company,
            within(begin, end),
            contracts,
            is_open(),
        )
    )
    return cr.rowcount
