# SPDX-License-Identifier: AGPL-3.0-or-later
"""Services that have ways of their own: OVH, Zoom, sipgate."""

import hashlib
import json
from urllib.parse import unquote

import pytest

from connectors import formats, transports
from tests.connectors.carriers.service import patience


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
