# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones laid on top of each other: which of them a number's longest prefix belongs to.

Tariffs of a company mostly price the same zones, so a map is made once and shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .prefixes import PrefixIndex
from .tariffs import Zone


class ZoneMap:
    """``prefixes``: of all the zones, each once; ``index``: finds the longest of a number;
    ``groups``: zones (positions in the book) that have a prefix in common; ``group``: that of each
    prefix, and -1 for "no prefix".

    >>> zones = [Zone("eu", "Europe", ("43", "44"), ()), Zone("at", "Austria", ("43", "4366"), ())]
    >>> found = ZoneMap([0, 1], zones)
    >>> found.prefixes, found.groups, found.group.tolist()
    (['43', '44', '4366'], [(0, 1), (0,), (1,)], [0, 1, 2, -1])
    """

    def __init__(self, positions: Iterable[int], zones: Sequence[Zone]) -> None:
        own: dict[str, int | tuple[int, ...]] = {}
        for position in positions:
            for prefix in zones[position].prefixes:
                before = own.setdefault(prefix, position)
                if before != position:
                    known = before if isinstance(before, tuple) else (before,)
                    own[prefix] = (*known, position)
        self.prefixes = list(own)
        self.index = PrefixIndex(self.prefixes)
        places: dict[int | tuple[int, ...], int] = {}
        group = [places.setdefault(one, len(places)) for one in own.values()]
        self.group = np.array([*group, -1], dtype=np.int64)
        self.groups = [one if isinstance(one, tuple) else (one,) for one in places]


class ZoneMaps:
    """The maps of a book, by the zones that are in them."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._zones = zones
        self._made: dict[tuple[int, ...], ZoneMap] = {}

    def of(self, positions: Iterable[int]) -> ZoneMap:
        """The map of these zones (positions in the book)."""
        wanted = tuple(sorted(positions))
        if wanted not in self._made:
            self._made[wanted] = ZoneMap(wanted, self._zones)
        return self._made[wanted]
