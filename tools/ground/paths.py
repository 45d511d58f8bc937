# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where things are: the project, the cache, and how a file or folder gets its place whole."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

#: The project's root: tools/ground/paths.py is two folders below it.
ROOT = Path(__file__).resolve().parents[2]
#: What belongs to this clone alone (conf, demo documents, test reports); removed by `clean`.
BUILD = ROOT / "build"


def check_root() -> None:
    """:raises Trouble: when the project's path cannot be said in a list of folders."""
    from .say import Trouble

    if any(sign in str(ROOT) for sign in ",:\n"):
        raise Trouble(
            f"the path {ROOT} has a comma or a colon, which lists of folders cannot hold",
            "move the project elsewhere (spaces are fine)",
        )


def cache() -> Path:
    """The project's one folder in the user's cache; shared by all clones."""
    base = os.environ.get("TELECOM_CACHE")
    if base:
        return Path(base).expanduser().resolve()
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(home).resolve() / "telecom-billing"


def key(*parts: str) -> str:
    """A short, stable name for a set of versions or file contents."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def tree_key(folder: Path) -> str:
    """A name for the content of a folder: another file or byte gives another one."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def write_atomic(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`; it takes its place only if the block succeeds.

    What an interrupted earlier run left beside it is removed first. Callers hold `lock`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    remove(part)
    part.mkdir()
    yield part
    remove(path)
    part.rename(path)


def remove(path: Path) -> None:
    """Remove a file or folder if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        path.unlink()


#: Files on which this process holds locks; programs that it starts inherit them (see `lock`).
HELD: set[int] = set()


@contextlib.contextmanager
def lock(name: str, waiting: str = "") -> Iterator[None]:
    """Let one process at a time do `name`; the kernel frees the lock when a process dies.

    The programs that `run.logged` starts hold it too: if this process is killed, what it began
    (pip, Odoo) still ends before the next one begins.
    """
    from . import say

    folder = cache() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / name, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            say.line(waiting or f"  another run is busy with {name}; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        HELD.add(handle.fileno())
        try:
            yield
        finally:
            HELD.discard(handle.fileno())


def need_space(where: Path, gigabytes: float, what: str) -> None:
    """Stop with one clear line when a disk is too full for what comes."""
    from . import say

    probe = where
    while not probe.exists():
        probe = probe.parent
    free = shutil.disk_usage(probe).free / 1e9
    if free < gigabytes:
        raise say.Trouble(
            f"{what} needs {gigabytes:.1f} GB, {probe} has {free:.1f} GB free",
            "free some space, or set XDG_CACHE_HOME to a folder on a larger disk",
        )
