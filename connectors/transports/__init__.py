# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where deliveries wait, by name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from connectors.reasons import SettingsError
from connectors.transports.base import Item, Transport, TransportError

__all__ = ["Item", "Transport", "TransportError", "describe", "get", "names"]

_TRANSPORTS: dict[str, str] = {
    "folder": "connectors.transports.folder:Folder",
    "ftps": "connectors.transports.ftps:Ftps",
    "https": "connectors.transports.https:Https",
    "imap": "connectors.transports.imap:Imap",
    "ovh": "connectors.carriers.ovh:OvhCarrier",
    "rest": "connectors.carriers.rest:Rest",
    "rest_report": "connectors.carriers.report:Report",
    "sftp": "connectors.transports.sftp:Sftp",
    "sipgate": "connectors.carriers.presets:SipgateCarrier",
    "soap": "connectors.carriers.soap:Soap",
    "teams_graph": "connectors.carriers.presets:TeamsCarrier",
    "twilio": "connectors.carriers.presets:TwilioCarrier",
    "zoom": "connectors.carriers.zoom:ZoomCarrier",
}
"""name -> module:class; modules are imported when they are asked for."""


def names() -> list[str]:
    """The names of all transports."""
    return sorted(_TRANSPORTS)


def get(name: str) -> type[Transport]:
    """A transport class by its name; raises SettingsError for an unknown one."""
    if name not in _TRANSPORTS:
        raise SettingsError(f"{name!r} is no transport; known are {', '.join(names())}")
    module, cls = _TRANSPORTS[name].split(":")
    return getattr(import_module(module), cls)


def describe(name: str) -> dict[str, Any]:
    """Label and settings of a transport as plain data, for a form."""
    return get(name).describe()
