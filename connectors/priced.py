# SPDX-License-Identifier: AGPL-3.0-or-later
"""Priced usage for another system: rows as CSV, JSON or XML by a template, and their way there.

A batch is bytes with an id.  It is sent with the id as Idempotency-Key until the other side says
that it has it; what is sent again is the same bytes under the same id.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from connectors import tls
from connectors.carriers.auth import AUTH, Login
from connectors.http import Http, checked_url, shown
from connectors.readers.lines import check_encoding
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience, retrying
from connectors.settings import Setting, resolve

KINDS = {
    "csv": ("CSV", "text/csv", "csv"),
    "json": ("JSON, one document", "application/json", "json"),
    "jsonl": ("JSON, one object a line", "application/x-ndjson", "jsonl"),
    "xml": ("XML", "application/xml", "xml"),
}
"""kind -> label, media type, ending."""

REST: tuple[Setting, ...] = (
    Setting("url", "Address", required=True, help="Each batch is posted to it."),
    *AUTH,
    Setting("method", "Method", "choice", "POST", (("POST", "POST"), ("PUT", "PUT"))),
    tls.CA,
)

_KNOWN = 409
"""The answer of a system that has the batch already."""

_ELEMENT = re.compile(r"[A-Za-z_][\w.-]*")


@dataclass(frozen=True)
class Template:
    """How rows are written; `columns`: (name there, key of the row) in order."""

    columns: tuple[tuple[str, str], ...]
    kind: str = "csv"
    delimiter: str = ";"
    header: bool = True
    decimal: str = "."
    encoding: str = "utf-8"
    moment: str = "%Y-%m-%dT%H:%M:%SZ"
    root: str = "usage"
    element: str = "record"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SettingsError(f"kind {self.kind!r}: use one of {', '.join(KINDS)}")
        if not self.columns:
            raise SettingsError("columns: at least one is needed")
        names = [name for name, _key in self.columns]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise SettingsError(f"columns: {', '.join(sorted(twice))} is there twice")
        if len(self.delimiter.replace("\\t", "\t")) != 1 and self.kind == "csv":
            raise SettingsError(f"delimiter {self.delimiter!r}: one character")
        if self.decimal not in (".", ","):
            raise SettingsError(f"decimal {self.decimal!r}: a point or a comma")
        check_encoding(self.encoding)
        if self.kind == "xml":
            wrong = [n for n in (self.root, self.element, *names) if not _ELEMENT.fullmatch(n)]
            if wrong:
                raise SettingsError(f"{wrong[0]!r} is no name of an XML element")
        try:
            dt.datetime(2026, 9, 1).strftime(self.moment)
        except ValueError as error:
            raise SettingsError(f"moment {self.moment!r}: {error}") from None

    @property
    def media_type(self) -> str:
        """For the header Content-Type."""
        return KINDS[self.kind][1]

    @property
    def extension(self) -> str:
        """Of the file's name."""
        return KINDS[self.kind][2]

    def render(self, rows: Iterable[Mapping[str, Any]]) -> bytes:
        """Rows as bytes; raises SettingsError for text that the encoding does not have."""
        table = [[self._cell(row.get(key)) for _name, key in self.columns] for row in rows]
        text = {
            "csv": self._csv, "json": self._json, "jsonl": self._jsonl, "xml": self._xml,
        }[self.kind](table)  # fmt: skip
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise SettingsError(
                f"encoding: {self.encoding} has no {error.object[error.start]!r}; use utf-8"
            ) from None

    def _cell(self, value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return value.strftime(self.moment)
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return format(value, "f").replace(".", self.decimal)
        if isinstance(value, str):
            return "".join(sign for sign in value if sign in "\t\n" or ord(sign) >= 32)
        return value

    def _csv(self, table: Sequence[Sequence[Any]]) -> str:
        out = io.StringIO()
        writer = csv.writer(
            out, delimiter=self.delimiter.replace("\\t", "\t"), lineterminator="\r\n"
        )
        if self.header:
            writer.writerow([name for name, _key in self.columns])
        writer.writerows([["" if cell is None else cell for cell in row] for row in table])
        return out.getvalue()

    def _objects(self, table: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        names = [name for name, _key in self.columns]
        return [dict(zip(names, row, strict=True)) for row in table]

    def _json(self, table: Sequence[Sequence[Any]]) -> str:
        return json.dumps({self.root: self._objects(table)}, ensure_ascii=False)

    def _jsonl(self, table: Sequence[Sequence[Any]]) -> str:
        lines = (json.dumps(one, ensure_ascii=False) for one in self._objects(table))
        return "".join(f"{line}\n" for line in lines)

    def _xml(self, table: Sequence[Sequence[Any]]) -> str:
        names = [name for name, _key in self.columns]
        parts = [f'<?xml version="1.0" encoding="{self.encoding}"?>\n<{self.root}>\n']
        for row in table:
            cells = "".join(
                f"<{name}>{escape(str(cell))}</{name}>"
                for name, cell in zip(names, row, strict=True)
                if cell is not None
            )
            parts.append(f"<{self.element}>{cells}</{self.element}>\n")
        return "".join([*parts, f"</{self.root}>\n"])


@dataclass(frozen=True)
class Receipt:
    """The other side has the batch; `known`: it had it before; `text`: what it answered."""

    known: bool
    text: str


class Push:
    """Hands batches to a REST service, one by one; to be used as a context manager."""

    def __init__(self, settings: Mapping[str, Any], patience: Patience | None = None) -> None:
        found = resolve(REST, settings)
        self._url, self._method = checked_url(found["url"]), found["method"]
        self._login = Login(found, self._url)
        self._http = Http(found["ca_file"], patience, sign=self._login)
        self._patience = self._http.patience

    def __enter__(self) -> Push:
        self._login.keep(self._http)
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def send(self, batch: str, payload: bytes, media_type: str) -> Receipt:
        """Send a batch until it is acknowledged (2xx, or 409: known already).

        Raises TransportError where it is not; then it may be sent again under the same id.
        """
        headers = {
            "Content-Type": media_type,
            "Idempotency-Key": batch,
            "X-Batch-Id": batch,
            "X-Content-SHA256": hashlib.sha256(payload).hexdigest(),
        }

        def once() -> Receipt:
            with self._http.stream(
                self._method,
                self._url,
                data=payload,
                headers=headers,
                answers=(_KNOWN,),
                follow=False,
            ) as response:
                body = b""
                for piece in response.iter_content(1 << 12):
                    body = (body + piece)[: 1 << 12]
                status = response.status_code
            if status >= 300 and status != _KNOWN:
                raise TransportError(
                    f"{shown(self._url)} answers {status}; the batch is not confirmed; ask who "
                    "runs it.",
                    False,
                )
            return Receipt(status == _KNOWN, body.decode("utf-8", "replace").strip()[:1000])

        return retrying(once, self._patience)
