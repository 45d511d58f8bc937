# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was in a delivery, counted; and what the file says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from connectors.frame import FAULTY, Decoded


@dataclass
class Declared:
    """Control totals written in the file: quantities and cost in micros, None where not stated."""

    count: int | None = None
    quantity: int | None = None
    cost: int | None = None
    sequence: str | None = None
    file_name: str | None = None
    created: str | None = None
    test: bool = False

    def add(self, other: Declared) -> None:
        """Take over what another control record states (counts of several trailers add up)."""
        for name in ("count", "quantity", "cost"):
            value = getattr(other, name)
            if value is not None:
                setattr(self, name, (getattr(self, name) or 0) + value)
        for name in ("sequence", "file_name", "created"):
            setattr(self, name, getattr(self, name) or getattr(other, name))
        self.test = self.test or other.test


@dataclass
class Summary:
    """Counts of one delivery; `lines` = blank + header + trailer + loaded + faulty + filtered.

    A line (or record, for XML and JSON) is a data line if it is none of the first three.
    """

    lines: int = 0
    blank: int = 0
    header: int = 0
    trailer: int = 0
    loaded: int = 0
    faulty: int = 0
    filtered: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)  # kept, but worth knowing: code -> rows
    quantity: Counter[str] = field(default_factory=Counter)  # unit -> micros, loaded rows
    cost: Counter[str] = field(default_factory=Counter)  # currency -> micros, loaded rows
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    declared: Declared = field(default_factory=Declared)
    header_text: str = ""  # the header line, for retrying single lines

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Summary:
        """The summary that :meth:`as_dict` wrote down."""
        known = {name: plain[name] for name in cls.__dataclass_fields__ if name in plain}
        for name in ("reasons", "notes", "quantity", "cost"):
            known[name] = Counter(known.get(name) or {})
        for name in ("first", "last"):
            known[name] = pd.Timestamp(known[name]) if known.get(name) else None
        return cls(**known | {"declared": Declared(**known.get("declared") or {})})

    def recount(self, lines: Mapping[tuple[str, str], int], chunk: Decoded, gone: int = 0) -> None:
        """Take over what became of rejected lines that were read again.

        `lines`: how many there were by (kind, reason); `gone`: how many of them are no data lines
        any more, but a header or control record.
        """
        for (kind, reason), count in lines.items():
            self.faulty -= count if kind == FAULTY else 0
            self.filtered -= 0 if kind == FAULTY else count
            self.reasons[reason] -= count
        self.reasons = +self.reasons
        self.header += gone
        self.count(chunk)

    @property
    def data(self) -> int:
        """Data lines: loaded + faulty + filtered."""
        return self.loaded + self.faulty + self.filtered

    def count(self, chunk: Decoded) -> None:
        """Count a chunk."""
        frame, rejects = chunk.frame, chunk.rejects
        self.loaded += len(frame)
        if len(rejects):
            faulty = int((rejects["kind"] == FAULTY).sum())
            self.faulty += faulty
            self.filtered += len(rejects) - faulty
            self.reasons.update(rejects["reason"].value_counts().to_dict())
        if not len(frame):
            return
        for unit, micro in _sums(frame, "unit", "quantity"):
            self.quantity[unit] += micro
        for currency, micro in _sums(frame, "currency", "cost"):
            self.cost[currency] += micro
        first, last = frame["started_at"].min(), frame["started_at"].max()
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)

    def differences(self) -> list[str]:
        """Where the file's own control totals do not agree with what was read, in words.

        Counts are compared with all data lines, quantity and cost with the loaded ones: a faulty
        line makes a difference here until it is mended.
        """
        found = []
        declared = self.declared
        if declared.count is not None and declared.count != self.data:
            found.append(f"the file states {declared.count} records, {self.data} were found")
        for name, stated, read in (
            ("quantity", declared.quantity, self.quantity),
            ("cost", declared.cost, self.cost),
        ):
            total = sum(read.values())
            if stated is not None and stated != total:
                found.append(
                    f"the file states a {name} of {plain(stated)}, {plain(total)} was read"
                )
        if declared.test:
            found.append("the file is marked as a test and must not be billed")
        return found

    def as_dict(self) -> dict[str, Any]:
        """The counts as plain data (JSON)."""
        plain: dict[str, Any] = {}
        for name, value in vars(self).items():
            if isinstance(value, Counter):
                plain[name] = {key: int(number) for key, number in value.items()}
            elif isinstance(value, pd.Timestamp):
                plain[name] = value.isoformat()
            else:
                plain[name] = asdict(value) if isinstance(value, Declared) else value
        return plain | {"data": self.data, "differences": self.differences()}


def _sums(frame: pd.DataFrame, by: str, what: str) -> list[tuple[str, int]]:
    keys = frame[by]
    values = frame[what]
    if keys.isna().all():
        return []
    first = keys.iloc[0]
    if (keys == first).all():
        return [(str(first), int(values.sum()))]
    return [(str(key), int(total)) for key, total in values.groupby(keys).sum().items()]


def plain(micro: int) -> str:
    """Micros as a decimal number."""
    sign, micro = ("-" if micro < 0 else ""), abs(micro)
    text = f"{sign}{micro // 1_000_000}.{micro % 1_000_000:06d}".rstrip("0").rstrip(".")
    return text or "0"
