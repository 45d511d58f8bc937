# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every fault that the core can tell has a German sentence."""

import ast
import pathlib

import pytest

import telecom_billing.rating as rating
from telecom_billing.rating import BookError, TariffBook, fault_texts
from telecom_billing.rating.fault_texts import KINDS, german, sentence

FOLDER = pathlib.Path(rating.__file__).parent


def told(node):
    """The texts an expression can be, with ``{}`` for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        parts = ["".join(p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)]
        return parts
    if isinstance(node, ast.IfExp):
        return [*told(node.body), *told(node.orelse)]
    return []


def told_by(name, folder):
    """The first texts of all calls of ``name`` in the files of a folder."""
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name and node.args:
                yield from told(node.args[0])


def sentences():
    """(file, sentence) of all calls of ``fault`` and all ValueErrors that become one."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "fault":
                texts = node.args[1:3]
            elif name == "Problem":
                texts = node.args[3:5]
            elif name == "ValueError" and path.name in ("money.py", "clock.py"):
                texts = node.args[:1]
            else:
                continue
            for text in texts:
                for one in told(text):
                    yield path.name, one


#: Put together from words that have sentences of their own: “is negative”, “is not zero”.
GENERIC = {"{}", "is {}", "is not {}"}
FOUND = sorted({one for one in sentences() if one[1] not in GENERIC})


def test_sentences_are_found():
    assert len(FOUND) > 90


@pytest.mark.parametrize(("file", "text"), FOUND)
def test_has_a_german_sentence(file, text):
    filled = text.replace("{}", "xyz")
    translated = sentence(filled)
    assert translated != filled, f"{file}: {text!r} has no German sentence in fault_texts.py"
    # What ends a sentence in English ends it in German; a loop's steps stay.
    assert translated.count("xyz") >= min(1, text.count("{}"))


def test_a_whole_fault():
    book = {
        "format": 1,
        "tariffs": [
            {
                "id": 7,
                "name": "Business",
                "versions": [
                    {"id": 71, "valid_from": "2026-01-01", "rates": [
                        {"id": 1, "price": "0.1", "initial": "-5"}]},
                    {"id": 72, "valid_from": "2026-02-01", "rates": [{"id": 1, "price": "0.1"}]},
                ],
            },
            {"id": 8, "name": "Empty", "versions": []},
        ],
        "pools": [{"id": "a", "pools": ["b"]}, {"id": "b", "pools": ["a"]}],
    }  # fmt: skip
    with pytest.raises(BookError) as caught:
        TariffBook(book)
    texts = "\n".join(german(problem) for problem in caught.value.problems)
    for part in (
        "Tarif 7 'Business', Version 71, Preis 1: initial = '-5': ist negativ. Eine Zahl über null",
        "Version 72: valid_from = '2026-02-01': überschneidet sich mit Version 71.",
        "Tarif 8 'Empty': versions = None: ist leer. Mindestens eine Version",
        "bilden einen Kreis: a → b → a. Einen davon aus dem anderen nehmen.",
    ):
        assert part in texts


def test_kinds_name_the_place_only():
    problem = rating.schema.Problem("tariff 1 'rate deck', version 2", "gap", 1, "is unknown", "x")
    assert german(problem).startswith("Tarif 1 'rate deck', Version 2: gap")
    assert set(KINDS) and fault_texts.SENTENCES
