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
    "adobe_connect": "adobe_connect:AdobeConnect",
    "asterisk": "asterisk:Asterisk",
    "audiocodes": "audiocodes:AudioCodes",
    "avaya_smdr": "avaya_smdr:AvayaSmdr",
    "bigbluebutton": "bigbluebutton:BigBlueButton",
    "broadworks": "broadworks:BroadWorks",
    "cisco_cucm": "cisco_cucm:CiscoCucm",
    "csv_mapping": "csv_mapping:CsvMapping",
    "didww": "didww:Didww",
    "fixed_mapping": "fixed_mapping:FixedMapping",
    "freeswitch_csv": "freeswitch_csv:FreeswitchCsv",
    "freeswitch_xml": "freeswitch_xml:FreeswitchXml",
    "json_mapping": "tree_mapping:JsonMapping",
    "opensips_flatstore": "opensips_flatstore:OpensipsFlatstore",
    "oracle_acme": "oracle_acme:OracleAcme",
    "ovh": "ovh:Ovh",
    "sipgate": "sipgate:Sipgate",
    "starface": "starface:Starface",
    "tap3": "tap3:Tap3",
    "teams_graph": "teams_graph:TeamsGraph",
    "teams_pstn": "teams_pstn:TeamsPstn",
    "telekom_evn": "telekom_evn:TelekomEvn",
    "threecx": "threecx:ThreeCx",
    "twilio": "twilio:Twilio",
    "xml_mapping": "tree_mapping:XmlMapping",
    "zoom": "zoom:Zoom",
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
