# SPDX-License-Identifier: AGPL-3.0-or-later
"""Units of usage: which ones measure the same thing, and by what factor.

Every unit has a base (seconds for time, bytes for volume); a unit that nobody declared is its own
base, so "participant", "page" or "parking-hour" need no declaration. "KB", "MB", "GB" count by
thousands as in the SI; "KiB", "MiB", "GiB" by 1024. A tariff book may say otherwise.

>>> Units().base("minute"), Units().base("parrot")
(('second', 60), ('parrot', 1))
>>> Units({"KB": ("byte", 1024)}).base("KB")
('byte', 1024)
"""

from __future__ import annotations

from collections.abc import Mapping

BUILT_IN: dict[str, tuple[str, int]] = {
    "second": ("second", 1),
    "minute": ("second", 60),
    "hour": ("second", 3600),
    "day": ("second", 86400),
    "byte": ("byte", 1),
    "KB": ("byte", 1000),
    "MB": ("byte", 1000**2),
    "GB": ("byte", 1000**3),
    "TB": ("byte", 1000**4),
    "KiB": ("byte", 1024),
    "MiB": ("byte", 1024**2),
    "GiB": ("byte", 1024**3),
    "TiB": ("byte", 1024**4),
    "piece": ("piece", 1),
    "count": ("piece", 1),
}


class Units:
    """The units of a tariff book: the built-in ones, changed and extended by the book's own."""

    def __init__(self, own: Mapping[str, tuple[str, int]] | None = None) -> None:
        self._known = {**BUILT_IN, **(own or {})}

    def base(self, unit: str) -> tuple[str, int]:
        """(base unit, how many of it one ``unit`` is)."""
        return self._known.get(unit, (unit, 1))
