# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ground of its own for each test: an empty cache, and no variable of the outer one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tools.ground import cluster as clusters
from tools.ground import paths, rootless

#: Variables through which the surrounding `make test` would reach into a test.
OUTER = ("ODOO_HOME", "ODOO_RC", "TELECOM_GROUND_CONF", "TELECOM_DB", "TELECOM_BEGAN")


@pytest.fixture(scope="session")
def real_cache() -> Path:
    """The cache in which this very test run stands."""
    return paths.cache()


@pytest.fixture(scope="session")
def real_server() -> dict[str, str]:
    """The PG* variables of the server that this test run uses."""
    return {name: value for name, value in os.environ.items() if name.startswith("PG")}


@pytest.fixture
def cache(tmp_path, monkeypatch, real_cache, real_server) -> Path:
    """An empty cache in a folder with a space in its name."""
    place = tmp_path / "a cache"
    monkeypatch.setenv("TELECOM_CACHE", str(place))
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    for name in (*OUTER, *real_server):
        monkeypatch.delenv(name, raising=False)
    return place


@pytest.fixture
def cluster(cache, real_cache, monkeypatch):
    """A private cluster in the empty cache, with the real cache's PostgreSQL programs."""
    with monkeypatch.context() as outside:
        outside.setenv("TELECOM_CACHE", str(real_cache))
        wheel = clusters.Cluster().home / "wheel"
    if not wheel.is_dir():
        pytest.skip("this run stands on a given server; there are no private programs to try")
    own = clusters.Cluster()
    rootless.make_folder(own.home)
    (own.home / "wheel").symlink_to(wheel)
    paths.write_atomic(own.home / "wheel-complete", clusters._pinned())
    yield own
    own.stop()
    shutil.rmtree(own.home, ignore_errors=True)
    shutil.rmtree(own.sockets, ignore_errors=True)
