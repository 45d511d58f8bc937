# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every transport does: list what waits, fetch it whole, and put it away.

Three calls, so that the caller decides when a delivery is safe: `list` names what is ready,
`fetch` writes one item to a local file, and only after the caller has stored it does `done` move
or mark it at the source.  Killed in between, the next start finds it again; the delivery's hash
tells that it is known.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, ClassVar

from connectors.archives import MARKERS, is_marker
from connectors.settings import Setting, resolve

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


class TransportError(Exception):
    """A way that failed: what was tried, what came back, what to do; never a secret.

    `temporary`: whether another try later may succeed.
    """

    def __init__(self, text: str, temporary: bool = True) -> None:
        super().__init__(text)
        self.temporary = temporary


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
    settings: ClassVar[tuple[Setting, ...]] = ()

    def __init__(self, settings: Mapping[str, Any] | None = None) -> None:
        self.options = resolve(self.settings, settings)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """Name, label and settings as plain data, for a form."""
        return {
            "name": cls.name,
            "label": cls.label,
            "settings": [setting.describe() for setting in cls.settings],
        }

    def __enter__(self) -> Transport:
        self.open()
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

    def list(self) -> list[Item]:
        """What is complete and waits, oldest name first."""
        raise NotImplementedError

    def read(self, item: Item, target: BinaryIO) -> None:
        """Write an item's bytes to an open file."""
        raise NotImplementedError

    def done(self, item: Item) -> None:
        """Move or mark an item, so that it is not listed again."""
        raise NotImplementedError

    def fetch(self, item: Item, folder: Path | str) -> Fetched:
        """Fetch an item into a folder, whole or not at all; raises TransportError."""
        folder = Path(folder)
        handle, name = tempfile.mkstemp(suffix=".part", dir=folder)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                self.read(item, target)
                target.flush()
                os.fsync(target.fileno())
            size = path.stat().st_size
            if item.size is not None and size != item.size:
                raise TransportError(
                    f"{item.name}: {size} of {item.size} bytes arrived; it is fetched again."
                )
            final = folder / local_name(item.name)
            path.replace(final)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Fetched(item, final, size, sha256(final))


def local_name(name: str) -> str:
    """A file name for an item that cannot leave the folder, different for different items."""
    base = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    base = "".join(letter if letter.isalnum() or letter in "._- +=@" else "_" for letter in base)
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
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
    if base.startswith(".") or base.lower().endswith(PARTIAL):
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
    stem = name.rsplit(".", 1)[0] if "." in name.rsplit("/", 1)[-1] else name
    return [name + marker, stem + marker]


__all__ = [
    "FILTERS", "MARKERS", "Fetched", "Item", "Transport", "TransportError",
    "local_name", "marked", "marker_names", "sha256", "wanted",
]  # fmt: skip
