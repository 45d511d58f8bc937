# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files on a web portal: behind a login, as links on a page or under an address that is known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

import requests

from connectors import tls
from connectors.http import Http, check_answer, checked_url, shown
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience
from connectors.settings import Setting
from connectors.transports.base import Item, Transport, wanted

FORM = ("login", ("form",))


class Https(Transport):
    """Downloads; what is done is remembered in `state`, for nothing can be moved there."""

    name = "https"
    label = "Web portal (HTTPS)"
    help = "Files that are downloaded from a portal, with or without a login."
    resumes = True
    settings = (
        Setting(
            "url", "Address", required=True,
            help="Of the file, or of the page with the links. {year}, {month} and {day} stand for "
            "the period, {yyyy-mm} for year and month.",
        ),
        Setting(
            "links", "Links", help="Regular expression for the addresses of the files on the page; "
            "empty where the address is the file itself. Such as: export/\\d+\\.zip",
        ),
        Setting(
            "period", "Period", "choice", "last_month",
            (("last_month", "Last month"), ("this_month", "This month"),
             ("yesterday", "Yesterday"), ("today", "Today")),
        ),
        Setting(
            "login", "Login", "choice", "none",
            (("none", "None"), ("basic", "User and password (basic)"),
             ("bearer", "Token (bearer)"), ("form", "Form on a page")),
        ),
        Setting("user", "User", when=("login", ("basic", "form"))),
        Setting(
            "password", "Password or token", "secret", when=("login", ("basic", "bearer", "form"))
        ),
        Setting(
            "login_url", "Address of the login page", help="For a login by form.", when=FORM
        ),
        Setting("user_field", "Form field of the user", default="username", when=FORM),
        Setting(
            "password_field", "Form field of the password", default="password", when=FORM
        ),
        tls.CA,
        Setting("include", "File names", default="*", help="Patterns, such as *.zip"),
        Setting("exclude", "But not"),
        Setting("timeout", "Seconds until a silent server counts as lost", "int", 60),
    )  # fmt: skip

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(settings, state, patience)
        options = self.options
        self.url = checked_url(_dated(options["url"], options["period"]))
        if options["login"] == "form":
            checked_url(options["login_url"])
        if options["login"] != "none" and not options["password"]:
            raise SettingsError("password: is needed for this login")
        try:
            self._links = re.compile(options["links"]) if options["links"] else None
        except re.error as error:
            raise SettingsError(f"links: {options['links']!r} is no expression: {error}") from None
        self._http: Http | None = None

    def where(self) -> str:
        return shown(self.url)

    def open(self) -> None:
        options = self.options
        self._http = Http(options["ca_file"], self.patience, timeout=options["timeout"])
        self._http.session.headers["Accept-Encoding"] = "identity"
        if options["login"] == "basic":
            self._http.session.auth = (options["user"], options["password"].reveal())
        elif options["login"] == "bearer":
            self._http.session.auth = _Bearer(options["password"].reveal(), self.url)
        elif options["login"] == "form":
            self._log_in()

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
        self._http = None

    def list(self) -> list[Item]:
        seen = self.state.get("seen", {})
        found: dict[str, str] = {}
        if self._links is None:
            found[_file_name(self.url)] = self.url
        else:
            page = self._page(self.url)
            for link in page.links:
                url = urljoin(self.url, link)
                if self._links.search(url) and _same_place(url, self.url):
                    found.setdefault(_file_name(url), url)
        items = []
        for name, url in sorted(found.items()):
            if any(wanted(part, self.options) for part in _names_in(url)):
                item = self._item(name, url)
                if seen.get(name) != item.details["shape"]:
                    items.append(item)
        return items

    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        headers = {}
        shape = item.details.get("shape")
        if offset:
            headers["Range"] = f"bytes={offset}-"
            if shape and shape[0]:
                headers["If-Range"] = shape[0]
        http = self._client()
        with http.stream("GET", item.details["url"], headers=headers) as response:
            self._check_page(response)
            if offset and response.status_code != 206:
                target.truncate(0)
                target.seek(0)
            for piece in response.iter_content(1 << 18):
                target.write(piece)

    def done(self, item: Item) -> None:
        seen = self.state.setdefault("seen", {})
        seen[item.name] = item.details["shape"]

    def _item(self, name: str, url: str) -> Item:
        """Size and identity by HEAD; a server that knows no HEAD is asked nothing."""
        http = self._client()
        try:
            with http.stream("HEAD", url) as response:
                headers = response.headers
        except TransportError as error:
            if error.code == "status" and error.values["status"][:3] in ("404", "405", "501"):
                return Item(name, details={"url": url, "shape": ["", "", None]})
            raise
        size = headers.get("Content-Length", "")
        plain = size.isdecimal() and "Content-Encoding" not in headers
        length = int(size) if plain else None
        shape = [headers.get("ETag", ""), headers.get("Last-Modified", ""), length]
        return Item(name, length, None, {"url": url, "shape": shape})

    def _client(self) -> Http:
        if self._http is None:
            raise TransportError(f"{self.where()} is not connected.")
        return self._http

    def _page(self, url: str) -> _Page:
        response, body = self._client().whole("GET", url)
        self._check_page(response)
        page = _Page()
        page.feed(body.decode(response.encoding or "utf-8", "replace"))
        if page.has(self.options["password_field"]) and self.options["login"] == "form":
            raise TransportError(
                f"{shown(url)} asks for a login again; correct user and password.", False
            )
        return page

    def _check_page(self, response: requests.Response) -> None:
        login = self.options["login_url"]
        if self.options["login"] == "form" and shown(response.url) == shown(login):
            raise TransportError(
                f"{self.where()} leads to the login page; correct user and password.", False
            )

    def _log_in(self) -> None:
        options, http = self.options, self._client()
        url = options["login_url"]
        _response, body = http.whole("GET", url)
        page = _Page()
        page.feed(body.decode("utf-8", "replace"))
        form = page.form_with(options["password_field"])
        if form is None:
            raise TransportError(
                f"{shown(url)} has no form with the field {options['password_field']}; "
                "correct the names of the fields.", False,
            )  # fmt: skip
        action = checked_url(urljoin(url, form.action or url))
        if not _same_place(action, url):
            raise TransportError(
                f"{shown(url)} sends its form to another host; the password does not go there.",
                False,
            )
        fields = form.hidden | {
            options["user_field"]: options["user"],
            options["password_field"]: options["password"].reveal(),
        }
        answer, body = http.whole("POST", action, data=fields)
        check_answer(answer, shown(action))
        page = _Page()
        page.feed(body.decode("utf-8", "replace"))
        if page.has(options["password_field"]):
            raise TransportError(
                f"{shown(url)}: user or password is refused; correct the source.", False
            )


