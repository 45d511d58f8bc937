# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every transport does: list what waits, fetch it whole, and put it away.

Three calls, so that the caller decides when a delivery is safe: `list` names what is ready,
`fetch` writes one item to a local file, and only after the caller has stored it does `done` move
or mark it at the source.  Killed in between, the next start finds it again; the delivery's hash
tells that it is known.

`state` is the transport's checkpoint: plain data (JSON) that the caller keeps from one start to
the next, for sources where nothing can be moved or marked.
"""

from __future__ import annotations

import abc
import fnmatch
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, TypeVar

from connectors.archives import is_marker
from connectors.reasons import TransportError
from connectors.retry import Patience, retrying
from connectors.settings import Setting, resolve

T = TypeVar("T")

PARTIAL = (".part", ".tmp", ".filepart", ".crdownload", ".writing", "~")
"""Names that a sender gives to what is not complete yet."""

FILTERS: tuple[Setting, ...] = (
    Setting("include", "File names", default="*", help="Patterns, separated by blanks: cdr_*.csv"),
    Setting("exclude", "But not", help="Patterns, separated by blanks: cmr_*"),
    Setting(
        "marker", "Marker file",
        help="Suffix of the file that says that another is complete, such as .FIN; "
        "cdr.csv.FIN or cdr.FIN for cdr.csv.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """Something that waits: `name` is unique at its source and stable between calls."""

    name: str
    size: int | None = None
    modified: float | None = None  # seconds since 1970, UTC
    details: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True)
class Fetched:
    """A local, complete copy."""

    item: Item
    path: Path
    size: int
    sha256: str


class Transport(AbstractContextManager["Transport"]):
    """A way to deliveries; use it as a context manager."""

    name: ClassVar[str] = ""
    label: ClassVar[str] = ""
    help: ClassVar[str] = ""
    settings: ClassVar[tuple[Setting, ...]] = ()
    resumes: ClassVar[bool] = False  # whether `read` can begin in the middle

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.options = resolve(self.settings, settings)
        self.state: dict[str, Any] = {} if state is None else state
        self.patience = patience or Patience()

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """Name, label and settings as plain data, for a form."""
        return {
            "name": cls.name,
            "label": cls.label,
            "help": cls.help,
            "settings": [setting.describe() for setting in cls.settings],
        }

    def __enter__(self) -> Transport:
        retrying(self.open, self.patience)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.where()}>"

    def where(self) -> str:
        """Where this leads, without secrets."""
        return self.name

    def open(self) -> None:
        """Connect; raises TransportError."""

    def close(self) -> None:
        """Disconnect."""

    def reopen(self) -> None:
        """Connect anew after a fault."""
        self.close()
        self.open()

    def again(self, call: Callable[[], T]) -> T:
        """Do something that may be repeated, with a new connection where the old one broke.

        Servers cut connections that were silent while a large file was stored.
        """
        return retrying(call, self.patience, self.reopen)

    @abc.abstractmethod
    def list(self) -> list[Item]:
        """What is complete and waits, in the order of names."""

    @abc.abstractmethod
    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        """Append an item's bytes from `offset` on to an open file; raises TransportError."""

    @abc.abstractmethod
    def done(self, item: Item) -> None:
        """Move or mark an item, so that it is not listed again."""

    def fetch(self, item: Item, folder: Path | str) -> Fetched:
        """Fetch an item into a folder, whole or not at all; raises TransportError.

        Broken off, by a fault or by a kill, what has arrived stays as a `.part` file, and the
        next fetch into the same folder goes on from there, where the way allows it.
        """
        folder = Path(folder)
        shape = f"{item.name}\0{item.size}\0{item.modified}"
        mark = hashlib.sha256(shape.encode()).hexdigest()[:16]
        part = folder / f".{mark}.part"
        try:
            self.again(lambda: self._read(item, part))
            final = folder / local_name(item.name)
            part.replace(final)
        except BaseException:
            worthless = not part.exists() or not part.stat().st_size
            if worthless or not self.resumes or item.size is None:
                part.unlink(missing_ok=True)
            raise
        return Fetched(item, final, final.stat().st_size, sha256(final))

    def _read(self, item: Item, part: Path) -> None:
        offset = 0
        if self.resumes and item.size is not None and part.exists():
            offset = part.stat().st_size
        if item.size is not None and offset > item.size:
            offset = 0
        with part.open("ab" if offset else "wb") as target:
            self.read(item, target, offset)
            target.flush()
            os.fsync(target.fileno())
            size = target.tell()
        if item.size is not None and size != item.size:
            if size > item.size:
                part.unlink()
            raise TransportError(
                f"{item.name}: {size} of {item.size} bytes arrived; it is fetched again."
            )


def local_name(name: str) -> str:
    """A file name for an item that cannot leave the folder, different for different items."""
    base = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    base = "".join(letter if letter.isalnum() or letter in "._- +=@" else "_" for letter in base)
    mark = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{mark}-{base.lstrip('.')[-120:] or 'item'}"


def sha256(path: Path) -> str:
    """The hash a delivery is known by."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def wanted(name: str, options: Mapping[str, Any]) -> bool:
    """Whether a file name passes the filters and is neither marker nor half-written."""
    base = name.rsplit("/", 1)[-1]
    if not base or base.startswith(".") or base.lower().endswith(PARTIAL):
        return False
    marker = options.get("marker", "")
    if (marker and base.lower().endswith(marker.lower())) or is_marker(base):
        return False
    include = (options.get("include") or "*").split()
    exclude = (options.get("exclude") or "").split()
    return any(fnmatch.fnmatch(base, part) for part in include) and not any(
        fnmatch.fnmatch(base, part) for part in exclude
    )


def marked(name: str, present: Iterable[str], marker: str) -> bool:
    """Whether the marker file of a file is present (always, where none is declared)."""
    return not marker or bool(set(marker_names(name, marker)) & set(present))


def marker_names(name: str, marker: str) -> list[str]:
    """Names the marker file of a file may have."""
    if not marker:
        return []
    stem = name.rsplit(".", 1)[0] if "." in name.rsplit("/", 1)[-1] else name
    return list(dict.fromkeys([name + marker, stem + marker]))


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, or one with a number if it is taken: nothing that is done is overwritten."""
    taken = set(taken)
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    free, number = name, 0
    while free in taken:
        number += 1
        free = f"{stem}.{number}{dot}{suffix}"
    return free


__all__ = [
    "FILTERS", "Fetched", "Item", "Patience", "Transport", "TransportError",
    "free_name", "local_name", "marked", "marker_names", "sha256", "wanted",
]  # fmt: skip
