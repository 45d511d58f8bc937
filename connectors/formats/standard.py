# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings that many formats share."""

from __future__ import annotations

from dataclasses import replace

from connectors.convert.times import EPOCHS, NAMED
from connectors.numbers import KINDS
from connectors.numbers import NAMED as NOTATIONS
from connectors.settings import Setting

_NOTATION_HELP = (
    f"One of {', '.join(NOTATIONS)}, or a list such as “00, bare” of {', '.join(KINDS)}."
)

NUMBERS: tuple[Setting, ...] = (
    Setting("a_notation", "Notation of the A-number", default="national_de", help=_NOTATION_HELP),
    Setting("b_notation", "Notation of the B-number", default="national_de", help=_NOTATION_HELP),
    Setting("country", "Country code", default="49", help="For national numbers; digits only."),
    Setting("area", "Area code of the line", help="For numbers without area code; such as 30."),
    Setting("outside", "Outside line", help="Digit dialled for an outside line, kept in the file."),
    Setting(
        "extension_max", "Longest extension", "int", 5,
        help="Plain digits up to this length are an extension, no number to rate.",
    ),
    Setting("call_by_call", "Remove call-by-call codes (010xy)", "bool", False),
    Setting(
        "bad_numbers", "Numbers that do not fit", "choice", "reject",
        (("reject", "Reject the line"), ("keep", "Keep the record without number")),
    ),
)  # fmt: skip

CLOCK: tuple[Setting, ...] = (
    Setting(
        "timezone", "Time zone", "timezone", "Europe/Berlin",
        help="Of times without an offset: an IANA name, UTC, or Etc/GMT-1 for a fixed UTC+01:00.",
    ),
    Setting(
        "ambiguous", "Repeated hour at the end of summer time", "choice", "summer",
        (("summer", "Take as summer time (the first)"), ("winter", "Take as winter time"),
         ("reject", "Reject the line")),
    ),
    Setting(
        "nonexistent", "Skipped hour at the start of summer time", "choice", "forward",
        (("forward", "Read with the offset before"), ("reject", "Reject the line")),
    ),
)  # fmt: skip

COMMON = CLOCK + NUMBERS

TEXT_FILE: tuple[Setting, ...] = (
    Setting(
        "encoding", "Encoding", default="utf-8", help="utf-8 (with or without mark), cp1252, …"
    ),
    Setting("delimiter", "Delimiter", help="Empty for the format's own; \\t for a tabulator."),
)

MONEY: tuple[Setting, ...] = (
    Setting("decimal", "Decimal sign", "choice", ".", ((".", "Point"), (",", "Comma"))),
    Setting("thousands", "Thousands separator"),
    Setting("currency", "Currency of the cost", default="EUR"),
    Setting("cost_exponent", "Unit of the cost: 10^-n", "int", 0, help="0 for EUR, 2 for cents."),
    Setting(
        "cost_sign", "Sign of the cost", "choice", "positive",
        (("positive", "Positive is cost"), ("negative", "Negative is cost")),
    ),
)  # fmt: skip

SESSION_TIME = Setting(
    "unit", "Unit of the session time", "choice", "s",
    (("s", "Seconds"), ("ds", "Tenths of a second"), ("cs", "Hundredths of a second"),
     ("ms", "Milliseconds")),
    help="As the accounting of the controller is configured.",
)  # fmt: skip

UNANSWERED = Setting("unanswered", "Keep unanswered calls", "bool", False)

INCOMING = Setting(
    "incoming_contexts", "Contexts of incoming calls",
    help="Names, separated by commas; calls of all other contexts are outgoing.",
)  # fmt: skip

INTERNAL = Setting("internal", "Keep internal calls", "bool", False)

REJOINS = Setting(
    "rejoins", "People who leave and come back", "choice", "keep",
    (("keep", "One record for each stay"), ("sum", "One record, stays added up"),
     ("union", "One record, overlapping stays counted once")),
)  # fmt: skip

PATTERN = Setting(
    "time_pattern", "Pattern of times", default="iso",
    help=f"{', '.join([*NAMED, *EPOCHS, 'rfc2822'])}, or letters such as dd.mm.yyyy HH:MM:SS.",
)  # fmt: skip

BILL_FROM = Setting(
    "bill_from", "Bill from", "choice", "answer",
    (("answer", "Answer"), ("start", "Start of the call, ringing included")),
)  # fmt: skip


def changed(settings: tuple[Setting, ...], **defaults: object) -> tuple[Setting, ...]:
    """The same settings with other defaults."""
    return tuple(
        replace(setting, default=defaults[setting.name]) if setting.name in defaults else setting
        for setting in settings
    )
