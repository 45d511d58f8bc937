# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets at rest: stored encrypted, with a key that never is in the database.

The key comes from the server's environment (``ODOO_SECRETS_KEY``: one Fernet key, or several
separated by commas, the first one for new secrets), or else from a file in Odoo's data folder,
made at first use and readable by the server alone. A dump of the database, or a copy of it on
another machine, therefore holds no secret that can be used; whoever moves a server takes the key
file along, or enters the secrets again.

The variable's name does not begin with ``TELECOM_`` on purpose: those may be named in a source.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from odoo.tools import config

VARIABLE = "ODOO_SECRETS_KEY"


class Locked(Exception):
    """A secret that this server's key does not open."""


def seal(text: str) -> str:
    """The text encrypted, as ASCII."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text of a sealed secret; raises Locked when another server's key made it."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Locked(sealed[:8]) from None


def _box() -> MultiFernet:
    text = os.environ.get(VARIABLE, "")
    keys = [key.strip() for key in text.split(",") if key.strip()] or [_file_key()]
    return MultiFernet([Fernet(key) for key in keys])


def _file_key() -> str:
    place = Path(config["data_dir"]) / "telecom_billing"
    file = place / "secrets.key"
    if not file.exists():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = place / f".{os.getpid()}.key"
        handle = os.open(made, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(Fernet.generate_key())
            os.fsync(stream.fileno())
        try:
            # the first of two workers wins, and both read the same key
            with contextlib.suppress(FileExistsError):
                os.link(made, file)
        finally:
            made.unlink()
    return file.read_text(encoding="ascii").strip()
