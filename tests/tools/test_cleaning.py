# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from tools.ground import cleaning, databases, demo, paths, postgres, say


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A clone's own folder, away from the one of this test run."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "build" / "demo").mkdir(parents=True)
    return tmp_path / "build"


def test_clean_takes_this_clones_results_and_nothing_else(cluster, build):
    with postgres.running() as server:
        mine = demo.database("demo")
        for name in (mine, "telecom_demo_others", "telecom-template-1"):
            databases.create(server, name)
        cleaning.clean(None, [])
        assert databases.names(server) == ["telecom-template-1", "telecom_demo_others"]
    assert not build.exists()
    assert paths.cache().exists()


def test_clean_all_takes_the_cache_too_unless_it_is_used(cluster, build):
    with postgres.running():
        with pytest.raises(say.Trouble, match="another command uses"):
            cleaning.clean_all()
        assert paths.cache().exists()
    assert cleaning.clean_all() == 0
    assert not cluster.running()
    assert not cluster.home.exists()
    assert not paths.cache().exists()
    assert not build.exists()
    assert cleaning.clean_all() == 0, "a second time there is nothing to do"
