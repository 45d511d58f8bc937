# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a look at usage beside a book shows before anything is rated: names that nobody knows.

None of it is a fault: a column may be for sums, a unit one of the provider's own. But a misspelt
one is passed over in silence, or sets every record aside for a reason that speaks of something
else.
"""

from __future__ import annotations

import pandas as pd

from .book import TariffBook
from .usage import COLUMNS

_TEXTS = {
    "columns": ("columns not read: {named}", "nicht gelesene Spalten: {named}"),
    "services": (
        "no rate is for service {named}; the book has {known}",
        "kein Preis gilt für den Dienst {named}; das Buch hat {known}",
    ),
    "units": (
        "no rate counts in {named}; the book has {known}",
        "kein Preis zählt in {named}; das Buch hat {known}",
    ),
}


def notes(
    book: TariffBook, usage: pd.DataFrame, wanted: str = "", language: str = "en"
) -> list[str]:
    """Sentences, each of what is strange; ``wanted``: columns that are read for sums."""
    known = {*COLUMNS, *(name.strip() for name in wanted.split(","))}
    unread = [str(name) for name in usage.columns if str(name) not in known]
    found = [("columns", unread, [])]
    named = sorted({service for rate in book.listed_rates for service in rate.services})
    if all(rate.services for rate in book.listed_rates):
        found.append(("services", _others(usage, "service", named, "voice"), named))
    bases = {rate.usage_unit for rate in book.listed_rates if rate.on == "quantity"}
    strange = [
        name
        for name in _others(usage, "unit", [], "second")
        if book.units.base(name)[0] not in bases
    ]
    found.append(("units", strange, sorted(bases)))
    place = 1 if language == "de" else 0
    begins = "Hinweis" if place else "Note"
    return [
        f"{begins}: {_TEXTS[kind][place].format(named=', '.join(names), known=', '.join(others))}."
        for kind, names, others in found
        if names
    ]


def _others(usage: pd.DataFrame, column: str, known: list[str], default: str) -> list[str]:
    """The values of a column that are not among the known ones."""
    if column not in usage.columns:
        values = [default] if len(usage) else []
    else:
        values = [str(one) for one in usage[column].dropna().unique()]
    return sorted(value for value in values if value not in known)
