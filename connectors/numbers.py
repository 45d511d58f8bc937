# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source's number notation -> E.164 digits.

A number cannot be read without knowing how its source writes numbers: 492111234567 may be a
complete number, or a Berlin extension.  So each source declares, for each column, which kinds of
notation occur, in the order in which they are tried; nothing is guessed beyond that.

Kinds
    plus           +49301234
    00             0049301234
    000            00049301234 (outside line 0, then 00)
    bare           49301234: country code without any prefix
    national       0301234: trunk prefix, area code
    national_bare  301234: area code without the trunk prefix
    short          110, 115, 116117, 11833
    local          1234: the line's own area code is put before it

Whatever the kinds, a number is first taken out of its wrapping: sip:, tel: and iax: addresses,
angle brackets, spreadsheets' text guards, separators, CLIR codes, and porting codes (D and three
digits), after which the number is read as international if it is not national.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors import number_table as table

KINDS = ("plus", "00", "000", "bare", "national", "national_bare", "short", "local")

NAMED: dict[str, tuple[str, ...]] = {
    "e164": ("plus", "bare"),
    "e164_plus": ("plus",),
    "international_bare": ("bare",),
    "international_00": ("00",),
    "international": ("plus", "000", "00", "bare"),
    "national_de": ("plus", "00", "short", "national", "local"),
    "national_bare": ("plus", "00", "short", "national_bare"),
    "pbx_de": ("plus", "000", "00", "short", "national", "local"),
    "mixed_de": ("plus", "000", "00", "short", "national", "bare"),
}
"""Notations by name, as offered in a form; any other is written as a list: "00, bare, short"."""

MAX_DIGITS = 15
_OVERDIALLED = 32
_BARE_LEAST = 7
"""Digits of the shortest number with country code that is no short number."""

_WITHHELD = frozenset(
    [
        "anonymous",
        "anonym",
        "unknown",
        "unavailable",
        "restricted",
        "private",
        "privat",
        "withheld",
        "unterdrückt",
        "unbekannt",
        "blocked",
        "clir",
        "null",
        "none",
        "n/a",
        "na",
        "nan",
        "?",
        "-",
        "*",
        "s",
    ]
)
_DAMAGED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+|[0-9]+[.,]0")
_URI = re.compile(r"(?:sips?|tel|iax2?|client|callto|h323|whatsapp):", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s/().\-\u2010-\u2015\u202c\u202d\u200e]+")
_MASK = re.compile(r"(?:[xX*]|\.{3}|…){1,6}$")
_PORTING = re.compile(r"D[0-9]{3}(?=[0-9])")
_CLIR = re.compile(r"[*#]31#")


