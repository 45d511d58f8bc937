# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the package ``connectors`` offers, as selections and checks for the form of a source."""

from __future__ import annotations

import json

import connectors.formats
import connectors.transports
from connectors.reasons import SettingsError
from connectors.settings import resolve

#: Files that nobody fetches: the form's upload, and ``receive`` called from outside.
UPLOAD = "upload"
#: How a setting names the environment variable that holds a secret. The rest of the environment
#: (the database's password, say) is none of a source's business.
SECRET_MARK = "env:TELECOM_"


def formats() -> list[tuple[str, str]]:
    """Codes and labels of the record formats."""
    return _choices(connectors.formats)


def transports() -> list[tuple[str, str]]:
    """Codes and labels of the ways in which files arrive; upload without translation first."""
    return [(UPLOAD, "Upload by hand or by API"), *_choices(connectors.transports)]


def _choices(package) -> list[tuple[str, str]]:
    named = [(name, package.get(name).label) for name in package.names()]
    return sorted(named, key=lambda choice: choice[1].lower())


def as_text(settings: dict | bool) -> str:
    """Settings as readable JSON."""
    return json.dumps(settings or {}, indent=2, ensure_ascii=False)


def schema(package: str, name: str | bool) -> list[dict]:
    """The settings that a format or transport declares, as data for the form.

    :param package: ``formats`` or ``transports``
    """
    if not name or name == UPLOAD:
        return []
    return getattr(connectors, package).describe(name)["settings"]


def fault(package: str, name: str, settings: dict) -> str:
    """What is wrong with settings, in words; empty when nothing is."""
    if name == UPLOAD:
        return ""
    declared = getattr(connectors, package).get(name)
    try:
        if package == "formats":
            declared.resolve(settings)
        else:
            resolve(declared.settings, settings)
    except SettingsError as error:
        return str(error)
    return ""


def secret_in(settings: dict, declared: list[dict]) -> str:
    """The name of a setting that holds a secret in clear text; empty when there is none."""
    for setting in declared:
        value = settings.get(setting["name"])
        if setting["type"] == "secret" and value and not str(value).startswith(SECRET_MARK):
            return setting["name"]
    return ""
