# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logins of HTTP services."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.http import Http, checked_url, shown
from connectors.reasons import SettingsError, TransportError
from connectors.settings import Setting

OAUTH = ("auth", ("oauth2",))

AUTH: tuple[Setting, ...] = (
    Setting(
        "auth", "Login", "choice", "none",
        (("none", "None"), ("basic", "User and password (basic)"), ("bearer", "Token (bearer)"),
         ("header", "Key in a header"), ("oauth2", "OAuth2 (client credentials)")),
    ),
    Setting("user", "User or client id", when=("auth", ("basic", "oauth2"))),
    Setting(
        "secret", "Password, token, key or client secret", "secret",
        when=("auth", ("basic", "bearer", "header", "oauth2")),
    ),
    Setting("auth_header", "Header of the key", default="X-API-Key", when=("auth", ("header",))),
    Setting("token_url", "Address of the OAuth2 token", when=OAUTH),
    Setting("scope", "OAuth2 scope", when=OAUTH),
    Setting(
        "token_grant", "OAuth2 grant", default="client_credentials",
        help="client_credentials, or what the service calls its own (account_credentials).",
        when=OAUTH,
    ),
    Setting(
        "token_extra", "Further OAuth2 fields", help="Such as account_id=abc; joined by &.",
        when=OAUTH,
    ),
)  # fmt: skip


class Login:
    """Adds the login to requests for one host, and to no other."""

    def __init__(self, options: Mapping[str, Any], url: str) -> None:
        self._options = options
        self._host = urlsplit(url).netloc
        self._token = ""
        if options["auth"] != "none" and not options["secret"]:
            raise SettingsError("secret: is needed for this login")
        if options["auth"] == "oauth2":
            checked_url(options["token_url"])

    def __call__(self, request: requests.PreparedRequest) -> None:
        kind = self._options["auth"]
        if kind == "none" or urlsplit(request.url or "").netloc != self._host:
            return
        if kind == "oauth2" and not self._token:
            return  # the request for the token itself
        secret = self._options["secret"].reveal()
        if kind == "basic":
            pair = f"{self._options['user']}:{secret}".encode()
            request.headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        elif kind == "bearer":
            request.headers["Authorization"] = f"Bearer {secret}"
        elif kind == "header":
            request.headers[self._options["auth_header"]] = secret
        else:
            request.headers["Authorization"] = f"Bearer {self._token}"

    def keep(self, http: Http) -> None:
        """Get an OAuth2 token, and another one when it expires; nothing for the other logins."""
        if self._options["auth"] == "oauth2":
            self._renew(http)
            http.renew = partial(self._renew, http)

    def _renew(self, http: Http) -> None:
        options = self._options
        self._token = ""
        fields = {"grant_type": options["token_grant"]}
        if options["scope"]:
            fields["scope"] = options["scope"]
        for part in filter(None, options["token_extra"].split("&")):
            name, _sign, value = part.partition("=")
            fields[name] = value
        auth = (options["user"], options["secret"].reveal())
        answer, _headers = http.json("POST", options["token_url"], data=fields, auth=auth)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise TransportError(
                f"{shown(options['token_url'])} gives no access_token; check address and grant.",
                False,
            )
        self._token = token
