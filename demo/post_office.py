# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real SMTP server on loopback that keeps and counts what arrives."""

from __future__ import annotations

import email
import email.policy
import pathlib
import socket
import threading

from aiosmtpd.controller import Controller


class PostOffice:
    """Context manager: an SMTP server on a free port; each mail becomes a file ``0001.eml``.

    >>> import smtplib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder, PostOffice(folder) as office:
    ...     with smtplib.SMTP(office.host, office.port) as client:
    ...         refused = client.sendmail(
    ...             "a@x.example", ["b@y.example"], b"Subject: hello\\r\\n\\r\\nworld\\r\\n"
    ...         )
    ...     office.count, [mail["subject"] for mail in office.mails()]
    (1, ['hello'])
    """

    host = "127.0.0.1"

    def __init__(self, folder: str | pathlib.Path):
        self.folder = pathlib.Path(folder)
        self.recipients: list[str] = []
        self._lock = threading.Lock()
        with socket.socket() as free:  # aiosmtpd cannot start on port 0
            free.bind((self.host, 0))
            self.port = free.getsockname()[1]
        self._controller = Controller(self, hostname=self.host, port=self.port)

    def __enter__(self) -> PostOffice:
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.eml"):
            old.unlink()
        self._controller.start()
        return self

    def __exit__(self, *exception) -> None:
        self._controller.stop()

    @property
    def count(self) -> int:
        """Mails received so far."""
        return len(self.recipients)

    def mails(self) -> list[email.message.EmailMessage]:
        """The mails received so far, parsed, in order."""
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(self.folder.glob("*.eml"))
        ]

    async def handle_DATA(self, server, session, envelope) -> str:
        """Called by aiosmtpd for each mail."""
        with self._lock:
            self.recipients.append(", ".join(envelope.rcpt_tos))
            (self.folder / f"{self.count:04d}.eml").write_bytes(envelope.content)
        return "250 OK"
