# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader hands over: columns of text, where each row stood, and what it could not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from connectors.frame import FAULTY

TEXT = pa.string()


@dataclass(frozen=True)
class Fault:
    """One line that is no row: its ordinal, a code of connectors.reasons, and what it says."""

    line: int
    reason: str
    field: str = ""
    value: object = ""
    kind: str = FAULTY


@dataclass
class Batch:
    """Rows of one piece of a delivery.

    `columns` are Arrow arrays of strings without nulls, all of the length of `line`.
    Every line of the piece is in exactly one place: a row, a fault, or one of the three counts.
    """

    line: np.ndarray
    columns: dict[str, pa.Array]
    raw: Callable[[int], str]
    faults: list[Fault] = field(default_factory=list)
    lines: int = 0
    blank: int = 0
    header: int = 0
    trailer: int = 0
    controls: list[list[str]] = field(default_factory=list)

    def filter(self, keep: np.ndarray) -> Batch:
        """The batch with only the rows of the mask; counts and faults stay."""
        mask = pa.array(keep)
        columns = {name: values.filter(mask) for name, values in self.columns.items()}
        return Batch(
            self.line[keep], columns, self.raw, self.faults, self.lines,
            self.blank, self.header, self.trailer, self.controls,
        )  # fmt: skip


def from_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]], names: Iterable[str], raws: Mapping[int, str]
) -> Batch:
    """A batch from (line, {column: text}); missing columns are empty."""
    rows = list(rows)
    columns = {name: pa.array([row.get(name) or "" for _line, row in rows], TEXT) for name in names}
    line = np.array([line for line, _row in rows], dtype=np.int64)
    return Batch(line, columns, lambda at: raws.get(at, ""), lines=len(rows))
