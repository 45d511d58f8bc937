# SPDX-License-Identifier: AGPL-3.0-or-later
"""A watched folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connectors.reasons import TransportError
from connectors.retry import Patience
from connectors.settings import Setting
from connectors.transports.remote import AFTER, FILTERS, Entry, FolderTransport


class Folder(FolderTransport):
    """Files in a local or mounted folder; a lock file keeps a second process away."""

    name = "folder"
    label = "Watched folder"
    help = "Files that somebody puts into a folder of this machine, or of a mounted one."
    settings = (Setting("path", "Folder", required=True), *FILTERS, *AFTER)

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(settings, state, patience or Patience(attempts=1))
        self.path = Path(self.options["path"])
        self._lock: int | None = None

    def where(self) -> str:
        return str(self.path)

    def open(self) -> None:
        if not self.path.is_dir():
            raise TransportError(
                f"{self.path} is no folder; create it or correct the source.", temporary=False
            )
        try:
            self._lock = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise TransportError(
                f"{self.path} is being read by another process; it goes on later."
            ) from None
        except OSError as error:
            self.close()
            raise TransportError(
                f"{self.path} cannot be written to ({error.strerror}); correct its rights."
            ) from None

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def entries(self, folder: str = "") -> list[Entry]:
        place = self.path / folder
        if folder and not place.is_dir():
            return []
        with _named(str(place)):
            return [
                self._entry(found.name, found.stat(follow_symlinks=False))
                for found in os.scandir(place)
                if found.is_file(follow_symlinks=False)
            ]

    def entry(self, name: str) -> Entry | None:
        try:
            return self._entry(name, (self.path / name).lstat())
        except FileNotFoundError:
            return None

    def copy(self, name: str, write: Callable[[bytes], Any], offset: int) -> None:
        with _named(name), (self.path / name).open("rb") as stream:
            stream.seek(offset)
            while piece := stream.read(1 << 20):
                write(piece)

    def move(self, name: str, folder: str, new: str) -> None:
        with _named(name):
            (self.path / folder).mkdir(exist_ok=True)
            os.replace(self.path / name, self.path / folder / new)

    def delete(self, name: str) -> None:
        with _named(name):
            (self.path / name).unlink(missing_ok=True)

    @staticmethod
    def _entry(name: str, state: os.stat_result) -> Entry:
        return Entry(name, state.st_size, state.st_mtime, state.st_ino)


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TransportError(
            f"{name}: {error.strerror}; correct the rights of the folder."
        ) from None
