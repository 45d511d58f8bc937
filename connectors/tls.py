# SPDX-License-Identifier: AGPL-3.0-or-later
"""TLS that is always verified; a private authority can be named."""

from __future__ import annotations

import ssl
from pathlib import Path

from connectors.reasons import SettingsError
from connectors.settings import Setting

CA = Setting(
    "ca_file", "Private certificate authority",
    help="PEM file of the authority that signed the server's certificate, if it is not a public "
    "one. Verification itself cannot be switched off.",
)  # fmt: skip


def context(ca_file: str = "") -> ssl.SSLContext:
    """A client context that checks certificate and host name."""
    if ca_file and not Path(ca_file).is_file():
        raise SettingsError(f"{CA.label} ({CA.name}): there is no file {ca_file}")
    try:
        made = ssl.create_default_context(cafile=ca_file or None)
    except ssl.SSLError as error:
        raise SettingsError(f"{CA.label} ({CA.name}): {ca_file} is no PEM file: {error}") from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
