# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetching what waits at a source: kept in Odoo first, put away at the source afterwards.

What has arrived of a file that broke off stays in a folder of the source, so that the next fetch
goes on from there; the checkpoint of ways where nothing can be moved is kept with the source,
each time after a file is safe. Killed between any two of these, the file is found again and
recognised by its hash.
"""

from __future__ import annotations

import copy
import dataclasses
import logging
import time
from pathlib import Path

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tools import config

from connectors.reasons import SettingsError
from connectors.transports import TransportError

from ..store import locks

_logger = logging.getLogger(__name__)

UNREACHABLE = (TransportError, SettingsError, ValidationError)
#: Parts of files that nobody asked for any more are thrown away after so many seconds.
STALE = 14 * 24 * 3600


def fetch(source):
    """Fetch from one source; returns the deliveries, and marks the source as working or failing.

    One worker at a time: while another is at it, nothing is done.
    """
    env = source.env
    deliveries = env["telecom.delivery"]
    faults = []
    with locks.held(env.cr, "fetch", source.id) as got:
        if not got:
            return deliveries
        _commit(source)  # see what another worker kept before we had the lock
        state = copy.deepcopy(source.checkpoint or {})
        folder = folder_of(source)
        try:
            with _remembering(source, source._transport(state)) as transport:
                for item in transport.list():
                    try:
                        deliveries |= _take(source, transport, item, folder)
                    except UNREACHABLE as error:
                        faults.append(str(error))
                        if getattr(error, "away", False):
                            break
        except (*UNREACHABLE, OSError) as error:
            faults.append(str(error))
        _keep(source, state, faults)
        _tidy(folder)
    return deliveries


def _remembering(source, transport):
    """Before it waits the transport's state is kept: a worker may be killed meanwhile, and what
    was ordered (a report, say) is not ordered twice."""
    sleep = transport.patience.sleep

    def keep_and_sleep(seconds: float) -> None:
        if (source.checkpoint or {}) != transport.state:
            source.checkpoint = copy.deepcopy(transport.state)
            _commit(source)
        sleep(seconds)

    transport.patience = dataclasses.replace(transport.patience, sleep=keep_and_sleep)
    return transport


def folder_of(source) -> Path:
    """Where files of this source arrive: a folder of its own in Odoo's data folder."""
    folder = Path(config["data_dir"]) / "telecom_fetch" / source.env.cr.dbname / str(source.id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _take(source, transport, item, folder: Path):
    fetched = transport.fetch(item, folder)
    try:
        delivery = source._receive_path(item.name, fetched.path, fetched.sha256, fetched.size)
    finally:
        fetched.path.unlink()
    _commit(source)
    transport.done(item)
    source.checkpoint = copy.deepcopy(transport.state)
    _commit(source)
    return delivery


def _keep(source, state: dict, faults: list[str]) -> None:
    """How it went. Also after a fault the checkpoint is kept: it names what was ordered."""
    if faults:
        _logger.warning("source %s: %s", source.name, "; ".join(faults))
    source.write(
        {
            "checkpoint": state,
            "state": "failing" if faults else "ok",
            "last_error": "\n".join(faults) or False,
            "last_fetch_at": fields.Datetime.now(),
        }
    )
    _commit(source)


def _commit(source) -> None:
    source.env.flush_all()
    if source.env["telecom.billing.run"]._commits():
        source.env.cr.commit()
        source.invalidate_recordset(["checkpoint"])


def _tidy(folder: Path) -> None:
    for part in folder.iterdir():
        if time.time() - part.stat().st_mtime > STALE:
            part.unlink()
