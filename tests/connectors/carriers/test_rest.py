# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of every kind, logins, failures in the middle."""

import json
from urllib.parse import parse_qs

import pytest

from connectors.carriers.rest import Rest
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience
from tests.connectors.carriers.service import patience, settings

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
