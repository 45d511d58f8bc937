# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones of German numbers and their legal price limits, from ``data/numbering/germany.json``."""

from __future__ import annotations

import functools
import json
import pathlib
from typing import Any

from .world import Zone

FILE = pathlib.Path(__file__).parent.parent / "data" / "numbering" / "germany.json"


@functools.lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def zones() -> list[Zone]:
    """The zones, the national one first."""
    return [
        Zone(one["code"], one["kind"], one["names"], tuple(one["prefixes"]), "DE", one["source"])
        for one in _data()["zones"]
    ]


def limits() -> list[dict[str, Any]]:
    """The legal limits as fields of ``telecom.guard``; ``names`` by language."""
    return _data()["limits"]
