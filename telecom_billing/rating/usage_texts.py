# SPDX-License-Identifier: AGPL-3.0-or-later
"""The faults of a usage file in German, and those of reading and writing files.

Each sentence of :class:`~.usage.UsageError` has its German one here, with ``{}`` where the two hold
a value. ``tests/rating/test_usage_texts.py`` finds sentences that have none.
"""

from __future__ import annotations

import errno
import re

from .fault_texts import sentence

SENTENCES = {
    "the usage file {}": "Die Datei der Datensätze {}",
    "the usage file looks like JSON; usage comes as CSV or Parquet":
        "Die Datei der Datensätze sieht nach JSON aus; Datensätze kommen als CSV oder Parquet",
    "is a workbook or an archive; save the sheet as CSV":
        "ist eine Arbeitsmappe oder ein Archiv; das Blatt als CSV speichern",
    "is an old workbook; save the sheet as CSV":
        "ist eine alte Arbeitsmappe; das Blatt als CSV speichern",
    "is compressed; unpack it": "ist gepackt; bitte entpacken",
    "is Parquet; give it the ending .parquet":
        "ist Parquet; ihr die Endung .parquet geben",
    "is a PDF; ask for the records as CSV": "ist ein PDF; die Datensätze als CSV anfordern",
    "{} is no readable Parquet file ({})": "{} ist keine lesbare Parquet-Datei ({})",
    "usage line {} is no {}; save it as UTF-8":
        "Zeile {} der Datensätze ist kein {}; als UTF-8 speichern",
    "usage has no header; begin the file with the names of its columns":
        "Die Datensätze haben keine Kopfzeile; die Datei mit den Namen der Spalten beginnen",
    "usage has two columns {}; take one out or rename it":
        "Die Datensätze haben zwei Spalten {}; eine herausnehmen oder umbenennen",
    "usage line {} has {} fields, the header {}; correct the file":
        "Zeile {} der Datensätze hat {} Felder, die Kopfzeile {}; die Datei berichtigen",
    "usage line {}: {}; correct the file":
        "Zeile {} der Datensätze: {}; die Datei berichtigen",
    "usage line {}, {}: {}; correct the file":
        "Zeile {} der Datensätze, {}: {}; die Datei berichtigen",
    "{} is a time of day; write the length in units, 61":
        "{} ist eine Uhrzeit; die Dauer in Einheiten schreiben, 61",
    "{} has two signs between digits; write it like '1234,5'":
        "{} hat zwei Zeichen zwischen den Ziffern; wie '1234,5' schreiben",
    "{} is no decimal number; write it like '61' or '35.5'":
        "{} ist keine Dezimalzahl; wie '61' oder '35.5' schreiben",
    "{} is too much money": "{} ist zu viel Geld",
    "{} is neither true nor false; write true or false":
        "{} ist weder wahr noch falsch; true oder false schreiben",
    "usage line {}, {}: {} was shortened by a spreadsheet; save the column as text":
        "Zeile {} der Datensätze, {}: {} hat eine Tabellenkalkulation gekürzt; die Spalte als "
        "Text speichern",
    "usage {} {}, started_at: {} is no time; write it like 2026-01-31T08:00:00Z":
        "{} {} der Datensätze, started_at: {} ist kein Zeitpunkt; wie 2026-01-31T08:00:00Z "
        "schreiben",
    "line": "Zeile",
    "row": "Zeile",
    "usage has no column {} (it has: {}); add or rename it":
        "Den Datensätzen fehlt die Spalte {} (es gibt: {}); ergänzen oder umbenennen",
    "usage has no columns {} (it has: {}); add or rename them":
        "Den Datensätzen fehlen die Spalten {} (es gibt: {}); ergänzen oder umbenennen",
    "usage has no column {}; choose one of its own":
        "Die Datensätze haben keine Spalte {}; eine der eigenen wählen",
    "none": "keine",
    "started_at is {}; it must be datetime64[us] in UTC (naive)":
        "started_at ist {}; es muss datetime64[us] in UTC sein (ohne Zone)",
    "quantity is {}; it must be int64 millionths of the unit (61 seconds are 61000000); multiply "
    "it, or write a CSV file, which takes 61 or 35.5":
        "quantity ist {}; es müssen int64-Millionstel der Einheit sein (61 Sekunden sind "
        "61000000); malnehmen oder eine CSV-Datei schreiben, die 61 oder 35.5 nimmt",
    "{} holds values that are no identifiers; make them texts":
        "{} enthält Werte, die keine Kennungen sind; Texte daraus machen",
    "{} is {}; it must be Int64 millionths": "{} ist {}; es müssen Int64-Millionstel sein",
    "{} is {}; it must hold true and false": "{} ist {}; es muss wahr und falsch enthalten",
    "{} is {} with fractions; make it texts or whole numbers":
        "{} ist {} mit Bruchteilen; Texte oder ganze Zahlen daraus machen",
}  # fmt: skip
_PATTERNS = [
    (re.compile(re.escape(text).replace(r"\{\}", "(.+?)"), re.DOTALL), german)
    for text, german in sorted(SENTENCES.items(), key=lambda pair: -len(pair[0].replace("{}", "")))
]
#: What a file refuses: in English as in German a remedy each.
_REFUSED = {
    errno.ENOENT: ("is not there; correct the name", "gibt es nicht; den Namen berichtigen"),
    errno.EISDIR: ("is a folder; name a file in it", "ist ein Ordner; eine Datei darin nennen"),
    errno.EACCES: ("may not be opened; give yourself the right to",
                   "darf nicht geöffnet werden; sich das Recht dazu geben"),
}  # fmt: skip


def usage_fault(error: Exception, language: str = "en") -> str:
    """The fault of a usage file as a sentence of the language.

    >>> usage_fault(ValueError("usage line 2, quantity: '1,5' is too much money; "
    ...     "correct the file"), "de")
    "Zeile 2 der Datensätze, quantity: '1,5' ist zu viel Geld; die Datei berichtigen."
    """
    text = str(error)
    return f"{(_german(text) if language == 'de' else text).rstrip('.')}."


def file_fault(error: OSError, language: str = "en") -> str:
    """Why a file could not be read or written, and what to do.

    >>> file_fault(FileNotFoundError(2, "No such file or directory", "book.json"), "de")
    'book.json gibt es nicht; den Namen berichtigen.'
    """
    if error.errno in _REFUSED:
        return f"{error.filename} {_REFUSED[error.errno][language == 'de']}."
    return f"{error.filename}: {error.strerror}." if error.filename else f"{error}."


def _german(text: str) -> str:
    for pattern, translated in _PATTERNS:
        if found := pattern.fullmatch(text):
            return translated.format(*(_german(part) for part in found.groups()))
    return sentence(text)
