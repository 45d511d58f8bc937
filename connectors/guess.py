# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mapping proposed from a sample: for a person to accept and to correct, never used unseen."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from connectors.detect import SAMPLE, encoding_of, look
from connectors.readers.json import read_json
from connectors.readers.xml import read_xml
from connectors.reasons import DeliveryError

WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("record_id", ("call id", "callid", "call-id", "uuid", "uniqueid", "record id", "id")),
    ("quantity", ("dauer", "sekunden", "duration", "billsec", "seconds", "länge", "talktime")),
    ("a_number", ("rufnummer a", "a-nummer", "a nummer", "anrufer", "caller", "calling", "anumber",
                  "a number", "from", "src", "quelle", "source", "ani")),
    ("b_number", ("rufnummer b", "b-nummer", "b nummer", "zielnummer", "zielrufnummer", "callee",
                  "called", "bnumber", "b number", "dialed", "gewählte", "to", "dst", "dnis")),
    ("cost", ("preis", "kosten", "betrag", "netto", "price", "cost", "amount", "charge")),
    ("destination", ("zone", "zielland", "tarifzone", "destination", "land", "ziel", "country")),
    ("account", ("anschluss", "trunk", "account", "kostenstelle", "leitung", "sip", "customer")),
    ("currency", ("währung", "currency")),
    ("started_at", ("start", "beginn", "datum", "date", "time", "zeitpunkt", "calldate")),
)  # fmt: skip
"""What headers are called where a frame's column is meant; the first that fits is taken."""

_PHONE = re.compile(r"\+?[\d ()/-]{5,}")
_CLOCK = re.compile(r"\d{1,3}:\d\d:\d\d")
_DATES = {"dd.mm.yyyy": "german", "yyyy-mm-dd": "iso"}
"""Dates whose pattern with a time of its own has a name."""


@dataclass
class Guess:
    """`format` and `settings` as a source has them; `names`: the file's columns with examples."""

    format: str
    settings: dict[str, Any] = field(default_factory=dict)
    columns: list[dict[str, str]] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)


def guess(sample: bytes) -> Guess:
    """What the beginning of a file looks like; never raises for what it holds."""
    sample = sample[:SAMPLE]
    head = sample.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return _of_tree(_guess_xml(sample))
    if head.startswith((b"{", b"[")):
        return _of_tree(_guess_json(sample))
    return _guess_text(sample)


def _guess_text(sample: bytes) -> Guess:
    found = look(sample)
    if not found.delimiter:
        # Without a delimiter only its user knows where one column ends and the next begins.
        line = next((line for line in sample.splitlines() if line.strip()), b"")
        text = line.decode(encoding_of(sample), "replace")
        return Guess("fixed_mapping", {"encoding": found.encoding}, names=[("0-", text)])
    guessed = Guess(
        "csv_mapping",
        {"encoding": found.encoding, "delimiter": found.delimiter, "header": found.header,
         "decimal": found.decimal},
        names=list(zip(found.columns, found.first_row, strict=False)),
    )  # fmt: skip
    if not found.header:
        guessed.settings["column_count"] = len(found.columns)
    _place(guessed, found.time_pattern, found.time_columns)
    return guessed


def _place(guessed: Guess, pattern: str, times: list[str]) -> None:
    """Rows for the columns whose names, or whose values, say what they are."""
    free = dict(guessed.names)
    if times:
        start, shape = times[0], pattern
        clock = next((name for name, value in free.items() if _is_clock(name, value)), "")
        if pattern in _DATES and clock:
            start, shape = f"{start} + {clock}", _DATES[pattern]
            free.pop(clock)
        guessed.columns.append({"target": "started_at", "column": start})
        guessed.settings["time_pattern"] = shape
        for name in times:
            free.pop(name, None)
    for target, words in WORDS:
        if target == "started_at" and times:
            continue
        named = (name for word in words for name in free if _means(name, word))
        if target == "destination":  # "Ziel" is a zone to one carrier, and the number to another
            named = (name for name in named if not _PHONE.fullmatch(free[name].strip()))
        if target == "b_number":
            ziel = (name for name in free if _means(name, "ziel") and _PHONE.fullmatch(free[name]))
            named = itertools.chain(named, ziel)
        name = next(named, None)
        if name is not None:
            row = {"target": target, "column": name}
            if target == "quantity" and _CLOCK.fullmatch(free[name].strip()):
                row["shape"] = "hms"
            guessed.columns.append(row)
            free.pop(name)


def _is_clock(name: str, value: str) -> bool:
    long = any(_means(name, word) for word in dict(WORDS)["quantity"])
    return not long and bool(_CLOCK.fullmatch(value.strip()))


def _means(name: str, word: str) -> bool:
    """Whether a header says a word: alone, or among others."""
    words = re.sub(r"(?<=[a-zäöü])(?=[A-Z])", " ", name.rsplit(".", 1)[-1]).lower()
    words = re.sub(r"[_@/()\[\]-]+", " ", words).strip()
    plain = word.replace("-", " ")
    return re.search(rf"(?:^|\W){re.escape(plain)}(?:\W|$)", words) is not None


# --- trees ---------------------------------------------------------------------------------------


def _of_tree(guessed: Guess) -> Guess:
    lines = [";".join(value.replace(";", ",") for _name, value in guessed.names)]
    found = look("\n".join(lines * 2).encode()) if guessed.names else None
    names = [name for name, _value in guessed.names]
    times = [names[int(at) - 1] for at in found.time_columns] if found else []
    _place(guessed, found.time_pattern if found else "", times)
    return guessed


def _guess_json(sample: bytes) -> Guess:
    container, record = "", None
    try:
        document = json.loads(sample)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        container, record = next(_lists(document, ""), ("", document))
    try:
        if record is None:
            record = next(one for _at, one, _raw in read_json(io.BytesIO(sample)))
    except (DeliveryError, StopIteration):
        record = None
    names = list(_leaves(record, "")) if isinstance(record, Mapping) else []
    return Guess("json_mapping", {"container": container}, names=names)


def _lists(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, inner in value.items():
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield f"{path}{name}", inner[0]
        elif isinstance(inner, dict):
            yield from _lists(inner, f"{path}{name}.")


def _guess_xml(sample: bytes) -> Guess:
    """The record is the element that is repeated most and holds others or attributes."""
    counts: Counter[str] = Counter()
    parser = etree.XMLPullParser(
        events=("end",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        parser.feed(sample)
    except etree.XMLSyntaxError:
        return Guess("xml_mapping")
    for _event, element in parser.read_events():
        if isinstance(element.tag, str) and (len(element) or element.attrib):
            counts[etree.QName(element).localname] += 1
    for tag, _count in counts.most_common(1):
        try:
            found = read_xml(io.BytesIO(sample), tag)
            record = next(one for _at, one, _raw in itertools.islice(found, 1))
        except (DeliveryError, StopIteration, etree.XMLSyntaxError):
            break
        names = list(_leaves(record, "")) if isinstance(record, Mapping) else []
        return Guess("xml_mapping", {"tag": tag}, names=names)
    return Guess("xml_mapping")


def _leaves(record: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{name}.")
        elif not isinstance(value, list):
            yield f"{path}{name}", "" if value is None else str(value)
