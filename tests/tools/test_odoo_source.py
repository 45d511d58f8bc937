# SPDX-License-Identifier: AGPL-3.0-or-later
import os
import subprocess

import pytest

from tools.ground import debian, odoo_source, paths, say


def tree(place, version="(19, 0, 0, FINAL, 0, '')"):
    (place / "odoo").mkdir(parents=True)
    (place / "odoo" / "release.py").write_text(f"version_info = {version}\n")
    return place


@pytest.fixture
def bare(cache, monkeypatch):
    """A machine without an importable Odoo."""
    monkeypatch.setattr(odoo_source.importlib.util, "find_spec", lambda name: None)
    return cache


def test_odoo_home_comes_first(bare, tmp_path, monkeypatch):
    tree(bare / "odoo" / "git-19.0")
    home = tree(tmp_path / "my odoo")
    monkeypatch.setenv("ODOO_HOME", str(home))
    found = odoo_source.find()
    assert found.path == home
    assert found.ident.startswith("local-")


def test_the_ident_follows_the_release(bare, tmp_path):
    one = odoo_source._existing(tree(tmp_path / "a"), "a")
    two = odoo_source._existing(tree(tmp_path / "b", "(19, 0, 1, FINAL, 0, '')"), "b")
    assert one.ident != two.ident


def test_an_importable_odoo_comes_next(cache, real_cache):
    """This very environment has one."""
    found = odoo_source.find()
    assert (found.path / "odoo" / "release.py").is_file()
    assert not (cache / "odoo").exists(), "nothing was fetched"


@pytest.mark.parametrize(
    ("version", "word"),
    [("(18, 0, 0, FINAL, 0, '')", "is Odoo 18.0"), ("nonsense", "is Odoo 0.0"), (None, "has no")],
)
def test_a_wrong_odoo_home_is_said_in_one_line(bare, tmp_path, monkeypatch, version, word):
    home = tmp_path / "other"
    if version:
        tree(home, version)
    monkeypatch.setenv("ODOO_HOME", str(home))
    with pytest.raises(say.Trouble) as caught:
        odoo_source.find()
    assert word in str(caught.value)
    assert str(home) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_kept_tree_is_used_and_an_interrupted_one_is_not(bare):
    tree(bare / "odoo" / "debian-20.part" / odoo_source.PACKAGED)
    kept = tree(bare / "odoo" / "debian-19.0.0+dfsg-1" / odoo_source.PACKAGED)
    found = odoo_source.find()
    assert (found.path, found.ident) == (kept, "debian-19.0.0+dfsg-1")


def test_the_newest_of_two_kept_trees_is_used(bare):
    newest = tree(bare / "odoo" / "debian-19.0-10" / odoo_source.PACKAGED)
    tree(bare / "odoo" / "debian-19.0-9" / odoo_source.PACKAGED)
    os.utime(bare / "odoo" / "debian-19.0-9", (1, 1))
    assert odoo_source.find().path == newest


@pytest.fixture
def upstream(tmp_path, monkeypatch):
    """A repository with a branch 19.0 to clone, and a machine without apt."""
    source = tree(tmp_path / "up stream")
    run = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-C", str(source)]
    subprocess.run([*run, "init", "-q", "-b", "19.0"], check=True)
    subprocess.run([*run, "add", "."], check=True)
    subprocess.run([*run, "commit", "-qm", "x"], check=True)
    monkeypatch.setattr(odoo_source, "CLONE", source.as_uri())
    return source


def test_without_apt_a_clone_is_made_once(bare, upstream, monkeypatch, capfd):
    monkeypatch.setattr(debian, "available", lambda: False)
    first = odoo_source.find()
    assert first.ident == "git-19.0"
    assert (first.path / "odoo" / "release.py").is_file()
    assert "shallow clone" in capfd.readouterr().err
    assert odoo_source.find() == first
    assert capfd.readouterr().err == "", "a second time nothing is done"


def test_a_clone_helps_where_the_mirror_does_not(bare, upstream, monkeypatch, capfd):
    def broken(*words):
        raise say.Trouble("no mirror", "check the network")

    monkeypatch.setattr(debian, "available", lambda: True)
    monkeypatch.setattr(debian, "configured_mirror", broken)
    assert odoo_source.find().ident == "git-19.0"
    assert "no mirror -- check the network" in capfd.readouterr().err


def test_a_failed_clone_leaves_nothing_that_looks_whole(bare, upstream, monkeypatch):
    monkeypatch.setattr(debian, "available", lambda: False)
    monkeypatch.setattr(odoo_source, "CLONE", upstream.as_uri() + "-gone")
    with pytest.raises(say.Trouble, match="cannot clone Odoo"):
        odoo_source.find()
    assert odoo_source._kept() is None
    monkeypatch.setattr(odoo_source, "CLONE", upstream.as_uri())
    assert odoo_source.find().ident == "git-19.0", "the next start goes on"


def test_neither_apt_nor_git_is_said_in_one_line(bare, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(say.Trouble) as caught:
        odoo_source.find()
    assert "neither apt nor git" in str(caught.value)
    assert "ODOO_HOME" in str(caught.value)


def test_links_to_nothing_are_found(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "good").symlink_to("file")
    (tmp_path / "bad").symlink_to("gone")
    assert odoo_source.dangling(tmp_path) == [tmp_path / "bad"]


def test_this_odoo_has_the_scripts_debian_links_to():
    """Where Odoo is Debian's: every page needs these, see `odoo_source.LINKED`."""
    import odoo.release

    web = paths.Path(odoo.release.__file__).parent / "addons" / "web" / "static"
    if not web.is_dir():
        web = paths.Path(odoo.release.__file__).parents[1] / "addons" / "web" / "static"
    for script in ("jquery/jquery.js", "jquery.form/jquery.form.js", "underscore/underscore.js"):
        if (web / "lib" / script).is_symlink():
            assert (web / "lib" / script).exists(), script
    assert list((web / "lib" / "jquery").iterdir())
