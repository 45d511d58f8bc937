# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why does this record cost that? Every decision with its source, as data and as sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from .book import TariffBook
from .engine import rate
from .money import decimal_text
from .sentences import SENTENCES


@dataclass(frozen=True)
class Decision:
    """One step on the way to a price: its kind and the facts behind it."""

    step: str
    facts: dict[str, Any]

    def sentence(self, language: str = "en") -> str:
        """The decision in words, ``language`` "de" or "en"."""
        return SENTENCES[self.step][1 if language == "de" else 0].format_map(self.facts)


@dataclass(frozen=True)
class Explanation:
    """All decisions about one record, in order."""

    row: int
    decisions: list[Decision] = field(default_factory=list)

    def text(self, language: str = "en") -> str:
        """One sentence a line."""
        return "\n".join(decision.sentence(language) for decision in self.decisions)

    def data(self) -> list[dict[str, Any]]:
        """JSON-able: each decision with both sentences."""
        return [
            {
                "step": one.step,
                "facts": one.facts,
                "en": one.sentence("en"),
                "de": one.sentence("de"),
            }
            for one in self.decisions
        ]


def explain(book: TariffBook, usage: pd.DataFrame, row: int) -> Explanation:
    """Explain row ``row`` (position) of ``usage``."""
    charges = rate(book, usage.iloc[[row]].reset_index(drop=True)).charges
    record = usage.iloc[row]
    found = Explanation(row)

    def say(step: str, **facts: Any) -> None:
        found.decisions.append(Decision(step, facts))

    say(
        "record",
        service=str(record.get("service", "voice")),
        number=str(record.get("b_number", "–")),
        started=str(record["started_at"]),
        quantity=decimal_text(record["quantity"]),
        unit=str(record.get("unit", "second")),
    )
    for charge in charges.to_dict("records"):
        if not pd.isna(charge["reason"]):
            say("reason", code=charge["reason"], message=charge["message"])
            continue
        say(
            "price",
            tariff=str(charge["tariff"]),
            version=str(charge["version"]),
            rate=str(charge["rate"]),
            billed=decimal_text(charge["billed"]),
            price=decimal_text(charge["price"], charge["rest"]),
            currency=charge["currency"],
        )
    return found
