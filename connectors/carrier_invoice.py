# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier's invoice as data: what it charges for each destination, read by a declared layout.

CSV, XML and JSON; the settings name the columns (or paths) of destination, records, quantity and
amount.  lines = positions + faulty + totals + left out; nothing is dropped, nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from connectors.convert.amounts import parse_micro
from connectors.convert.durations import CLOCKS, SCALES, parse_quantity
from connectors.formats.records import plain, value_at
from connectors.formats.standard import TEXT_FILE
from connectors.frame import MICRO
from connectors.readers.batch import TEXT, Fault
from connectors.readers.json import read_json
from connectors.readers.lines import check_encoding
from connectors.readers.xml import read_xml
from connectors.reasons import DeliveryError, SettingsError, message
from connectors.settings import Setting, resolve

SETTINGS: tuple[Setting, ...] = (
    Setting("kind", "File", "choice", "csv", (("csv", "CSV"), ("xml", "XML"), ("json", "JSON"))),
    Setting("destination", "Column of the destination", required=True,
            help="Name of the header line, position from 1, or path in XML and JSON."),
    Setting("amount", "Column of the amount", required=True),
    Setting("records", "Column of the number of calls"),
    Setting("quantity", "Column of the duration"),
    Setting("shape", "Duration in", "choice", "min",
            tuple((name, name) for name in (*SCALES, *CLOCKS)),
            help="min, s, h, or hms (01:02:03); the usage is compared in seconds."),
    Setting("decimal", "Decimal sign", "choice", ",", ((",", "Comma"), (".", "Point"))),
    Setting("thousands", "Thousands separator"),
    Setting("amount_exponent", "Unit of the amount: 10^-n", "int", 0, help="0 EUR, 2 cents."),
    *TEXT_FILE,
    Setting("header", "First line names the columns (CSV)", "bool", True),
    Setting("skip", "Lines to skip at the top (CSV)", "int", 0),
    Setting("container", "Element or list of the positions (XML, JSON)"),
    Setting("total_mark", "Totals begin with",
            help="Such as Summe, MwSt: compared, not added; several with commas."),
    Setting("number", "Column of the invoice number"),
    Setting("only", "Only positions where", help="column=value, column=value"),
)  # fmt: skip


_MONEY = re.compile(r"([A-Z]{3}|[€$£])?\s*([-+]?[0-9][^€$£A-Z]*?)\s*([A-Z]{3}|[€$£])?")
"""An amount with its currency before or behind it; what stands between is read as declared."""

_FIRST = "\x00first"
"""The first cell of a line among its cells, whatever is mapped."""


@dataclass(frozen=True)
class Position:
    """One line of the invoice; quantity and amount in millionths (of a second, of the money).

    `slack`: half of the last place in which the quantity is written (1,5 min: 3 s), in millionths.
    """

    line: int
    destination: str
    records: int | None
    quantity: int | None
    amount: int
    slack: int = 0


@dataclass
class Statement:
    """An invoice that was read; `stated`: the totals it states itself, in millionths."""

    lines: int = 0
    positions: list[Position] = field(default_factory=list)
    faulty: list[tuple[int, str, str]] = field(default_factory=list)  # line, message, raw text
    totals: int = 0
    left_out: int = 0
    stated: list[int] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)  # as written beside the amounts: EUR, €
    number: str = ""

    @property
    def amount(self) -> int:
        """The positions added up, in millionths."""
        return sum(position.amount for position in self.positions)

    @property
    def total(self) -> int | None:
        """What the file states: the total that the positions come to, where there is one.

        A file may state several: of sections, before and with VAT, and the VAT itself.
        """
        if self.amount in (*self.stated, sum(self.stated)) and self.stated:
            return self.amount
        return self.stated[-1] if self.stated else None


@dataclass(frozen=True)
class _Row:
    line: int
    cells: Mapping[str, str]
    raw: str
    fault: str = ""


