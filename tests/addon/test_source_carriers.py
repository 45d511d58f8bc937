# SPDX-License-Identifier: AGPL-3.0-or-later
"""Carriers that must be asked, as a manager connects them: reports, SOAP, OVH, Zoom; on loopback.

Each: tested by the button, broken off midway, resumed from its checkpoint, every record once, and
no secret in what people or logs get to see.
"""

import datetime as dt
import json
import logging
from unittest.mock import patch
from urllib.parse import unquote

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from connectors.carriers.windows import Windowed
from connectors.retry import Patience
from connectors.transports import base
from tests.addon.ways_case import LOG, WaysCase
from tests.connectors.carriers.service import Service
from tests.connectors.test_soap import CALL, COLUMNS, ENVELOPE, FAULT, WSDL
from tests.connectors.test_soap import Service as SoapService

NOW = dt.datetime(2026, 9, 4, 12, tzinfo=dt.timezone.utc)
SECRET = "sehr-geheim-4711"
BROKEN = (403, {}, b"")
"""An answer that is not asked for again."""


class TestCarriers(WaysCase):
    def setUp(self):
        super().setUp()
        now = patch.object(Windowed, "now", lambda transport: NOW)
        now.start()
        self.addCleanup(now.stop)

    def service(self, answer, handler=Service, **facts):
        service = self.serve(handler, answer=answer, **facts)
        service.url = f"http://127.0.0.1:{service.server_port}"
        return service

    @mute_logger(LOG)
    def assertResumes(self, source, service, first, then):
        """Tested, fetched as far as ``first`` files, mended, fetched to the end, loaded.

        :param service: with a fact ``broken``, which is taken away in between
        """
        test = self.env["telecom.source.test"].browse(source.action_test()["res_id"])
        self.assertTrue(test.ok, test.headline)
        shown = [test.headline, test.lines or "", test.files or ""]
        self.assertFalse(source.delivery_ids)
        with self.assertLogs(level=logging.DEBUG) as logs:
            source._fetch()
        self.assertEqual((source.state, len(source.delivery_ids)), ("failing", first))
        shown += [source.last_error, json.dumps(source.checkpoint), *logs.output]
        service.broken = False
        fetched = source._fetch()
        self.assertEqual((source.state, len(fetched)), ("ok", then), source.last_error)
        self.assertFalse(source._fetch())
        source.delivery_ids.sudo()._load()
        self.assertEqual(set(source.delivery_ids.mapped("state")), {"loaded"})
        shown += [json.dumps(source.read()[0], default=str)]
        self.assertFalse([text for text in shown if SECRET in text])
        return self.env["telecom.usage"].search(
            [("source_id", "=", source.id)], order="started_at, id"
        )

    # --- asynchronous reports ----------------------------------------------------------------

    def report(self, answer):
        service = self.service(answer, broken=True)
        return service, self.source_of(
            "rest_report",
            {"url": f"{service.url}/exports", "method": "POST", "first": "2026-09-02",
             "create_body": '{"from": "{from}"}', "id_path": "id", "poll_url": "/exports/{id}",
             "state_path": "state", "download_path": "url", "poll_seconds": 0, "poll_most": 2,
             "auth": "header", "secret": SECRET},
            format="csv_mapping",
            settings={
                "delimiter": ";", "a_notation": "e164", "b_notation": "e164",
                "columns": [{"target": target, "column": target} for target in (
                    "started_at", "quantity", "a_number", "b_number", "record_id")],
            },
        )  # fmt: skip

    def test_a_report_that_is_not_made_yet_is_not_ordered_twice(self):
        def answer(path, query, body, headers):
            if path == "/exports":
                ordered.append(json.loads(body)["from"][:10])
                return {"id": f"r{len(ordered)}"}
            if path.startswith("/exports/"):
                number = path.rsplit("/", 1)[1]
                slow = service.broken and ordered[int(number[1:]) - 1] == "2026-09-03"
                return {"state": "pending" if slow else "completed", "url": f"/files/{number}.csv"}
            day = ordered[int(path.removeprefix("/files/r").removesuffix(".csv")) - 1]
            return 200, {}, (
                "started_at;quantity;a_number;b_number;record_id\n"
                f"{day}T10:00:00Z;61;+4930123456;+4940654321;c-{day}\n"
            ).encode()  # fmt: skip

        ordered = []
        service, source = self.report(answer)
        usage = self.assertResumes(source, service, first=1, then=1)
        self.assertEqual(usage.mapped("record_id"), ["c-2026-09-02", "c-2026-09-03"])
        # once by the button Test, and each day once
        self.assertEqual(ordered, ["2026-09-02", "2026-09-02", "2026-09-03"])
        self.assertFalse(source.checkpoint["pending"])

    def test_a_worker_killed_while_it_waits_has_kept_the_order(self):
        def answer(path, query, body, headers):
            if path == "/exports":
                return {"id": "r1"}
            return {"state": "pending"}

        _service, source = self.report(answer)
        kept = []

        def killed(seconds):
            self.env.invalidate_all()
            kept.append(source.checkpoint)
            raise KeyboardInterrupt

        hasty = Patience(attempts=1, sleep=killed)
        with patch.object(base, "Patience", lambda: hasty), self.assertRaises(KeyboardInterrupt):
            source._fetch()
        self.assertEqual(list(kept[0]["pending"].values()), ["r1"])

    @mute_logger(LOG)
    def test_a_report_the_service_has_forgotten_is_ordered_anew(self):
        def answer(path, query, body, headers):
            if path == "/exports":
                ordered.append(path)
                return {"id": f"r{len(ordered)}"}
            if path == "/exports/r1" and not service.broken:
                return 404, {}, b""
            if path.startswith("/exports/"):
                state = "pending" if service.broken else "completed"
                return {"state": state, "url": "/files/a.csv"}
            return 200, {}, b"started_at;quantity;a_number;b_number;record_id\n"  # a quiet day

        ordered = []
        service, source = self.report(answer)
        source._fetch()
        self.assertEqual(source.state, "failing")
        service.broken = False
        source._fetch()  # the second day comes, the first one is gone
        self.assertEqual((source.state, len(source.delivery_ids)), ("failing", 1))
        self.assertIn("gone", source.last_error)
        self.assertEqual(len(source._fetch()), 1)
        self.assertEqual((source.state, len(ordered)), ("ok", 3))

    # --- SOAP --------------------------------------------------------------------------------

    def test_soap_by_days(self):
        def day_of(text):
            return text.partition("since>")[2][:10]

        class Spans(SoapService):
            def answer(self, status, text):
                if self.command == "POST":
                    day = day_of(self.server.seen[-1])
                    if self.server.broken and day == "2026-09-03":
                        status, text = 500, ENVELOPE.format(FAULT.replace("geheim", SECRET))
                    else:
                        call = CALL.replace("2026-09-01", day)
                        text = ENVELOPE.format(
                            f'<t:listResponse xmlns:t="urn:telephony">{call}'
                            "<t:total>1</t:total></t:listResponse>"
                        )
                super().answer(status, text)

        service = self.service(None, Spans, wsdl=WSDL, answers=[(200, "")], broken=True)
        source = self.source_of(
            "soap",
            {"wsdl": f"{service.url}/telephony.wsdl", "operation": "list", "records": "calls",
             "arguments": '{"session": "{secret}", "since": "{from}"}', "secret": SECRET,
             "first": "2026-09-01"},
            format="json_mapping",
            settings={
                "columns": COLUMNS, "a_notation": "international", "b_notation": "international",
            },
        )  # fmt: skip
        usage = self.assertResumes(source, service, first=2, then=1)
        self.assertEqual([str(at)[:10] for at in usage.mapped("started_at")],
                         ["2026-09-01", "2026-09-02", "2026-09-03"])  # fmt: skip
        self.assertEqual(set(usage.mapped("cost")), {0.0145})
        # both days before are not asked for again
        self.assertEqual([day_of(text) for text in service.seen[-2:]], ["2026-09-03"] * 2)

    # --- OVH ---------------------------------------------------------------------------------

    def test_ovh_calls_one_by_one(self):
        def answer(path, query, body, headers):
            if path.endswith("/auth/time"):
                return 1788200000
            base = "/telephony/ovhtel-1/service"
            if path == base:
                return ["0033123456789"]
            if path == f"{base}/0033123456789/voiceConsumption":
                day = int(query["creationDatetime.from"][8:10])
                return [day * 10, day * 10 + 1]
            number = int(path.rsplit("/", 1)[1])
            if number == 31 and service.broken:
                return BROKEN  # in the middle of the third day
            return {
                "consumptionId": number, "calling": "0033123456789", "called": "0033987654321",
                "creationDatetime": f"2026-09-0{number // 10}T10:00:05+02:00", "duration": 61,
                "wayType": "outgoing",
                "priceWithoutTax": {"value": 0.0145, "currencyCode": "EUR"},
            }  # fmt: skip

        service = self.service(answer, broken=True)
        source = self.source_of(
            "ovh",
            {"url": service.url, "application_key": "ak", "application_secret": SECRET,
             "consumer_key": f"{SECRET}-2", "billing_account": "ovhtel-1", "interval": 0,
             "first": "2026-09-01"},
            format="ovh",
        )  # fmt: skip
        usage = self.assertResumes(source, service, first=2, then=1)
        self.assertEqual(usage.mapped("record_id"), ["10", "11", "20", "21", "30", "31"])

    # --- Zoom --------------------------------------------------------------------------------

    def test_zoom_meetings_and_participants(self):
        def answer(path, query, body, headers):
            if path == "/token":
                service.tokens += 1
                return {"access_token": f"t-{SECRET}"}
            if path.endswith("/meetings"):
                return {"meetings": [
                    {"uuid": f"/{query['from']}==", "start_time": f"{query['from']}T08:00:00Z",
                     "id": 81, "user_email": "chef@example.org"}
                ]}  # fmt: skip
            day = unquote(unquote(path)).split("/")[4].rstrip("=")
            page = query.get("next_page_token")
            if page and day == "2026-09-02" and service.broken:
                return BROKEN  # after the first page of the second day's participants
            name = "b" if page else "a"
            return {
                "participants": [
                    {"id": name, "user_id": name, "name": name, "duration": 60,
                     "join_time": f"{day}T08:00:00Z", "leave_time": f"{day}T08:01:00Z"}
                ],
                "next_page_token": "" if page else "2",
            }  # fmt: skip

        service = self.service(answer, broken=True, tokens=0)
        source = self.source_of(
            "zoom",
            {"url": service.url, "token_url": f"{service.url}/token", "user": "app",
             "secret": SECRET, "users": "chef@example.org", "first": "2026-09-01", "interval": 0},
            format="zoom",
        )  # fmt: skip
        # the third day is not touched by the fault of the second
        usage = self.assertResumes(source, service, first=2, then=1)
        self.assertEqual(sorted(usage.mapped("participant")), ["a", "a", "a", "b", "b", "b"])
        self.assertEqual({at.day for at in usage.mapped("started_at")}, {1, 2, 3})
        self.assertTrue(service.tokens)

    # --- secrets and tenants -----------------------------------------------------------------

    def test_another_company_sees_neither_source_nor_what_came(self):
        service = self.service(lambda *request: {"items": []})
        source = self.source_of(
            "rest",
            {"url": f"{service.url}/calls", "first": "2026-09-03", "records": "items",
             "auth": "bearer", "secret": SECRET},
            format="json_mapping",
            settings={"columns": COLUMNS},
        )  # fmt: skip
        delivery = source._fetch()
        self.assertTrue(delivery)
        company = self.new_company("Stranger GmbH")
        stranger = self.new_user("stranger", "telecom_billing.group_telecom_manager")
        stranger.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        for records in (source, delivery, delivery.attachment_id):
            mine = records.with_user(stranger)
            self.assertFalse(mine.search([("id", "in", records.ids)]))
            with self.assertRaises(AccessError):
                mine.read(["name"])
        for user in (self.manager, self.agent, stranger):
            with self.assertRaises(AccessError):
                source.with_user(user).read(["transport_secrets"])
            with self.assertRaises(AccessError):
                source.with_user(user).search([("transport_secrets", "!=", False)])
        exported = source.sudo().export_data(["transport_settings"])["datas"]
        self.assertNotIn(SECRET, str(exported))
