# SPDX-License-Identifier: AGPL-3.0-or-later
"""A watched folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from connectors.settings import Setting
from connectors.transports.base import (
    FILTERS,
    Item,
    Transport,
    TransportError,
    marked,
    marker_names,
    wanted,
)


class Folder(Transport):
    """Files in a local or mounted folder.

    A file is ready when its marker is there, or, without markers, when it has not changed for
    `settle` seconds and looked the same in two looks; done ones move to `done` inside the folder.
    A lock file keeps a second process away.
    """

    name = "folder"
    label = "Watched folder"
    settings = (
        Setting("path", "Folder", required=True),
        *FILTERS,
        Setting(
            "settle", "Seconds without change", "int", 30,
            help="How long a file must have been left alone; not asked where there is a marker.",
        ),
        Setting("done", "Folder for done files", default="done", help="Inside the folder."),
    )  # fmt: skip

    def __init__(self, settings: Mapping[str, Any] | None = None) -> None:
        super().__init__(settings)
        self.path = Path(self.options["path"])
        self._lock: int | None = None

    def where(self) -> str:
        return str(self.path)

    def open(self) -> None:
        if not self.path.is_dir():
            raise TransportError(f"{self.path} is no folder; create it or correct the source.")
        try:
            self._lock = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise TransportError(f"{self.path} is being read by another process.") from None
        except OSError as error:
            self.close()
            raise TransportError(f"{self.path} cannot be locked: {error.strerror}.") from None

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def list(self) -> list[Item]:
        before = self._look()
        marker, settle = self.options["marker"], self.options["settle"]
        present = {entry.name for entry in os.scandir(self.path)}
        now = time.time()
        after = self._look()
        found = []
        for name, state in sorted(after.items()):
            if marker:
                ready = marked(name, present, marker)
            else:
                ready = before.get(name) == state and now - state[1] >= settle
            if ready:
                found.append(Item(name, state[0], state[1], {"state": state}))
        return found

    def _look(self) -> dict[str, tuple[int, float, int]]:
        """name -> size, time of change, inode of the files that are wanted."""
        seen = {}
        for entry in os.scandir(self.path):
            if wanted(entry.name, self.options) and entry.is_file(follow_symlinks=False):
                state = entry.stat(follow_symlinks=False)
                seen[entry.name] = (state.st_size, state.st_mtime, state.st_ino)
        return seen

    def read(self, item: Item, target: BinaryIO) -> None:
        try:
            with self._at(item).open("rb") as stream:
                shutil.copyfileobj(stream, target, 1 << 20)
                state = os.fstat(stream.fileno())
        except OSError as error:
            raise TransportError(f"{item.name} cannot be read: {error.strerror}.") from None
        known = item.details.get("state")
        if known and (state.st_size, state.st_mtime, state.st_ino) != tuple(known):
            raise TransportError(f"{item.name} changed while it was read; it is fetched again.")

    def done(self, item: Item) -> None:
        place = self.path / self.options["done"]
        place.mkdir(exist_ok=True)
        for name in [item.name, *self._markers(item)]:
            source = self._at(Item(name))
            if source.exists():
                os.replace(source, _free(place / name))

    def _markers(self, item: Item) -> list[str]:
        return marker_names(item.name, self.options["marker"]) if self.options["marker"] else []

    def _at(self, item: Item) -> Path:
        if "/" in item.name or item.name in ("", ".", ".."):
            raise TransportError(f"{item.name!r} lies outside the folder.", temporary=False)
        return self.path / item.name


def _free(path: Path) -> Path:
    """The path, or one with a number if it is taken: nothing that is done is overwritten."""
    number = 0
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return free
