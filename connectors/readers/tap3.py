# SPDX-License-Identifier: AGPL-3.0-or-later
"""TAP3 files: the outer elements are walked here, each call is decoded by pycrate on its own.

So a damaged call spoils nothing but itself, and memory holds one call beside the file.
pycrate is an optional library (LGPL); it is imported with the first file.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

from connectors.reasons import DeliveryError

EXTRA = "pip install 'telecom-billing[tap3]'"

MAX_FILE = 1 << 29
"""Bytes of a file; operators send some megabytes a day."""

_LOCK = threading.Lock()  # pycrate's types keep the value they decoded last

# GSMA TD.57: DataInterChange and the elements of a TransferBatch, by their application tags.
_BATCH, _NOTIFICATION, _CALLS = 1, 2, 3
_HEADERS = {4: "BatchControlInfo", 5: "AccountingInfo", 6: "NetworkInfo", 15: "AuditControlInfo"}


class TapFile:
    """What stands around the calls, and the calls as (bytes, whether they are whole)."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_FILE:
            raise DeliveryError(f"The file is larger than {MAX_FILE >> 20} MB; ask for it split.")
        self._types = library()
        self.headers: dict[str, dict[str, Any]] = {}
        self._data = data
        self._calls: list[tuple[int, int]] = []
        self.damaged = ""
        """What is wrong with the frame of the file, if something is."""
        self.notification = False
        self._walk()

    def calls(self) -> Iterator[tuple[str, dict[str, Any]] | bytes]:
        """(kind of event, its values), or the bytes of an element that cannot be decoded."""
        for start, end in self._calls:
            raw = self._data[start:end]
            value = self._decode("CallEventDetail", raw)
            if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
                yield value
            else:
                yield raw

    def _walk(self) -> None:
        tag, content, end = self._element(0, len(self._data))
        if tag not in (_BATCH, _NOTIFICATION):
            raise DeliveryError(
                "This is no TAP3 file: it holds no transfer batch; check the format."
            )
        if end > len(self._data):
            self.damaged = "the file is cut off"
        self.notification = tag == _NOTIFICATION
        for tag, start, body, after in self._children(content, min(end, len(self._data))):
            name = _HEADERS.get(tag)
            if name:
                value = self._decode(name, self._data[start:after])
                self.headers[name] = value if isinstance(value, dict) else {}
            elif tag == _CALLS and not self.notification:
                self._calls += [
                    (first, last) for _tag, first, _body, last in self._children(body, after)
                ]
        known = self._decode("Notification", self._data) if self.notification else self.headers
        if not known and not self._calls:
            raise DeliveryError("This is no TAP3 file: nothing in it is known; check the format.")

    def tail(self) -> str:
        """The end of the file, for whoever has to look at a damaged one."""
        return self._data[-100:].hex()

    def _children(self, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """(tag, start, start of the content, end) of the elements in a span of the file."""
        while at < end:
            if self._data[at : at + 2] == b"\x00\x00":
                return  # the end of an element of indefinite length
            tag, body, after = self._element(at, end)
            if tag < 0 or after > end:
                self.damaged = self.damaged or f"an element at byte {at} goes beyond its container"
                after = end
            yield tag, at, body, after
            at = after

    def _element(self, at: int, end: int) -> tuple[int, int, int]:
        """(tag number, start of the content, end) of the element at a place; -1 for none."""
        data = self._data
        start = at
        if at >= end:
            return -1, at, end
        tag = data[at] & 0x1F
        at += 1
        if tag == 0x1F:
            tag = 0
            while at < end:
                tag = tag << 7 | data[at] & 0x7F
                at += 1
                if not data[at - 1] & 0x80 or tag > 1 << 28:
                    break
        if at >= end:
            return -1, at, end
        length = data[at]
        at += 1
        if length == 0x80:
            return tag, at, self._end_of(at, end, start)
        if length > 0x80:
            size = length & 0x7F
            if size > 8 or at + size > end:
                return -1, at, end
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        return tag, at, at + length

    def _end_of(self, at: int, end: int, start: int) -> int:
        """Where an element of indefinite length ends: after as many ends as beginnings."""
        open_elements = 1
        while at < end:
            if self._data[at : at + 2] == b"\x00\x00":
                at += 2
                open_elements -= 1
                if not open_elements:
                    return at
                continue
            place, size = at + 1, 0
            if self._data[at] & 0x1F == 0x1F:
                while place < end and self._data[place] & 0x80:
                    place += 1
                place += 1
            if place >= end:
                break
            length = self._data[place]
            place += 1
            if length == 0x80:
                open_elements += 1
                at = place
                continue
            if length > 0x80:
                size = length & 0x7F
                length = int.from_bytes(self._data[place : place + size], "big")
            at = place + size + length
        self.damaged = self.damaged or f"the element at byte {start} does not end"
        return end

    def _decode(self, name: str, raw: bytes) -> Any:
        """The value of an element, or None; whatever pycrate objects to is a fault of the file."""
        kind = getattr(self._types, name)
        with _LOCK:
            try:
                kind.from_ber(raw)
                return kind.get_val()
            except Exception:
                return None


def library() -> Any:
    """The TAP definitions of pycrate; raises DeliveryError where it is not installed."""
    try:
        from pycrate_asn1dir import TAP3
    except ImportError:
        raise DeliveryError(
            f"TAP3 files need the library pycrate, which is not installed: {EXTRA}"
        ) from None
    logging.getLogger("pycrate").setLevel(logging.ERROR)  # it tells of each unknown element
    return TAP3.TAP_0312
