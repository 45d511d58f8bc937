# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings proposed from a sample.  A proposal is for a person to accept, never used unseen."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from connectors import formats
from connectors.formats.delimited import DelimitedFormat
from connectors.readers.csv import Layout, split_line
from connectors.reasons import DeliveryError, SettingsError

SAMPLE = 1 << 18
"""Bytes of a file that are looked at."""

_TIMES = (
    ("german", r"\d\d?\.\d\d?\.\d{4} \d\d?:\d\d:\d\d"),
    ("iso", r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
    ("yyyy/mm/dd HH:MM:SS", r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"),
    ("compact", r"(?:19|20)\d{12}"),
    ("dd.mm.yyyy", r"\d\d\.\d\d\.\d{4}"),
    ("yyyy-mm-dd", r"\d{4}-\d\d-\d\d"),
    ("epoch", r"1[0-9]{9}"),
    ("epoch_ms", r"1[0-9]{12}"),
    ("rfc2822", r"[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} .*"),
)


@dataclass
class Candidate:
    """A format that may be meant: the share of data lines it could use."""

    name: str
    share: int  # percent
    records: int
    problem: str = ""


@dataclass
class Proposal:
    """What a sample looks like."""

    encoding: str
    delimiter: str = ""
    header: bool = False
    columns: list[str] = field(default_factory=list)
    first_row: list[str] = field(default_factory=list)
    time_pattern: str = ""
    time_columns: list[str] = field(default_factory=list)
    decimal: str = "."
    candidates: list[Candidate] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def encoding_of(sample: bytes) -> str:
    """utf-16 or utf-8 by its mark, utf-8 where it decodes, cp1252 otherwise."""
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            return "cp1252"
    return "utf-8"


def propose(sample: bytes, settings: Mapping[str, Any] | None = None) -> Proposal:
    """Encoding, delimiter, header, times, decimal sign and likely formats of a sample."""
    found, sample = look(sample), _whole_lines(sample)
    for name in formats.names():
        candidate = _try(name, sample, found, settings)
        if candidate is not None:
            found.candidates.append(candidate)
    found.candidates.sort(key=lambda one: (-one.share, -one.records, one.name))
    return found


def look(sample: bytes) -> Proposal:
    """The same without trying formats."""
    sample = _whole_lines(sample)
    found = Proposal(encoding_of(sample))
    text = sample.decode(found.encoding, "replace").lstrip("\ufeff")
    lines = [line for line in re.split(r"\r\n|\n|\r", text) if line.strip()][:200]
    if lines and not text.lstrip().startswith(("<", "{", "[")):
        _look_at_columns(found, lines)
    return found


def _whole_lines(sample: bytes) -> bytes:
    if len(sample) < SAMPLE:
        return sample
    sample = sample[:SAMPLE]
    return sample[: sample.rfind(b"\n") + 1] or sample


def _look_at_columns(found: Proposal, lines: list[str]) -> None:
    best = (0, 0, "")
    for delimiter in ";\t|,":
        layout = Layout({}, 1, 1, delimiter)
        counts = [len(split_line(line, layout) or []) for line in lines]
        usual = max(set(counts), key=counts.count)
        if usual > 1:
            best = max(best, (counts.count(usual) * 100 // len(counts), usual, delimiter))
    found.delimiter = best[2]
    rows = [split_line(line, Layout({}, 1, 1, best[2] or ",")) or [] for line in lines]
    rows = [row for row in rows if len(row) == best[1]] or rows
    while len(rows) > 2 and _is_title(rows[0], rows[1:]):
        rows.pop(0)
    body = rows[1:] or rows
    found.header = len(rows) > 1 and not any(_is_value(cell) for cell in rows[0] if cell)
    names = rows[0] if found.header else [str(at) for at in range(1, len(rows[0]) + 1)]
    found.columns, found.first_row = names, body[0]
    cells = [cell.strip() for row in body for cell in row]
    commas = sum(bool(re.fullmatch(r"-?\d+,\d+", cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"-?\d+\.\d+", cell)) for cell in cells)
    found.decimal = "," if commas > points else "."
    for pattern, shape in _TIMES:
        hits = [
            name
            for at, name in enumerate(names)
            if sum(bool(re.fullmatch(shape, row[at].strip())) for row in body if at < len(row))
            > len(body) // 2
        ]
        if hits:
            found.time_pattern, found.time_columns = pattern, hits
            return


def _is_title(row: list[str], body: list[list[str]]) -> bool:
    """Whether a first row names the list (its sender, its month) and not the columns."""
    filled = sorted(sum(bool(cell.strip()) for cell in other) for other in body)
    return sum(bool(cell.strip()) for cell in row) * 2 <= filled[len(filled) // 2]


def _is_value(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[\d.,:/ -]+", cell.strip()))


def _try(
    name: str, sample: bytes, found: Proposal, settings: Mapping[str, Any] | None
) -> Candidate | None:
    form = formats.get(name)
    known = {setting.name for setting in form.settings}
    given = {key: value for key, value in (settings or {}).items() if key in known}
    if isinstance(form, DelimitedFormat) and found.encoding != "utf-8":
        given.setdefault("encoding", found.encoding)
    try:
        decoding = form.decode(io.BytesIO(sample), given)
        for _chunk in decoding:
            pass
    except (DeliveryError, SettingsError):
        return None
    summary = decoding.summary
    useful = summary.loaded + summary.filtered
    if not summary.data or not summary.loaded:
        return None
    problem = ", ".join(f"{code}: {number}" for code, number in summary.reasons.most_common(3))
    return Candidate(name, useful * 100 // summary.data, summary.loaded, problem)
