# SPDX-License-Identifier: AGPL-3.0-or-later
"""Against a real FTPS server (pyftpdlib) on loopback, with a certificate of its own authority."""

import os
import threading
import time

import pytest
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

from connectors.reasons import SettingsError
from connectors.retry import Patience
from connectors.transports import TransportError
from connectors.transports.ftps import Ftps

OLD = time.time() - 3600


class Host:
    """The server in a thread of its own; breaks a transfer after so many bytes when told to."""

    def __init__(self, root, certificate, plain=False, mlsd=True):
        self.root, self.restarts, self.logins = root, [], []
        self.break_after = None
        host = self
        base = FTPHandler if plain else TLS_FTPHandler

        class Handler(base):
            def ftp_REST(self, line):
                host.restarts.append(int(line))
                return super().ftp_REST(line)

            def ftp_PASS(self, line):
                host.logins.append(line)
                return super().ftp_PASS(line)

            def ftp_RETR(self, file):
                self.dtp_handler.limit = host.break_after
                host.break_after = None
                return super().ftp_RETR(file)

        class Data(Handler.dtp_handler if plain else TLS_DTPHandler):
            limit = None

            def send(self, data):
                sent = super().send(data)
                if self.limit is not None and self.tot_bytes_sent >= self.limit:
                    type(self).limit = None
                    self.cmd_channel.close()
                    self.close()
                return sent

        if not mlsd:
            Handler.proto_cmds = {
                name: facts for name, facts in Handler.proto_cmds.items() if name != "MLSD"
            }
        authorizer = DummyAuthorizer()
        authorizer.add_user("carl", "geheim", str(root), perm="elradfmw")
        Handler.authorizer, Handler.auth_failed_timeout = authorizer, 0
        Handler.dtp_handler = Data
        if not plain:
            Handler.certfile = certificate
            Handler.tls_control_required = Handler.tls_data_required = True
        self.server = FTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.address[1]
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.is_set():
            self.server.serve_forever(timeout=0.05, blocking=False)

    def stop(self):
        self.stopping.set()
        self.thread.join(30)
        self.server.close_all()


@pytest.fixture
def start(tmp_path, authority):
    root = tmp_path / "server"
    (root / "out").mkdir(parents=True)
    hosts = []

    def start(**options):
        hosts.append(Host(root, authority.pem, **options))
        return hosts[-1]

    yield start
    for host in hosts:
        host.stop()


@pytest.fixture
def settings(authority):
    def settings(host, **more):
        return {
            "host": "127.0.0.1",
            "port": host.port,
            "user": "carl",
            "password": "geheim",
            "path": "/out",
            "ca_file": authority.ca,
        } | more

    return settings


def put(host, name, data=b"x", changed=OLD):
    path = host.root / "out" / name
    path.write_bytes(data)
    os.utime(path, (changed, changed))


@pytest.fixture
def local(tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def quick(**more):
    return Patience(sleep=lambda seconds: None, **more)


@pytest.mark.parametrize("mlsd", [True, False])
def test_files_are_listed_fetched_and_moved(start, settings, local, mlsd):
    host = start(mlsd=mlsd)
    put(host, "b.csv", b"22")
    put(host, "a.csv", b"1")
    put(host, "half.csv.part")
    put(host, "fresh.csv", changed=time.time())
    with Ftps(settings(host)) as ftps:
        items = ftps.list()
        assert [item.name for item in items] == ["a.csv", "b.csv"]
        fetched = ftps.fetch(items[1], local)
        assert fetched.path.read_bytes() == b"22"
        for item in items:
            ftps.done(item)
        assert ftps.list() == []
        put(host, "a.csv", b"again")
        ftps.done(ftps.list()[0])
    done = host.root / "out" / "done"
    assert {path.name: path.read_bytes() for path in done.iterdir()} == {
        "a.csv": b"1",
        "b.csv": b"22",
        "a.1.csv": b"again",
    }


def test_a_certificate_nobody_vouches_for_gets_no_password(start, settings):
    host = start()
    with (
        pytest.raises(TransportError, match="certificate is not trusted") as caught,
        Ftps(settings(host, ca_file=""), patience=quick()),
    ):
        pass
    assert not caught.value.temporary and host.logins == []


def test_a_wrong_password_is_said_once_and_never_shown(start, settings):
    host = start()
    with (
        pytest.raises(TransportError, match="refused") as caught,
        Ftps(settings(host, password="falsch-4711"), patience=quick()),
    ):
        pass
    assert host.logins == ["falsch-4711"]
    assert "falsch" not in str(caught.value)


def test_a_break_in_the_middle_is_resumed_where_it_was(start, settings, local):
    host = start()
    data = os.urandom(3 << 20)
    put(host, "big.csv", data)
    with Ftps(settings(host), patience=quick()) as ftps:
        (item,) = ftps.list()
        host.break_after = 1 << 20
        fetched = ftps.fetch(item, local)
    assert fetched.path.read_bytes() == data
    assert len(host.restarts) == 1 and host.restarts[0] > 0


def test_what_a_killed_start_left_is_taken_up_by_the_next(start, settings, local):
    host = start()
    data = os.urandom(2 << 20)
    put(host, "big.csv", data)
    with Ftps(settings(host), patience=quick(attempts=1)) as ftps:
        host.break_after = 1 << 20
        with pytest.raises(TransportError):
            ftps.fetch(ftps.list()[0], local)
    (part,) = local.iterdir()
    arrived = part.stat().st_size
    with Ftps(settings(host)) as ftps:
        fetched = ftps.fetch(ftps.list()[0], local)
    assert host.restarts == [arrived]
    assert fetched.path.read_bytes() == data


def test_plain_ftp_must_be_asked_for_by_name(start, settings):
    host = start(plain=True)
    put(host, "a.csv")
    with pytest.raises(TransportError), Ftps(settings(host), patience=quick()):
        pass
    assert host.logins == []
    with Ftps(settings(host, tls="none")) as ftps:
        assert [item.name for item in ftps.list()] == ["a.csv"]
        assert ftps.where().startswith("ftp://")


def test_a_missing_authority_file_is_a_fault_of_the_settings(start, settings):
    with pytest.raises(SettingsError, match="there is no file"):
        Ftps(settings(start(), ca_file="/nowhere.pem")).open()


def test_a_connection_that_was_cut_meanwhile_is_made_anew(start, settings, local):
    host = start()
    put(host, "a.csv"), put(host, "b.csv")
    with Ftps(settings(host), patience=quick()) as ftps:
        ftps._ftp.sock.close()
        first, second = ftps.list()
        ftps.fetch(first, local)
        ftps._ftp.sock.close()
        ftps.done(first)
        (host.root / "out" / "b.csv").rename(host.root / "out" / "z.csv")
        with pytest.raises(TransportError, match="the server refuses") as caught:
            ftps.fetch(second, local)  # somebody renamed it there
        assert not caught.value.temporary
    assert [path.name for path in (host.root / "out" / "done").iterdir()] == ["a.csv"]
