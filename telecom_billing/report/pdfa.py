# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Typst does not write yet: the Factur-X entry in a PDF's metadata, and joined parts.

Factur-X 1.0 (ZUGFeRD 2) asks for four XMP properties that name the embedded XML, and for their
description as a PDF/A extension schema. Typst's metadata is a plain stream and its
cross-reference a plain table, so both are put in where they belong and the offsets moved; the
file stays a single, clean revision.
"""

from __future__ import annotations

import io
import re
from xml.sax.saxutils import escape

import pypdf

NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
FILE_NAME = "factur-x.xml"

_PROPERTIES = {
    "DocumentFileName": "The name of the embedded XML document",
    "DocumentType": "The type of the hybrid document",
    "Version": "The version of the standard that the XML document follows",
    "ConformanceLevel": "The profile that the XML document conforms to",
}
# The last part of the guideline's URN (BT-24) names the profile.
_LEVELS = (
    (":extended", "EXTENDED"),
    ("xrechnung", "XRECHNUNG"),
    (":basic", "BASIC"),
    ("urn:cen.eu:en16931:2017", "EN 16931"),
)
_METADATA = re.compile(rb"<</Length (\d+)/Type/Metadata/Subtype/XML>>\nstream\n")
_XREF = re.compile(rb"xref\n0 (\d+)\n")
_ENTRY = 20


class PdfLayoutError(Exception):
    """The PDF is not laid out as our pinned Typst does it; says what was looked for."""


def conformance_level(xml: str) -> str:
    """The Factur-X profile that an e-invoice's XML declares.

    >>> conformance_level("<ram:ID>urn:cen.eu:en16931:2017</ram:ID>")
    'EN 16931'
    """
    for mark, level in _LEVELS:
        if mark in xml:
            return level
    raise PdfLayoutError("The e-invoice names no profile of EN 16931 as its guideline (BT-24).")


def with_facturx_metadata(pdf: bytes, xml: str) -> bytes:
    """``pdf`` (as Typst wrote it) with the metadata that announces the embedded ``xml``."""
    values = {
        "DocumentFileName": FILE_NAME,
        "DocumentType": "INVOICE",
        "Version": "1.0",
        "ConformanceLevel": conformance_level(xml),
    }
    items = "".join(
        '<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
        f"<pdfaProperty:description>{escape(text)}</pdfaProperty:description>"
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType></rdf:li>"
        for name, text in _PROPERTIES.items()
    )
    schema = (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema'
        f"</pdfaSchema:schema><pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property>"
        f"<rdf:Seq>{items}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
    facts = "".join(f"<fx:{name}>{escape(value)}</fx:{name}>" for name, value in values.items())
    description = f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{facts}</rdf:Description>'
    return _replace_metadata(
        pdf,
        (b"</rdf:Bag></pdfaExtension:schemas>", schema.encode()),
        (b"</rdf:RDF>", description.encode()),
    )


def _replace_metadata(pdf: bytes, *insertions: tuple[bytes, bytes]) -> bytes:
    """Insert texts into the XMP packet, each before its mark, and mend lengths and offsets."""
    head = _METADATA.search(pdf)
    start = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    table = _XREF.match(pdf, start)
    if not head or not table:
        raise PdfLayoutError("The PDF has no plain metadata stream or no plain xref table.")
    length = int(head[1])
    packet = pdf[head.end() : head.end() + length]
    for mark, text in insertions:
        if packet.count(mark) != 1:
            raise PdfLayoutError(f"The PDF's metadata has no single {mark.decode()}.")
        packet = packet.replace(mark, text + mark)
    new_head = head[0].replace(head[1], b"%d" % len(packet))
    moved = len(new_head) + len(packet) - len(head[0]) - length
    entries = pdf[table.end() : table.end() + _ENTRY * int(table[1])]
    offsets = b"".join(
        _moved(entries[at : at + _ENTRY], head.start(), moved)
        for at in range(0, len(entries), _ENTRY)
    )
    trailer = pdf[table.end() + len(entries) :].replace(
        b"startxref\n%d" % start, b"startxref\n%d" % (start + moved)
    )
    return b"".join(
        [
            pdf[: head.start()],
            new_head,
            packet,
            pdf[head.end() + length : table.end()],
            offsets,
            trailer,
        ]
    )


def _moved(entry: bytes, after: int, by: int) -> bytes:
    offset = int(entry[:10])
    return entry if offset <= after else b"%010d" % (offset + by) + entry[10:]


def joined(parts: list[bytes]) -> bytes:
    """Documents of one kind as one: metadata and colour profile are the first part's."""
    if len(parts) == 1:
        return parts[0]
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(parts[0]))
    for part in parts[1:]:
        writer.append(io.BytesIO(part), import_outline=False)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
