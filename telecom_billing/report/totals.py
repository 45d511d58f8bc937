# SPDX-License-Identifier: AGPL-3.0-or-later
"""Control totals on one page: what came in, what became of it, and whether it agrees."""

from __future__ import annotations

import dataclasses
import decimal

from .letter import Letter, Table
from .letter import render as render_letter
from .renderer import Renderer
from .sheet import Sheet


@dataclasses.dataclass(frozen=True)
class Stage:
    """One line; a count is None where the stage has none, check where nothing is compared."""

    name: str
    records: int | None = None
    seconds: decimal.Decimal | None = None
    amount: decimal.Decimal | None = None
    check: bool | None = None


def render(renderer: Renderer, sheet: Sheet, stages: list[Stage], before: list[str]) -> bytes:
    """The page as PDF/A-3b."""
    words = sheet.format()
    texts = words.texts
    rows = [
        [
            stage.name,
            "" if stage.records is None else words.number(stage.records),
            "" if stage.seconds is None else words.number(stage.seconds),
            "" if stage.amount is None else words.amount(stage.amount),
            {True: "✓", False: "✗", None: ""}[stage.check],
        ]
        for stage in stages
    ]
    columns = [
        (texts["stage"], "left"),
        (texts["pieces"], "right"),
        (texts["seconds"], "right"),
        (f"{texts['money']} {words.currency}", "right"),
        (texts["check"], "right"),
    ]
    return render_letter(renderer, Letter(sheet, before, Table(columns, rows)))
