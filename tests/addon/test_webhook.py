# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed requests over real HTTP become deliveries, once."""

import hashlib
import hmac
import json
import time
from unittest.mock import patch

from odoo.addons.telecom_billing.controllers import webhook as controller
from odoo.addons.telecom_billing.models import telecom_source_webhook
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

LOG = "odoo.addons.telecom_billing.models.telecom_source_webhook"
SECRET = "sehr-geheim"
CALL = {
    "from": "+4930123456", "to": "+4940654321", "start": "2026-09-15T10:00:00Z", "seconds": 61,
    "id": "evt-1",
}  # fmt: skip
COLUMNS = [
    {"target": "started_at", "column": "start"},
    {"target": "quantity", "column": "seconds"},
    {"target": "a_number", "column": "from"},
    {"target": "b_number", "column": "to"},
    {"target": "record_id", "column": "id"},
]


@tagged("post_install", "-at_install")
class TestWebhook(HttpCase):
    def setUp(self):
        super().setUp()
        self.source = self.env["telecom.source"].create(
            {
                "name": "Conference server",
                "code": "hook",
                "format": "json_mapping",
                "settings": {"columns": COLUMNS, "a_notation": "e164", "b_notation": "e164"},
                "transport": "webhook",
                "transport_settings": {
                    "secret": SECRET, "time_header": "X-Time", "signed": "{time}.{body}",
                    "id_path": "id",
                },
            }
        )  # fmt: skip
        self.path = self.source.webhook_url.removeprefix(self.source.get_base_url())

    def post(self, call, secret=SECRET, at=None, path=None):
        body = call if isinstance(call, bytes) else json.dumps(call).encode()
        stamp = str(int(at or time.time()))
        signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        headers = {"X-Signature": signature.hexdigest(), "X-Time": stamp}
        headers["Content-Type"] = "application/json"
        return self.url_open(path or self.path, data=body, headers=headers)

    def test_a_signed_request_becomes_usage_once(self):
        answer = self.post(CALL)
        self.assertEqual((answer.status_code, answer.text), (200, "taken"))
        delivery = self.source.delivery_ids
        self.assertEqual((delivery.origin_id, delivery.state), ("evt-1", "received"))
        self.assertEqual(delivery.company_id, self.source.company_id)
        delivery._load()
        usage = self.env["telecom.usage"].search([("delivery_id", "=", delivery.id)])
        self.assertEqual((usage.a_number, usage.b_number), ("4930123456", "4940654321"))
        again = self.post(CALL | {"retried": True})  # the same event, sent once more
        self.assertEqual((again.status_code, again.text), (200, "taken before"))
        self.assertEqual(self.source.delivery_ids, delivery)
        self.assertEqual(self.post(CALL | {"id": "evt-2", "seconds": 5}).text, "taken")
        self.assertEqual(len(self.source.delivery_ids), 2)
        self.assertEqual(self.source.state, "ok")

    @mute_logger(LOG)
    def test_what_is_not_signed_is_not_taken(self):
        self.assertEqual(self.post(CALL, secret="falsch").status_code, 401)
        self.assertEqual(self.post(CALL, at=time.time() - 3600).status_code, 401)
        self.assertEqual(self.url_open(self.path, data=b"{}").status_code, 401)
        unknown = self.post(CALL, path="/telecom/webhook/unknown")
        self.assertEqual((unknown.status_code, unknown.text), (401, "not taken"))
        self.source.write({"transport": "upload", "transport_settings": {}})
        self.assertEqual(self.post(CALL).status_code, 401)
        self.assertFalse(self.source.delivery_ids)

    @mute_logger(LOG)
    def test_a_request_seen_on_its_way_brings_nothing_when_it_is_sent_again(self):
        now = time.time()
        self.assertEqual(self.post(CALL, at=now).text, "taken")
        self.assertEqual(self.post(CALL, at=now).text, "taken before")
        # with another body under the old signature, or with the old one under a new time
        body = json.dumps(CALL).encode()
        stamp = str(int(now))
        old = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        for sent, at in ((body.replace(b"61", b"99"), stamp), (body, str(int(now) + 1))):
            answer = self.url_open(self.path, data=sent, headers={"X-Signature": old, "X-Time": at})
            self.assertEqual(answer.status_code, 401)
        self.assertEqual(len(self.source.delivery_ids), 1)

    @mute_logger(LOG)
    def test_what_is_too_large_is_not_read_and_not_kept(self):
        large = CALL | {"id": "large", "note": "x" * 2000}
        with (
            patch.object(controller, "LARGEST", 1000),
            patch.object(telecom_source_webhook, "LARGEST", 1000),
        ):
            self.assertEqual(self.post(large).status_code, 413)
            # without saying how long it is
            body = json.dumps(large).encode()
            stamp = str(int(time.time()))
            digest = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
            answer = self.opener.post(
                self.base_url() + self.path,
                data=iter([body[:500], body[500:]]),
                headers={"X-Signature": digest.hexdigest(), "X-Time": stamp},
                timeout=20,
            )
            self.assertIn(answer.status_code, (401, 411, 413))
            self.assertEqual(self.post(CALL).text, "taken")
        self.assertEqual(self.source.delivery_ids.mapped("origin_id"), ["evt-1"])

    def test_the_log_says_why_and_no_secret(self):
        with self.assertLogs(LOG, "WARNING") as logs:
            self.post(CALL, secret="falsch")
            self.post(CALL, at=time.time() - 3600)
            self.url_open(self.path, data=b"{}")
        self.assertEqual(len(logs.output), 3)
        self.assertIn("signature is wrong", logs.output[0])
        self.assertIn("older than 300 seconds", logs.output[1])
        self.assertFalse([line for line in logs.output if SECRET in line])

    def test_zooms_question_is_answered_and_is_no_delivery(self):
        self.source.transport_settings = {"sender": "zoom", "secret": SECRET}
        body = json.dumps(
            {"event": "endpoint.url_validation", "payload": {"plainToken": "qg"}}
        ).encode()
        stamp = str(int(time.time()))
        digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        answer = self.url_open(
            self.path, data=body,
            headers={"x-zm-signature": f"v0={digest.hexdigest()}", "x-zm-request-timestamp": stamp},
        )  # fmt: skip
        expected = hmac.new(SECRET.encode(), b"qg", hashlib.sha256).hexdigest()
        self.assertEqual(answer.json(), {"plainToken": "qg", "encryptedToken": expected})
        self.assertFalse(self.source.delivery_ids)

    def test_the_test_button_names_the_address_and_no_secret(self):
        found = self.env["telecom.source.test"].browse(self.source.action_test()["res_id"])
        self.assertTrue(found.ok)
        self.assertIn(self.source.webhook_url, found.headline)
        self.assertNotIn(SECRET, found.headline)
