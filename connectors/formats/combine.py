# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several lines that are one record: parts of a call, its beginning and end, rejoining people.

A format that needs it gives each row a key (:meth:`Format.group`).  Rows of one key become one
record in the place of the first; the others become rejects of kind "filtered" that name it.
Rows wait in a window, so that memory stays bounded: a part that comes more than `WINDOW` rows
after the others starts a record of its own, which is counted in the notes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from connectors.frame import FAULTY, FILTERED, Decoded, rejects_frame
from connectors.reasons import message

WINDOW = 200_000

SUM, UNION, SPAN = "sum", "union", "span"
"""Quantities added up; the time covered by the union of intervals; from first to last moment."""


class Combiner:
    """Chunks in, chunks out, with rows of one key combined."""

    def __init__(self, mode: str, window: int = WINDOW) -> None:
        self.mode, self.window = mode, window
        self._waiting: list[pd.DataFrame] = []
        self._rows = 0

    def feed(self, chunk: Decoded) -> Iterator[Decoded]:
        """Take a chunk whose frame has the columns _key (NA: complete as it is) and _raw."""
        frame = chunk.frame
        single = frame["_key"].isna()
        keyed = frame[~single]
        hidden = [name for name in frame if name.startswith("_")]
        ready = frame[single].drop(columns=hidden)
        if len(keyed):
            self._waiting.append(keyed)
            self._rows += len(keyed)
        yield Decoded(ready.reset_index(drop=True), chunk.rejects)
        if self._rows > 2 * self.window:
            yield self._release(self.window)

    def finish(self) -> Iterator[Decoded]:
        """Everything that still waits."""
        if self._waiting:
            yield self._release(0)

    def _release(self, keep: int) -> Decoded:
        rows = pd.concat(self._waiting, ignore_index=True)
        codes, _keys = pd.factorize(rows["_key"])
        last = np.zeros(codes.max() + 1, dtype=np.int64)
        np.maximum.at(last, codes, np.arange(len(rows)))
        closed = last[codes] < len(rows) - keep
        if keep and len(rows) - closed.sum() > 4 * self.window:
            closed[:] = True  # keys that never end: memory comes first
        rest = rows[~closed]
        self._waiting, self._rows = ([rest] if len(rest) else []), len(rest)
        return self._combined(rows[closed].reset_index(drop=True))

    def _combined(self, rows: pd.DataFrame) -> Decoded:
        codes, _keys = pd.factorize(rows["_key"])
        order = np.lexsort((rows["line"].to_numpy(), codes))
        rows, codes = rows.iloc[order].reset_index(drop=True), codes[order]
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        first = rows.iloc[starts].copy()
        sizes = np.diff(np.append(starts, len(rows)))
        quantity = rows["quantity"].to_numpy()
        begin = rows["started_at"].to_numpy().astype("int64")
        if self.mode == SPAN:
            low = np.minimum.reduceat(begin, starts)
            first["quantity"] = np.maximum.reduceat(begin, starts) - low
        elif self.mode == UNION:
            first["quantity"] = _covered(begin, quantity, codes)
        else:
            first["quantity"] = np.add.reduceat(quantity, starts)
        first["started_at"] = np.minimum.reduceat(begin, starts).view("M8[us]")
        cost = rows["cost"]
        known = np.add.reduceat(cost.notna().to_numpy().astype(np.int64), starts) > 0
        total = np.add.reduceat(cost.fillna(0).to_numpy(dtype=np.int64), starts)
        first["cost"] = pd.arrays.IntegerArray(total, ~known)
        if "_role" in rows:
            return self._paired(rows, first, starts, sizes)
        merged = np.ones(len(rows), dtype=bool)
        merged[starts] = False
        into = np.repeat(first["line"].to_numpy(), sizes)
        rejects = [
            (int(line), FILTERED, "merged", message("merged", value=int(target)), raw)
            for line, target, raw in zip(
                rows["line"][merged], into[merged], rows["_raw"][merged], strict=True
            )
        ]
        return _chunk(first, rejects)

    def _paired(
        self, rows: pd.DataFrame, first: pd.DataFrame, starts: np.ndarray, sizes: np.ndarray
    ) -> Decoded:
        """Only keys with one opening and one closing row are records."""
        opening = (rows["_role"] == "open").to_numpy().astype(np.int64)
        opened = np.add.reduceat(opening, starts)
        good = (sizes == 2) & (opened == 1)
        line_good = np.repeat(good, sizes)
        opened_line = np.where(opening == 1, rows["line"].to_numpy(), 0)
        target = np.repeat(np.maximum.reduceat(opened_line, starts), sizes)
        rejects = []
        for at in np.flatnonzero(~line_good | (opening == 0)):
            line, raw = int(rows["line"].iat[at]), rows["_raw"].iat[at]
            if line_good[at]:
                text = message("merged", value=int(target[at]))
                rejects.append((line, FILTERED, "merged", text, raw))
            else:
                text = message("unpaired", value=str(rows["_role"].iat[at]))
                rejects.append((line, FAULTY, "unpaired", text, raw))
        opened_rows = rows[(opening == 1) & line_good].reset_index(drop=True)
        records = first[good].reset_index(drop=True)
        facts = [name for name in opened_rows if name not in ("quantity", "started_at", "cost")]
        records[facts] = opened_rows[facts]
        return _chunk(records, rejects)


def _covered(begin: np.ndarray, quantity: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Length of the union of the intervals of each key (micros of a second are microseconds)."""
    totals = np.zeros(codes.max() + 1 if len(codes) else 0, dtype=np.int64)
    order = np.lexsort((begin, codes))
    reach, owner = 0, -1
    for at in order:
        start, end = int(begin[at]), int(begin[at]) + int(quantity[at])
        if codes[at] != owner:
            owner, reach = codes[at], start
        totals[owner] += max(0, end - max(start, reach))
        reach = max(reach, end)
    return totals


def _chunk(frame: pd.DataFrame, rejects: list[tuple[int, str, str, str, str]]) -> Decoded:
    hidden = [name for name in frame if name.startswith("_")]
    frame = frame.drop(columns=hidden).sort_values("line").reset_index(drop=True)
    rejects.sort(key=lambda row: row[0])
    return Decoded(frame, rejects_frame(rejects))
