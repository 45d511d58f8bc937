# SPDX-License-Identifier: AGPL-3.0-or-later
"""OVHcloud's telephony API: ids of calls, then each call; every request is signed.

Source: https://help.ovhcloud.com, First steps with the OVHcloud API; console /telephony.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

import requests

from connectors import tls
from connectors.carriers.rest import line
from connectors.carriers.windows import WINDOWS, Windowed, base_url, shown, span
from connectors.http import Http
from connectors.reasons import TransportError
from connectors.retry import Patience
from connectors.settings import Setting
from connectors.transports.base import Item


class OvhCarrier(Windowed):
    """Calls of the services of one billing account."""

    name = "ovh"
    label = "OVHcloud telephony API"
    help = "Calls of OVH's telephony lines, with OVH's prices."
    settings = (
        Setting("url", "Address of the API", default="https://eu.api.ovh.com/1.0"),
        Setting("application_key", "Application key", required=True),
        Setting("application_secret", "Application secret", "secret", required=True),
        Setting("consumer_key", "Consumer key", "secret", required=True),
        Setting("billing_account", "Billing account", required=True),
        Setting("services", "Services", help="Names separated by blanks; empty for all."),
        tls.CA,
        Setting("interval", "Milliseconds between two requests", "int", 50),
        *WINDOWS,
    )

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(settings, state, patience)
        self.url = base_url(self.options["url"])
        self._ahead = 0  # seconds that OVH's clock is ahead of ours

    def where(self) -> str:
        return f"{shown(self.url)}/telephony/{self.options['billing_account']}"

    def open(self) -> None:
        options = self.options
        self._client = Http(options["ca_file"], self.patience, options["interval"] / 1000)
        theirs, _headers = self._client.json("GET", f"{self.url}/auth/time")
        if not isinstance(theirs, int):
            raise TransportError(
                f"{shown(self.url)}/auth/time gives no time; check the address.", False
            )
        self._ahead = theirs - int(time.time())
        self._client._sign = self._sign

    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        begin, end = span(item)
        account = self.options["billing_account"]
        times = {
            "creationDatetime.from": begin.isoformat(),
            "creationDatetime.to": end.isoformat(),
        }
        base = f"{self.url}/telephony/{quote(account, safe='')}/service"
        for service in self.options["services"].split() or self._get(base):
            calls = f"{base}/{quote(service, safe='')}/voiceConsumption"
            for number in self._get(calls, times):
                call = self._get(f"{calls}/{quote(str(number), safe='')}")
                target.write(line({**call, "serviceName": service, "billingAccount": account}))

    def _get(self, url: str, params: Mapping[str, str] | None = None) -> Any:
        found, _headers = self.client().json("GET", url, params=params)
        return found

    def _sign(self, request: requests.PreparedRequest) -> None:
        """OVH's signature: SHA-1 over both secrets, method, address, body and time."""
        stamp = str(int(time.time()) + self._ahead)
        body = request.body or b""
        text = body.decode() if isinstance(body, bytes) else body
        consumer = self.options["consumer_key"].reveal()
        secret = self.options["application_secret"].reveal()
        joined = "+".join((secret, consumer, request.method or "", request.url or "", text, stamp))
        digest = hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
        request.headers["X-Ovh-Application"] = self.options["application_key"]
        request.headers["X-Ovh-Consumer"] = consumer
        request.headers["X-Ovh-Timestamp"] = stamp
        request.headers["X-Ovh-Signature"] = f"$1${digest}"
