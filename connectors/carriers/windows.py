# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spans of time as items: what is over long enough waits to be fetched, oldest first.

`state["done"]` is the end of the last span without gaps before it, `state["ahead"]` the ends of
spans that were done before their turn.  Without a kept state everything from `first` on waits
again, and is recognised by its hash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from connectors.http import Http, checked_url, shown
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience
from connectors.settings import Setting, zone
from connectors.transports.base import Item, Transport

STEPS = ("hour", "day", "month")

WINDOWS: tuple[Setting, ...] = (
    Setting("first", "Fetch from", required=True, help="First day, such as 2026-09-01."),
    Setting(
        "window", "Span of one request", "choice", "day",
        (("hour", "An hour"), ("day", "A day"), ("month", "A month")),
    ),
    Setting(
        "lag", "Hours until records are complete", "int", 2,
        help="A span is fetched this long after its end; late records need more.",
    ),
    Setting("timezone", "Time zone of days and months", "timezone", "UTC"),
    Setting("most", "Spans in one start", "int", 62),
)  # fmt: skip


class Windowed(Transport):
    """A service that is asked for what happened from one moment to another."""

    settings = WINDOWS
    suffix = ".jsonl"

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(settings, state, patience)
        self._zone = zone(self.options["timezone"])
        try:
            day = dt.date.fromisoformat(self.options["first"])
        except ValueError:
            raise SettingsError(f"first: {self.options['first']!r} is no day") from None
        self._first = dt.datetime(day.year, day.month, day.day, tzinfo=self._zone)
        self._client: Http | None = None

    def now(self) -> dt.datetime:
        """The present moment."""
        return dt.datetime.now(dt.timezone.utc)

    def list(self) -> list[Item]:
        ready = self.now() - dt.timedelta(hours=self.options["lag"])
        done, ahead = self.state.get("done", ""), set(self.state.get("ahead", ()))
        items: list[Item] = []
        begin = self._first
        while len(items) < self.options["most"]:
            end = self._after(begin)
            if end > ready:
                break
            if _text(end) > done and _text(end) not in ahead:
                items.append(self.item(begin, end))
            begin = end
        return items

    def item(self, begin: dt.datetime, end: dt.datetime) -> Item:
        """The item of a span; also for fetching one again."""
        name = f"{self.name}-{_compact(begin)}-{_compact(end)}{self.suffix}"
        return Item(name, details={"begin": _text(begin), "end": _text(end)})

    def done(self, item: Item) -> None:
        ahead = {*self.state.get("ahead", ()), item.details["end"]}
        done = self.state.get("done", "")
        begin = self._first
        while True:
            end = self._after(begin)
            text = _text(end)
            if text > done:
                if text not in ahead:
                    break
                done = text
            begin = end
        self.state["done"] = done
        self.state["ahead"] = sorted(text for text in ahead if text > done)

    def client(self) -> Http:
        """The HTTP session; raises TransportError when it is not open."""
        if self._client is None:
            raise TransportError(f"{self.where()} is not connected.")
        return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def _after(self, begin: dt.datetime) -> dt.datetime:
        """The end of the span that begins here, by the wall clock of the zone."""
        step = self.options["window"]
        if step == "hour":
            moment = begin.astimezone(dt.timezone.utc) + dt.timedelta(hours=1)
            return moment.astimezone(self._zone)
        local = begin.replace(tzinfo=None)
        if step == "day":
            after = local + dt.timedelta(days=1)
        else:
            after = (local.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        return after.replace(tzinfo=self._zone)


def span(item: Item) -> tuple[dt.datetime, dt.datetime]:
    """Begin and end of an item, UTC."""
    begin, end = (dt.datetime.fromisoformat(item.details[name]) for name in ("begin", "end"))
    return begin, end


def written(moment: dt.datetime, pattern: str) -> str:
    """A moment as a service wants it: iso, iso_ms, epoch, epoch_ms, date or a strftime pattern."""
    utc = moment.astimezone(dt.timezone.utc)
    if pattern == "iso":
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    if pattern == "iso_ms":
        return utc.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if pattern == "epoch":
        return str(int(utc.timestamp()))
    if pattern == "epoch_ms":
        return str(int(utc.timestamp()) * 1000)
    if pattern == "date":
        return utc.strftime("%Y-%m-%d")
    return utc.strftime(pattern)


def base_url(text: str) -> str:
    """A checked URL without a slash at its end."""
    return checked_url(text).rstrip("/")


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.timezone.utc).isoformat()


def _compact(moment: dt.datetime) -> str:
    return moment.astimezone(dt.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


__all__ = ["WINDOWS", "Windowed", "base_url", "shown", "span", "written"]
