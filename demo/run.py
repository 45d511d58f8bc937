# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bill the made-up provider's two months inside Odoo, for everybody to watch.

``main(env, out)`` gets the superuser's environment of a database with the addon installed, and an
empty folder. What it makes there: ``world/`` (the papers of :mod:`demo.world`), ``inbox/`` (the
watched folders), ``mails/``, ``bank/``, ``documents/`` and ``control_totals.txt``.
"""

from __future__ import annotations

import datetime as dt
import os
import pathlib

from . import office, world
from .month import BEFORE_BANK, HouseBank, Month
from .post_office import PostOffice
from .screen import Screen, number

LOGINS = [
    ("administrator", "admin", "admin"),
    ("accountant", "buchhaltung", office.PASSWORD),
    ("customer Jonna Brandt (portal)", "jonna", office.PASSWORD),
    ("customer Werft Holm & Söhne (portal)", "werft", office.PASSWORD),
]
#: month of usage: the day of the run, the day of the reminders
CALENDAR = {
    "2026-09": (dt.date(2026, 10, 1), dt.date(2026, 10, 22)),
    "2026-10": (dt.date(2026, 11, 1), dt.date(2026, 11, 22)),
}


def main(env, out: pathlib.Path) -> int:
    """Bill two months; 0 when all control totals agree."""
    out = pathlib.Path(out)
    screen = Screen()
    small = bool(os.environ.get("TELECOM_DEMO_SMALL"))
    screen.title("Nordlicht Telekom GmbH: two months from carrier files to reminders")
    with screen.task("World") as task:
        deliveries = world.build(out / "world", small=small)
        lines = sum(delivery.lines for delivery in deliveries)
        task.said = f"{len(deliveries)} files with {number(lines)} lines"
    return 0
