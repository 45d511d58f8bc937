# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the package ``connectors`` offers, as selections and checks for the form of a source."""

from __future__ import annotations

import json
import re

import connectors.formats
import connectors.transports
from connectors import webhooks
from connectors.frame import COLUMNS
from connectors.reasons import SettingsError
from connectors.settings import resolve

from .. import preview_table
from ..terms import said, told

#: Files that nobody fetches: the form's upload, and ``receive`` called from outside.
UPLOAD = "upload"
#: Records that the sender brings by itself, signed.
WEBHOOK = "webhook"
#: What is not asked by us.
PASSIVE = (UPLOAD, WEBHOOK)
#: What stands in settings for a secret that is stored.
MASK = "••••••••"
#: How a setting names the environment variable that holds a secret. The rest of the environment
#: (the database's password, say) is none of a source's business.
SECRET_MARK = "env:TELECOM_"

_MAPPED = re.compile(rf"\b(nothing is mapped to |target )({'|'.join(COLUMNS)})\b")


def formats(env=None) -> list[tuple[str, str]]:
    """Codes and labels of the record formats, in the user's language."""
    return _choices(connectors.formats, env)


def transports(env=None) -> list[tuple[str, str]]:
    """Codes and labels of the ways in which files arrive; those that nobody asks first."""
    passive = [(UPLOAD, "Upload by hand or by API"), (WEBHOOK, "Webhook (signed)")]
    return [(code, said(label, env)) for code, label in passive] + _choices(
        connectors.transports, env
    )


def _choices(package, env) -> list[tuple[str, str]]:
    named = [(name, said(package.get(name).label, env)) for name in package.names()]
    return sorted(named, key=lambda choice: choice[1].lower())


def as_text(settings: dict | bool) -> str:
    """Settings as readable JSON."""
    return json.dumps(settings or {}, indent=2, ensure_ascii=False)


def schema(package: str, name: str | bool, env=None) -> list[dict]:
    """The settings that a format or transport declares, as data for the form.

    :param package: ``formats`` or ``transports``
    """
    if not name or name == UPLOAD:
        return []
    if name == WEBHOOK:
        declared = [setting.describe() for setting in webhooks.SETTINGS]
    else:
        declared = getattr(connectors, package).describe(name)["settings"]
    return labelled(declared, env)


def labelled(declared: list[dict], env=None) -> list[dict]:
    """Described settings with their texts in the user's language."""
    return [
        setting
        | {key: said(setting[key], env) for key in ("label", "help")}
        | {"choices": [[code, said(label, env)] for code, label in setting["choices"]]}
        for setting in declared
    ]


def fault(package: str, name: str, settings: dict, env=None) -> str:
    """What is wrong with settings, in the user's words; empty when nothing is."""
    if name == UPLOAD:
        return ""
    try:
        if name == WEBHOOK:
            webhooks.options(settings)
            return ""
        declared = getattr(connectors, package).get(name)
        if package == "formats":
            declared.resolve(settings)
        else:
            resolve(declared.settings, settings)
    except SettingsError as error:
        return told(env, _MAPPED.sub(lambda match: _labelled(env, match), str(error)))
    return ""


def _labelled(env, match: re.Match) -> str:
    """A column of the usage frame by the name that the screen has for it."""
    before, column = match.groups()
    return before + (preview_table.label(env, column) if env else column)


def secrets(name: str | bool) -> list[str]:
    """The names of a transport's settings that are secrets."""
    return [
        setting["name"] for setting in schema("transports", name) if setting["type"] == "secret"
    ]
