# SPDX-License-Identifier: AGPL-3.0-or-later
"""The template, tried with a small one: Odoo's `base` alone, which takes seconds."""

import contextlib
import os
import sys

import pytest

from tools.ground import databases, odoo_run, paths, postgres, say, stage, template
from tools.ground.server import connect

SMALL = template.Recipe(("base",), "en_US", "")


@pytest.fixture
def odoo(real_cache, monkeypatch):
    """The Odoo that this very environment was made for."""
    with monkeypatch.context() as outside:
        outside.setenv("TELECOM_CACHE", str(real_cache))
        return stage.inside()


def test_made_once_after_an_interruption_then_copied(cluster, odoo, capfd, tmp_path):
    with postgres.running() as server:
        with pytest.raises(KeyboardInterrupt):
            interrupted(server, odoo)
        assert SMALL.name(odoo) not in databases.names(server), "half a template has not its name"

        name = template.ensure(server, odoo, SMALL)
        assert databases.names(server) == [name], "and the half one is gone"

        capfd.readouterr()
        assert template.ensure(server, odoo, SMALL) == name
        assert capfd.readouterr().err == "", "a second time nothing is done"

        for _again in range(2):
            template.copy(server, odoo, "copy", SMALL)
            assert databases.missing_modules(server, "copy", ["base", "mail"]) == ["mail"]
        assert databases.names(server) == ["copy", name]

        with pytest.raises(say.Trouble) as caught:
            template.install(server, "copy", "no_such_module")
        assert "could not be installed in copy: no_such_module not found" in str(caught.value)
        assert "\n" not in str(caught.value)

        inside_odoo(server, tmp_path)

        paths.remove(databases.filestore(server, name))
        assert not template._there(server, name), "without its files it counts as missing"


ACT = """
def good(env, out):
    env["res.partner"].create({"name": "kept"})
    (out / "word").write_text(env.user.login)

def bad(env):
    env["res.partner"].create({"name": "lost"})
    return 3
"""


def inside_odoo(server, folder):
    """A function in Odoo commits when it succeeds, and not when it says otherwise."""
    (folder / "act.py").write_text(ACT)
    path = f"{paths.ROOT}{os.pathsep}{folder}"
    env = {**odoo_run.environment(server), "PYTHONPATH": path}
    command = [sys.executable, "-m", "tools.ground.inside", "copy"]
    log = str(folder / "odoo.log")
    assert odoo_run.foreground([*command, "act:good", log, str(folder)], env) == 0
    assert (folder / "word").read_text() == "__system__"
    assert odoo_run.foreground([*command, "act:bad", log], env) == 3
    with contextlib.closing(connect(server, "copy")) as link:
        cursor = link.cursor()
        cursor.execute("SELECT name FROM res_partner WHERE name IN ('kept', 'lost')")
        assert cursor.fetchall() == [("kept",)]


def interrupted(server, odoo):
    """Stop the making as Ctrl-C would, when its first modules are loaded."""

    def stop(fraction):
        raise KeyboardInterrupt

    databases.create(server, f"{SMALL.name(odoo)}-building")
    odoo_run.quietly(
        server,
        f"{SMALL.name(odoo)}-building",
        [],
        "template",
        "trouble",
        install=["base", "web"],
        on_fraction=stop,
    )


def test_the_name_follows_versions_modules_and_set_up(odoo, monkeypatch, tmp_path):
    names = {SMALL.name(odoo)}
    names.add(template.Recipe(("base", "web"), "en_US", "").name(odoo))
    names.add(template.Recipe(("base",), "en_US,de_DE", "").name(odoo))
    names.add(template.Recipe(("base",), "en_US", "x:y").name(odoo))
    names.add(SMALL.name(type(odoo)(odoo.path, odoo.ident + "+1")))
    lock = tmp_path / "lock.txt"
    monkeypatch.setattr(template.venv, "LOCK", lock)
    lock.write_text("odoo-addon-contract==19.0.9\n")
    names.add(SMALL.name(odoo))
    lock.write_text("odoo-addon-contract==19.0.9\nnumpy==1\n")
    assert SMALL.name(odoo) in names, "a library that is no add-on keeps the template"
    assert len(names) == 6
    assert all(len(name) < 50 for name in names), "PostgreSQL cuts names at 63"


def test_how_far_a_loading_is_read_from_odoos_log():
    line = "2026-01-01 00:00:00,0 1 INFO db odoo.modules.loading: Loading module sale (20/80)\n"
    found = odoo_run.LOADING.search(line)
    assert found.groups() == ("sale", "20", "80")
