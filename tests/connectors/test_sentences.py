# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every error that can reach a user is one of the sentences, and is taken apart as it was made."""

import ast
import doctest
import re
from pathlib import Path

import pytest

import connectors
from connectors import formats, sentences
from connectors.archives import ArchiveError
from connectors.formats.summary import Declared, Summary
from connectors.reasons import AWAY, DeliveryError, SettingsError, TransportError
from connectors.sentences import SENTENCES, read, tell

ERRORS = {"TransportError", "SettingsError", "DeliveryError", "ArchiveError", "DocumentError"}
TOLD_BY_OTHERS = {
    # a shell's user reads English; program faults; what becomes the value of a reason
    "cli.py", "cli_decode.py", "cli_documents.py", "cli_priced.py", "cli_settings.py",
    "cli_ways.py", "frame.py",
    "readers/json.py", "pdf_stream.py:objects are nested without end",
}  # fmt: skip
JOINED = {"formats/mapping.py", "settings.py", "transports/sftp.py"}
"""Where a message is put together of others; see the tests below."""


def raised():
    """(file, text) of each error, with a word of its own for each value."""
    root = Path(connectors.__file__).parent
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            kind = getattr(node.exc.func, "id", getattr(node.exc.func, "attr", ""))
            if kind not in ERRORS | {"ValueError"} or not node.exc.args:
                continue
            text = _text(node.exc.args[0])
            if text is None:
                assert name in JOINED | {"frame.py"}, name
            elif name not in TOLD_BY_OTHERS and f"{name}:{text}" not in TOLD_BY_OTHERS:
                yield name, text


def _text(node):
    if isinstance(node, ast.Constant):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = [
        part.value if isinstance(part, ast.Constant) else f"v{number}v"
        for number, part in enumerate(node.values)
    ]
    return "".join(parts)


@pytest.mark.parametrize(("name", "text"), sorted(raised()))
def test_each_error_is_one_of_the_sentences(name, text):
    found = read(text) or read(re.sub("v[0-9]+v$", "is needed", text))  # what was wrong: any fault
    assert found, f"{name}: {text} — list it in connectors/sentences.py"
    code, values = found
    said = SENTENCES[code].format(**values)
    assert said == text or said == re.sub("v[0-9]+v$", "is needed", text)


def test_each_sentence_is_said_somewhere():
    def codes(text):
        code, values = read(text) or read(re.sub("v[0-9]+v$", "is needed", text))
        inner = values.get("fault")
        return {code} | ({c for part in inner.split("; ") for c in codes(part)} if inner else set())

    said = {code for _name, text in raised() for code in codes(text)}
    elsewhere = set()  # put together of parts, or said by the system
    for text in (
        "Host (host) is needed; x is no setting here; known are y",
        "row 1: target 'x': use one of y; nothing is mapped to started_at",
        "Private certificate authority (ca_file): there is no file x",
        "a shows the host key b, which is not the declared one; if it is right (ask the carrier), "
        "enter it as host key.",
        "a shows the host key b, and none is declared; if it is right (ask the carrier), "
        "enter it as host key.",
    ):
        for part in [text] if "host key" in text else text.split("; "):
            elsewhere |= codes(part) if read(part) else set()
    elsewhere.add("no_setting")
    totals = {"total_count", "total_quantity", "total_cost", "test_file"}
    system = {code for code in SENTENCES if list(SENTENCES).index(code)
              >= list(SENTENCES).index("refused_connection")}  # fmt: skip
    assert set(SENTENCES) - said - elsewhere - totals - system == set()


def test_control_totals_are_sentences():
    summary = Summary(declared=Declared(count=3, quantity=61_000_000, cost=5, test=True))
    summary.quantity["second"] = 60_000_000
    found = [read(text) for text in summary.differences()]
    assert [code for code, _values in found] == [
        "total_count", "total_quantity", "total_cost", "test_file",
    ]  # fmt: skip
    assert found[1][1] == {"stated": "61", "found": "60"}