class _Bearer(requests.auth.AuthBase):
    """A token that goes to the declared host only, also after a redirect."""

    def __init__(self, token: str, url: str) -> None:
        self._token, self._url = token, url

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if _same_place(request.url or "", self._url):
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Form:
    def __init__(self, action: str) -> None:
        self.action = action
        self.hidden: dict[str, str] = {}
        self.names: set[str] = set()


class _Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag == "form":
            self.forms.append(_Form(found.get("action", "")))
        elif tag == "input" and self.forms and found.get("name"):
            self.forms[-1].names.add(found["name"])
            if found.get("type", "").lower() == "hidden":
                self.forms[-1].hidden[found["name"]] = found.get("value", "")

    def form_with(self, name: str) -> _Form | None:
        """The first form with a field of that name."""
        return next((form for form in self.forms if name in form.names), None)

    def has(self, name: str) -> bool:
        """Whether a form asks for a field of that name."""
        return self.form_with(name) is not None


def _same_place(url: str, other: str) -> bool:
    one, two = urlsplit(url), urlsplit(other)
    return (one.scheme, one.hostname, one.port) == (two.scheme, two.hostname, two.port)


def _file_name(url: str) -> str:
    """A name for what is behind an address; the query tells files of one path apart."""
    parts = urlsplit(url)
    name = unquote(parts.path).rstrip("/").rsplit("/", 1)[-1] or "download"
    return f"{name}?{parts.query}" if parts.query else name


def _names_in(url: str) -> list[str]:
    """What may be the file's name in an address: the end of its path, or a value of its query."""
    parts = urlsplit(url)
    path = unquote(parts.path).rstrip("/").rsplit("/", 1)[-1] or "download"
    return [path, *(value for _key, value in parse_qsl(parts.query))]


def _dated(url: str, period: str) -> str:
    today = dt.date.today()
    first = today.replace(day=1)
    day = {
        "last_month": first - dt.timedelta(days=1),
        "this_month": today,
        "yesterday": today - dt.timedelta(days=1),
        "today": today,
    }[period]
    for mark, text in (
        ("{year}", f"{day:%Y}"),
        ("{month}", f"{day:%m}"),
        ("{day}", f"{day:%d}"),
        ("{yyyy-mm}", f"{day:%Y-%m}"),
    ):
        url = url.replace(mark, text)
    return url
