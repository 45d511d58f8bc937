# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all folders have in common, here or far away: markers, settling, moving, remembering."""

from __future__ import annotations

import abc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from connectors.reasons import TransportError
from connectors.settings import Setting
from connectors.transports.base import (
    FILTERS,
    Item,
    Transport,
    free_name,
    marked,
    marker_names,
    wanted,
)

AFTER: tuple[Setting, ...] = (
    Setting(
        "settle", "Seconds without change", "int", 30,
        help="How long a file must have been left alone; not asked where there is a marker.",
    ),
    Setting(
        "after", "When a file is done", "choice", "move",
        (("move", "Move it"), ("delete", "Delete it"), ("leave", "Leave it and remember it")),
    ),
    Setting(
        "done", "Folder for done files", default="done", help="Inside the folder.",
        when=("after", ("move",)),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A file in a folder; `extra` is whatever else tells that it has changed."""

    name: str
    size: int
    modified: float | None
    extra: Any = None

    @property
    def shape(self) -> list[Any]:
        """What changes when the file does."""
        return [self.size, self.modified, self.extra]


class FolderTransport(Transport):
    """A folder with files; subclasses know how to look, read, move and delete."""

    options: dict[str, Any]

    @abc.abstractmethod
    def entries(self, folder: str = "") -> list[Entry]:
        """Plain files in the folder, or in one inside it; raises TransportError."""

    @abc.abstractmethod
    def entry(self, name: str) -> Entry | None:
        """One file as it is now."""

    @abc.abstractmethod
    def copy(self, name: str, write: Callable[[bytes], Any], offset: int) -> None:
        """Hand the bytes of a file to `write`."""

    @abc.abstractmethod
    def move(self, name: str, folder: str, new: str) -> None:
        """Move a file into a folder inside this one, which is made if needed."""

    @abc.abstractmethod
    def delete(self, name: str) -> None:
        """Delete a file."""

    def list(self) -> list[Item]:
        found = {entry.name: entry for entry in self.again(self.entries)}
        marker, settle = self.options["marker"], self.options["settle"]
        seen = self.state.get("seen", {})
        looked = self.state.get("looked", {})
        now = time.time()
        self.state["looked"] = again = {}
        items = []
        for name, entry in sorted(found.items()):
            if not wanted(name, self.options) or seen.get(name) == entry.shape:
                continue
            shape, since = looked.get(name) or (None, now)
            since = since if shape == entry.shape else now
            again[name] = [entry.shape, since]
            changed = since if entry.modified is None else min(since, entry.modified)
            ready = marked(name, found, marker) if marker else now - changed >= settle
            if ready:
                items.append(Item(name, entry.size, entry.modified, {"shape": entry.shape}))
        if seen:
            self.state["seen"] = {name: shape for name, shape in seen.items() if name in found}
        return items

    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        self._inside(item)
        self.copy(item.name, target.write, offset)
        entry = self.entry(item.name)
        if entry is None or entry.shape != item.details.get("shape", entry.shape):
            target.truncate(0)
            raise TransportError(f"{item.name} changed while it was read; it is fetched again.")

    def done(self, item: Item) -> None:
        self._inside(item)
        self.again(lambda: self._put_away(item))

    def _put_away(self, item: Item) -> None:
        after = self.options["after"]
        if after == "leave":
            entry = self.entry(item.name)
            shape = item.details.get("shape") or (entry.shape if entry else None)
            self.state.setdefault("seen", {})[item.name] = shape
            return
        present = {entry.name for entry in self.entries()}
        markers = [name for name in marker_names(item.name, self.options["marker"])
                   if name in present]  # fmt: skip
        if after == "delete":
            for name in [item.name, *markers]:
                if name in present:
                    self.delete(name)
            return
        place = self.options["done"]
        taken = {entry.name for entry in self.entries(place)}
        for name in [item.name, *markers]:
            if name in present:
                self.move(name, place, free_name(name, taken))

    def _inside(self, item: Item) -> None:
        if "/" in item.name or "\\" in item.name or item.name in ("", ".", ".."):
            raise TransportError(
                f"{item.name!r} lies outside the folder; it is not taken.", temporary=False
            )


__all__ = ["AFTER", "FILTERS", "Entry", "FolderTransport"]
