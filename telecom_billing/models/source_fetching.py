# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetching what waits at a source: kept in Odoo first, put away at the source afterwards."""

from __future__ import annotations

import logging
import tempfile

from odoo import fields

from connectors.reasons import SettingsError
from connectors.transports import TransportError

from ..store import locks

_logger = logging.getLogger(__name__)

UNREACHABLE = (TransportError, SettingsError)


def fetch(source):
    """Fetch from one source; returns the deliveries, and marks the source as working or failing.

    Killed between keeping and putting away, the file is found again and recognised by its hash.
    """
    env = source.env
    deliveries = env["telecom.delivery"]
    faults = []
    with locks.held(env.cr, "fetch", source.id) as got:
        if not got:
            return deliveries  # another worker is just asking it
        try:
            with source._transport() as transport:
                for item in transport.list():
                    try:
                        deliveries |= _take(source, transport, item)
                    except UNREACHABLE as error:
                        faults.append(str(error))
        except (*UNREACHABLE, OSError) as error:
            faults.append(str(error))
        if faults:
            _logger.warning("source %s: %s", source.name, "; ".join(faults))
        source.write(
            {
                "state": "failing" if faults else "ok",
                "last_error": "\n".join(faults) or False,
                "last_fetch_at": fields.Datetime.now(),
            }
        )
    return deliveries


def _take(source, transport, item):
    with tempfile.TemporaryDirectory(prefix="fetch-") as folder:
        fetched = transport.fetch(item, folder)
        delivery = source._receive_path(item.name, fetched.path, fetched.sha256, fetched.size)
        source.env.flush_all()
        if source.env["telecom.billing.run"]._commits():
            source.env.cr.commit()
        transport.done(item)
    return delivery