def check(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Settings with defaults; raises SettingsError naming what is wrong."""
    found = resolve(SETTINGS, settings)
    check_encoding(found["encoding"])
    if found["kind"] != "csv" and not found["container"] and found["kind"] == "xml":
        raise SettingsError("container: name the element of a position")
    if found["kind"] == "csv" and not found["header"]:
        wrong = [name for name in _used(found) if not name.isdecimal() or int(name) < 1]
        if wrong:
            raise SettingsError(
                f"column {', '.join(wrong)}: without a header line, columns are positions from 1"
            )
    _conditions(found)
    return found


def read(data: bytes, settings: Mapping[str, Any] | None) -> Statement:
    """Read an invoice; raises SettingsError, or DeliveryError for a file that is something else."""
    found = check(settings)
    readers = {"csv": _csv_rows, "xml": _xml_rows, "json": _json_rows}
    statement = Statement()
    rows: list[_Row] = []
    for row in readers[found["kind"]](data, found):
        statement.lines += 1
        if row.fault:
            statement.faulty.append((row.line, row.fault, row.raw))
        elif any(row.cells[name] != value for name, value in _conditions(found)):
            statement.left_out += 1
        else:
            rows.append(row)
    _values(statement, rows, found)
    statement.faulty.sort()
    return statement


def _values(statement: Statement, rows: list[_Row], settings: Mapping[str, Any]) -> None:
    def column(name: str) -> pa.Array:
        return pa.array([row.cells.get(settings[name], "") for row in rows], TEXT)

    signs = (settings["decimal"], settings["thousands"])
    written = [_MONEY.fullmatch(row.cells.get(settings["amount"], "").strip()) for row in rows]
    statement.currencies = {
        currency for match in written if match for currency in (match[1] or match[3],) if currency
    }
    amount, no_amount, bad_amount = parse_micro(
        pa.array(
            [
                match[2] if match else row.cells.get(settings["amount"], "")
                for row, match in zip(rows, written, strict=True)
            ],
            TEXT,
        ),
        *signs,
        settings["amount_exponent"],
    )
    count, no_count, bad_count = parse_micro(column("records"), *signs)
    quantity, no_quantity, bad_quantity = parse_quantity(
        column("quantity"), settings["shape"], *signs
    )
    marks = [mark.strip() for mark in settings["total_mark"].split(",") if mark.strip()]
    begins = "|".join(re.escape(mark) for mark in marks)
    total_line = re.compile(rf"(?:{begins})(?!\w)", re.IGNORECASE)  # Summe, but not Summerland
    for at, row in enumerate(rows):
        name = row.cells.get(settings["destination"], "").strip()
        faults = []
        credit = amount[at] < 0  # what a credit takes back may be negative too
        for bad, reason, which in (
            (bad_amount[at] or no_amount[at], "amount", "amount"),
            (
                bad_count[at] or count[at] % MICRO or (count[at] < 0 and not credit),
                "amount",
                "records",
            ),
            (bad_quantity[at] or (quantity[at] < 0 and not credit), "duration", "quantity"),
        ):
            if bad:
                column_name = settings[which]
                faults.append(message(reason, column_name, row.cells.get(column_name, "")))
        texts = [name, *(cell.strip() for cell in row.cells.values())]
        total = bool(marks) and any(map(total_line.match, texts))
        if total and not (bad_amount[at] or no_amount[at]):
            statement.totals += 1
            statement.stated.append(int(amount[at]))
            continue
        if not name:
            faults.append(message("missing", settings["destination"]))
        if faults:
            statement.faulty.append((row.line, " ".join(faults), row.raw))
            continue
        if settings["number"] and not statement.number:
            statement.number = row.cells.get(settings["number"], "").strip()
        statement.positions.append(
            Position(
                row.line,
                name,
                None if no_count[at] else int(count[at]) // MICRO,
                None if no_quantity[at] else int(quantity[at]),
                int(amount[at]),
                _slack(row.cells.get(settings["quantity"], ""), settings),
            )
        )


def _slack(text: str, settings: Mapping[str, Any]) -> int:
    """Half of the last place of a written quantity, in millionths of a second.

    >>> _slack("12,5", {"shape": "min", "decimal": ","})
    3000000
    """
    if settings["shape"] not in SCALES or not text:
        return 0
    times, divisor = SCALES[settings["shape"]]
    places = len(text.strip().partition(settings["decimal"])[2].rstrip("-"))
    return times * MICRO // (2 * divisor * 10**places)


def _used(settings: Mapping[str, Any]) -> list[str]:
    names = [settings[name] for name in ("destination", "amount", "records", "quantity", "number")]
    names += [name for name, _value in _conditions(settings)]
    return list(dict.fromkeys(name for name in names if name))


def _conditions(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for part in filter(None, (part.strip() for part in settings["only"].split(","))):
        name, sign, value = part.partition("=")
        if not sign:
            raise SettingsError(f"only: {part!r} is no column=value")
        found.append((name.strip(), value.strip()))
    return found


def _csv_rows(data: bytes, settings: Mapping[str, Any]) -> Iterator[_Row]:
    try:
        encoding = "utf-8-sig" if settings["encoding"] == "utf-8" else settings["encoding"]
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DeliveryError(
            f"The file is not {settings['encoding']} (byte {error.start}); declare its encoding."
        ) from None
    delimiter = settings["delimiter"].replace("\\t", "\t") or ";"
    lines = text.replace("\x00", "\\x00").splitlines(keepends=True)[settings["skip"] :]
    try:
        table = list(csv.reader(io.StringIO("".join(lines)), delimiter=delimiter))
    except csv.Error as error:
        raise DeliveryError(f"The file is no CSV ({error}); check quotes and delimiter.") from None
    wanted = _used(settings)
    places = {name: int(name) - 1 for name in wanted} if not settings["header"] else {}
    if settings["header"]:
        names = [name.strip() for name in (table.pop(0) if table else [])]
        missing = [name for name in wanted if name not in names]
        if missing:
            raise DeliveryError(
                f"The header line has no column {', '.join(missing)}; it has {', '.join(names)}; "
                "correct the layout."
            )
        twice = [name for name in wanted if names.count(name) > 1]
        if twice:
            raise DeliveryError(
                f"The header line has the column {', '.join(twice)} twice; say by position which "
                "one is meant, without a header line."
            )
        places = {name: names.index(name) for name in wanted}
    first = settings["skip"] + 1 + settings["header"]
    for number, cells in enumerate(table, first):
        if not any(cell.strip() for cell in cells):
            continue
        raw = delimiter.join(cells)
        found = {
            name: cells[place].strip() if place < len(cells) else ""
            for name, place in places.items()
        }
        # a total line may be short and name itself in the first column
        found.setdefault(_FIRST, cells[0].strip())
        yield _Row(number, found, raw)


def _xml_rows(data: bytes, settings: Mapping[str, Any]) -> Iterator[_Row]:
    yield from _tree(read_xml(io.BytesIO(data), settings["container"]), settings)


def _json_rows(data: bytes, settings: Mapping[str, Any]) -> Iterator[_Row]:
    yield from _tree(read_json(io.BytesIO(data), settings["container"]), settings)


def _tree(records: Iterator[Any], settings: Mapping[str, Any]) -> Iterator[_Row]:
    for number, record, raw in records:
        if isinstance(record, Fault):
            yield _Row(number, {}, raw, message(record.reason, record.field, record.value))
            continue
        cells = {name: plain(value_at(record, name)).strip() for name in _used(settings)}
        yield _Row(number, cells, "; ".join(f"{name}: {text}" for name, text in cells.items()))
