# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the machine's plain Python into the virtual environment made for the project."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from . import odoo_source, paths, progress, venv
from .odoo_source import Odoo


def inside() -> Odoo | None:
    """The Odoo of the environment this process runs in, None in the machine's plain Python."""
    place = Path(sys.prefix).resolve()
    return venv.complete(place) if paths.cache() / "venv" in place.parents else None


def enter(arguments: list[str]) -> Odoo:
    """Return Odoo when inside its environment; else make that and go on there.

    A shell may have an older environment of ours activated: then a new one is made beside it.
    """
    os.environ.setdefault(progress.BEGAN, str(time.time()))
    paths.check_root()
    venv.check_python()
    odoo = inside()
    home = os.environ.get("ODOO_HOME")
    if not odoo or (home and Path(home).expanduser().resolve() != odoo.path):
        odoo = odoo_source.find()
    venv.enter(venv.ensure(odoo), arguments)
    return odoo
