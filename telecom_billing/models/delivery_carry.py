# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calls that go over the end of a file: their open part waits for the next delivery of its source.

The part is a reject "carried" of its own delivery, counted there as left out. The delivery with
the other part holds the record, on that part's line; the reject then names it. After some days
without the other part it is judged as if there had been none: a record, or a faulty line.
"""

from __future__ import annotations

import connectors.formats

CARRIED = "carried"


def waiting(delivery) -> list[tuple[int, str, str]]:
    """(id of the reject, raw text, header of its file) of what waits at the delivery's source."""
    form = connectors.formats.get(delivery.source_id.format)
    if not form.combines(form.resolve(delivery.source_id.settings or {})):
        return []
    reopen(delivery)
    rejects = delivery.env["telecom.reject"].search(
        [
            ("source_id", "=", delivery.source_id.id),
            ("reason", "=", CARRIED),
            ("state", "!=", "solved"),
            ("delivery_id", "!=", delivery.id),
            ("delivery_id.state", "=", "loaded"),
        ],
        order="id",
    )
    return [(one.id, one.raw or "", _header(one.delivery_id)) for one in rejects]


def settle(delivery, settled: dict[int, int]) -> None:
    """These parts are in records of ``delivery`` now."""
    rejects = delivery.env["telecom.reject"].browse(settled)
    rejects.write({"state": "solved", "outcome": "stored", "carried_to_id": delivery.id})


def reopen(deliveries) -> None:
    """The records of these deliveries go or are made anew: their earlier parts wait again."""
    deliveries.env["telecom.reject"].search([("carried_to_id", "in", deliveries.ids)]).write(
        {"state": "ignored", "outcome": False, "carried_to_id": False}
    )


def _header(delivery) -> str:
    return ((delivery.totals or {}).get("summary") or {}).get("header_text") or ""
