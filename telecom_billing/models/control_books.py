# SPDX-License-Identifier: AGPL-3.0-or-later
"""The control totals' last part: from what is to be invoiced to the ledger."""

from __future__ import annotations

from odoo.tools import SQL

from ..store import exact
from .control_row import row

#: The invoices of a run that count.
_MOVES = "m.telecom_run_id = %s AND m.state = 'posted' AND m.telecom_reversed IS NOT TRUE"


def rows(run, due) -> list[dict]:
    """The stages after the summaries; none before there is an invoice.

    :param due: Sum of the summaries that are on the run's invoices
    """
    totals = run._invoice_totals()
    if not totals or not (totals["invoices"] or totals["credit_notes"]):
        return []
    positions = totals["usage"] + totals["fees"] + totals["credits"] + totals["topups"]
    other = totals["usage"] - totals["usage_exact"] - totals["rounding"]
    found = [
        row(
            "invoiced",
            totals["usage_records"],
            due.seconds,
            totals["usage_exact"],
            check=due.records == totals["usage_records"] and due.money == totals["usage_exact"],
        ),
        row("rounding", amount=totals["rounding"]),
    ]
    if other:
        found.append(row("vat_kind", amount=other))
    found += [
        row("fees", amount=totals["fees"]),
        row("credits", amount=totals["credits"]),
    ]
    if totals["topups"]:
        found.append(row("topups", amount=totals["topups"]))
    found += [
        row(
            "positions",
            totals["positions"],
            amount=positions,
            check=not _disagreeing(run),
        ),
        row(
            "net",
            totals["invoices"] + totals["credit_notes"],
            amount=totals["net"],
        ),
        row("tax", amount=totals["tax"]),
    ]
    receivable, income = _ledger(run)
    return found + [
        row(
            "total",
            totals["invoices"] + totals["credit_notes"],
            amount=totals["total"],
            check=totals["net"] + totals["tax"] == totals["total"],
        ),
        row(
            "ledger",
            amount=receivable,
            check=receivable == totals["total"] and income == totals["net"],
        ),
    ]


def _disagreeing(run) -> int:
    """How many invoices have positions that are neither their net nor their gross sum."""
    query = SQL(
        f"SELECT count(*) FROM account_move m JOIN ("
        f" SELECT l.move_id, sum(l.telecom_amount) AS positions FROM account_move_line l"
        f" JOIN account_move m ON m.id = l.move_id WHERE {_MOVES} AND l.telecom_kind IS NOT NULL"
        f" GROUP BY l.move_id) p ON p.move_id = m.id"
        f" WHERE abs(p.positions) NOT IN (abs(m.amount_total), abs(m.amount_untaxed))",
        run.id,
    )
    return exact.fetch(run.env.cr, query)[0][0]


def _ledger(run) -> tuple:
    """Balances of the run's entries on receivable accounts and, turned, on income accounts."""
    query = SQL(
        f"SELECT coalesce(sum(l.balance) FILTER (WHERE a.account_type = 'asset_receivable'), 0),"
        f" coalesce(-sum(l.balance) FILTER (WHERE a.account_type LIKE 'income%%'), 0)"
        f" FROM account_move_line l JOIN account_move m ON m.id = l.move_id"
        f" JOIN account_account a ON a.id = l.account_id WHERE {_MOVES}",
        run.id,
    )
    return exact.fetch(run.env.cr, query)[0]
