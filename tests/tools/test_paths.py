# SPDX-License-Identifier: AGPL-3.0-or-later
import fcntl
import os
import subprocess
import sys

import pytest

from tools.ground import paths, say


def test_a_folder_takes_its_place_only_when_whole(tmp_path):
    place = tmp_path / "thing"
    with pytest.raises(KeyboardInterrupt), paths.whole(place) as part:
        (part / "half").write_text("x")
        raise KeyboardInterrupt
    assert not place.exists()
    with paths.whole(place) as part:
        assert not list(part.iterdir()), "what the interrupted run left is gone"
        (part / "all").write_text("x")
    assert [path.name for path in place.iterdir()] == ["all"]
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_an_interrupted_renewal_keeps_the_old_folder(tmp_path):
    place = tmp_path / "thing"
    with paths.whole(place) as part:
        (part / "old").write_text("x")
    with pytest.raises(OSError), paths.whole(place):
        raise OSError
    assert [path.name for path in place.iterdir()] == ["old"]


def test_a_file_is_the_old_one_or_the_new_one(tmp_path):
    target = tmp_path / "folder" / "file"
    paths.write_atomic(target, "old")
    with pytest.raises(UnicodeEncodeError):
        paths.write_atomic(target, "half \udc80")
    assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_a_folders_name_follows_its_content(tmp_path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    names = [paths.tree_key(tmp_path)]
    (tmp_path / "__pycache__" / "x.pyc").write_text("compiled")
    assert paths.tree_key(tmp_path) == names[0]
    (tmp_path / "a").write_text("2")
    names.append(paths.tree_key(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    names.append(paths.tree_key(tmp_path))
    assert len(set(names)) == 3


def test_two_processes_take_turns(cache, tmp_path):
    order = tmp_path / "order"
    script = (
        "import sys; from pathlib import Path; from tools.ground import paths\n"
        "with paths.lock('turn', 'waits'):\n"
        "    with open(sys.argv[1], 'a') as log: log.write('second ')\n"
    )
    with paths.lock("turn"):
        second = subprocess.Popen(
            [sys.executable, "-c", script, str(order)],
            cwd=paths.ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert second.stderr.readline() == "waits\n", "it says that it waits"
        with order.open("a") as log:
            log.write("first ")
    assert second.wait(60) == 0
    assert order.read_text() == "first second "


def test_a_lock_ends_with_its_process(cache):
    script = (
        "import sys; from tools.ground import paths\n"
        "with paths.lock('turn'):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=paths.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()
    with paths.lock("turn", "must not wait"):
        pass


def test_what_a_killed_process_began_ends_before_the_next_begins(cache, tmp_path):
    """As pip, when its starter is killed: it goes on, and nobody may interfere."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    script = (
        "import sys; from tools.ground import paths, run\n"
        "child = 'import sys; print(\"begun\", flush=True); open(sys.argv[1]).read()'\n"
        "with paths.lock('turn'):\n"
        "    run.logged([sys.executable, '-c', child, sys.argv[1]], 'w', 't', 'r',\n"
        "               on_line=lambda text: print(text, end='', flush=True))\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(gate)],
        cwd=paths.ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout.readline() == "begun\n"
    starter.kill()
    starter.wait()
    with (cache / "locks" / "turn").open("w") as handle, pytest.raises(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    gate.write_text("go")
    with paths.lock("turn"):
        pass


def test_the_cache_follows_xdg(monkeypatch, tmp_path):
    monkeypatch.delenv("TELECOM_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert paths.cache() == tmp_path.resolve() / "telecom-billing"


def test_a_full_disk_is_said_in_one_line(tmp_path):
    with pytest.raises(say.Trouble) as caught:
        paths.need_space(tmp_path / "not" / "yet" / "there", 1e9, "the moon")
    assert "the moon needs 1000000000.0 GB" in str(caught.value)
    assert "XDG_CACHE_HOME" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_path_that_no_list_can_hold_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path / "a,b")
    with pytest.raises(say.Trouble, match="comma"):
        paths.check_root()
    monkeypatch.setattr(paths, "ROOT", tmp_path / "with a space")
    paths.check_root()
