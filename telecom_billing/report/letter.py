# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter with an optional table and sums: reminders, dunning notices, covering letters."""

from __future__ import annotations

import dataclasses

from .renderer import Renderer
from .sheet import Sheet


@dataclasses.dataclass(frozen=True)
class Table:
    """Columns are (label, "left" or "right"); the last line of ``sums`` is the strongest."""

    columns: list[tuple[str, str]]
    rows: list[list[str]]
    sums: list[tuple[str, str]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Letter:
    """Paragraphs before and after a table; payment and qr as on an invoice."""

    sheet: Sheet
    before: list[str]
    table: Table | None = None
    after: list[str] = dataclasses.field(default_factory=list)
    payment: list[str] = dataclasses.field(default_factory=list)
    qr: str | None = None
    closing: list[str] = dataclasses.field(default_factory=list)
    enclosed: list[str] = dataclasses.field(default_factory=list)


def render(renderer: Renderer, letter: Letter) -> bytes:
    """The letter as PDF/A-3b."""
    data = {
        "before": letter.before,
        "table": dataclasses.asdict(letter.table) if letter.table else None,
        "after": letter.after,
        "payment": letter.payment,
        "qr": letter.qr,
        "closing": letter.closing,
        "enclosed": letter.enclosed,
    }
    return renderer.render("letter", letter.sheet, data)
