# SPDX-License-Identifier: AGPL-3.0-or-later
"""A cell to the prefixes that it names.

>>> expand("49151, 49152; 4916-4918")
['49151', '49152', '4916', '4917', '4918']
>>> expand("1, 22", country="49")
['491', '4922']
"""

from __future__ import annotations

import re
from decimal import Decimal

from .tables import Broken, Cell, Formula
from .terms import MAX_DIGITS, Bad

#: Prefixes that one range may have.
MAX_RANGE = 10_000
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s*[eE]\s*[+-]?\d+")
_DASHES = str.maketrans("–—‐‑−", "-----")


def expand(cell: Cell, country: Cell = "") -> list[str]:
    """The prefixes in international form without "+"; :class:`~.terms.Bad` if one is none.

    Several are separated by commas, semicolons or line breaks; ``a-b`` is a range of prefixes of
    the same length.

    :param country: country code that goes before each of them, from a column of its own
    """
    head = _one(_text(country)) if country != "" else ""
    text = _text(cell)
    if not text:
        if head:
            return [head]
        raise Bad("no-prefix", "")
    if _SCIENTIFIC.fullmatch(text):
        raise Bad("damaged", text)
    found: list[str] = []
    for part in re.split(r"[,;\n]", text.translate(_DASHES)):
        if part.strip():
            found += _part(part.strip(), head)
    if not found:
        raise Bad("no-prefix", text)
    return found


def _part(part: str, head: str) -> list[str]:
    first, dash, last = part.partition("-")
    if not dash:
        return [_fitting(head + _one(part))]
    low, high = _one(first.strip()), _one(last.strip())
    if len(low) != len(high) or low > high:
        raise Bad("range", part)
    if int(high) - int(low) >= MAX_RANGE:
        raise Bad("range", part)
    return [_fitting(f"{head}{number}") for number in range(int(low), int(high) + 1)]


def _one(text: str) -> str:
    """One prefix as typed, to digits: ``+49 30`` → ``4930``."""
    if _SCIENTIFIC.fullmatch(text):
        raise Bad("damaged", text)
    plain = text
    if text.startswith("+") or (text.startswith("00") and len(text) > 2):
        plain = re.sub(r"[\s()/]", "", text)
        plain = plain[1:] if plain.startswith("+") else plain[2:]
    elif re.search(r"\d\s+\d", text):
        raise Bad("blank-in-prefix", text)
    if not re.fullmatch(r"[0-9]+", plain):
        raise Bad("damaged" if re.fullmatch(r"\d+\.\d+", plain) else "bad-prefix", text)
    if plain.startswith("0"):
        raise Bad("leading-zero", text)
    return plain


def _fitting(prefix: str) -> str:
    if len(prefix) > MAX_DIGITS:
        raise Bad("too-long", prefix)
    return prefix


def _text(cell: Cell) -> str:
    if isinstance(cell, Formula):
        raise Bad("formula", cell)
    if isinstance(cell, Broken):
        raise Bad("error-cell", cell)
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, Decimal):
        if cell != cell.to_integral_value():
            raise Bad("damaged", cell)
        return f"{cell:f}".partition(".")[0]
    raise Bad("damaged", cell)  # a date: a spreadsheet took "3-5" or "1/60" for one
