# SPDX-License-Identifier: AGPL-3.0-or-later
"""REST services in general: what to ask, how to log in, how to go on; all of it settings.

A delivery is one file of one JSON document a line: each page as it came, a span of time in all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

from connectors import tls
from connectors.carriers.auth import AUTH, Login
from connectors.carriers.paging import PAGES, one_line, pages
from connectors.carriers.windows import WINDOWS, Windowed, base_url, shown, span, written
from connectors.http import Http
from connectors.reasons import SettingsError
from connectors.retry import Patience
from connectors.settings import Setting
from connectors.transports.base import Item

TIME_PATTERNS = "iso, iso_ms, epoch, epoch_ms, date, or a pattern such as %Y%m%d"

REQUEST: tuple[Setting, ...] = (
    Setting("url", "Address", required=True, help="{from} and {to} stand for the span of time."),
    Setting("method", "Method", "choice", "GET", (("GET", "GET"), ("POST", "POST"))),
    Setting(
        "params", "Parameters", help="Such as from={from}&to={to}; of a POST, fields of its JSON."
    ),
    Setting("time", "Times are written", default="iso", help=TIME_PATTERNS),
    Setting("headers", "Further headers", help="Name: value, one a line; no secrets.", lines=2),
    tls.CA,
    Setting("interval", "Milliseconds between two requests", "int", 0),
    Setting("timeout", "Seconds until a silent server counts as lost", "int", 60),
)  # fmt: skip


class Rest(Windowed):
    """Any REST service that lists records by time."""

    name = "rest"
    label = "REST service"
    help = "Lists of records that are asked for by HTTP, page by page."
    settings = (*REQUEST, *AUTH, *PAGES, *WINDOWS)

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(settings, state, patience)
        self.url = base_url(self.options["url"])
        self._login = Login(self.options, self.url)
        self._headers = _headers(self.options["headers"])
        for part in filter(None, self.options["params"].split("&")):
            if "=" not in part:
                raise SettingsError(f"params: {part!r} has no value; write name=value")

    def where(self) -> str:
        return shown(self.url)

    def open(self) -> None:
        options = self.options
        self._client = Http(
            options["ca_file"], self.patience, options["interval"] / 1000, options["timeout"],
            sign=self._login,
        )  # fmt: skip
        self._client.session.headers.update(self._headers)
        self._login.keep(self._client)

    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        begin, end = span(item)
        times = {
            "{from}": written(begin, self.options["time"]),
            "{to}": written(end, self.options["time"]),
        }
        url = _filled(self.url, times)
        params = {
            name: _filled(value, times)
            for name, _sign, value in (
                part.partition("=") for part in filter(None, self.options["params"].split("&"))
            )
        }
        method = self.options["method"]
        body: dict[str, Any] | None = {} if method == "POST" else None
        for page in pages(self.client(), method, url, self.options, params, body):
            target.write(one_line(page))


def _filled(text: str, values: Mapping[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _headers(text: str) -> dict[str, str]:
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, sign, value = line.partition(":")
        if not sign or not name.strip().replace("-", "").isalnum():
            raise SettingsError(f"headers: {line!r} is no header; write Name: value")
        found[name.strip()] = value.strip()
    return found


def line(record: Any) -> bytes:
    """A record as one line of JSON; numbers keep their digits."""
    return json.dumps(record, default=str, ensure_ascii=False).encode() + b"\n"
