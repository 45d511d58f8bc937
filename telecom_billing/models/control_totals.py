# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each record, second and cent accounted for, from the carrier's file to the ledger."""

from __future__ import annotations

from odoo.tools import SQL

from ..store import exact


def rows(run) -> list[dict]:
    """The stages of ``run`` in order.

    Each is a dict: stage (code), label (in the user's language), records, quantity (seconds,
    Decimal), amount (Decimal, company currency), check (True or False where two ways of counting
    must agree, else None), note.
    """
    return _intake(run)


def _intake(run) -> list[dict]:
    env = run.env
    env.flush_all()
    query = SQL(
        "SELECT coalesce(sum(lines), 0), coalesce(sum(loaded), 0),"
        " coalesce(sum(duplicates), 0), coalesce(sum(rejects), 0),"
        " coalesce(sum(quantity), 0), coalesce(sum(quantity_decoded), 0)"
        " FROM telecom_delivery"
        " WHERE run_id = %s AND NOT coalesce(is_archive, FALSE) AND state = 'loaded'",
        run.id,
    )
    lines, loaded, duplicates, rejects, seconds, decoded = exact.fetch(env.cr, query)[0]
    return [
        _row("delivered", env._("Lines delivered"), lines, decoded),
        _row("duplicates", env._("Delivered before"), duplicates, decoded - seconds),
        _row("rejects", env._("Rejected or left out"), rejects),
        _row(
            "loaded",
            env._("Loaded"),
            loaded,
            seconds,
            check=lines == loaded + duplicates + rejects,
            note=env._("Lines delivered = loaded + delivered before + rejected"),
        ),
    ]


def _row(stage, label, records, quantity=0, amount=None, check=None, note=""):
    return {
        "stage": stage,
        "label": label,
        "records": records,
        "quantity": quantity,
        "amount": amount,
        "check": check,
        "note": note,
    }
