# SPDX-License-Identifier: AGPL-3.0-or-later
"""Against a real IMAP server (pymap) on loopback, with TLS."""

import asyncio
import contextlib
import imaplib
import threading
import time
from argparse import Namespace
from contextlib import AsyncExitStack
from email.message import EmailMessage

import pytest
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

from connectors import tls
from connectors.reasons import SettingsError
from connectors.retry import Patience
from connectors.transports import TransportError
from connectors.transports.imap import Imap


class Host:
    """The server in a thread of its own; `cut` breaks connections after so many bytes sent."""

    def __init__(self, authority):
        self.authority, self.cut, self.connections = authority, None, 0
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        assert started.wait(30)

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve(started))
        self.loop.run_until_complete(self.stack.aclose())

    async def _serve(self, started):
        self.stopped = asyncio.Event()
        self.stack = AsyncExitStack()
        args = Namespace(
            debug=False, demo_data=False, demo_user="carl", demo_password="geheim",
            subsystem="asyncio", cert=None, key=None, tls=False, insecure_login=True,
            proxy_protocol=None, preauth=False, no_secure_login=True, passlib_cfg=None,
            admin_key=None, host="127.0.0.1", port=0, inherited_sockets=None, tls_cert=None,
            tls_key=None,
        )  # fmt: skip
        backend, config = await DictBackend.init(args)
        config.apply_context()
        await backend.start(self.stack)
        serve = IMAPServer(backend.login, config)

        async def connected(reader, writer):
            self.connections += 1
            if self.cut is not None:
                writer = _Cutting(writer, self.cut)
                self.cut = None
            await serve(reader, writer)

        self.server = await asyncio.start_server(
            connected, "127.0.0.1", 0, ssl=self.authority.server_context()
        )
        self.port = self.server.sockets[0].getsockname()[1]
        started.set()
        await self.stopped.wait()
        self.server.close()

    def stop(self):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(30)

    def client(self):
        imap = imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=tls.context(self.authority.ca))
        imap.login("carl", "geheim")
        return imap

    def put(self, message):
        with self.client() as imap:
            status, data = imap.append("INBOX", "", time.time(), message.as_bytes())
            assert status == "OK", data

    def settings(self, **more):
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "carl",
            "password": "geheim",
            "ca_file": self.authority.ca,
        } | more


class _Cutting:
    """A stream writer whose connection breaks after so many bytes."""

    def __init__(self, writer, left):
        self._writer, self._left = writer, left

    def __getattr__(self, name):
        return getattr(self._writer, name)

    def write(self, data):
        data = bytes(data)
        self._left -= len(data)
        if self._left < 0:
            self._writer.write(data[: self._left])
            self._writer.transport.abort()
        else:
            self._writer.write(data)


@pytest.fixture
def host(authority):
    host = Host(authority)
    yield host
    host.stop()


