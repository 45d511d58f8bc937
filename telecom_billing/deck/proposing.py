# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file does not say of itself, proposed from its first lines for a person to confirm.

Where the lines do not tell, nothing is proposed: "1,234" may be one and a bit, or a thousand.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Sequence
from decimal import Decimal

from .headings import REQUIRED, propose, words_of
from .tables import Cell, Table

#: Lines among which the headings are looked for, and lines behind them that are looked at.
HEADING_LINES = 50
SAMPLE = 400
MONEY = ("price", "setup", "minimum", "maximum", "price_initial")
NUMBERS = (*MONEY, "initial", "step", "free", "per")
_CURRENCIES = {"eur": "EUR", "euro": "EUR", "usd": "USD", "chf": "CHF", "gbp": "GBP"}
_PER = {
    "minute": ("minute", "minuten", "min", "minutenpreis"),
    "second": ("second", "seconds", "sekunde", "sec", "sek"),
    "hour": ("hour", "stunde"),
    "piece": ("message", "sms", "nachricht", "piece", "stück"),
    "MB": ("mb",),
    "GB": ("gb",),
}


@dataclasses.dataclass
class Proposal:
    """None = the file does not tell.

    :ivar line: of the headings
    :ivar meanings: for each column
    :ivar samples: for each column, some of its first values
    :ivar per: "minute", "second", …
    """

    line: int
    headings: list[str]
    meanings: list[str | None]
    samples: list[list[str]]
    decimal: str | None = None
    cents: bool = False
    day_first: bool | None = None
    currency: str | None = None
    per: str | None = None
    begin: datetime.date | None = None

    @property
    def is_deck(self) -> bool:
        """Whether headings name a column of prefixes and one of prices."""
        return set(REQUIRED) <= set(self.meanings)


def look(table: Table) -> Proposal | None:
    """The proposal for a table; None if it has no line with two cells."""
    head = table.head(HEADING_LINES + SAMPLE)
    place = _headings(head)
    if place is None:
        return None
    line, cells = head[place]
    rows = [row for _line, row in head[place + 1 : place + 1 + SAMPLE]]
    headings = [str(cell) for cell in cells]
    columns = [[row[at] for row in rows if at < len(row)] for at in range(len(headings))]
    found = Proposal(
        line,
        headings,
        propose(cells),
        [list(dict.fromkeys(str(cell) for cell in column if cell != ""))[:3] for column in columns],
    )
    named = {meaning: at for at, meaning in enumerate(found.meanings) if meaning}
    texts = [
        cell
        for meaning in NUMBERS
        if meaning in named
        for cell in columns[named[meaning]]
        if type(cell) is str and cell
    ]
    found.decimal = decimal_sign(texts)
    numbers = [cell for at in named.values() for cell in columns[at] if isinstance(cell, Decimal)]
    if found.decimal is None and not any(re.search(r"[.,]", text) for text in texts) and numbers:
        found.decimal = "."  # a spreadsheet's own numbers have no sign that could be mistaken
    if "price" in named:
        words = words_of(headings[named["price"]])
        found.cents = any(word in ("ct", "cent", "cents") for word in words)
        found.currency = next((_CURRENCIES[word] for word in words if word in _CURRENCIES), None)
        found.per = next((per for per, names in _PER.items() if set(names) & set(words)), None)
    for meaning in ("begin", "end"):
        if meaning in named:
            found.day_first = _day_first(columns[named[meaning]], found.day_first)
    return found


def _headings(head: Sequence[tuple[int, list[Cell]]]) -> int | None:
    """Where the headings stand: the first line that names prefix and price, else the first wide."""
    for place, (_line, cells) in enumerate(head[:HEADING_LINES]):
        if set(REQUIRED) <= set(propose(cells)):
            return place
    wide = (place for place, (_line, cells) in enumerate(head) if len(cells) > 1)
    return next(wide, None)


def decimal_sign(texts: Sequence[str]) -> str | None:
    """ "," or "." where the texts leave no doubt, else None.

    >>> decimal_sign(["0,019", "1"]), decimal_sign(["0.5"]), decimal_sign(["1,234"])
    (',', '.', None)
    >>> decimal_sign(["1.234,5"]), decimal_sign(["0,5", "0.5"])
    (',', None)
    """
    found = {sign for text in texts if (sign := _sign(text))}
    return found.pop() if len(found) == 1 else None


def _sign(text: str) -> str | None:
    digits = "".join(re.findall(r"[\d.,]", text))
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma < 0 and point < 0:
        return None
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    sign, place = (",", comma) if comma >= 0 else (".", point)
    before, after = digits[:place], digits[place + 1 :]
    if sign in before:
        return "." if sign == "," else ","
    grouped = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")
    return None if grouped else sign


def _day_first(column: Sequence[Cell], known: bool | None) -> bool | None:
    """The order of dates with slashes, where a day above twelve gives it away."""
    for cell in column:
        parts = (
            re.match(r"(\d{1,2})[/-](\d{1,2})[/-]\d{4}", cell) if isinstance(cell, str) else None
        )
        if parts and int(parts[1]) > 12:
            return True
        if parts and int(parts[2]) > 12:
            return False
    return known
