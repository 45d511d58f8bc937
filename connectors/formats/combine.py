# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several lines that are one record: parts of a call, its beginning and end, rejoining people.

A format that needs it gives each row a key (:meth:`Format.group`).  Rows of one key become one
record in the place of the first; the others become rejects of kind "filtered" that name it.
Rows wait in a window, so that memory stays bounded: a part that comes more than `WINDOW` rows
after the others starts a record of its own, which is counted in the notes.

A call may begin in one file and end in the next.  With `carry`, rows whose other part is missing
become rejects "carried"; given to the decoding of the next file (with negative lines), they are
joined there, and :attr:`Combiner.settled` tells into which line.
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

    def __init__(self, mode: str, window: int = WINDOW, carry: bool = False) -> None:
        self.mode, self.window, self.carry = mode, window, carry
        self.settled: dict[int, int] = {}
        """Rows of earlier files (by the number given for them) -> the line they were joined to."""
        self._waiting: list[pd.DataFrame] = []
        self._rows = 0

    def wait(self, frame: pd.DataFrame) -> None:
        """Take rows of earlier files; their lines are negative."""
        if len(frame):
            self._waiting.append(frame)
            self._rows += len(frame)

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
        rows, codes, carried = self._carried(rows, codes)
        if not len(rows):
            return _chunk(rows, carried)
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
        if self.mode == SPAN and "_role" in rows:
            return self._paired(rows, first, starts, sizes, carried)
        line = rows["line"].to_numpy()
        own = np.minimum.reduceat(np.where(line > 0, line, np.iinfo(np.int64).max), starts)
        first["line"] = own
        into = np.repeat(own, sizes)
        self._settle(line, into)
        merged = (line != into) & (line > 0)
        rejects = [
            (int(line), FILTERED, "merged", message("merged", value=int(target)), raw)
            for line, target, raw in zip(
                rows["line"][merged], into[merged], rows["_raw"][merged], strict=True
            )
        ]
        return _chunk(first, carried + rejects)

    def _carried(
        self, rows: pd.DataFrame, codes: np.ndarray
    ) -> tuple[pd.DataFrame, np.ndarray, list[tuple[int, str, str, str, str]]]:
        """Rows, their codes, and the rejects of those that wait for the next file."""
        if not self.carry or "_role" not in rows:
            return rows, codes, []
        opening = (rows["_role"] == "open").to_numpy()
        lines = rows["line"].to_numpy()
        keys = codes.max() + 1
        opened = np.bincount(codes, opening, keys)
        closed = np.bincount(codes, ~opening, keys)
        here = np.bincount(codes, lines > 0, keys)
        lacks = (closed == 0) | (here == 0)
        if self.mode == SPAN:
            lacks |= opened == 0
        waits = lacks[codes]
        rejects = [
            (int(line), FILTERED, "carried", message("carried", value=self._named(role)), raw)
            for line, role, raw in zip(
                lines[waits], rows["_role"][waits], rows["_raw"][waits], strict=True
            )
            if line > 0
        ]
        rows = rows[~waits].reset_index(drop=True)
        return rows, pd.factorize(codes[~waits])[0], rejects

    def _named(self, role: str) -> str:
        """A role as the file calls it: those that span from moment to moment are SIP's."""
        return {"open": "INVITE", "close": "BYE"}[role] if self.mode == SPAN else str(role)

    def _settle(self, lines: np.ndarray, into: np.ndarray) -> None:
        for line, target in zip(lines[lines < 0], into[lines < 0], strict=True):
            self.settled[-int(line)] = int(target)

    def _paired(
        self, rows: pd.DataFrame, first: pd.DataFrame, starts: np.ndarray, sizes: np.ndarray,
        carried: list[tuple[int, str, str, str, str]],
    ) -> Decoded:  # fmt: skip
        """Only keys with one opening and one closing row are records."""
        opening = (rows["_role"] == "open").to_numpy().astype(np.int64)
        opened = np.add.reduceat(opening, starts)
        good = (sizes == 2) & (opened == 1)
        line_good = np.repeat(good, sizes)
        lines = rows["line"].to_numpy()
        opened_line = np.maximum.reduceat(np.where(opening == 1, lines, -(2**62)), starts)
        # the opening row may be one of an earlier file
        own = np.where(opened_line > 0, opened_line, np.maximum.reduceat(lines, starts))
        target = np.repeat(own, sizes)
        self._settle(lines[line_good], target[line_good])
        rejects = list(carried)
        for at in np.flatnonzero((~line_good | (lines != target)) & (lines > 0)):
            line, raw = int(lines[at]), rows["_raw"].iat[at]
            if line_good[at]:
                text = message("merged", value=int(target[at]))
                rejects.append((line, FILTERED, "merged", text, raw))
            else:
                text = message("unpaired", value=self._named(rows["_role"].iat[at]))
                rejects.append((line, FAULTY, "unpaired", text, raw))
        opened_rows = rows[(opening == 1) & line_good].reset_index(drop=True)
        records = first[good].reset_index(drop=True)
        facts = [name for name in opened_rows if name not in ("quantity", "started_at", "cost")]
        records[facts] = opened_rows[facts]
        records["line"] = own[good]
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
