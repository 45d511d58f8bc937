# SPDX-License-Identifier: AGPL-3.0-or-later
import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.ground import databases, paths, postgres, rootless, say
from tools.ground.cluster import Cluster
from tools.ground.server import Server, connect

HOLD = (
    "import sys; from tools.ground import postgres\n"
    "with postgres.running() as server:\n    print('has it', flush=True); sys.stdin.read()\n"
)


def admin(server):
    return Server({**server.env, "PGUSER": "postgres"}, "admin")


def holder():
    """Another command that uses the server until told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=paths.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "has it\n"
    return process


def test_starts_with_its_first_user_and_stops_with_its_last(cluster, capfd):
    assert not cluster.data.exists()
    other = holder()
    with postgres.running() as server:
        assert server.private
        assert databases.names(server) == []
        other.stdin.close()
        assert other.wait(60) == 0
        assert cluster.running(), "the other user's end does not take it away"
    assert not cluster.running()
    capfd.readouterr()
    with postgres.running():
        assert capfd.readouterr().err == "", "a second time nothing is made"


def test_outlives_a_killed_user_and_is_stopped_by_the_next(cluster):
    killed = holder()
    killed.kill()
    killed.wait()
    assert cluster.running()
    with postgres.running() as server:
        databases.create(server, "kept")
    assert not cluster.running()


def test_kept_beyond_a_command_until_stopped(cluster):
    with postgres.running():
        postgres.keep_marker().touch()
        assert not postgres.stop(), "not while a command uses it"
        assert cluster.running()
        postgres.keep_marker().touch()
    assert cluster.running()
    assert postgres.stop()
    assert not cluster.running()


def test_comes_back_after_its_own_death(cluster):
    with postgres.running() as server:
        databases.create(server, "kept")
        pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
        postgres.keep_marker().touch()
    gone = select.poll()
    gone.register(os.pidfd_open(pid))
    os.kill(pid, signal.SIGKILL)
    assert gone.poll(60_000)
    postgres.keep_marker().unlink()
    with postgres.running() as server:
        assert databases.names(server) == ["kept"]


def test_data_that_a_crash_of_the_machine_may_have_spoilt_are_made_anew(cluster):
    with postgres.running() as server:
        databases.create(server, "doubtful")
    (cluster.data / "postmaster.pid").write_text("1\n")
    paths.write_atomic(cluster.home / "boot", "another boot")
    with postgres.running() as server:
        assert databases.names(server) == []


def test_data_of_another_major_version_are_made_anew(cluster):
    with postgres.running():
        pass
    (cluster.data / "PG_VERSION").write_text("9\n")
    with postgres.running() as server:
        assert databases.names(server) == []


def test_an_interrupted_init_is_begun_anew(cluster):
    part = cluster.home / "data.part"
    part.mkdir()
    (part / "PG_VERSION").write_text("18\n")
    with postgres.running() as server:
        assert databases.names(server) == []
    assert not part.exists()


def test_odoos_role_is_no_superuser_and_speaks_utf8(cluster):
    with postgres.running() as server, contextlib.closing(connect(server)) as link:
        cursor = link.cursor()
        cursor.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, True)
        databases.create(server, "text")
        with contextlib.closing(connect(server, "text")) as inner:
            cursor = inner.cursor()
            cursor.execute("SELECT 'Ä' ILIKE 'ä', current_setting('server_encoding'), 'Z' < 'a'")
            assert cursor.fetchone() == (True, "UTF8", True)


def test_databases_with_their_files(cluster):
    with postgres.running() as server:
        databases.create(server, "one")
        store = databases.filestore(server, "one") / "ab"
        store.mkdir(parents=True)
        (store / "abc").write_text("x")
        databases.copy(server, "one", "two")
        assert (databases.filestore(server, "two") / "ab" / "abc").read_text() == "x"
        databases.rename(server, "two", "three")
        databases.drop(server, "one")
        databases.drop(server, "never there")
        assert databases.names(server) == ["three"]
        assert not databases.filestore(server, "one").exists()
        assert (databases.filestore(server, "three") / "ab" / "abc").read_text() == "x"


def test_a_database_in_use_is_copied_and_dropped_all_the_same(cluster):
    with postgres.running() as server:
        databases.create(server, "busy")
        with contextlib.closing(connect(server, "busy")):
            databases.copy(server, "busy", "copy")
        with contextlib.closing(connect(server, "busy")):
            databases.drop(server, "busy")
        assert databases.names(server) == ["copy"]


@pytest.fixture
def running(cluster, tmp_path, monkeypatch):
    """A server that runs already, seen from a machine with an empty cache of its own."""
    with postgres.running() as server, monkeypatch.context() as elsewhere:
        elsewhere.setenv("TELECOM_CACHE", str(tmp_path / "other cache"))
        yield server, elsewhere


def test_a_server_given_by_variables_is_used(running):
    server, elsewhere = running
    for name, value in server.env.items():
        elsewhere.setenv(name, value)
    elsewhere.setenv("PGDATABASE", "not-this")
    with postgres.running() as given:
        assert not given.private
        assert "PGDATABASE" not in given.env
        databases.create(given, "theirs")
        assert databases.data_dir(given) != databases.data_dir(server)
    assert databases.names(server) == ["theirs"], "it goes on after us"
    assert not (paths.cache() / "postgres").exists(), "no private one was made"


def test_a_server_given_by_odoo_conf_is_used(running, tmp_path):
    server, elsewhere = running
    conf = tmp_path / "odoo.conf"
    conf.write_text(
        f"[options]\ndb_host = {server.env['PGHOST']}\ndb_port = 5432\ndb_user = odoo\n"
        "db_password = False\nadmin_passwd = x\n"
    )
    elsewhere.setenv("ODOO_RC", str(conf))
    with postgres.running() as given:
        assert not given.private
        assert given.env == {"PGHOST": server.env["PGHOST"], "PGPORT": "5432", "PGUSER": "odoo"}
    conf.write_text("[options]\naddons_path = /x\n")
    assert postgres.given() is None, "a conf that names no server leaves the choice"


def test_our_own_exports_do_not_count_as_given(cluster, monkeypatch):
    for name, value in cluster.server().env.items():
        monkeypatch.setenv(name, value)
    assert postgres.given() is None


def test_a_silent_server_is_said_in_one_line(cache, monkeypatch, tmp_path):
    monkeypatch.setenv("PGHOST", str(tmp_path))
    with pytest.raises(say.Trouble) as caught, postgres.running():
        pytest.fail("there is no server")
    assert "no PostgreSQL answers" in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_odoo_conf_is_said_in_one_line(cache, monkeypatch, tmp_path):
    monkeypatch.setenv("ODOO_RC", str(tmp_path / "gone.conf"))
    with pytest.raises(say.Trouble, match=r"gone\.conf cannot be read"), postgres.running():
        pytest.fail("there is no conf")


def test_a_role_that_may_not_create_databases_is_said_in_one_line(running):
    server, elsewhere = running
    with contextlib.closing(connect(admin(server))) as link:
        link.cursor().execute("CREATE ROLE weak LOGIN")
    elsewhere.setenv("PGHOST", server.env["PGHOST"])
    elsewhere.setenv("PGUSER", "weak")
    with pytest.raises(say.Trouble, match="ALTER ROLE weak CREATEDB"), postgres.running():
        pytest.fail("it may not")


def test_a_long_or_odd_path_gets_its_socket_elsewhere(cache, monkeypatch):
    for odd in ("x" * 90, "it's"):
        monkeypatch.setenv("TELECOM_CACHE", str(cache / odd))
        monkeypatch.setattr(rootless, "place", lambda wanted: wanted)
        sockets = Cluster().sockets
        assert len(os.fsencode(sockets)) < 80
        assert "'" not in str(sockets)


def test_no_password_and_no_listening(cluster):
    """Reached through its own folder alone, which nobody else may enter."""
    with postgres.running() as server, contextlib.closing(connect(server)) as link:
        cursor = link.cursor()
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
    assert Path(server.env["PGHOST"]).stat().st_mode & 0o077 == 0
