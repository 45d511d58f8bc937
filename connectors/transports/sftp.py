# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files on an SFTP server."""

from __future__ import annotations

import base64
import hashlib
import io
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

import paramiko

from connectors.causes import cause
from connectors.reasons import SettingsError, TransportError
from connectors.settings import Secret, Setting
from connectors.transports.remote import AFTER, FILTERS, Entry, FolderTransport

_PIECE = 1 << 18
#: What one handle reads. The library reads ahead in a thread, and where that thread falls behind it
#: asks for all the rest beside what is read: memory is bounded by this.
WINDOW = 1 << 22


class Sftp(FolderTransport):
    """SFTP with password or key; the server must show the host key that is declared."""

    name = "sftp"
    label = "SFTP"
    help = "Files on a server that is reached by SSH, with password or key."
    resumes = True
    settings = (
        Setting("host", "Host", required=True),
        Setting("port", "Port", "int", 22),
        Setting("user", "User", required=True),
        Setting("password", "Password", "secret"),
        Setting(
            "key", "Private key", "secret", help="The key itself, in PEM or OpenSSH format.",
            lines=4,
        ),
        Setting("passphrase", "Passphrase of the key", "secret"),
        Setting(
            "host_key", "Host key", lines=2,
            help="Fingerprint (SHA256:…) or public key (ssh-ed25519 AAAA…) of the server. Without "
            "it nobody is connected: a test shows the server's, to be compared with the carrier.",
        ),
        Setting("path", "Folder", default="."),
        Setting("timeout", "Seconds until a silent server counts as lost", "int", 60),
        *FILTERS,
        *AFTER,
    )  # fmt: skip

    _client: paramiko.SSHClient | None = None
    _sftp: paramiko.SFTPClient | None = None

    def where(self) -> str:
        options = self.options
        return f"sftp://{options['user']}@{options['host']}:{options['port']}/{options['path']}"

    def open(self) -> None:
        options, client = self.options, paramiko.SSHClient()
        client.set_missing_host_key_policy(_Declared(options["host_key"]))
        with self._named("connecting"):
            try:
                client.connect(
                    options["host"], options["port"], options["user"],
                    password=options["password"].reveal() or None,
                    pkey=_key(options["key"], options["passphrase"]),
                    look_for_keys=False, allow_agent=False, timeout=options["timeout"],
                    banner_timeout=options["timeout"], auth_timeout=options["timeout"],
                )  # fmt: skip
                self._sftp = client.open_sftp()
                self._sftp.get_channel().settimeout(options["timeout"])
            except BaseException:
                client.close()
                raise
        self._client = client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._sftp = None

    def entries(self, folder: str = "") -> list[Entry]:
        with self._named(folder or "listing"):
            try:
                found = self._server().listdir_attr(self._at(folder))
            except FileNotFoundError:
                if folder:
                    return []
                raise
        return [
            _entry(attributes.filename, attributes)
            for attributes in found
            if stat.S_ISREG(attributes.st_mode or stat.S_IFREG)
        ]

    def entry(self, name: str) -> Entry | None:
        with self._named(name):
            try:
                return _entry(name, self._server().stat(self._at(name)))
            except FileNotFoundError:
                return None

    def copy(self, name: str, write: Callable[[bytes], Any], offset: int) -> None:
        path, end = self._at(name), offset
        with self._named(name):
            while offset == end:
                end = offset + WINDOW
                with self._server().open(path, "rb") as stream:
                    stream.seek(offset)
                    size = stream.stat().st_size or 0
                    stream.prefetch(min(size, end), max_concurrent_requests=64)
                    while offset < end and (piece := stream.read(min(_PIECE, end - offset))):
                        write(piece)
                        offset += len(piece)

    def move(self, name: str, folder: str, new: str) -> None:
        server = self._server()
        with self._named(name):
            try:
                server.stat(self._at(folder))
            except FileNotFoundError:
                server.mkdir(self._at(folder))
            server.rename(self._at(name), self._at(folder, new))

    def delete(self, name: str) -> None:
        with self._named(name):
            self._server().remove(self._at(name))

    def _at(self, *parts: str) -> str:
        return str(PurePosixPath(self.options["path"], *parts))

    def _server(self) -> paramiko.SFTPClient:
        if self._sftp is None:
            raise TransportError(f"{self.where()} is not connected.")
        return self._sftp

    @contextmanager
    def _named(self, doing: str) -> Iterator[None]:
        """Library faults as TransportError, with what was being done."""
        where = f"{self.where()}, {doing}"
        try:
            yield
        except paramiko.BadAuthenticationType as error:
            allowed = ", ".join(error.allowed_types)
            raise TransportError(
                f"{where}: the server only takes {allowed}; enter what it takes.", False
            ) from None
        except paramiko.AuthenticationException:
            raise TransportError(
                f"{where}: user, password or key is refused; correct the source.", False
            ) from None
        except PermissionError:
            raise TransportError(
                f"{where}: the server denies access; correct the folder, or ask the carrier for "
                "the right.",
                False,
            ) from None
        except FileNotFoundError:
            raise TransportError(
                f"{where}: there is no such file or folder; correct the folder.", False
            ) from None
        except TimeoutError:
            raise TransportError(
                f"{where}: the server does not answer; check host, port and firewall."
            ) from None
        except socket.gaierror:
            raise TransportError(
                f"{where}: the host's name is unknown; correct the host."
            ) from None
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise TransportError(
                f"{where}: the connection failed ({cause(error, own=True)}); check address "
                "and network."
            ) from None


def _entry(name: str, attributes: paramiko.SFTPAttributes) -> Entry:
    changed = attributes.st_mtime
    return Entry(name, attributes.st_size or 0, None if changed is None else float(changed))


def _key(key: Secret, passphrase: Secret) -> paramiko.PKey | None:
    if not key:
        return None
    text = key.reveal().replace("\\n", "\n").strip() + "\n"
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), passphrase.reveal() or None)
        except paramiko.PasswordRequiredException:
            raise SettingsError("Private key (key): it needs its passphrase") from None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise SettingsError(
        "Private key (key): it is no Ed25519, ECDSA or RSA key, or the passphrase is wrong"
    )


class _Declared(paramiko.MissingHostKeyPolicy):
    """Accepts the declared host key and no other."""

    def __init__(self, declared: str) -> None:
        self._declared = declared.strip()

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
        shown = f"SHA256:{digest}"
        public = f"{key.get_name()} {key.get_base64()}"
        if self._declared.rstrip("=") == shown or self._declared.startswith(public):
            return
        raise TransportError(
            f"{hostname} shows the host key {shown}, "
            + ("which is not the declared one" if self._declared else "and none is declared")
            + "; if it is right (ask the carrier), enter it as host key.",
            temporary=False,
        )
