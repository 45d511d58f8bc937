# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a delivery's bytes to facts: decode chunk by chunk, store, count."""

from __future__ import annotations

import logging

from odoo import fields
from odoo.tools import SQL

from ..store.intake import Counts, Intake

_logger = logging.getLogger(__name__)


def load(delivery) -> None:
    """Decode and store; afterwards the delivery is loaded or failed, with its counts.

    A file that cannot be read at all fails with the reason, and leaves nothing behind.
    """
    import connectors.formats
    from connectors.reasons import DeliveryError, SettingsError

    try:
        with delivery.env.cr.savepoint(), delivery._open() as file:
            decoding = connectors.formats.get(delivery.source_id.format).decode(
                file, delivery.source_id.settings or {}
            )
            store(delivery, decoding)
            _compare(delivery, decoding.summary)
    except (DeliveryError, SettingsError, OSError) as error:
        _logger.warning("delivery %s: %s", delivery.name, error)
        delivery.write({"state": "failed", "message": str(error)})


def store(delivery, chunks) -> Counts:
    """Store decoded ``chunks`` (connectors.frame.Decoded) as the content of ``delivery``."""
    from connectors.frame import Deduplicator

    env = delivery.env
    env.flush_all()
    delivery.reject_ids.unlink()
    intake = Intake(env.cr, delivery.company_id.id, delivery.source_id.id, delivery.id)
    keys = Deduplicator()
    for chunk in chunks:
        intake.add(chunk.frame, keys.keys(chunk.frame))
        intake.reject(chunk.rejects)
    counts = intake.finish()
    _write(delivery, counts)
    return counts


def _write(delivery, counts: Counts) -> None:
    delivery.write(
        {
            "state": "loaded",
            "message": False,
            "loaded_at": fields.Datetime.now(),
            "lines": counts.lines,
            "loaded": counts.loaded,
            "duplicates": counts.duplicates,
            "rejects": counts.rejects,
            "filtered": counts.filtered,
            "first_started_at": counts.first,
            "last_started_at": counts.last,
            "totals": {
                "decoded": _plain(counts.decoded_quantity),
                "loaded": _plain(counts.loaded_quantity),
                "decoded_cost": _plain(counts.decoded_cost),
                "loaded_cost": _plain(counts.loaded_cost),
                "reasons": counts.reasons,
            },
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


def _compare(delivery, summary) -> None:
    """The reader counted lines on its own: both counts must be the same."""
    if summary.data != delivery.lines:
        raise AssertionError(
            f"delivery {delivery.name}: {summary.data} data lines were read, {delivery.lines}"
            " accounted for"
        )
    delivery.totals = delivery.totals | {"summary": summary.as_dict()}


def _plain(sums: dict) -> dict:
    return {name: str(value) for name, value in sums.items()}
