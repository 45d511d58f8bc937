# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the package ``connectors`` offers, as selections and checks for the form of a source."""

from __future__ import annotations

import json

try:
    import connectors.formats
    from connectors.reasons import SettingsError
except ImportError:  # the package is about to land
    connectors = None

_SECRETS = ("password", "secret", "token", "passphrase", "api_key")


def formats() -> list[tuple[str, str]]:
    """Codes and labels of the record formats."""
    if connectors is None:
        return [("asterisk", "Asterisk Master.csv")]
    named = [(name, connectors.formats.get(name).label) for name in connectors.formats.names()]
    return sorted(named, key=lambda choice: choice[1].lower())


def transports() -> list[tuple[str, str]]:
    """Codes and labels of the ways in which files arrive."""
    return [("upload", "Upload by hand or by API"), ("folder", "Watched folder")]


def as_text(settings: dict | bool) -> str:
    """Settings as readable JSON."""
    return json.dumps(settings or {}, indent=2, ensure_ascii=False)


def format_fault(code: str, settings: dict) -> str:
    """What is wrong with the settings of a format, in words; empty when nothing is."""
    if connectors is None:
        return ""
    try:
        connectors.formats.get(code).resolve(settings)
    except SettingsError as error:
        return str(error)
    return ""


def secret_in(settings: dict) -> str:
    """The name of a setting that holds a secret in clear text; empty when there is none."""
    return next((name for name in settings if name.lower() in _SECRETS and settings[name]), "")
