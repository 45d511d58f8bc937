# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members of zip and gz files, nested, with limits against bombs and names that break out."""

from __future__ import annotations

import errno
import gzip
import io
import lzma
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from connectors.reasons import Told

_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    NotImplementedError, LookupError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip


class ArchiveError(Told):
    """An archive that is broken, encrypted, too large, or tries to write elsewhere."""


@dataclass(frozen=True)
class Limits:
    """What an archive may expand to: bytes in all, members in all, depth, and ratio."""

    size: int = 8 << 30
    members: int = 10_000
    depth: int = 3
    ratio: int = 500  # uncompressed to compressed; judged above 64 MiB only


@dataclass(frozen=True)
class Member:
    """A file inside a delivery: `name` with the archives it lies in, "a.zip/b.csv"."""

    name: str
    path: Path
    size: int


@dataclass
class _Count:
    limits: Limits
    size: int = 0
    members: int = 0
    names: set[str] = field(default_factory=set)


MARKERS = (".fin", ".done", ".ready", ".ok", ".ctl", ".md5", ".sha256")
"""Files that only say that another one is complete."""


def is_marker(name: str) -> bool:
    """Whether a file is a marker and holds no usage."""
    return name.lower().endswith(MARKERS)


def safe_name(name: str) -> str:
    """A member's path inside the archive; raises ArchiveError if it would leave the folder."""
    clean = name.replace("\\", "/")
    parts = PurePosixPath(clean).parts
    if (
        not parts
        or clean.startswith("/")
        or ".." in parts
        or ":" in parts[0]
        or any(ord(letter) < 32 for letter in clean)
    ):
        raise ArchiveError(
            f"The name {name[:200]!r} would leave the folder; the archive is refused."
        )
    return "/".join(parts)


def kind_of(head: bytes) -> str:
    """zip or gz, by the first bytes; "" for anything else."""
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    return "gz" if head[:2] == b"\x1f\x8b" else ""


def members(
    path: Path | str, folder: Path | str | None = None, limits: Limits | None = None
) -> Iterator[Member]:
    """The files of a delivery, unpacked into `folder`: of a plain file, itself.

    Members of archives inside are named with the archive before them; marker files and folders
    are left out.  Raises ArchiveError, having written nothing outside `folder`.
    """
    path = Path(path)
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="unpack-") as made:
            yield from members(path, made, limits)
        return
    count = _Count(limits or Limits())
    yield from _open(path, path.name, Path(folder), count, 0)


def _open(path: Path, name: str, folder: Path, count: _Count, depth: int) -> Iterator[Member]:
    with path.open("rb") as stream:
        kind = kind_of(stream.read(4))
    if not kind or name.lower().endswith((".xlsx", ".ods", ".docx")):
        if not is_marker(name):
            yield Member(name, path, path.stat().st_size)
        return
    if depth >= count.limits.depth:
        raise ArchiveError(
            f"{name}: archives are nested deeper than {count.limits.depth}; ask for it with fewer."
        )
    try:
        if kind == "gz":
            inner = name[:-3] if name.lower().endswith(".gz") else name + ".out"
            with gzip.open(path, "rb") as packed:
                target = _unpack(packed, path.stat().st_size, name, folder, count)
            yield from _open(target, inner, folder, count, depth + 1)
            return
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                inside = f"{name}/{safe_name(info.filename)}"
                if info.flag_bits & 1:
                    raise ArchiveError(f"{inside} is encrypted; ask for it without password.")
                if (info.external_attr >> 16) & 0o170000 == 0o120000:
                    raise ArchiveError(f"{inside} is a link; the archive is refused.")
                if inside in count.names:
                    raise ArchiveError(f"{inside} is there twice; the archive is refused.")
                count.names.add(inside)
                if is_marker(inside):
                    continue
                with archive.open(info) as packed:
                    target = _unpack(packed, info.compress_size, inside, folder, count)
                yield from _open(target, inside, folder, count, depth + 1)
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the machine's fault, not the archive's
        raise ArchiveError(f"{name} is broken ({error}); ask for it anew.") from error


def _unpack(
    packed: BinaryIO | io.BufferedIOBase, packed_size: int, name: str, folder: Path, count: _Count
) -> Path:
    limits = count.limits
    count.members += 1
    if count.members > limits.members:
        raise ArchiveError(
            f"{name}: more than {limits.members} files in one delivery; ask for smaller ones."
        )
    size = 0
    with tempfile.NamedTemporaryFile(dir=folder, delete=False, prefix="member-") as target:
        while piece := packed.read(1 << 20):
            size += len(piece)
            count.size += len(piece)
            bomb = size > 64 << 20 and size > limits.ratio * max(packed_size, 1)
            if count.size > limits.size or bomb:
                target.close()
                Path(target.name).unlink()
                raise ArchiveError(f"{name} expands beyond the limits; the archive is refused.")
            target.write(piece)
        if shutil.disk_usage(folder).free < 1 << 24:
            raise ArchiveError(
                f"{name}: no space is left in {folder}; make room and load it again."
            )
    return Path(target.name)
