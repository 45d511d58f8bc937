# SPDX-License-Identifier: AGPL-3.0-or-later
"""Collective PDFs for tests."""


def pdf(pages, shared=b"picture" * 3000):
    """A PDF of pages of lines of text, with a font and a picture that all pages share."""
    bodies = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    bodies.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(shared), shared))
    kids = []
    for lines in pages:
        shown = b" ".join(b"(%b) Tj T*" % line.encode("cp1252") for line in lines)
        text = b"BT /F1 11 Tf 50 780 Td 14 TL %b ET" % shown
        bodies.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text))
        bodies.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /Dest [%d 0 R /Fit] >>]"
            b" /Resources << /Font << /F1 3 0 R >> /XObject << /X 4 0 R >> >> >>"
            % (len(bodies), kids[0] if kids else len(bodies) + 1)
        )
        kids.append(len(bodies))
    bodies[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    joined = b" ".join(b"%d 0 R" % kid for kid in kids)
    bodies[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(kids), joined)
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(places) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def invoice(customer, number, pages, first_only=False):
    """The pages of an invoice; numbers on the first page only, or on all of them."""
    found = []
    for page in range(1, pages + 1):
        head = [f"Kundennummer: {customer}", f"Rechnungsnummer: {number}"]
        found.append([*(head if page == 1 or not first_only else []), f"Seite {page} von {pages}"])
    return found
