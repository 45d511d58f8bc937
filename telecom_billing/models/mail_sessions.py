# SPDX-License-Identifier: AGPL-3.0-or-later
"""Connections to mail servers, kept open from one mail to the next."""

from __future__ import annotations

import smtplib

from odoo.exceptions import UserError


class MailSessions:
    """Use as a context manager; :meth:`of` gives what ``mail.mail._send`` wants for a mail."""

    def __init__(self, env):
        self.env = env
        self._open: dict[tuple, object] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def of(self, mail) -> dict:
        """Arguments for sending ``mail`` over an open connection to its server.

        :raises UserError: when the server cannot be reached; nothing was sent
        """
        ((server_id, domain_id, sender, _ids),) = mail._split_by_mail_configuration()
        key = (server_id, domain_id, sender)
        session = self._open.get(key)
        if session is None or not self._is_alive(session):
            session = self._connect(server_id, sender)
            self._open[key] = session
        return {
            "smtp_session": session,
            "alias_domain_id": domain_id,
            "mail_server": self.env["ir.mail_server"].browse(server_id),
        }

    def close(self) -> None:
        for session in filter(None, self._open.values()):
            try:
                session.quit()
            except (smtplib.SMTPException, OSError):
                session.close()
        self._open.clear()

    def _connect(self, server_id, sender):
        servers = self.env["ir.mail_server"]
        try:
            return servers._connect__(mail_server_id=server_id, smtp_from=sender)
        except (OSError, smtplib.SMTPException, UserError) as error:
            raise UserError(
                self.env._(
                    "The mail server %(server)s cannot be reached: %(error)s Check it under "
                    "Settings → Technical → Outgoing Mail Servers, then start the step again. "
                    "Nothing is lost and nothing is sent twice.",
                    server=servers.browse(server_id).name or "localhost",
                    error=error,
                )
            ) from error

    @staticmethod
    def _is_alive(session) -> bool:
        """A server hangs up on who is silent for long; that must not look like a lost mail."""
        try:
            return session.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False
