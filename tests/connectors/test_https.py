# SPDX-License-Identifier: AGPL-3.0-or-later
"""Against a real HTTPS server (http.server) on loopback."""

import base64
import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from connectors.http import Http, parse_json, retry_after, shown
from connectors.reasons import SettingsError
from connectors.retry import Patience
from connectors.transports import TransportError
from connectors.transports.https import Https

PAGE = b"""<html><a href="/files/cdr-1.zip">1</a> <a href="files/cdr-2.csv">2</a>
<a href="/help.html">?</a> <a href="https://elsewhere.example/files/cdr-3.zip">3</a>
<a href="/get?file=cdr-4.csv">4</a></html>"""
FORM = b"""<form action="/search"><input name=q></form><form action="/session" method=post>
<input type=hidden name=csrf value="t0k"><input name="user"><input type=password name="pass">"""


class Portal(BaseHTTPRequestHandler):
    """Files behind a form, a basic login or a token."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        host = self.server
        host.seen.append((self.command, self.path, dict(self.headers)))
        if host.trouble and self.command == "GET":
            status, headers = host.trouble.pop(0)
            return self.answer(status, b"", **headers)
        path = self.path.split("?")[0]
        if path == "/login":
            return self.answer(200, FORM)
        if path == "/away":
            return self.answer(302, b"", Location=host.away)
        if host.login and not self.allowed():
            if host.login == "form":
                return self.answer(302, b"", Location="/login")
            return self.answer(401, b"")
        if path == "/":
            return self.answer(200, PAGE)
        data = host.files.get(self.path)
        if data is None:
            return self.answer(404, b"")
        return self.send(data)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        found = {name: values[0] for name, values in parse_qs(body).items()}
        self.server.seen.append(("POST", self.path, found))
        if found == {"csrf": "t0k", "user": "carl", "pass": "geheim"}:
            self.answer(303, b"", Location="/", **{"Set-Cookie": "sid=42; HttpOnly; Path=/"})
        else:
            self.answer(200, FORM)

    def allowed(self):
        if self.server.login == "form":
            return "sid=42" in self.headers.get("Cookie", "")
        expected = {
            "basic": "Basic " + base64.b64encode(b"carl:geheim").decode(),
            "bearer": "Bearer geheim",
        }[self.server.login]
        return self.headers.get("Authorization") == expected

    def send(self, data):
        host, start, status = self.server, 0, 200
        if "Range" in self.headers and self.headers.get("If-Range", host.tag) == host.tag:
            start, status = int(self.headers["Range"][6:-1]), 206
        rest = data[start:]
        self.send_response(status)
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("ETag", host.tag)
        self.end_headers()
        if self.command == "HEAD":
            return
        if host.cut is not None:
            rest, host.cut = rest[: host.cut], None
            self.close_connection = True
        self.wfile.write(rest)

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def portal(authority):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    server.socket = authority.server_context().wrap_socket(server.socket, server_side=True)
    server.seen, server.trouble, server.login, server.cut = [], [], "", None
    server.tag, server.away = '"v1"', ""
    server.files = {
        "/files/cdr-1.zip": b"PK zip",
        "/files/cdr-2.csv": b"1;2\n",
        "/get?file=cdr-4.csv": b"4",
    }
    server.url = f"https://localhost:{server.server_port}"
    server.ca = authority.ca
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def local(tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def settings(portal, **more):
    return {"url": f"{portal.url}/", "links": r"/files/|/get", "ca_file": portal.ca} | more


def quick(**more):
    return Patience(sleep=lambda seconds: None, **more)


def names(transport):
    return [item.name for item in transport.list()]


def test_links_of_a_page_are_fetched_and_remembered(portal, local):
    state = {}
    with Https(settings(portal), state) as https:
        items = https.list()
        assert [item.name for item in items] == ["cdr-1.zip", "cdr-2.csv", "get?file=cdr-4.csv"]
        assert https.fetch(items[0], local).path.read_bytes() == b"PK zip"
        assert https.fetch(items[2], local).path.read_bytes() == b"4"
        https.done(items[0])
        assert names(https) == ["cdr-2.csv", "get?file=cdr-4.csv"]
        portal.tag = '"v2"'  # published anew under the same name
        assert "cdr-1.zip" in names(https)
    with Https(settings(portal, include="*.csv"), state) as https:
        assert names(https) == ["cdr-2.csv", "get?file=cdr-4.csv"]


def test_links_to_other_hosts_are_not_followed(portal):
    with Https(settings(portal, links=".")) as https:
        assert not [item for item in https.list() if "elsewhere" in item.details["url"]]


def test_an_address_may_hold_the_period(portal, local):
    last = dt.date.today().replace(day=1) - dt.timedelta(days=1)
    portal.files[f"/export/{last:%Y}/{last:%m}.zip"] = b"PK"
    url = f"{portal.url}/export/{{year}}/{{month}}.zip"
    with Https(settings(portal, url=url, links="")) as https:
        (item,) = https.list()
        assert item.name == f"{last:%m}.zip"
        assert https.fetch(item, local).path.read_bytes() == b"PK"


@pytest.mark.parametrize("login", ["basic", "bearer", "form"])
def test_logins(portal, local, login):
    portal.login = login
    more = {"login": login, "user": "carl", "password": "geheim"}
    more |= {"login_url": f"{portal.url}/login", "user_field": "user", "password_field": "pass"}
    with Https(settings(portal, **more)) as https:
        assert https.fetch(https.list()[1], local).path.read_bytes() == b"1;2\n"
    with (
        pytest.raises(TransportError, match=r"refuse") as caught,
        Https(settings(portal, **more | {"password": "falsch-4711"}), patience=quick()) as https,
    ):
        https.list()
    assert not caught.value.temporary and "falsch" not in str(caught.value)


def test_a_session_that_ends_is_not_taken_for_a_file(portal, local):
    portal.login = "form"
    more = {"login": "form", "user": "carl", "password": "geheim", "user_field": "user"}
    more |= {"login_url": f"{portal.url}/login", "password_field": "pass"}
    with Https(settings(portal, **more), patience=quick()) as https:
        item = https.list()[0]
        https._http.session.cookies.clear()
        with pytest.raises(TransportError, match="login page"):
            https.fetch(item, local)
    assert not list(local.glob("*"))


def test_a_break_in_the_middle_is_resumed_where_it_was(portal, local):
    data = bytes(range(256)) * 4096
    portal.files["/files/cdr-1.zip"] = data
    with Https(settings(portal), patience=quick()) as https:
        item = https.list()[0]
        portal.cut = 300_000
        assert https.fetch(item, local).path.read_bytes() == data
    ranges = [headers.get("Range") for method, _path, headers in portal.seen if method == "GET"]
    assert 0 < int(ranges[-1].removeprefix("bytes=").removesuffix("-")) <= 300_000


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(portal, local):
    data = b"a" * 500_000
    portal.files["/files/cdr-1.zip"] = data
    with Https(settings(portal), patience=quick(attempts=1)) as https:
        item = https.list()[0]
        portal.cut = 300_000
        with pytest.raises(TransportError):
            https.fetch(item, local)
        portal.tag, portal.files["/files/cdr-1.zip"] = '"v2"', b"b" * 500_000
        assert https.fetch(item, local).path.read_bytes() == b"b" * 500_000


def test_busy_servers_are_asked_again_when_they_say(portal, local):
    pauses = []
    with Https(settings(portal), patience=Patience(sleep=pauses.append)) as https:
        portal.trouble = [(503, {"Retry-After": "7"}), (429, {}), (200, {})]
        https.list()
        assert pauses[0] == 7 and len(pauses) == 2
        portal.trouble = [(404, {})]
        with pytest.raises(TransportError, match="404"):
            https.list()
    assert len(pauses) == 2


def test_certificates_and_addresses_are_checked(portal):
    with (
        pytest.raises(TransportError, match="certificate is not trusted"),
        Https(settings(portal, ca_file=""), patience=quick()) as https,
    ):
        https.list()
    assert portal.seen == []
    for url in ("http://carrier.example/x", "ftp://x", "https://", "https://u:p@carrier.example/"):
        with pytest.raises(SettingsError) as caught:
            Https({"url": url})
        assert "u:p" not in str(caught.value)
    with pytest.raises(SettingsError, match="expression"):
        Https(settings(portal, links="("))


def test_a_token_does_not_follow_a_redirect_to_another_host(portal, authority):
    portal.login = "bearer"
    portal.away = f"https://127.0.0.1:{portal.server_port}/files/cdr-2.csv"
    more = {"login": "bearer", "password": "geheim"}
    url = f"{portal.url}/away"
    https = Https(settings(portal, url=url, links="", **more), patience=quick())
    with https, pytest.raises(TransportError, match="401"):
        https.list()
    last = portal.seen[-1]
    assert last[1] == "/files/cdr-2.csv" and "Authorization" not in last[2]


def test_a_server_that_is_away_is_named_without_secrets():
    http = Http(patience=quick(attempts=2))
    with pytest.raises(TransportError) as caught:
        http.whole("GET", "http://127.0.0.1:9/x?api_key=geheim")
    assert "geheim" not in str(caught.value) and "127.0.0.1:9/x" in str(caught.value)


def test_small_things():
    assert shown("https://u:p@h:1/a?b=c#d") == "https://h:1/a"
    assert retry_after("5") == 5 and retry_after("soon") is None
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert str(parse_json('{"price": 0.10000000000000000001}')["price"]) == "0.10000000000000000001"
