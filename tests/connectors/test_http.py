# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every way by HTTP shares: tokens that expire, pauses that a service asks for, redirects."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.carriers.rest import Rest
from connectors.http import Http
from connectors.priced import Push
from connectors.reasons import TransportError
from connectors.retry import Patience
from tests.connectors.carriers.service import patience, settings


class Tokens:
    """A service whose tokens are good for two requests each."""

    def __init__(self, lasting=2):
        self.given, self.used, self.lasting = 0, 0, lasting

    def __call__(self, path, query, body, headers):
        if path == "/token":
            self.given, self.used = self.given + 1, 0
            return {"access_token": f"t-{self.given}"}
        self.used += 1
        if headers["Authorization"] != f"Bearer t-{self.given}" or self.used > self.lasting:
            return 401, {}, b""
        at = int(query["offset"])
        return {"items": [{"id": number} for number in range(at, min(at + 2, 9))]}


def oauth(service, **more):
    return settings(
        service, auth="oauth2", user="app", secret="geheim", token_url=f"{service.url}/token",
        paging="offset", limit=2, **more,
    )  # fmt: skip


def test_a_token_that_expires_between_two_pages_is_renewed(service, tmp_path):
    service.answer = tokens = Tokens()
    with Rest(oauth(service), patience=patience()) as rest:
        path = rest.fetch(rest.list()[0], tmp_path).path
    assert path.read_text().count('"id"') == 9  # five pages, nothing twice, nothing lost
    assert tokens.given == 3
    assert [path for _method, path, *_rest in service.seen if "offset=4" in path] != []


def test_a_token_that_is_never_taken_is_said_once(service, tmp_path):
    service.answer = tokens = Tokens(lasting=0)
    with (
        Rest(oauth(service), patience=patience()) as rest,
        pytest.raises(TransportError, match="refuses the login") as caught,
    ):
        rest.fetch(rest.list()[0], tmp_path)
    assert tokens.given == 2 and not caught.value.temporary
    assert "geheim" not in str(caught.value) and "t-2" not in str(caught.value)


def test_a_pause_that_is_too_long_to_wait_for_is_left_to_the_next_start(service):
    pauses = []
    service.answer = lambda *request: (503, {"Retry-After": "3600"}, b"")
    http = Http(patience=Patience(sleep=pauses.append))
    with pytest.raises(TransportError) as caught:
        http.json("GET", f"{service.url}/calls")
    assert caught.value.after == 3600 and caught.value.temporary
    assert pauses == [] and len(service.seen) == 1
    service.answer = lambda *request: (503, {"Retry-After": "60"}, b"")
    with pytest.raises(TransportError):
        http.json("GET", f"{service.url}/calls")
    assert pauses == [60] * 4


# --- redirects --------------------------------------------------------------------------------


class Away(BaseHTTPRequestHandler):
    """Sends everybody to `server.away`; else answers."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.headers.get("X-API-Key")))
        status, target = self.server.away or (200, "")
        self.send_response(status)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET


@pytest.fixture
def hosts():
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Away) for _number in range(2)]
    for server in servers:
        server.seen, server.away = [], None
        server.url = f"http://127.0.0.1:{server.server_port}/there"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


def signed():
    def sign(request):
        request.headers["X-API-Key"] = "geheim"

    return Http(patience=patience(attempts=1), sign=sign)


def test_a_login_does_not_follow_to_another_host(hosts):
    first, second = hosts
    first.away = (302, second.url)
    http = signed()
    assert http.whole("GET", first.url)[1] == b"ok"  # such as a store of files
    assert (first.seen, second.seen) == ([("GET", "geheim")], [("GET", None)])
    second.away = None
    first.away = (302, first.url.replace("there", "here"))
    with pytest.raises(TransportError):
        http.whole("GET", first.url)  # round and round
    assert {key for _method, key in first.seen} == {"geheim"}


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_does_not_follow_to_another_host(hosts, status):
    first, second = hosts
    first.away = (status, second.url)
    with pytest.raises(TransportError, match="where nothing is sent"):
        signed().whole("POST", first.url, data=b"password")
    assert second.seen == []


def test_a_redirect_does_not_leave_the_encryption(hosts):
    hosts[0].away = (302, "http://carrier.example/calls")
    with pytest.raises(TransportError, match="not encrypted"):
        signed().whole("GET", hosts[0].url)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_login_page_is_no_acknowledgement(hosts, status):
    first, second = hosts
    first.away = (status, second.url)
    with Push({"url": first.url}) as way, pytest.raises(TransportError, match="not confirmed"):
        way.send("b-1", b"one", "text/csv")
    assert second.seen == []
