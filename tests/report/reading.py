# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a PDF back as a person would: words line by line, numbers as numbers."""

from __future__ import annotations

import decimal
import io
import re

import pypdf

AMOUNT = re.compile(r"−?\d{1,3}(?:\.\d{3})*,\d{2,6}")


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in reader(pdf).pages]


def reader(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf), strict=True)


def text(pdf: bytes) -> str:
    return "\n".join(pages(pdf)).replace("\xa0", " ")


def money(words: str) -> decimal.Decimal:
    """The last German amount in a line."""
    found = AMOUNT.findall(words)[-1]
    return decimal.Decimal(found.replace(".", "").replace(",", ".").replace("−", "-"))


def xmp(pdf: bytes) -> str:
    return reader(pdf).trailer["/Root"]["/Metadata"].get_data().decode()


def lines_with(pdf: bytes, word: str) -> list[str]:
    return [line for line in text(pdf).splitlines() if word in line]
