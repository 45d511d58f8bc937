# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier's invoice as it comes: out of its archive, a workbook as the table that it holds."""

from __future__ import annotations

import csv
import datetime
import io
import pathlib
import tempfile
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors import archives

from ..deck.spreadsheet import open_sheet

#: Endings of files that are read; everything else is only kept.
READABLE = (".csv", ".txt", ".xml", ".json", ".xlsx")
PACKED = (".zip", ".gz")
#: An invoice is read at once; an archive of usage is none.
LIMITS = archives.Limits(size=256 << 20, members=1_000)


def is_readable(name: str) -> bool:
    """By its ending, in itself or as an archive."""
    return name.lower().endswith((*READABLE, *PACKED))


def unpacked(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """(name, content) of the readable files: the file itself, or an archive's members.

    Raises connectors.archives.ArchiveError.
    """
    with tempfile.TemporaryDirectory(prefix="carrier-") as folder:
        path = pathlib.Path(folder) / (pathlib.PurePath(name.replace("\\", "/")).name or "file")
        path.write_bytes(data)
        if not archives.kind_of(data[:4]) or _is_workbook(data):
            return [(name, data)]
        return [
            (member.name, member.path.read_bytes())
            for member in archives.members(path, folder, LIMITS)
            if member.name.lower().endswith(READABLE)
        ]


def as_text(data: bytes, settings: Mapping[str, Any]) -> bytes:
    """A workbook's first sheet as the CSV that the layout declares; anything else as it is.

    Numbers get the declared decimal sign, lines keep their place. A formula stays a formula, which
    is a fault where an amount should stand: what it comes to, only a spreadsheet knows.
    Raises telecom_billing.deck.terms.Unreadable.
    """
    if not _is_workbook(data) or settings.get("kind", "csv") != "csv":
        return data
    text = io.StringIO()
    delimiter = (settings.get("delimiter") or ";").replace("\\t", "\t")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    before = 0
    for line, cells in open_sheet(data, None).rows():
        text.write("\n" * (line - before - 1))
        writer.writerow([_written(cell, settings.get("decimal") or ",") for cell in cells])
        before = line
    return text.getvalue().encode(settings.get("encoding") or "utf-8", "replace")


def _is_workbook(data: bytes) -> bool:
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False


def _written(cell: Any, decimal: str) -> str:
    """
    >>> _written(Decimal("1234.50"), ","), _written(datetime.date(2026, 9, 30), ",")
    ('1234,50', '2026-09-30')
    """
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", decimal)
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return str(cell).replace("\n", " ")
