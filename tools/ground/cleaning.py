# SPDX-License-Identifier: AGPL-3.0-or-later
"""``make clean`` (this clone's results) and ``make clean-all`` (the cache that clones share)."""

from __future__ import annotations

from . import databases, demo, paths, postgres, rootless
from .cluster import Cluster
from .odoo_source import Odoo
from .say import Trouble, line

PURPOSES = ("demo", "test", "e2e", "bench")


def clean(odoo: Odoo, words: list[str]) -> int:
    """clean: remove this clone's databases and its folder build/"""
    with postgres.running() as server:
        there = databases.names(server)
        for purpose in PURPOSES:
            with demo.claimed(purpose) as name:
                if name in there:
                    databases.drop(server, name)
                    line(f"  dropped {name}")
    paths.remove(paths.BUILD)
    line(f"  removed {paths.BUILD}")
    return 0


def clean_all() -> int:
    """clean-all: clean, and the cache with Odoo, libraries, PostgreSQL and all its databases"""
    if paths.cache().exists() and not postgres.stop():
        raise Trouble(
            f"another command uses {paths.cache()}", "wait for it to end, or end it, and try again"
        )
    for folder in dict.fromkeys((paths.BUILD, Cluster().home, paths.cache())):
        if folder.exists():
            paths.remove(folder)
            line(f"  removed {folder}")
    if rootless.is_root() and rootless.OPEN.is_dir() and not any(rootless.OPEN.iterdir()):
        paths.remove(rootless.OPEN)
    return 0
