# SPDX-License-Identifier: AGPL-3.0-or-later
"""What became of a delivery's lines, written to the delivery: exact, and true to the file's own
control totals."""

from __future__ import annotations

import decimal
import re

from odoo import fields
from odoo.tools import SQL

from connectors.formats.summary import Summary

from ..store.intake import Counts

#: What an archive's counts sum up over its members.
SUMMED = ("lines", "loaded", "duplicates", "rejects", "left_out")


def write(delivery, counts: Counts) -> None:
    """A load that is done."""
    delivery.write({"state": "loaded", "message": False, "loaded_at": fields.Datetime.now()})
    _write(delivery, counts)


def restate(delivery, counts: Counts, summary: Summary) -> None:
    """A loaded delivery of which some rejected lines were read again."""
    if counts.lines != counts.loaded + counts.duplicates + counts.rejects:
        raise AssertionError(
            f"delivery {delivery.name}: {counts.lines} lines, but {counts.loaded} stored +"
            f" {counts.duplicates} delivered before + {counts.rejects} rejected"
        )
    known = delivery.totals or {}
    _write(delivery, counts, {name: known[name] for name in ("changed",) if name in known})
    _keep_summary(delivery, summary)
    if delivery.parent_id:
        sum_up(delivery.parent_id)


def compare(delivery, summary: Summary) -> None:
    """The reader counted lines on its own, and the file may state totals: compare with both."""
    if summary.data != delivery.lines:
        raise AssertionError(
            f"delivery {delivery.name}: {summary.data} data lines were read, {delivery.lines}"
            " accounted for"
        )
    _keep_summary(delivery, summary)


def sum_up(archive) -> None:
    """The counts of an archive from those of its members."""
    children = archive.child_ids
    archive.write(
        {
            "first_started_at": min(
                filter(None, children.mapped("first_started_at")), default=False
            ),
            "last_started_at": max(filter(None, children.mapped("last_started_at")), default=False),
        }
        | {name: sum(children.mapped(name)) for name in SUMMED}
    )
    archive.env.flush_all()
    archive.env.cr.execute(
        SQL(
            "UPDATE telecom_delivery d SET quantity = s.quantity, cost = s.cost,"
            " quantity_decoded = s.decoded FROM (SELECT sum(quantity) AS quantity,"
            " sum(quantity_decoded) AS decoded, sum(cost) AS cost"
            " FROM telecom_delivery WHERE parent_id = %(id)s) s WHERE d.id = %(id)s",
            id=archive.id,
        )
    )
    archive.invalidate_recordset()


def decoded_of(delivery, name: str) -> dict[str, decimal.Decimal]:
    """Exact sums that were kept: ``decoded``, ``decoded_cost``, by unit or currency."""
    kept = (delivery.totals or {}).get(name) or {}
    return {key: decimal.Decimal(value) for key, value in kept.items()}


def _write(delivery, counts: Counts, changed: dict | None = None) -> None:
    if counts.changed:
        changed = {"changed": {"records": counts.changed, "lines": counts.changed_lines}}
    changed = changed or {}
    delivery.write(
        {
            "lines": counts.lines,
            "loaded": counts.loaded,
            "duplicates": counts.duplicates,
            "rejects": counts.rejects,
            "left_out": counts.filtered,
            "first_started_at": counts.first,
            "last_started_at": counts.last,
            "totals": {
                "decoded": _plain(counts.decoded_quantity),
                "loaded": _plain(counts.loaded_quantity),
                "decoded_cost": _plain(counts.decoded_cost),
                "loaded_cost": _plain(counts.loaded_cost),
                "reasons": counts.reasons,
            }
            | changed,
        }
    )
    delivery.env.flush_all()
    # By SQL, since an ORM float would not be exact.
    delivery.env.cr.execute(
        SQL(
            "UPDATE telecom_delivery SET quantity = %s, quantity_decoded = %s, cost = %s"
            " WHERE id = %s",
            counts.loaded_quantity.get("second", 0),
            counts.decoded_quantity.get("second", 0),
            counts.loaded_cost.get(delivery.company_id.currency_id.name, 0),
            delivery.id,
        )
    )
    delivery.invalidate_recordset()
    delivery.env["telecom.usage"].invalidate_model()
    delivery.env["telecom.reject"].invalidate_model()


def _keep_summary(delivery, summary: Summary) -> None:
    delivery.totals = delivery.totals | {"summary": summary.as_dict()}
    delivery.sequence_number = number_of(
        delivery.source_id, delivery.name, summary.declared.sequence
    )
    delivery.message = "\n".join(summary.differences()) or False


def number_of(source, name: str, declared: str | None = None) -> str | bool:
    """The running number of a file, by its name or its header; digits, without leading zeros."""
    if source.sequence_pattern:
        found = re.search(source.sequence_pattern, name)
        declared = found[1] if found else ""
    digits = re.sub(r"\D", "", declared or "")
    return str(int(digits)) if digits else False


def _plain(sums: dict) -> dict:
    return {name: str(value) for name, value in sums.items()}
