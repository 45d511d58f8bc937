# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a number is written, kept and compared; plain functions, no database."""

from __future__ import annotations

import re

import phonenumbers

NUMBER_KINDS = [
    ("single", "Single number"),
    ("block", "Block with extensions"),
    ("head", "Whole head"),
    ("msisdn", "Mobile number"),
    ("imsi", "IMSI"),
    ("sip", "SIP user"),
    ("account", "Account"),
    ("conference", "Conference"),
]
DIGIT_KINDS = ("single", "block", "head", "msisdn")
MAX_DIGITS = 15  # ITU-T E.164


def normalise(text: str | None, kind: str, region: str = "DE") -> str:
    """The form in which a number is stored and matched.

    Telephone numbers become E.164 digits without "+"; ``region`` (ISO 3166) supplies the country
    code for national notation. Accounts keep their text, without surrounding blanks. What cannot
    be a number comes back cleaned but unchanged, for the caller to refuse.

    >>> normalise("+49 (30) 123456", "single")
    '4930123456'
    >>> normalise("030/123456-0", "single")
    '49301234560'
    >>> normalise("0043 1 5867", "head"), normalise("4930123456", "single")
    ('4315867', '4930123456')
    >>> normalise(" trunk-7 ", "account")
    'trunk-7'
    """
    text = (text or "").strip()
    if kind not in DIGIT_KINDS:
        return text
    text = re.sub(r"\+(\d+)\s*\(0\)", r"+\1", text)  # +49 (0)30: the 0 is not dialled
    text = re.sub(r"[\s()/.\-]", "", text)
    if text.startswith("+"):
        return text[1:]
    if text.startswith("00"):
        return text[2:]
    if text.startswith("0") and text.isdecimal():
        return f"{phonenumbers.country_code_for_region(region)}{text[1:]}"
    return text


def bounds(
    number: str | None, kind: str, first: str | None = None, last: str | None = None
) -> tuple[str, str]:
    """First and last number of an assignment, digits padded to fifteen, both inclusive.

    Blocks and heads reach from head + first extension + 000… to head + last extension + 999…;
    anything else is one exact name.

    >>> bounds("4930123456", "block", "00", "49")
    ('493012345600000', '493012345649999')
    >>> bounds("4930123456", "head")
    ('493012345600000', '493012345699999')
    >>> bounds("4930123456", "single")
    ('4930123456', '4930123456')
    """
    number = number or ""
    if kind not in ("block", "head"):
        return number, number
    return (
        f"{number}{first or ''}".ljust(MAX_DIGITS, "0")[:MAX_DIGITS],
        f"{number}{last or ''}".ljust(MAX_DIGITS, "9")[:MAX_DIGITS],
    )


def pretty(number: str | None) -> str:
    """The number as people read it, ``+49 30 123456``; unchanged where it is no number.

    >>> pretty("4930123456")
    '+49 30 123456'
    >>> pretty("trunk-7")
    'trunk-7'
    """
    if not number or not number.isdecimal():
        return number or ""
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
