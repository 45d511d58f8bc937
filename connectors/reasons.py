# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a line did not become a record: stable codes, and a sentence that says what to do.

The code is what is stored, counted and translated; the sentence may grow better.  `{field}` is
the column of the file (or of the frame), `{value}` what stood there.
"""

from __future__ import annotations

import re

from connectors.sentences import read

REASONS: dict[str, str] = {
    # the line as such
    "column_count": "{value} columns where {field} are expected; check delimiter and quoting.",
    "line_short": "{value} characters where at least {field} are expected; check the layout.",
    "line_too_long": "The line or a field is longer than {value}; ask for the file anew.",
    "unbalanced_quote": "A quoted field is not closed; correct the quote and retry the line.",
    "encoding": "Bytes that are not {field}; correct the encoding of the source or the line.",
    "nul_byte": "The line holds a NUL character; ask the sender for the file anew.",
    "broken_document": "The document ends or breaks here: {value}; ask the sender for it anew.",
    "record_shape": "The record is no {field}: {value}; ask the sender for it anew.",
    "too_deep": "The record is nested deeper than {value} levels; ask the sender for it anew.",
    # a value
    "missing": "{field} is empty; it is needed to bill the record.",
    "time": "{field} {value} is no time in the declared pattern; correct pattern or line.",
    "time_range": "{field} {value} lies outside the years 1990 to 2099; correct the line.",
    "time_ambiguous": "{field} {value} happens twice at the end of summer time; "
    "choose a policy in the source or correct the line.",
    "time_nonexistent": "{field} {value} is skipped at the start of summer time; "
    "check the time zone of the source.",
    "duration": "{field} {value} is no duration in the declared unit; correct unit or line.",
    "duration_negative": "{field} {value} is negative; correct the line.",
    "amount": "{field} {value} is no amount; check the decimal sign of the source.",
    "amount_range": "{field} {value} is too large to be true; correct the line.",
    "value_unknown": "{field} {value} is unknown here; map it in the source's settings.",
    "unexpected": "{field} {value} is nothing that this column holds; check format and order of "
    "the columns.",
    "currency": "{field} {value} is no currency code of three letters.",
    "epoch": "{field} {value} is no point of time; correct the line.",
    # telephone numbers: these reject the line ...
    "number_damaged": "{field} {value} was damaged by a spreadsheet; ask for the file as text.",
    "number_notation": "{field} {value} does not fit the declared notation; "
    "correct notation or longest extension of the source, or the line.",
    "number_country": "{field} {value} begins with no country code; "
    "correct the notation of the source or the line.",
    "number_too_long": "{field} {value} is longer than any telephone number.",
    # ... and these only leave the number empty
    "number_withheld": "{field} {value}: the number is withheld.",
    "number_extension": "{field} {value} is an internal extension.",
    "number_service_code": "{field} {value} is a service code, not a number.",
    "number_not_phone": "{field} {value} is no telephone number.",
    # declared record selection
    "not_selected": "{field} {value} is not billed by this source's record selection.",
    "not_answered": "The call was not answered ({field} {value}).",
    "internal": "An internal call ({value}) is not billed.",
    "not_final": "Only the final record of a call is billed; this one is {value}.",
    "other_record_type": "Records of the type {value} are no usage.",
    "header_repeated": "The header line is repeated inside the file.",
    "merged": "Part of the record in line {value}.",
    "carried": "Its other part ({value} is here) is awaited in the next delivery.",
    "unpaired": "{value} came without its counterpart; the call cannot be billed from this file.",
    "test_file": "The file is marked as a test; it is never billed.",
}

FAULT_NUMBERS = frozenset(
    {"number_damaged", "number_notation", "number_country", "number_too_long"}
)
"""Reasons of :mod:`connectors.numbers` that make a line faulty."""


def message(code: str, field: str = "", value: object = "") -> str:
    """The sentence of a reason; long values are shortened."""
    text = str(value)
    if len(text) > 80:
        text = text[:77] + "…"
    if isinstance(value, str):
        text = f"“{text}”"
    return REASONS[code].format(field=field, value=text)


def parts(code: str, text: str) -> tuple[str, str] | None:
    """Field and value of a sentence that :func:`message` made; None for any other text.

    >>> parts("missing", message("missing", "Datum"))
    ('Datum', '')
    """
    pattern = re.escape(REASONS.get(code, ""))
    for name in ("field", "value"):
        pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>.*?)", 1)
    found = re.fullmatch(pattern, text, re.DOTALL) if pattern else None
    if found is None:
        return None
    named = found.groupdict()
    return named.get("field", ""), named.get("value", "")


class Told(Exception):
    """An error that says what was tried, what came back and what to do, in one of the sentences."""

    @property
    def code(self) -> str:
        """The stable code of the sentence; "" for what others say."""
        return (read(str(self)) or ("", {}))[0]

    @property
    def values(self) -> dict[str, str]:
        """What stands in the places of the sentence."""
        return (read(str(self)) or ("", {}))[1]


class DeliveryError(Told):
    """The delivery as a whole cannot be read; it is kept, and nothing of it was decoded.

    Raised before the first chunk is handed out, never in the middle.
    """


AWAY = frozenset(
    {
        "failed", "silent", "server_silent", "host_unknown", "certificate", "password_refused",
        "key_refused", "token_refused", "login_kinds", "login_again", "login_page", "login_form",
        "login_elsewhere", "token_missing", "host_key_other", "host_key_none",
    }
)  # fmt: skip
"""Sentences that are about the way, not about a single file."""


class TransportError(Told):
    """A way that failed: what was tried, what came back, what to do; never a secret.

    `temporary`: whether another try may succeed; `after`: how many seconds the other side asks
    to wait.
    """

    def __init__(self, text: str, temporary: bool = True, after: float | None = None) -> None:
        super().__init__(text)
        self.temporary = temporary
        self.after = after

    @property
    def away(self) -> bool:
        """Whether the way as a whole is broken, so that no other file is to be had either.

        To go on would take as long again for each file, or lock the account out.
        """
        if self.code == "status":
            return self.temporary
        if self.code == "login_refused":
            return self.values["status"] == "401"  # 403 may be about one file
        return self.code in AWAY


class SettingsError(Told, ValueError):
    """Settings that do not make sense, all of them in one message."""
