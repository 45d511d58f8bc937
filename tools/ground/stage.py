# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the machine's plain Python into the virtual environment made for the project."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from . import odoo_source, paths, venv
from .odoo_source import Odoo


def inside() -> Odoo | None:
    """The Odoo of the environment this process runs in, None in the machine's plain Python."""
    place = Path(sys.prefix).resolve()
    if paths.cache() / "venv" not in place.parents:
        return None
    return venv.complete(place)


def enter(arguments: list[str]) -> Odoo:
    """Return Odoo when inside its environment; else make that and go on there."""
    odoo = inside()
    if odoo and (os.environ.get("TELECOM_GROUND") == sys.prefix or not os.environ.get("ODOO_HOME")):
        return odoo
    venv.check_python()
    odoo = odoo_source.find()
    place = venv.ensure(odoo)
    os.environ["TELECOM_GROUND"] = str(place)
    venv.enter(place, arguments)
    return odoo
