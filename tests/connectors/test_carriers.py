# SPDX-License-Identifier: AGPL-3.0-or-later
"""REST services of every kind of paging, against a real HTTP server that sometimes fails."""

import datetime as dt
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from connectors import formats, transports
from connectors.carriers.report import Report
from connectors.carriers.rest import Rest
from connectors.carriers.windows import Windowed
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience

NOW = dt.datetime(2026, 9, 4, 12, tzinfo=dt.timezone.utc)


class Service(BaseHTTPRequestHandler):
    """Answers with what the test's function `answer` makes of a request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        host = self.server
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        host.seen.append((self.command, self.path, dict(self.headers), body))
        if host.trouble:
            status, headers, data = host.trouble.pop(0)
        else:
            found = host.answer(parts.path, query, body, self.headers)
            status, headers, data = found if isinstance(found, tuple) else (200, {}, found)
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        cut = status == "cut"
        self.send_response(200 if cut else status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + (100 if cut else 0)))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = cut

    do_POST = do_GET


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.seen, server.trouble = [], []
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def present(monkeypatch):
    monkeypatch.setattr(Windowed, "now", lambda self: NOW)


@pytest.fixture
def local(tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def patience(**more):
    return Patience(sleep=lambda seconds: None, **more)


def settings(service, **more):
    return {"url": f"{service.url}/calls", "first": "2026-09-01", "records": "items"} | more


RECORDS = [{"id": number} for number in range(7)]


def numbers(path):
    found = []
    for line in path.read_bytes().splitlines():
        page = json.loads(line)
        found += page if isinstance(page, list) else page["items"]
    return [record["id"] for record in found]


def paged(kind, host):
    """A service with two records a page, in the way of paging called `kind`."""

    def answer(path, query, body, headers):
        if kind == "offset":
            at = int(query["offset"])
        elif kind == "page":
            at = (int(query["page"]) - 1) * 2
        else:
            at = int(query.get("page_token") or query.get("at") or 0)
        items, after = RECORDS[at : at + 2], at + 2
        page, extra = {"items": items}, {}
        if after < len(RECORDS):
            if kind == "token":
                page["next_page_token"] = str(after)
            if kind == "next":
                page["next"] = f"/calls?at={after}"
            if kind == "link":
                extra["Link"] = f'</calls?at=0>; rel="prev", </calls?at={after}>; rel="next"'
        return 200, extra, page

    return answer


@pytest.mark.parametrize("kind", ["offset", "page", "token", "next", "link"])
def test_all_pages_of_every_kind(service, local, kind):
    service.answer = paged(kind, service)
    with Rest(settings(service, paging=kind, limit=2), patience=patience()) as rest:
        item = rest.list()[0]
        assert numbers(rest.fetch(item, local).path) == list(range(7))
    assert len(service.seen) == 4


@pytest.mark.parametrize(
    "trouble", [(500, {}, b""), (429, {"Retry-After": "3"}, b""), ("cut", {}, b'{"items": [')]
)
def test_failures_in_the_middle_are_asked_again(service, local, trouble):
    service.answer = paged("offset", service)
    pauses = []
    with Rest(settings(service, paging="offset", limit=2),
              patience=Patience(sleep=pauses.append)) as rest:  # fmt: skip
        service.trouble = [trouble, trouble]
        assert numbers(rest.fetch(rest.list()[0], local).path) == list(range(7))
    assert len(pauses) == 2
    if trouble[0] == 429:
        assert pauses == [3, 3]


def test_a_service_that_never_recovers_leaves_nothing_half_fetched(service, local):
    service.answer = lambda *request: (503, {}, b"")
    rest = Rest(settings(service), patience=patience(attempts=2))
    with rest, pytest.raises(TransportError, match="503") as caught:
        rest.fetch(rest.list()[0], local)
    assert caught.value.temporary and not list(local.iterdir())


def test_spans_wait_until_they_are_complete_and_are_done_once(service, local):
    service.answer = lambda path, query, body, headers: {"items": [query]}
    state = {}
    options = settings(service, params="from={from}&to={to}", lag=24)
    with Rest(options, state, patience()) as rest:
        items = rest.list()
        assert [item.details["begin"][:10] for item in items] == ["2026-09-01", "2026-09-02"]
        page = json.loads(rest.fetch(items[0], local).path.read_bytes())["items"][0]
        assert page == {"from": "2026-09-01T00:00:00Z", "to": "2026-09-02T00:00:00Z"}
        rest.done(items[1])  # out of turn
        assert [item.name for item in rest.list()] == [items[0].name]
        rest.done(items[0])
        assert rest.list() == []
    state = json.loads(json.dumps(state))
    assert state["ahead"] == []
    assert Rest(options, state).list() == []
    assert len(Rest(options).list()) == 2  # without a kept state they wait again


def test_days_of_a_time_zone_and_months(service):
    rest = Rest(settings(service, timezone="Europe/Berlin", most=1))
    assert rest.list()[0].details["begin"] == "2026-08-31T22:00:00+00:00"
    rest = Rest(settings(service, first="2026-06-15", window="month", timezone="UTC"))
    assert [item.details["end"][:10] for item in rest.list()] == [
        "2026-07-01", "2026-08-01", "2026-09-01",
    ]  # fmt: skip
    rest = Rest(settings(service, first="2026-09-04", window="hour", lag=2))
    assert len(rest.list()) == 10


def test_times_and_bodies_as_the_service_wants_them(service, local):
    service.answer = lambda path, query, body, headers: {"items": [json.loads(body)]}
    options = settings(
        service, method="POST", params="start={from}&limit=5", time="epoch_ms", paging="none"
    )
    with Rest(options) as rest:
        page = json.loads(rest.fetch(rest.list()[0], local).path.read_bytes())["items"][0]
    assert page == {"start": "1788220800000", "limit": "5"}  # 2026-09-01 00:00 UTC


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"auth": "basic", "user": "u"}, ("Authorization", "Basic dTpnZWhlaW0=")),
        ({"auth": "bearer"}, ("Authorization", "Bearer geheim")),
        ({"auth": "header", "auth_header": "Api-Key"}, ("Api-Key", "geheim")),
    ],
)
def test_logins(service, local, auth, expected):
    service.answer = paged("none", service)
    with Rest(settings(service, secret="geheim", **auth)) as rest:
        rest.fetch(rest.list()[0], local)
        assert "geheim" not in repr(rest.__dict__)
    assert service.seen[0][2][expected[0]] == expected[1]


def test_oauth2_client_credentials(service, local):
    def answer(path, query, body, headers):
        if path == "/token":
            assert headers["Authorization"].startswith("Basic ")
            assert parse_qs(body.decode())["grant_type"] == ["client_credentials"]
            return {"access_token": "t-1"}
        return {"items": []}

    service.answer = answer
    options = settings(
        service, auth="oauth2", user="app", secret="geheim", token_url=f"{service.url}/token"
    )
    with Rest(options) as rest:
        rest.fetch(rest.list()[0], local)
    assert service.seen[-1][2]["Authorization"] == "Bearer t-1"


def test_a_refused_login_is_said_once_without_the_secret(service, local):
    service.answer = lambda *request: (401, {}, b"")
    rest = Rest(settings(service, auth="bearer", secret="falsch-4711"), patience=patience())
    with rest, pytest.raises(TransportError, match="refuses the login") as caught:
        rest.fetch(rest.list()[0], local)
    assert len(service.seen) == 1 and "falsch" not in str(caught.value)


def test_pages_that_lead_astray_are_refused(service, local):
    for following, word in (("/calls?at=2", "was there"), ("https://evil.example/", "other host")):
        service.answer = lambda *request, url=following: {"items": [1], "next": url}
        rest = Rest(settings(service, paging="next"), patience=patience())
        with rest, pytest.raises(TransportError, match=word.replace("other", "another")):
            rest.fetch(rest.list()[0], local)


def test_answers_that_are_no_json_are_refused(service, local):
    service.answer = lambda *request: (200, {}, b"<html>maintenance</html>")
    rest = Rest(settings(service), patience=patience())
    with rest, pytest.raises(TransportError, match="JSON"):
        rest.fetch(rest.list()[0], local)
    assert not list(local.iterdir())


def test_pages_are_kept_as_they_came_one_a_line(service, local):
    text = b'{\n  "items": [\r\n {"id": 1, "price": 0.10000000000000000001}]}\n'
    service.answer = lambda *request: (200, {}, text)
    with Rest(settings(service)) as rest:
        content = rest.fetch(rest.list()[0], local).path.read_bytes()
    assert content.count(b"\n") == 1 and b"0.10000000000000000001" in content
    assert json.loads(content) == json.loads(text)


def test_settings_are_checked(service):
    for more, word in (
        ({"first": "gestern"}, "no day"),
        ({"url": "http://carrier.example/"}, "https"),
        ({"params": "from"}, "no value"),
        ({"auth": "bearer"}, "secret"),
        ({"headers": "nonsense"}, "no header"),
        ({"timezone": "Mars"}, "time zone"),
    ):
        with pytest.raises(SettingsError, match=word):
            Rest(settings(service, **more))


# --- asynchronous reports ---------------------------------------------------------------------


def report(service, **more):
    return {
        "url": f"{service.url}/exports", "method": "POST", "first": "2026-09-01",
        "create_body": '{"from": "{from}", "to": "{to}"}', "id_path": "data.id",
        "poll_url": "/exports/{id}", "state_path": "data.status", "download_path": "data.url",
    } | more  # fmt: skip


def reporting(states):
    waiting = list(states)

    def answer(path, query, body, headers):
        if path == "/exports":
            assert json.loads(body)["from"] == "2026-09-01T00:00:00Z"
            return {"data": {"id": "r-1"}}
        if path == "/exports/r-1":
            state = waiting.pop(0)
            if state == "kill":
                raise KeyboardInterrupt
            return {"data": {"status": state, "url": "/files/r-1.csv"}}
        return 200, {}, b"a;b\n1;2\n"

    return answer


def test_reports_are_ordered_waited_for_and_downloaded(service, local):
    service.answer = reporting(["Pending", "Processing", "Completed"])
    with Report(report(service), patience=patience()) as carrier:
        item = carrier.list()[0]
        assert item.name.endswith(".csv")
        assert carrier.fetch(item, local).path.read_bytes() == b"a;b\n1;2\n"
        carrier.done(item)
    assert carrier.state["pending"] == {}


def test_a_start_that_was_killed_waits_for_the_same_report(service, local):
    state = {}
    service.answer = reporting(["Pending"] * 3 + ["Completed"])
    carrier = Report(report(service, poll_most=2), state, patience(attempts=1))
    with carrier, pytest.raises(TransportError, match="not made yet"):
        carrier.fetch(carrier.list()[0], local)
    state = json.loads(json.dumps(state))
    with Report(report(service, poll_most=2), state, patience(attempts=1)) as carrier:
        carrier.fetch(carrier.list()[0], local)
    assert [path for method, path, *_rest in service.seen if method == "POST"] == ["/exports"]


def test_a_report_that_fails_is_ordered_anew_next_time(service, local):
    service.answer = reporting(["failed", "Completed"])
    with Report(report(service), patience=patience(attempts=2)) as carrier:
        carrier.fetch(carrier.list()[0], local)
    assert sum(method == "POST" for method, *_rest in service.seen) == 2


# --- known services ---------------------------------------------------------------------------


def test_ovh_signs_every_request_and_its_calls_decode(service, local):
    def answer(path, query, body, headers):
        if path.endswith("/auth/time"):
            return 1788200000
        base = "/telephony/ovhtel-1/service"
        if path == base:
            return ["0033123456789"]
        if path == f"{base}/0033123456789/voiceConsumption":
            assert query["creationDatetime.from"] == "2026-09-01T00:00:00+00:00"
            return [101, 102]
        number = int(path.rsplit("/", 1)[1])
        return {
            "consumptionId": number, "calling": "0033123456789", "called": "0033987654321",
            "creationDatetime": "2026-09-01T10:00:05+02:00", "duration": 61,
            "wayType": "outgoing", "priceWithoutTax": {"value": 0.0145, "currencyCode": "EUR"},
        }  # fmt: skip

    service.answer = answer
    carrier = transports.get("ovh")(
        {"url": service.url, "application_key": "ak", "application_secret": "as",
         "consumer_key": "ck", "billing_account": "ovhtel-1", "first": "2026-09-01"},
        patience=patience(),
    )  # fmt: skip
    with carrier:
        fetched = carrier.fetch(carrier.list()[0], local)
    _method, path, headers, _body = service.seen[-1]
    assert abs(int(headers["X-Ovh-Timestamp"]) - 1788200000) < 60  # by OVH's clock
    text = f"as+ck+GET+{service.url}{path}++{headers['X-Ovh-Timestamp']}"
    assert headers["X-Ovh-Signature"] == "$1$" + hashlib.sha1(text.encode()).hexdigest()
    frame = formats.get("ovh").decode(fetched.path).read().frame
    assert frame["record_id"].tolist() == ["101", "102"]
    assert frame["account"].unique().tolist() == ["0033123456789"]
    assert frame["cost"].tolist() == [14500, 14500]


def test_zoom_asks_for_meetings_and_their_participants(service, local):
    def answer(path, query, body, headers):
        if path == "/token":
            return {"access_token": "t"}
        if path.endswith("/meetings"):
            return {"meetings": [
                {"uuid": "/ab==", "id": 81, "start_time": "2026-09-01T08:00:00Z",
                 "user_email": "chef@example.org"},
                {"uuid": "old", "id": 82, "start_time": "2026-08-31T23:59:59Z"},
            ]}  # fmt: skip
        assert unquote(unquote(path)) == "/report/meetings//ab==/participants"
        if not query.get("next_page_token"):
            return {"participants": [person("a")], "next_page_token": "2"}
        return {"participants": [person("b")], "next_page_token": ""}

    def person(name):
        begin, end = "2026-09-01T08:00:00Z", "2026-09-01T08:01:00Z"
        return {"id": name, "user_id": name, "name": name, "duration": 60,
                "join_time": begin, "leave_time": end}  # fmt: skip

    service.answer = answer
    carrier = transports.get("zoom")(
        {"url": service.url, "token_url": f"{service.url}/token", "user": "app",
         "secret": "geheim", "users": "chef@example.org", "first": "2026-09-01", "interval": 0},
        patience=patience(),
    )  # fmt: skip
    with carrier:
        fetched = carrier.fetch(carrier.list()[0], local)
    frame = formats.get("zoom").decode(fetched.path).read().frame
    assert frame["participant"].tolist() == ["a", "b"]
    assert frame["conference"].unique().tolist() == ["/ab=="]
    assert frame["account"].unique().tolist() == ["chef@example.org"]


def test_sipgate_by_its_preset(service, local):
    event = {
        "id": "s-1", "source": "+4930123456", "target": "+4989123456", "type": "CALL",
        "created": "2026-09-01T08:00:05Z", "direction": "OUTGOING", "duration": 61,
    }  # fmt: skip

    def answer(path, query, body, headers):
        assert query["from"] == "2026-09-01T00:00:00Z"
        return {"items": [event] if query["offset"] == "0" else [], "totalCount": 1}

    service.answer = answer
    carrier = transports.get("sipgate")(
        {"url": service.url, "user": "token-1", "secret": "geheim", "first": "2026-09-01"}
    )
    with carrier:
        fetched = carrier.fetch(carrier.list()[0], local)
    frame = formats.get("sipgate").decode(fetched.path).read().frame
    assert frame["b_number"].tolist() == ["4989123456"]


@pytest.mark.parametrize("name", transports.names())
def test_every_transport_describes_itself(name):
    described = transports.describe(name)
    assert described["label"] and described["help"]
    names = [setting["name"] for setting in described["settings"]]
    assert len(set(names)) == len(names)
    json.dumps(described)
