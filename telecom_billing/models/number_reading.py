# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody types into a search, as the numbers that may be meant; plain functions."""

from __future__ import annotations

import re

import phonenumbers

from connectors.numbers import NAMED, Notation, normalise

from .number_text import MAX_DIGITS

#: Fewer digits than that find too much to be of use.
MIN_DIGITS = 4
_TYPED = re.compile(r"[\d\s()/.+\-–]+|(?:sips?|tel):\S+", re.IGNORECASE)


def readings(text: str | None, region: str = "DE") -> list[str]:
    """E.164 digits that ``text`` may stand for, the likeliest first; none if it is no number.

    A number may be incomplete. ``region`` (ISO 3166) supplies the country of national notation.

    >>> readings("030/123456-12"), readings("+49 (0)30 1234"), readings("0049 30 1234")
    (['493012345612'], ['49301234'], ['49301234'])
    >>> readings("30 1234567"), readings("tel:+49-30-1234"), readings("Müller"), readings("49")
    (['301234567', '49301234567'], ['49301234'], [], [])
    """
    text = (text or "").strip()
    if not _TYPED.fullmatch(text) or len(re.findall(r"\d", text)) < MIN_DIGITS:
        return []
    country = str(phonenumbers.country_code_for_region(region) or "49")
    whole = normalise(text, Notation(kinds=NAMED["mixed_de"], country=country)).digits
    found = [whole] if whole else []
    text = re.sub(r"^(?:sips?|tel):", "", text.partition("@")[0], flags=re.IGNORECASE)
    plus = text.startswith("+")
    digits = re.sub(r"\D", "", text.replace("(0)", "") if plus else text)
    if not whole:  # not complete, or nowhere assigned: as it stands
        if digits.startswith("00"):
            found.append(digits[2:])
        elif digits.startswith("0") and not plus:
            found.append(country + digits[1:])
        else:
            found.append(digits)
    if not plus and not digits.startswith("0") and not digits.startswith(country):
        found += [digits, country + digits]
    return [one[:MAX_DIGITS] for one in dict.fromkeys(found) if one]


def heads(digits: str) -> list[str]:
    """All beginnings of a number.

    >>> heads("4930")
    ['4', '49', '493', '4930']
    """
    return [digits[:length] for length in range(1, len(digits) + 1)]
