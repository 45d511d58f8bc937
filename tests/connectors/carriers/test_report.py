# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reports that are ordered, waited for and downloaded."""

import json

import pytest

from connectors.carriers.report import Report
from connectors.reasons import TransportError
from tests.connectors.carriers.service import patience


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