def test_an_error_knows_its_code_and_values():
    error = TransportError("sftp://x refuses the login (401); correct the source.")
    assert error.code == "login_refused"
    assert error.values == {"where": "sftp://x", "status": "401"}
    assert SettingsError("said otherwise").code == "" and SettingsError("x").values == {}
    assert {ArchiveError("x").code, DeliveryError("x").code} == {""}


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("asterisk", {"timezone": "Berlin", "bogus": 1, "extension_max": "x"}),
        ("asterisk", {"a_notation": "x"}),
        ("csv_mapping", {"columns": [{"target": "x", "column": "1"},
                                     {"target": "quantity", "column": "1", "shape": "q"}]}),
        ("csv_mapping", {}),
        ("xml_mapping", {"bogus": 1}),
    ],
)  # fmt: skip
def test_several_faults_at_once_are_told_one_by_one(name, settings):
    with pytest.raises(SettingsError) as caught:
        formats.get(name).resolve(settings)
    told = tell(str(caught.value), lambda sentence: re.sub("[A-Za-z]+(?![^{]*})", "ß", sentence))
    for value in re.findall("'[^']*'", str(caught.value)):
        told = told.replace(value, "")
    # of English words only names of settings, formats and columns are left
    left = set(re.findall("[A-Za-z]+", told)) & {"is", "no", "use", "of", "to", "known", "needed"}
    assert "ß" in told and not left, told


def test_texts_that_others_chose_are_no_trap():
    """A server says what it likes; neither time nor depth may follow from it."""
    for text in ("a: " * 1500 + "x", "a; " * 1500, "a (b) " * 700, "row 1: " * 600, "x" * 9999):
        assert tell(text, {}.get) == text
        assert tell(f"sftp://x: the connection failed ({text}); check address and network.", {}.get)


def test_a_way_that_is_broken_is_told_from_a_file():
    assert set(SENTENCES) >= AWAY
    for text, temporary, away in (
        ("x answers 503 Busy; check the address, else ask the carrier.", True, True),
        ("x answers 404 Gone; check the address, else ask the carrier.", False, False),
        ("x refuses the login (401); correct the source.", False, True),
        ("x refuses the login (403); correct the source.", False, False),
        ("x, a.csv: the server does not answer; check host, port and firewall.", True, True),
        ("a.csv changed while it was read; it is fetched again.", True, False),
        ("x, a.csv: there is no such file or folder; correct the folder.", False, False),
    ):
        assert TransportError(text, temporary).away is away, text


def test_faults_inside_faults_are_told_and_values_are_not():
    german = {
        "Host": "Rechner",
        "is needed": "wird gebraucht",
        "{label} ({name}) {fault}": "{label} ({name}) {fault}",
        "{where}: the connection failed ({cause}); check address and network.": "{where}: keine "
        "Verbindung ({cause}); Adresse und Netz prüfen.",
        "Connection refused": "Verbindung abgelehnt",
    }
    text = "Host (host) is needed; User (user) is needed"
    assert tell(text, german.get) == "Rechner (host) wird gebraucht; User (user) wird gebraucht"
    text = "sftp://Host: the connection failed (Connection refused); check address and network."
    assert tell(text, german.get) == (
        "sftp://Host: keine Verbindung (Verbindung abgelehnt); Adresse und Netz prüfen."
    )
    assert tell("Host", german.get) == "Host"  # no sentence: a name that happens to be a word
    text = "a.zip: User: x.csv: The archive is empty; ask for it anew."
    assert tell(text, {"The archive is empty; ask for it anew.": "Leer."}.get).endswith(": Leer.")
    assert tell("one\nHost (host) is needed", german.get) == "one\nRechner (host) wird gebraucht"


def test_doctests():
    assert doctest.testmod(sentences).failed == 0
