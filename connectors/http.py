# SPDX-License-Identifier: AGPL-3.0-or-later
"""HTTP as carriers ask for it: verified TLS, patience, a rate limit, and faults without secrets."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from connectors import tls
from connectors.causes import cause
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Pace, Patience, retrying

TIMEOUT = 60
MAX_BODY = 256 << 20
"""Bytes of an answer that is read as a whole; deliveries themselves are streamed."""

AGENT = "telecom-billing connectors"

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


def checked_url(url: str) -> str:
    """The URL if it is https, or http on this machine; raises SettingsError."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise SettingsError(f"{shown(url)}: user and password have settings of their own")
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if safe and parts.hostname:
        return url
    raise SettingsError(f"{shown(url) or 'url'}: write a complete https:// address")


def shown(url: str) -> str:
    """A URL for messages: without user, password, query and fragment, where secrets travel."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    place = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit((parts.scheme, place, parts.path, "", ""))


class _Verified(HTTPAdapter):
    """Connections with our own TLS context; the environment cannot weaken it."""

    def __init__(self, ca_file: str) -> None:
        self._context = tls.context(ca_file)
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **options)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=self._context, **options)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context verifies; requests would load its own bundle into it."""
        conn.cert_reqs = "CERT_REQUIRED"

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None):
        host, pool = super().build_connection_pool_key_attributes(request, True, cert)
        pool.pop("ca_certs", None)
        pool.pop("ca_cert_dir", None)
        return host, {**pool, "ssl_context": self._context}


class _Session(requests.Session):
    """Goes along with redirects, but without what was meant for the first host alone."""

    def __init__(self) -> None:
        super().__init__()
        self.own: set[str] = set()
        """Names of the headers that hold the login."""

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        super().rebuild_auth(prepared_request, response)
        before, after = response.request.url or "", prepared_request.url or ""
        try:
            checked_url(after)
        except SettingsError:
            raise TransportError(
                f"{shown(before)} leads to {shown(after)}, which is not encrypted; correct the "
                "address.",
                False,
            ) from None
        if urlsplit(after).netloc == urlsplit(before).netloc:
            return
        if prepared_request.body:
            raise TransportError(
                f"{shown(before)} leads to another host ({shown(after)}), where nothing is sent; "
                "correct the address, if that is right.",
                False,
            )
        for name in self.own:
            prepared_request.headers.pop(name, None)


class Http:
    """A session; `sign` may add headers to each request just before it goes out."""

    def __init__(
        self,
        ca_file: str = "",
        patience: Patience | None = None,
        interval: float = 0.0,
        timeout: float = TIMEOUT,
        sign: Callable[[requests.PreparedRequest], None] | None = None,
    ) -> None:
        self.patience = patience or Patience()
        self.session = _Session()
        self.session.trust_env = False  # no ~/.netrc: logins come from the settings alone
        self.session.headers["User-Agent"] = AGENT
        self.session.mount("https://", _Verified(ca_file))
        self._pace = Pace(interval, self.patience)
        self._timeout = timeout
        self._sign = sign
        self.renew: Callable[[], None] | None = None
        """Gets a new token where the old one expired in the middle of the work."""
        self._renewed = False

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def json(self, method: str, url: str, **options: Any) -> tuple[Any, Mapping[str, str]]:
        """Body (parsed, numbers as text-exact Decimals) and headers of an answer."""
        response, body = self.whole(method, url, **options)
        try:
            return parse_json(body), response.headers
        except ValueError as error:
            raise TransportError(
                f"{shown(url)} did not answer with JSON ({error}); check the address.",
                temporary=False,
            ) from None

    def whole(self, method: str, url: str, **options: Any) -> tuple[requests.Response, bytes]:
        """An answer with its body; raises TransportError for anything but success."""

        def once() -> tuple[requests.Response, bytes]:
            with self.stream(method, url, **options) as response:
                body = b""
                for piece in response.iter_content(1 << 16):
                    body += piece
                    if len(body) > MAX_BODY:
                        raise TransportError(
                            f"{shown(url)} answers with more than {MAX_BODY >> 20} MB; ask for "
                            "less at once.",
                            False,
                        )
                return response, body

        return retrying(once, self.patience)

    @contextmanager
    def stream(self, method: str, url: str, **options: Any) -> Iterator[requests.Response]:
        """One request, its body not read yet; one attempt, TransportError for a fault."""
        checked_url(url)
        self._pace.wait()
        auth = options.pop("auth", None)
        answers = options.pop("answers", ())  # statuses that are answers too, for the caller
        follow = options.pop("follow", True)  # redirects: a POST would become a GET
        request = requests.Request(method, url, auth=auth, **options)
        where = shown(url)
        try:
            prepared = self.session.prepare_request(request)
            if self._sign is not None:
                plain = dict(prepared.headers)
                self._sign(prepared)
                signed = prepared.headers.items()
                self.session.own |= {name for name, value in signed if plain.get(name) != value}
            proxies = requests.utils.get_environ_proxies(url)
            with self.session.send(
                prepared,
                timeout=self._timeout,
                stream=True,
                proxies=proxies,
                allow_redirects=follow,
            ) as response:
                if response.status_code not in answers:
                    self._check(response, where)
                self._renewed = False
                yield response
        except requests.exceptions.SSLError as error:
            raise TransportError(
                f"{where}: the server's certificate is not trusted ({cause(error)}); name the "
                "private authority, if it has one.", False,
            ) from None  # fmt: skip
        except requests.exceptions.Timeout:
            raise TransportError(
                f"{where} does not answer; check address, port and firewall."
            ) from None
        except (requests.exceptions.RequestException, OSError) as error:
            raise TransportError(
                f"{where}: the connection failed ({cause(error)}); check address and network."
            ) from None

    def _check(self, response: requests.Response, where: str) -> None:
        """Raise unless it is a success; a token is renewed once before it counts as refused."""
        if response.status_code == 401 and self.renew is not None and not self._renewed:
            response.close()
            self._renewed = True
            self.renew()
            self._renewed = True  # the request for the token was a success of its own
            raise TransportError(f"{where} refuses the login (401); correct the source.", after=0)
        check_answer(response, where)


def check_answer(response: requests.Response, where: str) -> None:
    """Raise TransportError unless the answer is a success."""
    status = response.status_code
    if status < 400:
        return
    if status in (401, 403):
        raise TransportError(f"{where} refuses the login ({status}); correct the source.", False)
    after = retry_after(response.headers.get("Retry-After", ""))
    raise TransportError(
        f"{where} answers {status} {response.reason}; check the address, else ask the carrier.",
        status in _AGAIN,
        after,
    )


def retry_after(text: str) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date."""
    if text.isdecimal():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.timezone.utc)
    return max(0.0, (moment - dt.datetime.now(dt.timezone.utc)).total_seconds())


def parse_json(body: bytes | str) -> Any:
    """JSON whose numbers keep their digits: fractions as Decimal, never as binary floats."""
    import json
    from decimal import Decimal

    return json.loads(body, parse_float=Decimal)
