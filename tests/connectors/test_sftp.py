# SPDX-License-Identifier: AGPL-3.0-or-later
"""Against a real SSH server (asyncssh) on loopback, which can be told to break off."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncssh
import pytest

from connectors.retry import Patience
from connectors.settings import Secret
from connectors.transports import TransportError
from connectors.transports.base import sha256
from connectors.transports.sftp import WINDOW, Sftp

# paramiko's read-ahead thread complains aloud when a connection breaks
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

ROOT = Path(__file__).parents[2]
OLD = time.time() - 3600
# What is on its way is lost with a connection. Here the client has taken something for certain: it
# asks for the second window when the first one is written.
BROKEN_OFF = WINDOW


class Peer(asyncssh.SSHServer):
    """User carl with password geheim or with the key of the test."""

    def __init__(self, host):
        self.host = host

    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        self.host.logins += 1
        return (username, password) == ("carl", "geheim")

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return username == "carl" and key == self.host.user_key.convert_to_public()


class Files(asyncssh.SFTPServer):
    """Breaks the connection after so many bytes, when told to."""

    host = None

    def __init__(self, channel):
        super().__init__(channel, chroot=str(self.host.root))
        self._connection = channel.get_connection()
        self._broken = False

    async def read(self, file_obj, offset, size):
        host = self.host
        host.reads.append((offset, size))
        if host.break_after is not None and offset >= host.break_after:
            host.reached.set()
            if host.breaks and not self._broken:
                host.breaks -= 1
                self._broken = True
                self._connection.abort()
            await host.resume.wait()
        return super().read(file_obj, offset, size)


class Host:
    """The server in a thread of its own."""

    def __init__(self, root):
        self.root, self.reads, self.logins = root, [], 0
        self.break_after, self.breaks = None, 0
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self.loop = asyncio.new_event_loop()
        self.reached = threading.Event()
        self.resume = asyncio.Event()
        self.resume.set()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        assert started.wait(30)

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        files = type("Files", (Files,), {"host": self})

        async def serve():
            self.server = await asyncssh.listen(
                "127.0.0.1", 0, server_host_keys=[self.key],
                server_factory=lambda: Peer(self), sftp_factory=files,
            )  # fmt: skip
            self.port = self.server.get_port()
            started.set()

        self.loop.run_until_complete(serve())
        self.loop.run_forever()

    def stop(self):
        async def close():
            self.server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            self.loop.stop()

        asyncio.run_coroutine_threadsafe(close(), self.loop)
        self.thread.join(30)

    def settings(self, **more):
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "carl",
            "password": "geheim",
            "host_key": self.key.get_fingerprint(),
            "path": "/out",
        } | more


@pytest.fixture
def host(tmp_path):
    root = tmp_path / "server"
    (root / "out").mkdir(parents=True)
    host = Host(root)
    yield host
    host.stop()


def put(host, name, data=b"x", changed=OLD):
    path = host.root / "out" / name
    path.write_bytes(data)
    os.utime(path, (changed, changed))


def quick(**more):
    return Patience(sleep=lambda seconds: None, **more)


@pytest.fixture
def local(tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def test_files_are_listed_fetched_and_moved(host, local):
    put(host, "b.csv", b"22")
    put(host, "a.csv", b"1")
    put(host, "half.csv.part")
    put(host, "fresh.csv", changed=time.time())
    (host.root / "out" / "sub").mkdir()
    with Sftp(host.settings()) as sftp:
        items = sftp.list()
        assert [item.name for item in items] == ["a.csv", "b.csv"]
        fetched = sftp.fetch(items[1], local)
        assert fetched.path.read_bytes() == b"22"
        for item in items:
            sftp.done(item)
        assert sftp.list() == []
    assert sorted(path.name for path in (host.root / "out" / "done").iterdir()) == [
        "a.csv",
        "b.csv",
    ]


def test_markers_deleting_and_remembering(host):
    put(host, "a.csv")
    put(host, "a.csv.FIN")
    put(host, "b.csv")
    with Sftp(host.settings(marker=".FIN", after="delete")) as sftp:
        (item,) = sftp.list()
        sftp.done(item)
    assert [path.name for path in (host.root / "out").iterdir()] == ["b.csv"]
    state = {}
    with Sftp(host.settings(after="leave"), state) as sftp:
        sftp.done(sftp.list()[0])
        assert sftp.list() == []
    assert list(state["seen"]) == ["b.csv"]


def test_nothing_done_is_overwritten(host):
    for data in (b"1", b"2"):
        put(host, "a.csv", data)
        with Sftp(host.settings()) as sftp:
            sftp.done(sftp.list()[0])
    done = host.root / "out" / "done"
    assert {path.name: path.read_bytes() for path in done.iterdir()} == {
        "a.csv": b"1", "a.1.csv": b"2",
    }  # fmt: skip


def test_a_key_instead_of_a_password(host):
    key = host.user_key.export_private_key().decode()
    put(host, "a.csv")
    with Sftp(host.settings(password="", key=key)) as sftp:
        assert len(sftp.list()) == 1
    locked = host.user_key.export_private_key(passphrase="open").decode()
    with Sftp(host.settings(password="", key=locked, passphrase="open")) as sftp:
        assert len(sftp.list()) == 1


def test_a_wrong_password_is_said_once_and_never_shown(host):
    with (
        pytest.raises(TransportError, match="refused") as caught,
        Sftp(host.settings(password="falsch-4711"), patience=quick()),
    ):
        pass
    assert not caught.value.temporary
    assert host.logins == 1  # no second try: accounts get locked
    assert "falsch" not in str(caught.value)
    assert "falsch" not in repr(Sftp(host.settings(password="falsch-4711")).__dict__)
    assert isinstance(Sftp(host.settings()).options["password"], Secret)


def test_a_server_with_another_host_key_gets_no_password(host):
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    with (
        pytest.raises(TransportError, match=r"SHA256:.* not the declared"),
        Sftp(host.settings(host_key=other), patience=quick()),
    ):
        pass
    assert host.logins == 0
    public = host.key.export_public_key().decode()
    with Sftp(host.settings(host_key=public)) as sftp:
        assert sftp.list() == []


def test_a_break_in_the_middle_is_resumed_where_it_was(host, local):
    data = os.urandom(BROKEN_OFF + (1 << 20))
    put(host, "big.csv", data)
    host.break_after, host.breaks = BROKEN_OFF, 1
    with Sftp(host.settings(), patience=quick()) as sftp:
        (item,) = sftp.list()
        fetched = sftp.fetch(item, local)
    assert fetched.path.read_bytes() == data
    assert host.breaks == 0
    again = host.reads[host.reads.index(max(host.reads)) :]
    assert min(offset for offset, _size in again) >= BROKEN_OFF
    assert [path.name for path in local.iterdir()] == [fetched.path.name]


def test_breaks_for_ever_end_in_one_clear_fault(host, local):
    put(host, "big.csv", os.urandom(1 << 20))
    host.break_after, host.breaks = 0, 99
    pauses = []
    patience = Patience(attempts=3, sleep=pauses.append)
    with Sftp(host.settings(), patience=patience) as sftp:
        (item,) = sftp.list()
        with pytest.raises(TransportError, match=r"big\.csv"):
            sftp.fetch(item, local)
    assert len(pauses) == 2 and pauses[1] > pauses[0]


def test_a_file_that_grows_while_it_is_fetched_is_refused(host, local):
    put(host, "a.csv", b"one")
    with Sftp(host.settings(), patience=quick(attempts=2)) as sftp:
        (item,) = sftp.list()
        put(host, "a.csv", b"longer")
        with pytest.raises(TransportError):
            sftp.fetch(item, local)
    assert not [path for path in local.iterdir() if not path.name.startswith(".")]


def test_killed_in_the_middle_it_goes_on_and_loses_nothing(host, local):
    """kill -9 of the shell tool while a file arrives; the next start completes it."""
    data = os.urandom(BROKEN_OFF + (1 << 20))
    put(host, "big.csv", data)
    host.break_after = BROKEN_OFF
    host.loop.call_soon_threadsafe(host.resume.clear)
    command = [sys.executable, "-m", "connectors", "fetch", "sftp", "--into", str(local)]
    for name, value in host.settings(password="env:TEST_SFTP_PASSWORD").items():
        command += ["-s", f"{name}={value}"]
    environ = os.environ | {"TEST_SFTP_PASSWORD": "geheim", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE)
    assert host.reached.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not [path for path in local.iterdir() if not path.name.startswith(".")]
    assert (host.root / "out" / "big.csv").exists()  # nothing was marked as done
    host.loop.call_soon_threadsafe(host.resume.set)
    host.break_after = None
    shown = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    (path,) = (path for path in local.iterdir() if not path.name.startswith("."))
    assert path.read_bytes() == data
    assert sha256(path) in shown.stdout
    assert (host.root / "out" / "done" / "big.csv").exists()


def test_a_connection_that_was_cut_meanwhile_is_made_anew(host, local):
    """Servers cut what was silent while the file before was stored."""
    put(host, "a.csv"), put(host, "b.csv")
    with Sftp(host.settings(), patience=quick()) as sftp:
        sftp._client.close()
        items = sftp.list()
        assert [item.name for item in items] == ["a.csv", "b.csv"]
        for item in items:
            sftp.fetch(item, local)
            sftp._client.close()
            sftp.done(item)
    assert host.logins == 1 + 1 + 2
    assert sorted(path.name for path in (host.root / "out" / "done").iterdir()) == [
        "a.csv",
        "b.csv",
    ]


def test_a_file_that_is_renamed_meanwhile_stops_no_other(host, local):
    put(host, "a.csv"), put(host, "b.csv")
    with Sftp(host.settings(), patience=quick()) as sftp:
        first, second = sftp.list()
        (host.root / "out" / "a.csv").rename(host.root / "out" / "z.csv")
        with pytest.raises(TransportError, match="no such file") as caught:
            sftp.fetch(first, local)
        assert not caught.value.temporary and "correct the folder" in str(caught.value)
        assert sftp.fetch(second, local).path.read_bytes() == b"x"
        assert [path.name[-5:] for path in local.iterdir()] == ["b.csv"]
        sftp.done(first)  # it is not there any more: nothing to put away