@pytest.fixture
def local(tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def mail(*attachments, subject="Einzelgespräche 09/2026", sender="cdr@carrier.example"):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, "billing@example.org"
    message.set_content("Guten Tag, anbei Ihre Daten.")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def quick(**more):
    return Patience(sleep=lambda seconds: None, **more)


def fetch_all(imap, local):
    return {item.name.split("/")[1]: imap.fetch(item, local).path.read_bytes()
            for item in imap.list()}  # fmt: skip


def test_attachments_are_fetched_and_the_mail_is_moved_when_all_are_done(host, local):
    host.put(mail(("a.csv", b"1;2\r\n\0\xff"), ("ü ber.zip", b"PK"), ("logo.png", b"png")))
    host.put(mail(subject="Werbung"))
    with Imap(host.settings(include="*.csv *.zip")) as imap:
        items = imap.list()
        assert [item.name.split("/")[1] for item in items] == ["a.csv", "ü ber.zip"]
        assert len({item.name for item in items}) == 2
        assert fetch_all(imap, local) == {"a.csv": b"1;2\r\n\0\xff", "ü ber.zip": b"PK"}
        imap.done(items[0])
        assert len(imap.list()) == 2  # the mail waits for its second attachment
        for item in imap.list():
            imap.done(item)
        assert imap.list() == []
    with host.client() as client:
        assert client.select("Done")[1] == [b"1"]
        assert client.select("INBOX")[1] == [b"1"]


def test_mails_can_be_marked_or_deleted(host):
    host.put(mail(("a.csv", b"1")))
    with Imap(host.settings(after="seen")) as imap:
        (item,) = imap.list()
        imap.done(item)
        assert imap.list() == []
    with Imap(host.settings(after="delete")) as imap:
        (item,) = imap.list()
        imap.done(item)
    with host.client() as client:
        assert client.select("INBOX")[1] == [b"0"]


def test_looking_does_not_mark_a_mail_as_read(host, local):
    host.put(mail(("a.csv", b"1")))
    for _ in range(2):
        with Imap(host.settings(after="seen")) as imap:
            assert fetch_all(imap, local) == {"a.csv": b"1"}


def test_sender_and_subject_filter(host):
    host.put(mail(("a.csv", b"1"), sender="cdr@other.example"))
    host.put(mail(("b.csv", b"1"), subject="Rechnung"))
    host.put(mail(("c.csv", b"1")))
    with Imap(host.settings(sender="@Carrier.example", subject="EINZELGESPRÄCHE")) as imap:
        assert [item.name.split("/")[1] for item in imap.list()] == ["c.csv"]


def test_names_that_try_to_leave_stay_in_the_folder(host, local):
    host.put(mail(("../../evil.csv", b"1"), ("..\\evil2.csv", b"2")))
    with Imap(host.settings()) as imap:
        paths = [imap.fetch(item, local).path for item in imap.list()]
    assert len(paths) == 2 and all(path.parent == local for path in paths)


def test_a_break_in_the_middle_is_tried_again(host, local):
    host.put(mail(("big.csv", b"0123456789" * 200_000)))
    pauses = []
    patience = Patience(sleep=pauses.append)
    with Imap(host.settings(), patience=patience) as imap:
        (item,) = imap.list()
        imap._kept = None
        imap.close()
        host.cut = 1_000_000
        imap.open()
        assert len(imap.fetch(item, local).path.read_bytes()) == 2_000_000
    assert len(pauses) == 1 and host.cut is None


def test_a_wrong_password_is_said_once_and_never_shown(host):
    before = host.connections
    with (
        pytest.raises(TransportError, match="refused") as caught,
        Imap(host.settings(password="falsch-4711"), patience=quick()),
    ):
        pass
    assert host.connections == before + 1
    assert not caught.value.temporary and "falsch" not in str(caught.value)


def test_a_certificate_nobody_vouches_for_is_refused(host):
    with (
        pytest.raises(TransportError, match="certificate is not trusted"),
        Imap(host.settings(ca_file=""), patience=quick()),
    ):
        pass


def test_a_missing_mailbox_is_named(host):
    with (
        pytest.raises(TransportError, match="Nirgends"),
        Imap(host.settings(mailbox="Nirgends"), patience=quick()),
    ):
        pass
    with pytest.raises(SettingsError, match="one line"):
        Imap(host.settings(mailbox="INBOX\r\nA1 DELETE INBOX"))


def test_a_connection_that_was_cut_meanwhile_is_made_anew(host, local):
    host.put(mail(("a.csv", b"1"), ("b.csv", b"2")))
    with Imap(host.settings(), patience=quick()) as imap:
        imap._imap.shutdown()
        items = imap.list()
        for item in items:
            imap.fetch(item, local)
            with contextlib.suppress(OSError):  # it is closed already: the mail waits for both
                imap._imap.shutdown()
            imap.done(item)
        assert imap.list() == []
    with host.client() as client:
        assert client.select("Done")[1] == [b"1"]
