# SPDX-License-Identifier: AGPL-3.0-or-later
"""The beginning of a sample file, as it stands and as it is read: for the form of a mapping."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from connectors import archives, formats
from connectors.detect import SAMPLE
from connectors.formats.summary import Summary, plain
from connectors.readers.batch import Batch
from connectors.reasons import DeliveryError, SettingsError


@dataclass
class Preview:
    """`columns` and `cells`: the file's own; `records` and `rejects`: what becomes of them.

    `fault` says why nothing could be read at all.
    """

    name: str = ""
    columns: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    fault: str = ""


def preview(
    form: str, sample: bytes | Path, settings: Mapping[str, Any] | None = None, rows: int = 20
) -> Preview:
    """The first records of a sample; never raises for what the sample or the settings hold.

    `sample`: a path, also of an archive (its first member), or the bytes of a file.
    """
    found = Preview()
    try:
        if isinstance(sample, Path):
            for member in itertools.islice(archives.members(sample), 1):
                found.name = member.name
                with member.path.open("rb") as stream:
                    sample = stream.read(SAMPLE)
            if isinstance(sample, Path):
                raise DeliveryError("The archive is empty; ask for it anew.")
        cut = len(sample) >= SAMPLE and sample.rfind(b"\n") + 1
        _fill(found, form, sample[:cut] if cut else sample, settings, rows)
    except (SettingsError, DeliveryError, archives.ArchiveError, OSError) as error:
        found.fault = str(error)
    return found


def _fill(
    found: Preview, name: str, data: bytes, settings: Mapping[str, Any] | None, rows: int
) -> None:
    form = formats.get(name)
    resolved = form.resolve(settings)
    decoding = form.decode(io.BytesIO(data), settings)
    chunk = decoding.read()
    found.records = [_readable(row) for row in chunk.frame.head(rows).to_dict("records")]
    found.rejects = chunk.rejects.head(rows).to_dict("records")
    found.summary = decoding.summary.as_dict()
    for read in itertools.islice(form.batches(io.BytesIO(data), resolved, Summary()), 1):
        batch: Batch = read()
        found.columns = list(batch.columns)
        cells = [values.slice(0, rows).to_pylist() for values in batch.columns.values()]
        found.cells = [list(row) for row in zip(*cells, strict=True)]


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record as a person reads it: plain numbers instead of micros, nothing instead of NA."""
    shown: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("quantity", "cost"):
            shown[name] = "" if pd.isna(value) else plain(int(value))
        elif name == "started_at":
            shown[name] = value.isoformat(sep=" ")
        else:
            shown[name] = value if isinstance(value, (str, int)) else ""
    return shown
