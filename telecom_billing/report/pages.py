# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes up the pages of a long document from blocks of known height.

What must not happen: a heading without rows below it, a sum without rows above it, a table
without its head, a page's end without the sum carried over. Measures in millimetres; the
template draws each block exactly as high as it is here.
"""

from __future__ import annotations

import dataclasses
import math

PAGE = 297.0 - 30.0 - 31.0
TITLE = 19.0
FACT = 5.0
HEIGHT = {
    "section": 10.5,
    "number": 7.5,
    "columns": 6.5,
    "row": 4.2,
    "carry": 4.8,
    "sum": 6.0,
    "total": 7.5,
    "empty": 8.0,
    "gap": 3.0,
    "note": 3.6,
}
# A heading or a sum keeps that many rows beside it.
KEEP = 2
NOTE_SIGNS = 125


@dataclasses.dataclass
class Flow:
    """Pages being filled from top to bottom. title_lines: lines of facts on the first page."""

    title_lines: int = 0
    pages: list[list[dict]] = dataclasses.field(default_factory=list)
    left: float = 0.0
    _headings: list[tuple[str, dict]] = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self._new_page()
        self.left -= TITLE + FACT * self.title_lines

    def heading(self, kind: str, title: str, subtitle: str = "") -> None:
        """Announce a heading; it is placed together with the first rows below it."""
        self._headings.append((kind, {"kind": kind, "title": title, "subtitle": subtitle}))

    def table(
        self,
        kind: str,
        title: str,
        rows: list[list[str]],
        carried: list[str] | None = None,
        total: list[str] | None = None,
    ) -> None:
        """Rows under a repeated head.

        carried: the sum up to each row, shown where a page ends and the next begins; total: the
        cells of a closing line.
        """
        if not rows:
            self._headings.clear()
            return
        foot = HEIGHT["sum"] if total else 0.0
        carry = HEIGHT["carry"] if carried else 0.0
        start = sum(HEIGHT[name] for name, _ in self._headings) + HEIGHT["columns"]
        first = min(len(rows), KEEP + 1)
        end = foot if first == len(rows) else carry
        if start + first * HEIGHT["row"] + end > self.left:
            self._new_page()
        for name, block in self._headings:
            self._put(name, block)
        self._headings.clear()
        done = 0
        while done < len(rows):
            self._put("columns", {"kind": "columns", "table": kind, "title": title})
            if done and carried:
                self._put("carry", {"kind": "carry", "amount": carried[done - 1]})
            count = self._count(len(rows) - done, foot, carry)
            block = {"kind": "rows", "table": kind, "rows": rows[done : done + count]}
            self.pages[-1].append(block)
            self.left -= count * HEIGHT["row"]
            done += count
            if done < len(rows):
                if carried:
                    self._put("carry", {"kind": "carry", "amount": carried[done - 1]})
                self._new_page()
        if total:
            self._put("sum", {"kind": "sum", "cells": total})
        self._put("gap", {"kind": "gap"})

    def line(self, kind: str, cells: list[str]) -> None:
        """A single line of sums."""
        if HEIGHT[kind] > self.left:
            self._new_page()
        self._put(kind, {"kind": kind, "cells": cells})

    def ending(self, lines: list[tuple[str, list[str]]], notes: list[str]) -> None:
        """The closing sums and notes, which stay together."""
        small_print = sum(math.ceil(len(note) / NOTE_SIGNS) + 0.5 for note in notes)
        room = sum(HEIGHT[kind] for kind, _ in lines) + HEIGHT["gap"]
        if room + small_print * HEIGHT["note"] > self.left:
            self._new_page()
        for kind, cells in lines:
            self._put(kind, {"kind": kind, "cells": cells})
        self.pages[-1].append({"kind": "notes", "notes": notes})

    def _count(self, waiting: int, foot: float, carry: float) -> int:
        """How many of the waiting rows stand on this page."""
        row = HEIGHT["row"]
        if waiting * row + foot <= self.left:
            return waiting
        fitting = int((self.left - carry) / row)
        return max(1, min(fitting, waiting - KEEP))

    def _put(self, name: str, block: dict) -> None:
        self.pages[-1].append(block)
        self.left -= HEIGHT[name]

    def _new_page(self) -> None:
        self.pages.append([])
        self.left = PAGE
