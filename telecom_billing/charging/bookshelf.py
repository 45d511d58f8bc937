# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tariff books that were made before, kept by the process until a tariff changes.

Making the book of a company with 20,000 prefixes takes a third of a second, which is nothing for a
month and much for the explanation of a call. Whether a book still holds, ``store.book_changes``
tells. A book is used by one at a time, for it notes what it derives: whoever takes it off the shelf
has it to himself, and it is put back when he has forgotten it.
"""

from __future__ import annotations

import collections
import dataclasses
import threading
import typing
import weakref

from ..rating import TariffBook
from .costing import Costing

#: Books of large decks take a hundred megabytes each.
KEPT = 3


@dataclasses.dataclass
class Volume:
    """All that is the same for every rating of a company's month by the same tariffs.

    ``data``: what the book was made of; ``currencies``: ISO code → id; ``free_incoming``: ids of
    tariffs; ``fingerprints``: see :attr:`.context.Context.fingerprints`, once asked for.
    """

    data: dict
    book: TariffBook
    costing: Costing | None
    currencies: dict[str, int]
    free_incoming: frozenset[int]
    fingerprints: dict[str, str] | None = None


class Shelf:
    """At most ``kept`` volumes, those used last."""

    def __init__(self, kept: int = KEPT):
        self._kept = kept
        self._volumes: collections.OrderedDict[typing.Hashable, Volume] = collections.OrderedDict()
        # A volume may come back at any moment, also while this very thread is at the shelf.
        self._lock = threading.RLock()

    def take(self, key: typing.Hashable) -> Volume | None:
        """The volume of that key off the shelf, if it is there."""
        with self._lock:
            return self._volumes.pop(key, None)

    def lend(self, key: typing.Hashable, volume: Volume, reader: object) -> None:
        """Put the volume (back) on the shelf as soon as nobody knows ``reader`` any more."""
        weakref.finalize(reader, self._put, key, volume).atexit = False

    def _put(self, key: typing.Hashable, volume: Volume) -> None:
        with self._lock:
            self._volumes[key] = volume
            while len(self._volumes) > self._kept:
                self._volumes.popitem(last=False)


#: The process's own.
SHELF = Shelf()