@dataclass(frozen=True)
class Notation:
    """How a source writes the numbers of one column.

    `area`: the line's area code without trunk prefix, for kind "local".  `outside`: digit dialled
    for an outside line.  `extension_max`: plain digits up to this length are an extension and
    leave the number empty.  `call_by_call`: take carrier selection codes away.
    """

    kinds: tuple[str, ...] = NAMED["national_de"]
    country: str = table.GERMANY
    area: str = ""
    outside: str = ""
    extension_max: int = 0
    call_by_call: bool = False

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown or not self.kinds:
            raise ValueError(
                f"number notation {', '.join(unknown) or 'without a kind'}: "
                f"use {', '.join(NAMED)} or a list of {', '.join(KINDS)}"
            )
        if self.country not in table.COUNTRY_CODES:
            raise ValueError(f"{self.country!r} is no country code; write digits such as 49")
        if self.area and not self.area.isdecimal():
            raise ValueError(f"area code {self.area!r}: write digits only, such as 30")

    @classmethod
    def of(cls, text: str, **options: object) -> Notation:
        """A notation from a list of kinds or of names: "plus, 00, bare", "international, short"."""
        parts = re.split(r"[\s,|]+", text.strip()) if text.strip() else []
        kinds = tuple(dict.fromkeys(kind for part in parts for kind in NAMED.get(part, (part,))))
        area = str(options.pop("area", "") or "").lstrip("0")
        return cls(kinds=kinds, area=area, **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Number:
    """The digits, or why there are none; `reason` may also stand beside digits."""

    digits: str | None
    reason: str | None = None


def normalise(text: str | None, notation: Notation) -> Number:
    """One number; never raises for what the text holds.

    >>> normalise("030/123456", Notation()).digits
    '4930123456'
    >>> normalise("4.92E+11", Notation()).reason
    'number_damaged'
    """
    value = (text or "").strip()
    if value[:2] == '="' and value[-1:] == '"':
        value = value[2:-1].strip()
    value = value.lstrip("'").strip()
    if not value:
        return Number(None)
    if "<" in value:
        value = re.sub(r"^.*<([^>]*)>?.*$", r"\1", value, flags=re.DOTALL)
    address = _URI.match(value)
    if address:
        value = re.split(r"[@;?:]", value[address.end() :], maxsplit=1)[0]
    value = value.split(";", 1)[0].split("@", 1)[0].strip()
    if value[:2] == "\\+":
        value = value[1:]  # CUCM keeps the escape of its dial plans
    if value[-1:] == "#" and value[:1] not in "*#":
        value = value[:-1]  # the sign that ends dialling
    if value.lower() in _WITHHELD:
        return Number(None, "number_withheld")
    if _DAMAGED.fullmatch(value):
        return Number(None, "number_damaged")
    clir = _CLIR.match(value)
    if clir:
        value = value[clir.end() :]
    masked = _MASK.search(value)
    if masked and masked.start() >= 3 and value[masked.start() - 1] not in "*#":
        value = value[: masked.start()]
    else:
        masked = None
    if value[:1] == "+" or value[:2] == "00":
        value = value.replace("(0)", "")
    ported = _PORTING.match(value)
    if ported:
        value = value[ported.end() :]
    value = _SEPARATORS.sub("", value)
    plus, digits = value[:1] == "+", value[1:] if value[:1] == "+" else value
    if not digits:
        return Number(None, "number_not_phone")
    if not (digits.isascii() and digits.isdecimal()):
        code = re.fullmatch(r"[0-9*#A-D]+", digits) and digits[:1] in "*#"
        return Number(None, "number_service_code" if code else "number_not_phone")
    found = _read(plus, digits, notation, bool(ported))
    if masked and found.digits:
        return Number(found.digits, "number_masked")
    return found


def _read(plus: bool, digits: str, notation: Notation, ported: bool) -> Number:
    if len(digits) > _OVERDIALLED:
        return Number(None, "number_too_long")
    if not plus and notation.outside and digits.startswith(notation.outside):
        inner = _try_kinds(False, digits[len(notation.outside) :], notation, ported)
        if inner.digits:
            return inner
    return _try_kinds(plus, digits, notation, ported)


def _try_kinds(plus: bool, digits: str, notation: Notation, ported: bool) -> Number:
    if notation.call_by_call:
        digits = table.CALL_BY_CALL.sub("", digits, count=1)
    if not digits:
        return Number(None, "number_notation")
    if ported:
        kinds: tuple[str, ...] = ("00", "national", "bare")
    elif plus:
        kinds = ("plus",) if {"plus", "bare"} & set(notation.kinds) else ()
    else:
        kinds = tuple(kind for kind in notation.kinds if kind != "plus")
    reason = "number_notation"
    for kind in kinds:
        found, why = _KIND[kind](digits, notation)
        if found:
            return Number(found[:MAX_DIGITS])
        reason = why or reason
    if not plus and len(digits) <= notation.extension_max:
        return Number(None, "number_extension")
    return Number(None, reason)


def _international(digits: str, notation: Notation) -> tuple[str, str]:
    """Digits that begin with a country code; (digits, "") or ("", reason)."""
    code = table.country_code(digits)
    if not code:
        return "", "" if digits[:1] in ("", "0") else "number_country"
    if code == table.GERMANY and digits[2:3] == "0":
        digits = code + digits[3:]  # +49 (0)30 written without its brackets
        if digits[2:3] in ("", "0"):
            return "", ""
    whole = len(digits) >= 5 or table.is_short(digits[len(code) :], code)
    return (digits, "") if whole else ("", "")


def _double_zero(digits: str, notation: Notation) -> tuple[str, str]:
    if digits[:2] != "00" or digits[2:3] == "0":
        return "", ""
    return _international(digits[2:], notation)


def _triple_zero(digits: str, notation: Notation) -> tuple[str, str]:
    return _double_zero(digits[1:], notation) if digits[:3] == "000" else ("", "")


def _bare(digits: str, notation: Notation) -> tuple[str, str]:
    if len(digits) <= notation.extension_max:
        return "", ""
    if len(digits) < _BARE_LEAST:
        # no subscriber's number is that short: 116117 is not in America, nor 299999 in Greenland
        code = table.country_code(digits)
        if not code or not table.is_short(digits[len(code) :], code):
            return "", ""
    return _international(digits, notation)


def _national(digits: str, notation: Notation) -> tuple[str, str]:
    if notation.country != table.GERMANY:
        return table.foreign_national(digits, notation.country), ""
    if digits[:1] == "0" and len(digits) >= 4 and table.NATIONAL.fullmatch(digits[1:]):
        return table.GERMANY + digits[1:], ""
    return "", ""


def _national_bare(digits: str, notation: Notation) -> tuple[str, str]:
    if len(digits) <= max(notation.extension_max, 3):
        return "", ""
    if notation.country != table.GERMANY:
        return table.foreign_national(digits, notation.country), ""
    return (table.GERMANY + digits if table.NATIONAL.fullmatch(digits) else ""), ""


def _short(digits: str, notation: Notation) -> tuple[str, str]:
    known = table.is_short(digits, notation.country)
    return (notation.country + digits if known else ""), ""


def _local(digits: str, notation: Notation) -> tuple[str, str]:
    if not notation.area or digits[:1] == "0" or len(digits) <= max(notation.extension_max, 2):
        return "", ""
    found = notation.country + notation.area + digits
    return (found if len(found) <= MAX_DIGITS else ""), ""


_KIND = {
    "plus": _international,
    "00": _double_zero,
    "000": _triple_zero,
    "bare": _bare,
    "national": _national,
    "national_bare": _national_bare,
    "short": _short,
    "local": _local,
}
