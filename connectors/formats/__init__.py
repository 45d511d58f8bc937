# SPDX-License-Identifier: AGPL-3.0-or-later
"""The formats, by name.

>>> get("asterisk").label
'Asterisk Master.csv'
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from connectors.formats.standard import changed
from connectors.mappings import all_mappings
from connectors.reasons import SettingsError

if TYPE_CHECKING:
    from connectors.formats.base import Format

_FORMATS: dict[str, str] = {
    "asterisk": "asterisk:Asterisk",
    "csv_mapping": "csv_mapping:CsvMapping",
}
"""name -> module:class; modules are imported when they are asked for."""


def names() -> list[str]:
    """The names of all formats and ready-made mappings."""
    return sorted([*_FORMATS, *all_mappings()])


@cache
def get(name: str) -> Format:
    """A format by its name; raises SettingsError for an unknown one.

    A ready-made mapping is its format with other defaults.
    """
    mapping = all_mappings().get(name)
    source = _FORMATS.get(mapping["format"] if mapping else name)
    if source is None:
        raise SettingsError(f"{name!r} is no format; known are {', '.join(names())}")
    module, cls = source.split(":")
    form = getattr(import_module(f"connectors.formats.{module}"), cls)()
    if mapping:
        form.name, form.label, form.help = mapping["name"], mapping["label"], mapping["help"]
        form.settings = changed(form.settings, **mapping["settings"])
    return form


def describe(name: str) -> dict[str, Any]:
    """Label, kind and settings of a format as plain data, for a form."""
    return get(name).describe()
