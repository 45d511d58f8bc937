# SPDX-License-Identifier: AGPL-3.0-or-later
"""TLS that is always verified; a private authority can be named."""

from __future__ import annotations

import ssl
from pathlib import Path

from connectors.reasons import SettingsError
from connectors.settings import Setting

CA = Setting(
    "ca_file", "Private certificate authority", lines=3,
    help="Certificate (-----BEGIN CERTIFICATE-----…) of the authority that signed the server's, if "
    "it is not a public one; or the name of its PEM file. Verification cannot be switched off.",
)  # fmt: skip
BEGIN = "-----BEGIN CERTIFICATE-----"


def context(ca_file: str = "") -> ssl.SSLContext:
    """A client context that checks certificate and host name.

    `ca_file`: a certificate in PEM itself, the name of its file, or empty for public authorities.
    """
    if BEGIN in ca_file:
        return _made(cadata=ca_file)
    if ca_file and not Path(ca_file).is_file():
        raise SettingsError(f"{CA.label} ({CA.name}): there is no file {ca_file}")
    return _made(cafile=ca_file or None)


def _made(**authority: str | None) -> ssl.SSLContext:
    try:
        made = ssl.create_default_context(**authority)
    except (ssl.SSLError, ValueError) as error:
        raise SettingsError(f"{CA.label} ({CA.name}): is no certificate in PEM: {error}") from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
