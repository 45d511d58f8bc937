# SPDX-License-Identifier: AGPL-3.0-or-later
"""The GiroCode: a QR code that fills in a credit transfer (EPC069-12, version 002)."""

from __future__ import annotations

import decimal
import re

QUIET = 4


def payload(name: str, iban: str, amount: decimal.Decimal, text: str, bic: str = "") -> str:
    """The code's text, field by field as EPC069-12 lists them.

    >>> payload("ACME", "DE02 1203", decimal.Decimal("12.3"), "RE/1").split(chr(10))
    ['BCD', '002', '1', 'SCT', '', 'ACME', 'DE021203', 'EUR12.30', '', '', 'RE/1']
    """
    fields = [
        "BCD",
        "002",
        "1",
        "SCT",
        bic,
        name[:70],
        re.sub(r"\s", "", iban),
        f"EUR{amount:.2f}",
        "",
        "",
        text[:140],
    ]
    return "\n".join(fields)


def svg(text: str) -> str:
    """The text as a QR code with error correction M, one SVG path, quiet zone included."""
    from reportlab.graphics.barcode import qrencoder

    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(qrencoder.QR8bitByte(text))
    code.make()
    size = code.getModuleCount()
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y in range(size)
        for x in range(size)
        if code.isDark(y, x)
    )
    side = size + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}"/></svg>'
    )
