# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is at work: PostgreSQL's advisory locks, which a killed process cannot leave behind.

A lock of a session outlives commits (work goes on in chunks) and ends with its connection (a
killed worker's lock is free at once), so a state "running" without a lock means "was killed".
"""

from __future__ import annotations

import contextlib
import typing
import zlib

from odoo.tools import SQL


def key_of(room: str) -> int:
    """A stable int4 for the name of a room of locks (``billing run``, ``source`` …)."""
    return zlib.crc32(f"telecom_billing {room}".encode()) - 2**31


@contextlib.contextmanager
def held(cr, room: str, number: int, wait: bool = False) -> typing.Iterator[bool]:
    """Hold the lock ``number`` of ``room`` for the block; yields False when another has it.

    With ``wait`` it stands in line for it instead and yields True.

    Keep it around whole transactions: it is let go at the end of the block, whatever happened.
    """
    if wait:
        cr.execute(SQL("SELECT pg_advisory_lock(%s, %s)", key_of(room), number))
        got = True
    else:
        cr.execute(SQL("SELECT pg_try_advisory_lock(%s, %s)", key_of(room), number))
        (got,) = cr.fetchone()
    try:
        yield got
    finally:
        if got and not cr.closed:
            _release(cr, room, number)


def _release(cr, room: str, number: int) -> None:
    # A failed transaction refuses every statement; asking the server is the only way to know.
    if cr.connection.info.transaction_status == 3:  # psycopg2 TRANSACTION_STATUS_INERROR
        cr.rollback()
    cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", key_of(room), number))


def is_held(cr, room: str, number: int) -> bool:
    """Whether any session of this database holds the lock."""
    cr.execute(
        SQL(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid::bigint = %s AND objid::bigint = %s)",
            key_of(room) % 2**32,
            number % 2**32,
        )
    )
    return cr.fetchone()[0]
