# SPDX-License-Identifier: AGPL-3.0-or-later
import json
import os
import time

import pytest

from connectors.reasons import SettingsError
from connectors.transports import TransportError
from connectors.transports.base import local_name, sha256
from connectors.transports.folder import Folder

OLD = time.time() - 3600


def put(folder, name, data=b"x", changed=OLD):
    (folder / name).write_bytes(data)
    os.utime(folder / name, (changed, changed))


def names(transport):
    return [item.name for item in transport.list()]


def test_files_are_listed_fetched_and_moved(tmp_path):
    source, local = tmp_path / "in", tmp_path / "out"
    source.mkdir(), local.mkdir()
    put(source, "b.csv", b"22")
    put(source, "a.csv", b"1")
    with Folder({"path": str(source)}) as folder:
        items = folder.list()
        assert [item.name for item in items] == ["a.csv", "b.csv"]
        fetched = folder.fetch(items[1], local)
        assert fetched.path.read_bytes() == b"22" and fetched.sha256 == sha256(fetched.path)
        assert fetched.size == 2
        folder.done(items[1])
        assert names(folder) == ["a.csv"]
    assert (source / "done" / "b.csv").read_bytes() == b"22"


def test_nothing_half_written_is_taken(tmp_path):
    put(tmp_path, "fresh.csv", changed=time.time())
    put(tmp_path, "a.csv.part")
    put(tmp_path, ".hidden")
    put(tmp_path, "b.csv.filepart")
    put(tmp_path, "a.FIN")
    (tmp_path / "link.csv").symlink_to("/etc/hostname")
    (tmp_path / "sub.csv").mkdir()
    with Folder({"path": str(tmp_path)}) as folder:
        assert names(folder) == []
    with Folder({"path": str(tmp_path), "settle": 0}) as folder:
        assert names(folder) == ["fresh.csv"]


def test_a_file_may_be_left_where_it_is_and_is_remembered(tmp_path):
    put(tmp_path, "a.csv")
    put(tmp_path, "b.csv")
    state = {}
    options = {"path": str(tmp_path), "after": "leave"}
    with Folder(options, state) as folder:
        folder.done(folder.list()[0])
    state = json.loads(json.dumps(state))
    with Folder(options, state) as folder:
        assert names(folder) == ["b.csv"]
        put(tmp_path, "a.csv", b"delivered anew")
        assert names(folder) == ["a.csv", "b.csv"]
        (tmp_path / "a.csv").unlink()
        assert names(folder) == ["b.csv"]
    assert state["seen"] == {}


def test_a_file_may_be_deleted_with_its_marker(tmp_path):
    put(tmp_path, "a.csv")
    put(tmp_path, "a.csv.FIN")
    with Folder({"path": str(tmp_path), "after": "delete", "marker": ".FIN"}) as folder:
        folder.done(folder.list()[0])
    assert [entry.name for entry in tmp_path.iterdir()] == [".lock"]


def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path):
    source, local = tmp_path / "in", tmp_path / "out"
    source.mkdir(), local.mkdir()
    put(source, "a.csv", b"one")
    with Folder({"path": str(source)}) as folder:
        (item,) = folder.list()
        put(source, "a.csv", b"two", changed=OLD + 1)
        with pytest.raises(TransportError, match="changed"):
            folder.fetch(item, local)
    assert list(local.iterdir()) == []


def test_markers_say_what_is_complete_and_move_along(tmp_path):
    put(tmp_path, "a.csv", changed=time.time())
    put(tmp_path, "b.csv")
    put(tmp_path, "c.csv", changed=time.time())
    put(tmp_path, "a.csv.FIN")
    put(tmp_path, "c.FIN")
    with Folder({"path": str(tmp_path), "marker": ".FIN"}) as folder:
        items = folder.list()
        assert [item.name for item in items] == ["a.csv", "c.csv"]
        for item in items:
            folder.done(item)
    assert sorted(entry.name for entry in (tmp_path / "done").iterdir()) == [
        "a.csv", "a.csv.FIN", "c.FIN", "c.csv",
    ]  # fmt: skip


def test_filters(tmp_path):
    for name in ("cdr_1.csv", "cdr_2.txt", "cmr_1.csv"):
        put(tmp_path, name)
    options = {"path": str(tmp_path), "include": "*.csv *.zip", "exclude": "cmr_*"}
    with Folder(options) as folder:
        assert names(folder) == ["cdr_1.csv"]


def test_done_files_are_never_overwritten(tmp_path):
    for data in (b"1", b"2"):
        put(tmp_path, "a.csv", data)
        with Folder({"path": str(tmp_path)}) as folder:
            folder.done(folder.list()[0])
    done = tmp_path / "done"
    assert {entry.name: entry.read_bytes() for entry in done.iterdir()} == {
        "a.csv": b"1",
        "a.1.csv": b"2",
    }


def test_two_at_once_are_kept_apart(tmp_path):
    with Folder({"path": str(tmp_path)}), pytest.raises(TransportError, match="another process"):
        Folder({"path": str(tmp_path)}).open()
    with Folder({"path": str(tmp_path)}) as again:
        assert again.list() == []


def test_faults_are_named(tmp_path):
    with pytest.raises(TransportError, match="no folder"):
        Folder({"path": str(tmp_path / "none")}).open()
    with pytest.raises(SettingsError, match="needed"):
        Folder({})


def test_local_names_stay_in_the_folder_and_differ():
    assert "/" not in local_name("../../etc/passwd")
    assert local_name("a/x.csv") != local_name("b/x.csv")
    assert local_name("x.csv").endswith("-x.csv")
