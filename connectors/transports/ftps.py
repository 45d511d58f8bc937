# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files on an FTP server with TLS."""

from __future__ import annotations

import contextlib
import datetime as dt
import ftplib
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

from connectors import tls
from connectors.causes import cause
from connectors.reasons import TransportError
from connectors.settings import Setting
from connectors.transports.remote import AFTER, FILTERS, Entry, FolderTransport


class Ftps(FolderTransport):
    """FTP with TLS on the control and the data connection, explicit (AUTH TLS) or implicit."""

    name = "ftps"
    label = "FTPS"
    help = "Files on an FTP server with TLS; plain FTP only where a private line is the protection."
    resumes = True
    settings = (
        Setting("host", "Host", required=True),
        Setting("port", "Port", "int", 21),
        Setting(
            "tls", "Encryption", "choice", "explicit",
            (("explicit", "Explicit (AUTH TLS)"), ("implicit", "Implicit (port 990)"),
             ("none", "None: password and data travel in clear")),
        ),
        tls.CA,
        Setting("user", "User", required=True),
        Setting("password", "Password", "secret"),
        Setting("path", "Folder", default="/"),
        Setting("encoding", "Encoding of file names", default="utf-8"),
        Setting("timeout", "Seconds until a silent server counts as lost", "int", 60),
        *FILTERS,
        *AFTER,
    )  # fmt: skip

    _ftp: ftplib.FTP | None = None

    def where(self) -> str:
        options = self.options
        scheme = "ftp" if options["tls"] == "none" else "ftps"
        return f"{scheme}://{options['user']}@{options['host']}:{options['port']}{options['path']}"

    def open(self) -> None:
        options = self.options
        ftp = self._made()
        with self._named("connecting"):
            try:
                ftp.connect(options["host"], options["port"])
                ftp.login(options["user"], options["password"].reveal())
                if isinstance(ftp, ftplib.FTP_TLS):
                    ftp.prot_p()
                ftp.cwd(options["path"])
            except BaseException:
                ftp.close()
                raise
        self._ftp = ftp

    def close(self) -> None:
        if self._ftp is not None:
            # QUIT is a courtesy; a server that is gone does not get it
            with contextlib.suppress(*ftplib.all_errors):
                self._ftp.quit()
            self._ftp.close()
        self._ftp = None

    def entries(self, folder: str = "") -> list[Entry]:
        with self._named(folder or "listing"):
            if folder and folder not in self._folders():
                return []
            try:
                return self._by_mlsd(folder)
            except ftplib.error_perm as error:
                if not str(error).startswith(("500", "502", "504")):
                    raise
            return self._by_nlst(folder)

    def entry(self, name: str) -> Entry | None:
        with self._named(name):
            ftp = self._server()
            try:
                ftp.voidcmd("TYPE I")
                return Entry(name, int(ftp.size(name) or 0), self._changed(name))
            except ftplib.error_perm as error:
                if str(error).startswith("550"):
                    return None
                raise

    def copy(self, name: str, write: Callable[[bytes], Any], offset: int) -> None:
        with self._named(name):
            self._server().retrbinary(f"RETR {name}", write, 1 << 18, offset or None)

    def move(self, name: str, folder: str, new: str) -> None:
        with self._named(name):
            if folder not in self._folders():
                self._server().mkd(folder)
            self._server().rename(name, f"{folder}/{new}")

    def delete(self, name: str) -> None:
        with self._named(name):
            self._server().delete(name)

    def _made(self) -> ftplib.FTP:
        options = self.options
        common = {"timeout": options["timeout"], "encoding": options["encoding"]}
        if options["tls"] == "none":
            return ftplib.FTP(**common)
        context = tls.context(options["ca_file"])
        return (_Implicit if options["tls"] == "implicit" else _Explicit)(context=context, **common)

    def _folders(self) -> set[str]:
        ftp = self._server()
        try:
            return {name for name, facts in ftp.mlsd() if facts.get("type") == "dir"}
        except ftplib.error_perm:
            return set(ftp.nlst())

    def _by_mlsd(self, folder: str) -> list[Entry]:
        found = []
        for name, facts in self._server().mlsd(folder, ["type", "size", "modify"]):
            if facts.get("type", "file") == "file" and "/" not in name:
                size = int(facts.get("size", 0))
                found.append(Entry(name, size, _seconds(facts.get("modify", ""))))
        return found

    def _by_nlst(self, folder: str) -> list[Entry]:
        names = [
            name.rsplit("/", 1)[-1] for name in self._server().nlst(*([folder] * bool(folder)))
        ]
        if folder:
            return [Entry(name, 0, None) for name in names]
        found = (self.entry(name) for name in names)
        return [entry for entry in found if entry is not None]

    def _changed(self, name: str) -> float | None:
        try:
            return _seconds(self._server().sendcmd(f"MDTM {name}")[4:])
        except ftplib.error_perm:
            return None

    def _server(self) -> ftplib.FTP:
        if self._ftp is None:
            raise TransportError(f"{self.where()} is not connected.")
        return self._ftp

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
        except ftplib.error_perm as error:
            if str(error).startswith("530"):
                raise TransportError(
                    f"{where}: user or password is refused; correct the source.", False
                ) from None
            raise TransportError(
                f"{where}: the server refuses ({error}); correct the folder, or ask the carrier "
                "for the right.",
                False,
            ) from None
        except TimeoutError:
            raise TransportError(
                f"{where}: the server does not answer; check host, port and firewall."
            ) from None
        except (*ftplib.all_errors, ValueError) as error:
            raise TransportError(
                f"{where}: the connection failed ({cause(error, own=True)}); check address "
                "and network."
            ) from None


class _Explicit(ftplib.FTP_TLS):
    """FTP_TLS whose data connections take up the session of the control connection.

    Servers ask for that (vsftpd's require_ssl_reuse) to know that both are the same client's.
    """

    def ntransfercmd(
        self, cmd: str, rest: int | str | None = None
    ) -> tuple[socket.socket, int | None]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:  # type: ignore[attr-defined]
            session = self.sock.session  # type: ignore[union-attr]
            connection = self.context.wrap_socket(
                connection, server_hostname=self.host, session=session
            )
        return connection, size


class _Implicit(_Explicit):
    """FTP_TLS that begins with TLS."""

    def connect(self, *args: Any, **options: Any) -> str:  # type: ignore[override]
        self._wrapped = False
        return super().connect(*args, **options)

    def getresp(self) -> str:
        if not self._wrapped:  # before the server's first word
            self._wrapped = True
            self.file.close()
            self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host)
            self.file = self.sock.makefile("r", encoding=self.encoding)
        return super().getresp()

    def login(self, *args: Any, **options: Any) -> str:  # type: ignore[override]
        return ftplib.FTP.login(self, *args, **options)


def _seconds(text: str) -> float | None:
    """Seconds since 1970 of an FTP time (UTC by RFC 3659)."""
    with contextlib.suppress(ValueError):
        moment = dt.datetime.strptime(text.split(".")[0].strip(), "%Y%m%d%H%M%S")
        return moment.replace(tzinfo=dt.timezone.utc).timestamp()
    return None
