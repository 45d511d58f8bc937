# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attachments of mails in an IMAP mailbox."""

from __future__ import annotations

import contextlib
import email
import email.policy
import imaplib
import re
import ssl
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from typing import Any, BinaryIO

from connectors import tls
from connectors.causes import cause
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience
from connectors.settings import Setting
from connectors.transports.base import Item, Transport, wanted

imaplib._MAXLINE = max(imaplib._MAXLINE, 10_000_000)  # type: ignore[attr-defined]

MAX_MESSAGE = 256 << 20


class Imap(Transport):
    """Mails with TLS from the first byte; a mail is put away when all its attachments are done."""

    name = "imap"
    label = "E-mail attachments (IMAP)"
    help = "What a carrier sends by mail: the attachments whose names fit."
    settings = (
        Setting("host", "Host", required=True),
        Setting("port", "Port", "int", 993),
        tls.CA,
        Setting("user", "User", required=True),
        Setting("password", "Password", "secret"),
        Setting("token", "OAuth2 access token", "secret", help="Instead of a password."),
        Setting("mailbox", "Mailbox", default="INBOX"),
        Setting("sender", "Sender contains", help="Such as @carrier.example; empty for any."),
        Setting("subject", "Subject contains", help="Empty for any."),
        Setting("include", "Attachments", default="*", help="Patterns, such as *.csv *.zip"),
        Setting("exclude", "But not", help="Patterns, such as *.p7s *.png"),
        Setting(
            "after", "When a mail is done", "choice", "move",
            (("move", "Move it"), ("seen", "Mark it as read"), ("delete", "Delete it")),
        ),
        Setting("done", "Mailbox for done mails", default="Done", when=("after", ("move",))),
        Setting("timeout", "Seconds until a silent server counts as lost", "int", 60),
    )  # fmt: skip

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(settings, state, patience)
        for name in ("mailbox", "done", "sender", "user"):
            if re.search(r"[\r\n\0]", self.options[name]):
                raise SettingsError(f"{name}: must be one line")
        self._imap: imaplib.IMAP4_SSL | None = None
        self._validity = ""
        self._kept: tuple[str, EmailMessage] | None = None
        self._open_parts: dict[str, set[str]] = {}

    def where(self) -> str:
        options = self.options
        return f"imaps://{options['user']}@{options['host']}:{options['port']}/{options['mailbox']}"

    def open(self) -> None:
        options = self.options
        context = tls.context(options["ca_file"])
        with self._named("connecting"):
            imap = imaplib.IMAP4_SSL(
                options["host"], options["port"], ssl_context=context, timeout=options["timeout"]
            )
        try:
            self._login(imap)
            with self._named(f"opening {options['mailbox']}"):
                _ok(imap.select(_quoted(options["mailbox"])))
                self._validity = (imap.response("UIDVALIDITY")[1] or [b"0"])[0].decode()
        except BaseException:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                imap.shutdown()
            raise
        self._imap = imap

    def close(self) -> None:
        if self._imap is not None:
            # a courtesy; a server that is gone does not get it
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                self._imap.logout()
        self._imap = self._kept = None

    def list(self) -> list[Item]:
        return self.again(self._look)

    def _look(self) -> list[Item]:
        options, items = self.options, []
        criteria = ["UNDELETED"]
        if options["after"] == "seen":
            criteria.append("UNSEEN")
        if options["sender"] and options["sender"].isascii():
            criteria += ["FROM", _quoted(options["sender"])]
        with self._named("searching"):
            (found,) = _ok(self._server().uid("SEARCH", *criteria))
        for uid in (found or b"").decode().split():
            names = [name for name, _part in self._attachments(uid)]
            if names:
                self._open_parts[uid] = set(names)
            items += [Item(name, details={"uid": uid}) for name in names]
        return items

    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        for name, part in self._attachments(self._uid(item)):
            if name == item.name:
                data = part.get_payload(decode=True)
                target.write(data if isinstance(data, bytes) else part.as_bytes())
                return
        raise TransportError(
            f"{item.name} is no longer in {self.where()}; it was moved or deleted.", temporary=False
        )

    def done(self, item: Item) -> None:
        self.again(lambda: self._finish(item))

    def _finish(self, item: Item) -> None:
        uid = self._uid(item)
        parts = self._open_parts.setdefault(uid, {name for name, _ in self._attachments(uid)})
        parts.discard(item.name)
        if parts:
            return
        with self._named("putting a mail away"):
            self._put_away(uid)

    def _put_away(self, uid: str) -> None:
        server, after, done = self._server(), self.options["after"], _quoted(self.options["done"])
        if after == "seen":
            _ok(server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
            return
        if after == "move" and server.uid("COPY", uid, done)[0] != "OK":
            _ok(server.create(done))
            _ok(server.uid("COPY", uid, done))
        _ok(server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)"))
        if "UIDPLUS" in server.capabilities:
            _ok(server.uid("EXPUNGE", uid))
        else:
            _ok(server.expunge())

    def _attachments(self, uid: str) -> Iterator[tuple[str, EmailMessage]]:
        """(name, part) of what fits in a mail; names tell mail, place and file name."""
        message = self._message(uid)
        subject, sender = str(message.get("Subject", "")), str(message.get("From", ""))
        if self.options["subject"].lower() not in subject.lower():
            return
        if self.options["sender"].lower() not in sender.lower():
            return
        for number, part in enumerate(message.walk()):
            file_name = part.get_filename()
            base = (file_name or "").replace("\\", "/").rsplit("/", 1)[-1]
            if base and not part.is_multipart() and wanted(base, self.options):
                yield f"{self._validity}-{uid}-{number}/{base}", part

    def _message(self, uid: str) -> EmailMessage:
        if self._kept is None or self._kept[0] != uid:
            with self._named("reading a mail"):
                (head, *_rest) = _ok(self._server().uid("FETCH", uid, "(RFC822.SIZE)"))
                size = re.search(rb"RFC822\.SIZE (\d+)", head or b"")
                if size and int(size[1]) > MAX_MESSAGE:
                    raise TransportError(
                        f"{self.where()}: mail {uid} is larger than {MAX_MESSAGE} bytes; "
                        "take its attachment by hand.", temporary=False,
                    )  # fmt: skip
                answer = _ok(self._server().uid("FETCH", uid, "(BODY.PEEK[])"))
            data = next((part[1] for part in answer if isinstance(part, tuple)), b"")
            parsed = email.message_from_bytes(data, policy=email.policy.default)
            self._kept = (uid, parsed)
        return self._kept[1]

    def _uid(self, item: Item) -> str:
        validity, uid, _rest = item.name.split("-", 2)
        if validity != self._validity:
            raise TransportError(
                f"{self.where()} was renumbered since {item.name} was listed; list again."
            )
        return uid

    def _login(self, imap: imaplib.IMAP4_SSL) -> None:
        options = self.options
        user, token = options["user"], options["token"].reveal()
        try:
            if token:
                text = f"user={user}\1auth=Bearer {token}\1\1"
                imap.authenticate("XOAUTH2", lambda _challenge: text.encode())
            else:
                imap.login(_quoted(user), options["password"].reveal())
        except imaplib.IMAP4.abort as error:
            raise TransportError(
                f"{self.where()}: the connection failed ({cause(error, own=True)}); check address "
                "and network."
            ) from None
        except imaplib.IMAP4.error:
            raise TransportError(
                f"{self.where()}: user, password or token is refused; correct the source.", False
            ) from None

    def _server(self) -> imaplib.IMAP4_SSL:
        if self._imap is None:
            raise TransportError(f"{self.where()} is not connected.")
        return self._imap

    @contextlib.contextmanager
    def _named(self, doing: str) -> Iterator[None]:
        """Library faults as TransportError, with what was being done."""
        where = f"{self.where()}, {doing}"
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise TransportError(
                f"{where}: the server's certificate is not trusted ({cause(error)}); "
                "name the private authority, if it has one.", False,
            ) from None  # fmt: skip
        except imaplib.IMAP4.abort as error:
            raise TransportError(
                f"{where}: the connection failed ({cause(error, own=True)}); check address and "
                "network."
            ) from None
        except imaplib.IMAP4.error as error:
            raise TransportError(
                f"{where}: the server refuses ({error}); correct the folder, or ask the carrier "
                "for the right.", False,
            ) from None  # fmt: skip
        except TimeoutError:
            raise TransportError(
                f"{where}: the server does not answer; check host, port and firewall."
            ) from None
        except OSError as error:
            raise TransportError(
                f"{where}: the connection failed ({cause(error, own=True)}); check address and "
                "network."
            ) from None


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    """The data of an answer; raises what imaplib raises if it is not OK."""
    status, data = answer
    if status != "OK":
        text = data[0].decode("ascii", "replace") if data and data[0] else status
        raise imaplib.IMAP4.error(text)
    return data


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
