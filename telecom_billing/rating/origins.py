# SPDX-License-Identifier: AGPL-3.0-or-later
"""From where a record comes: the zones of the caller's number, for prices that depend on it.

All zones that rates of a book name as origins stand in one :class:`~.prefixes.PrefixIndex`. Every
number falls into a *class*: the zones that contain it, those by its longest prefix first. Records
of one class see the same rates, so a version is made ready once for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .digits import NumberColumn
from .parties import key
from .prefixes import PrefixIndex
from .rates import Rate
from .tariffs import Zone

#: Class of a number: ids of the zones that contain it, the nearest first; () = none of them.
Origin = tuple[str, ...]


class Origins:
    """The origins that rates of a book speak of.

    >>> zones = {"eu": Zone("eu", None, ("33", "49"), ()), "fr": Zone("fr", None, ("336",), ())}
    >>> origins = Origins(zones, [("eu",), ("fr",)])
    >>> from .digits import number_column
    >>> callers = number_column(["33612", "49301", "1212", None])
    >>> [origins.classes[one] for one in origins.of(callers)]
    [('fr', 'eu'), ('eu',), (), ()]
    """

    def __init__(self, zones: Mapping[str, Zone], named: Iterable[Iterable[Any]]) -> None:
        ids = dict.fromkeys(key(one) for origin in named for one in origin)
        by_prefix: dict[str, list[str]] = {}
        for name in ids:
            for prefix in zones[name].prefixes:
                by_prefix.setdefault(prefix, []).append(name)
        self._index = PrefixIndex(list(by_prefix))
        places: dict[Origin, int] = {(): 0}
        of_prefix = []
        for prefix in by_prefix:
            found: dict[str, None] = {}
            for length in range(len(prefix), 0, -1):
                found.update(dict.fromkeys(by_prefix.get(prefix[:length], ())))
            of_prefix.append(places.setdefault(tuple(found), len(places)))
        self._of_prefix = np.array([*of_prefix, 0], dtype=np.int64)
        self.classes: list[Origin] = list(places)

    def of(self, callers: NumberColumn) -> np.ndarray:
        """The class (its place in :attr:`classes`) of each number; int64."""
        return self._of_prefix[self._index.lookup(callers)]


def nearness(rate: Rate, origin: Origin) -> int | None:
    """How near a rate's origin is to a class: 0 where it names none, more the longer the prefix of
    the zone it names; None where it is for other callers.

    >>> from types import SimpleNamespace as Of
    >>> named = [(), ("eu",), ("fr", "eu"), ("us",)]
    >>> [nearness(Of(origins=one), ("fr", "eu")) for one in named]
    [0, 1, 2, None]
    """
    if not rate.origins:
        return 0
    named = {key(one) for one in rate.origins}
    return next((len(origin) - place for place, one in enumerate(origin) if one in named), None)
