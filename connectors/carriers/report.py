# SPDX-License-Identifier: AGPL-3.0-or-later
"""Services that make a report first: ask for it, wait until it is made, download it.

The id of a report that was asked for stays in `state`, so that a start that was killed goes on
waiting for it instead of asking for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

from connectors.carriers.auth import AUTH
from connectors.carriers.rest import REQUEST, Rest, _filled
from connectors.carriers.windows import WINDOWS, span, written
from connectors.formats.records import plain, value_at
from connectors.http import parse_json, shown
from connectors.reasons import SettingsError, TransportError
from connectors.settings import Setting
from connectors.transports.base import Item

REPORT: tuple[Setting, ...] = (
    Setting(
        "create_body", "Body of the request", help='JSON, such as {"from": "{from}"}.', lines=3
    ),
    Setting("id_path", "Path of the report's id", default="id"),
    Setting(
        "poll_url", "Address of its state", required=True, help="{id} stands for the report's id."
    ),
    Setting("state_path", "Path of the state", default="status"),
    Setting("state_done", "States that mean done", default="done completed finished"),
    Setting("state_failed", "States that mean failed", default="failed error"),
    Setting(
        "download_url", "Address of the file",
        help="{id} stands for the report's id; empty where the state's answer names it.",
    ),
    Setting("download_path", "Path of the file's address in the state", default="url"),
    Setting("suffix", "Ending of the file", default=".csv"),
    Setting("poll_seconds", "Seconds between two looks", "int", 10),
    Setting("poll_most", "Looks at most", "int", 180),
)  # fmt: skip

_GONE = (404, 410)
"""Answers about a report that is not kept any more."""


class Report(Rest):
    """Reports that are made asynchronously."""

    name = "rest_report"
    label = "REST report (asynchronous)"
    help = "A report is ordered, waited for, and downloaded."
    settings = (*REQUEST, *REPORT, *AUTH, *WINDOWS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.suffix = self.options["suffix"]
        body = self.options["create_body"]
        if body:
            try:
                parse_json(body)
            except ValueError as error:
                raise SettingsError(f"create_body: is no JSON: {error}") from None

    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        pending = self.state.setdefault("pending", {})
        number = pending.get(item.name)
        if number is None:
            number = pending[item.name] = self._create(item)
        url = self._finished(item, number)
        with self.client().stream("GET", url, answers=_GONE) as response:
            self._check_there(item, response.status_code, url)
            for piece in response.iter_content(1 << 18):
                target.write(piece)

    def done(self, item: Item) -> None:
        super().done(item)
        self.state.get("pending", {}).pop(item.name, None)

    def _create(self, item: Item) -> str:
        begin, end = span(item)
        times = {
            "{from}": written(begin, self.options["time"]),
            "{to}": written(end, self.options["time"]),
        }
        sent: dict[str, Any] = {}
        body = _filled(self.options["create_body"], times)
        if body:
            sent = {"data": body.encode(), "headers": {"Content-Type": "application/json"}}
        answer, _headers = self.client().json(
            self.options["method"], _filled(self.url, times), **sent
        )
        number = plain(value_at(answer, self.options["id_path"]))
        if not number or not number.replace("-", "").replace("_", "").isalnum():
            raise TransportError(
                f"{self.where()} gives no id of a report; check where it stands in the answer.",
                False,
            )
        return number

    def _finished(self, item: Item, number: str) -> str:
        """Wait for a report; the address of its file."""
        options = self.options
        url = self._on_host(options["poll_url"].replace("{id}", number))
        for _look in range(options["poll_most"]):
            response, body = self.client().whole("GET", url, answers=_GONE)
            self._check_there(item, response.status_code, url)
            try:
                answer = parse_json(body)
            except ValueError as error:
                raise TransportError(
                    f"{shown(url)} did not answer with JSON ({error}); check the address.",
                    temporary=False,
                ) from None
            state = plain(value_at(answer, options["state_path"])).lower()
            if state in options["state_done"].lower().split():
                return self._file_url(answer, number)
            if state in options["state_failed"].lower().split():
                self.state.get("pending", {}).pop(item.name, None)
                raise TransportError(
                    f"{shown(url)}: the report failed ({state}); it is ordered anew."
                )
            self.patience.sleep(options["poll_seconds"])
        raise TransportError(f"{shown(url)}: the report is not made yet; it is asked for later.")

    def _check_there(self, item: Item, status: int, url: str) -> None:
        """A report that the service has thrown away is ordered anew."""
        if status in _GONE:
            self.state.get("pending", {}).pop(item.name, None)
            raise TransportError(
                f"{shown(url)}: the report is gone ({status}); it is ordered anew."
            )

    def _file_url(self, answer: Mapping[str, Any], number: str) -> str:
        if self.options["download_url"]:
            return self._on_host(self.options["download_url"].replace("{id}", number))
        found = plain(value_at(answer, self.options["download_path"]))
        if not found:
            raise TransportError(
                f"{self.where()} names no file of the report; check where it stands in the answer.",
                False,
            )
        return urljoin(self.url, found)

    def _on_host(self, url: str) -> str:
        found = urljoin(self.url, url)
        if urlsplit(found).netloc != urlsplit(self.url).netloc:
            raise TransportError(
                f"{shown(found)} lies on another host than the service; correct the address.", False
            )
        return found
