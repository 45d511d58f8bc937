# SPDX-License-Identifier: AGPL-3.0-or-later
"""As root, PostgreSQL refuses to run: give it a system user and a place that user can reach.

As anyone else, everything here does nothing special.
"""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from pathlib import Path

from . import paths
from .say import Trouble

NAME = "telecom-billing"
#: Where root keeps the cluster when the cache lies behind a closed folder such as /root.
OPEN = Path("/var/cache/telecom-billing")


def is_root() -> bool:
    """Whether this process has root's rights."""
    return os.geteuid() == 0


def user() -> int | None:
    """The user id that PostgreSQL runs as, None for one's own; root gets a system user made."""
    if not is_root():
        return None
    try:
        return pwd.getpwnam(NAME).pw_uid
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home"]
        command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME]
        try:
            subprocess.run(command, check=True, capture_output=True)
            return pwd.getpwnam(NAME).pw_uid
        except (OSError, subprocess.CalledProcessError, KeyError) as error:
            raise Trouble(
                "PostgreSQL does not run as root, and no system user could be made for it",
                "start as another user, or set PGHOST to a running server",
            ) from error


def reachable(path: Path) -> bool:
    """Whether every existing folder down to `path` lets other users pass."""
    return all(
        bool(parent.stat().st_mode & stat.S_IXOTH)
        for parent in (path, *path.parents)
        if parent.exists()
    )


def place(wanted: Path) -> Path:
    """`wanted`, or for root behind a closed folder a place of its own under /var/cache."""
    if not is_root() or reachable(wanted):
        return wanted
    return OPEN / paths.key(str(wanted))


def make_folder(path: Path, private: bool = False) -> None:
    """Make a folder that the database's user can use; `private` folders are its own alone."""
    path.mkdir(parents=True, exist_ok=True)
    if private:
        path.chmod(0o700)
        if is_root():
            _own(path)


def make_file(path: Path) -> None:
    """Make a file that the database's user can write."""
    path.touch()
    if is_root():
        _own(path)


def _own(path: Path) -> None:
    entry = pwd.getpwuid(user() or 0)
    os.chown(path, entry.pw_uid, entry.pw_gid)
