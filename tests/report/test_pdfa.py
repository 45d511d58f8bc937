# SPDX-License-Identifier: AGPL-3.0-or-later
import re

import pytest
from lxml import etree

from telecom_billing.report import invoice, pdfa
from tests.report import reading, sample

XML = "<a>urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended</a>"


@pytest.fixture(scope="module")
def plain(renderer):
    return invoice.render(renderer, sample.make_invoice(30))


def test_every_offset_points_at_its_object(plain):
    pdf = pdfa.with_facturx_metadata(plain, XML)
    start = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    table = re.match(rb"xref\n0 (\d+)\n((?:.{18}[\r ]?\n)+)", pdf[start:])
    entries = table[2].split(b"\n")[:-1]
    assert len(entries) == int(table[1])
    used = [(n, int(entry[:10])) for n, entry in enumerate(entries) if entry[17:18] == b"n"]
    assert used
    for number, offset in used:
        assert pdf[offset:].startswith(b"%d 0 obj" % number)


def test_only_the_metadata_changes(plain):
    pdf = pdfa.with_facturx_metadata(plain, XML)
    assert reading.pages(pdf) == reading.pages(plain)
    assert pdf.count(b"%%EOF") == 1


def test_the_metadata_is_well_formed(plain):
    packet = reading.xmp(pdfa.with_facturx_metadata(plain, XML)).strip()
    tree = etree.fromstring(packet.encode())
    names = {"fx": pdfa.NAMESPACE}
    facts = {
        etree.QName(element).localname: element.text for element in tree.iterfind(".//fx:*", names)
    }
    assert facts == {
        "DocumentFileName": "factur-x.xml",
        "DocumentType": "INVOICE",
        "Version": "1.0",
        "ConformanceLevel": "EXTENDED",
    }


def test_each_property_is_described(plain):
    packet = reading.xmp(pdfa.with_facturx_metadata(plain, XML))
    schema = packet[packet.index("Factur-X PDFA Extension Schema") :]
    assert set(re.findall(r"<pdfaProperty:name>(\w+)<", schema)) == {
        "DocumentFileName",
        "DocumentType",
        "Version",
        "ConformanceLevel",
    }


@pytest.mark.parametrize(
    ("guideline", "level"),
    [
        ("urn:cen.eu:en16931:2017", "EN 16931"),
        ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "EXTENDED"),
        ("urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", "XRECHNUNG"),
        ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "BASIC"),
    ],
)
def test_levels(guideline, level):
    assert pdfa.conformance_level(f"<ID>{guideline}</ID>") == level


def test_an_unknown_guideline_is_refused():
    with pytest.raises(pdfa.PdfLayoutError, match="BT-24"):
        pdfa.conformance_level("<ID>mine</ID>")


def test_a_strange_pdf_is_refused():
    with pytest.raises(pdfa.PdfLayoutError):
        pdfa.with_facturx_metadata(b"%PDF-1.7\nstartxref\n0\n%%EOF", XML)
