# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON and XML in a layout the user describes; columns are paths into the record.

As in connectors.formats.mapping, with paths such as "price.amount" (down into objects), "@id" (an
XML attribute) and "^.account" (a value of the document around the record).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from connectors.formats.base import Field
from connectors.formats.fields import Rule
from connectors.formats.mapping import ROWS, mapped_fields, mapped_rules, used
from connectors.formats.records import JsonFormat, Record, RecordFormat, XmlFormat
from connectors.formats.standard import COMMON, MONEY, PATTERN
from connectors.readers.batch import Fault
from connectors.readers.json import read_json
from connectors.readers.xml import read_xml
from connectors.settings import Setting


class _TreeMapping(RecordFormat):
    def resolve(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        found = super().resolve(settings)
        mapped_fields(found)
        list(mapped_rules(found))
        return found

    def wanted(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(used(settings))

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return mapped_fields(settings)

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        return mapped_rules(settings)


class JsonMapping(_TreeMapping, JsonFormat):
    """Whatever a carrier sends as JSON."""

    name = "json_mapping"
    label = "JSON, layout by mapping"
    help = "JSON documents, or one object a line; describe the paths."
    settings = (
        Setting("container", "List of the records", help="Its path in the document: data.calls"),
        PATTERN,
        *COMMON,
        *MONEY,
        *ROWS,
    )

    def records(
        self, source: BinaryIO, settings: Mapping[str, Any]
    ) -> Iterator[tuple[int, Record | Fault, str]]:
        return read_json(source, settings["container"])


class XmlMapping(_TreeMapping, XmlFormat):
    """Whatever a carrier sends as XML."""

    name = "xml_mapping"
    label = "XML, layout by mapping"
    help = "XML documents; describe the record's element and its paths."
    settings = (
        Setting("tag", "Element of a record", required=True, help="Its local name, such as call."),
        Setting("kept", "Elements of the header", help="Names separated by blanks; read as ^.name"),
        PATTERN,
        *COMMON,
        *MONEY,
        *ROWS,
    )

    def records(
        self, source: BinaryIO, settings: Mapping[str, Any]
    ) -> Iterator[tuple[int, Record | Fault, str]]:
        return read_xml(source, settings["tag"], tuple(settings["kept"].split()))
