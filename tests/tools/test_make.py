# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Makefile and the first act, from a copy of the project in a path with spaces."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.ground import commands, paths


@pytest.fixture
def clone(tmp_path):
    """A second clone, as far as the ground needs it."""
    place = tmp_path / "my own clone"
    place.mkdir()
    for name in ("Makefile", "tools", "requirements", "pyproject.toml"):
        source = paths.ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, place / name)
    return place


def make(*words, cwd="/", **env):
    """`make` as from a fresh shell: this test may itself run inside one."""
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON", "PYTHONPATH", "PORT", "N")
    fresh = {name: value for name, value in os.environ.items() if name not in outer}
    return subprocess.run(
        ["make", "--no-print-directory", *map(str, words)],
        cwd=cwd,
        env={**fresh, **env},
        capture_output=True,
        text=True,
    )


def test_help_from_any_folder_without_a_ground(clone, tmp_path):
    cold = {"TELECOM_CACHE": str(tmp_path / "none")}
    inside = make(cwd=clone, **cold)
    assert inside.returncode == 0, inside.stderr
    assert make("help", "-C", clone, **cold).stdout == inside.stdout
    assert make("-f", clone / "Makefile", "help", cwd=tmp_path, **cold).stdout == inside.stdout
    for target in ("demo", "test", "serve", "bench", "lint", "clean", "clean-all", "help"):
        assert f"  {target}" in inside.stdout
    assert not (tmp_path / "none").exists(), "help needs nothing and makes nothing"


def test_every_target_is_a_command():
    text = (paths.ROOT / "Makefile").read_text("utf-8")
    phony = next(line for line in text.splitlines() if line.startswith(".PHONY:")).split()[1:]
    assert set(phony) <= {*commands.COMMANDS, "help", "clean-all"}


def test_no_fitting_python_is_said_in_one_line(clone, tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "make", "dirname"):
        (programs / name).symlink_to(shutil.which(name))
    old = programs / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.8.1 && exit\nexit 1\n')
    old.chmod(0o755)
    done = make("help", "-C", clone, PATH=str(programs), PYTHON="")
    assert done.returncode
    (said,) = (line for line in done.stderr.splitlines() if line.startswith("telecom:"))
    assert "no Python 3.10 to 3.13 here (Python 3.8.1) -- install one" in said
    done = make("help", "-C", clone, "PYTHON=/no/such/python")
    assert "telecom: PYTHON=/no/such/python is no Python 3.10 to 3.13" in done.stderr
    assert done.returncode


def test_a_second_start_does_nothing_again(clone):
    """The real cache, seen from another clone: no step is said, because none is taken."""
    program = "import odoo, sys; print(sys.prefix)"
    done = subprocess.run(
        ["sh", "tools/python", "-m", "tools.ground", "python", "-c", program],
        cwd=clone,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.strip() == sys.prefix, "the environment that runs this test"


def test_trouble_is_one_line_and_an_exit_code(clone, tmp_path):
    done = make("lint", "-C", clone, ODOO_HOME=str(tmp_path / "nowhere"))
    assert done.returncode
    said = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
    assert len(said) == 1
    assert said[0].startswith(f"telecom: ODOO_HOME={tmp_path}/nowhere has no odoo/release.py -- ")


def test_a_cache_that_cannot_be_written_is_one_line(clone, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = make("lint", "-C", clone, TELECOM_CACHE=str(tmp_path / "file" / "cache"))
    assert done.returncode
    said = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
    assert len(said) == 1
    assert "Not a directory" in said[0]
    assert "XDG_CACHE_HOME" in said[0]


def test_a_busy_port_is_one_line(clone):
    import socket

    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = make("serve", "-C", clone, f"PORT={port}")
    assert done.returncode
    assert f"telecom: port {port} is not free" in done.stderr
    done = make("serve", "-C", clone, "PORT=soon")
    assert "telecom: PORT=soon is no port" in done.stderr


def test_ci_runs_the_tests():
    text = Path(paths.ROOT / ".ci" / "run").read_text("utf-8")
    assert os.access(paths.ROOT / ".ci" / "run", os.X_OK)
    assert "make test" in text
