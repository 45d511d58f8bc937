# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every fault of a usage file has a German sentence, and the shell tells it in that language."""

import json
import re

import pytest

from telecom_billing.rating.__main__ import main
from telecom_billing.rating.usage_texts import SENTENCES, usage_fault

from .test_fault_texts import FOLDER, told_by

FOUND = sorted(set(told_by("UsageError", FOLDER)))
BOOK = {
    "format": 1,
    "default_tariff": 1,
    "tariffs": [{"id": 1, "versions": [{"id": 1, "rates": [{"id": 1, "price": "0.01"}]}]}],
}
GOOD = "started_at,quantity\n2026-01-31T08:00:00Z,61\n"


def test_sentences_are_found():
    assert len(FOUND) >= 15


@pytest.mark.parametrize("text", FOUND)
def test_has_a_german_sentence(text):
    assert text in SENTENCES


@pytest.mark.parametrize("text", SENTENCES)
def test_values_stay(text):
    count = text.count("{}")
    assert SENTENCES[text].count("{}") == count
    filled = text.format(*(f"'x{number}'" for number in range(count)))
    told = usage_fault(ValueError(filled), "de")
    assert re.findall(r"'x\d'", told) == re.findall(r"'x\d'", filled)
    assert told != usage_fault(ValueError(filled), "en")


@pytest.mark.parametrize(
    ("content", "german"),
    [
        (GOOD.replace("started_at", "start"), "fehlt die Spalte 'started_at' (es gibt: start, qu"),
        ("Beginn;Dauer\n1;2\n", "fehlen die Spalten 'started_at', 'quantity' (es gibt: Beginn"),
        (GOOD.replace(",61", ',"1,5"'), "Zeile 2 der Datensätze, quantity: '1,5' ist keine Dezim"),
        (GOOD.replace(",61", ",1:01"), "'1:01' ist eine Uhrzeit; die Dauer in Einheiten schreiben"),
        (GOOD.replace("2026-01-31T", "31.01.2026 "), "ist kein Zeitpunkt; wie 2026-01-31T08:00:00"),
        ("", "haben keine Kopfzeile; die Datei mit den Namen der Spalten beginnen"),
        (GOOD + "1\n", "Zeile 3 der Datensätze hat 1 Felder, die Kopfzeile 2; die Datei bericht"),
        ("PK\x03\x04", "ist eine Arbeitsmappe oder ein Archiv; das Blatt als CSV speichern"),
    ],
)
def test_shell_speaks_german(tmp_path, capsys, content, german):
    book, usage = tmp_path / "book.json", tmp_path / "usage.csv"
    book.write_text(json.dumps(BOOK))
    usage.write_text(content)
    assert main([str(book), str(usage), "--language", "de"]) == 2
    assert german in capsys.readouterr().err


@pytest.mark.parametrize(("language", "said"), [("en", "is not there;"), ("de", "gibt es nicht;")])
def test_missing_files(tmp_path, capsys, language, said):
    book = tmp_path / "book.json"
    book.write_text(json.dumps(BOOK))
    nowhere = str(tmp_path / "none.csv")
    assert main([str(book), nowhere, "--language", language]) == 2
    assert f"{nowhere} {said}" in capsys.readouterr().err


def test_arguments_in_the_wrong_order(tmp_path, capsys):
    book, usage = tmp_path / "book.json", tmp_path / "usage.csv"
    book.write_text(json.dumps(BOOK))
    usage.write_text(GOOD)
    assert main([str(usage), str(book)]) == 2
    told = capsys.readouterr().err
    assert "the tariff book comes first, the usage second" in told
    assert "file = ''" not in told


@pytest.mark.parametrize(
    ("language", "message", "done"),
    [
        ("en", "in another kind of unit", "2 records, 2 charges, 1 with a reason, total 0.61"),
        ("de", "in einer anderen Art von Einheit", "2 Sätze, 2 Entgelte, 1 mit Grund, Summe 0.61"),
    ],
)
def test_reasons_and_the_last_line(tmp_path, capsys, language, message, done):
    book, usage = tmp_path / "book.json", tmp_path / "usage.csv"
    book.write_text(json.dumps(BOOK))
    rows = "2026-01-31T08:00:00Z,voice,61,second\n2026-01-31T09:00:00Z,sms,1,piece\n"
    usage.write_text(f"started_at,service,quantity,unit\n{rows}")
    assert main([str(book), str(usage), "--language", language]) == 1
    told = capsys.readouterr()
    assert message in told.out
    assert told.err.endswith(f"{done}\n")
