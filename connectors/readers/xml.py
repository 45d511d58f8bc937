# SPDX-License-Identifier: AGPL-3.0-or-later
"""XML as a stream of records; no entities, no DTD, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from lxml import etree

from connectors.readers.batch import Fault
from connectors.readers.lines import RAW_HEAD
from connectors.reasons import DeliveryError

Record = Mapping[str, Any]


def read_xml(
    stream: BinaryIO, tag: str, kept: tuple[str, ...] = ()
) -> Iterator[tuple[int, Record | Fault, str]]:
    """(ordinal, record or fault, raw text of a fault) for each element called `tag`.

    Elements called as in `kept` before a record (headers) are given to it under the key "^".
    Raises DeliveryError for a document with a DTD (a bare <!DOCTYPE name> declares nothing), or
    one that is no XML from the beginning.
    """
    number, started = 0, False
    context: dict[str, Any] = {}
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
    )
    try:
        for event, element in events:
            if not started:
                started = True
                _refuse_dtd(element.getroottree().docinfo)
            if event == "start":
                continue
            name = _local(element)
            if name == tag:
                number += 1
                record = as_dict(element)
                yield number, ({**record, "^": context} if context else record), ""
                _forget(element)
            elif name in kept:
                context = context | {name: as_dict(element)}
                _forget(element)
    except etree.XMLSyntaxError as error:
        if not started:
            raise DeliveryError(f"The file is no XML ({_why(error)}); check the format.") from None
        number += 1
        yield number, Fault(number, "broken_document", value=_why(error)), _why(error)
    if not number:
        raise DeliveryError(f"The document holds no element {tag!r}; check the format.")


def _refuse_dtd(info: Any) -> None:
    """Raise DeliveryError for anything beyond the name of the root (BroadWorks writes that)."""
    declared = info.internalDTD
    if declared is None:
        return
    if info.system_url or info.public_id or declared.elements() or declared.entities():
        raise DeliveryError("The document declares a DTD and is refused; ask for it without.")


def as_dict(element: Any) -> dict[str, Any]:
    """An element as a dict: attributes as @name, children by local name, text under #text.

    Of children with the same name a list is made.
    """
    found: dict[str, Any] = {f"@{_name(key)}": value for key, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        plain = not len(child) and not child.attrib
        value: Any = (child.text or "").strip() if plain else as_dict(child)
        name = _local(child)
        if name in found:
            before = found[name]
            found[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            found[name] = value
    text = (element.text or "").strip()
    if text:
        found["#text"] = text
    return found


def _forget(element: Any) -> None:
    """Let go of an element and of everything before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _local(element: Any) -> str:
    return _name(element.tag) if isinstance(element.tag, str) else ""


def _name(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:RAW_HEAD]
